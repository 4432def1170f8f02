// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/replica.h"
#include "session/reconnector.h"
#include "sim/faultynetwork.h"
#include "sim/nodeclock.h"
#include "simulation/newfile.h"
#include "simulation/oracle.h"
#include "simulation/plan.h"
#include "simulation/simfilter.h"
#include "simulation/simschema.h"
#include "support/crashdisk.h"

#include <QSet>

#include <set>

namespace Sheaf::Test {

/// What all nodes of a world share.
struct WorldParts {
    EventQueue &queue;
    FaultyNetwork &network;
    CrashDisk &disk;
    QString folder; ///< real one, for lock files; the databases in it are on the crash disk
    const NewFile &newFile;
    const Oracle &oracle;
    bool trace = false;
    Features features{};
    int step = 0;
    bool copies = false;  ///< files may be copied and put back: what was sent is noted
    bool copied = false;  ///< one was: a replica may learn that it is a copy
    bool isCoded = false; ///< all apps have the codec of simfilter.h
    bool cloned = false;  ///< with the birthmark: a replica learns it late, from the server alone

    [[nodiscard]] bool has(Feature feature) const { return features[static_cast<size_t>(feature)]; }
};

/// One device: the real replica and the real reconnector, in a process that can die.
class SimClient
{
public:
    SimClient(WorldParts &parts, int number, quint64 seed);
    ~SimClient();

    /// Starts the process; it connects when it was told to.
    Verified start();
    /// The process dies. `power`: unsynced bytes go with it. What was promised is remembered.
    Verified die(bool power, quint64 seed);
    /// The app is closed, updated to the newest schema and started again, if it ran.
    Verified update();
    void connect(const QByteArray &token);
    void disconnect();
    /// A local transaction through plain SQL.
    Verified edit(SeededRandom &random);
    /// Undoes what was done last, or does it again. Words and tallies, which must stay, are no actions.
    Verified stepBack(SeededRandom &random);
    /// Decides about what was refused: one entry of the list, or all. It is written again, or given up.
    Verified decide(SeededRandom &random, bool all);
    /// Pauses everything or one space, goes on, or syncs once in a pause.
    void pauseSome(SeededRandom &random);
    /// Leaves a space, or joins it again.
    Verified leaveOrJoin(SeededRandom &random);
    /// Follows some tables of a space, or all.
    Verified chooseTables(SeededRandom &random);
    /// Holds all but some rows, or nothing more.
    Verified selectSome(SeededRandom &random);
    /// Begins a repair, or ends the one that goes on: it mends nothing, because nothing is damaged.
    Verified repair(SeededRandom &random);
    /// Filters what is sent and shown by other rules than before, or no more.
    Verified filterSome(SeededRandom &random);
    [[nodiscard]] const SimFilter &filter() const { return m_filter; }
    /// Whether a filter holds what it is to hold, and nothing waits besides.
    [[nodiscard]] Verified checkHeld() const;
    /// No filter any more. What one held is remembered: it must arrive.
    Verified endFilter();
    [[nodiscard]] Verified checkArrived(const Oracle::Rows &stored) const;
    /// No pause, selection or repair any more.
    Verified goOn();
    /// Follows all tables of all spaces.
    Verified followAll();
    /// Makes the n-th coming disk call of an edit fail, then the process dies in the middle of it.
    Verified dieInsideEdit(SeededRandom &random);
    /// The process dies before one of the coming calls that change its disk, whatever it does then.
    void doom(SeededRandom &random, bool power);
    void pardon();
    /// Keeps a copy of the files.
    void backUp();
    /// The copy that was kept last takes the place of the files; false when there is none.
    bool restoreBackup();
    /// Begins with a copy of the files of another device, which may be running.
    void copyFrom(SimClient &other);

    /// What must hold at any moment. `deep`: recompute the digests as well.
    Verified check(bool deep);
    /// Visible rows by space, table and key, as SQL shows them.
    [[nodiscard]] Oracle::Rows visibleRows() const;
    /// A digest of them for each space.
    [[nodiscard]] QList<QByteArray> visible() const;

    /// The words that this device has put into texts.
    [[nodiscard]] const QList<SimWord> &words() const { return m_words; }
    /// What this device has added to counters and sets.
    [[nodiscard]] const QList<SimTally> &tallies() const { return m_tallies; }
    /// Whether every increment counts once, every label is there, and groups are not mixed.
    [[nodiscard]] Verified checkTallies(const QList<SimTally> &tallies);
    [[nodiscard]] Verified checkExtremes(const QList<SimTally> &tallies);
    /// Whether maps show what the server has of them.
    [[nodiscard]] Verified checkMaps(const Oracle::Rows &stored);
    /// Whether every word is in its text once, and the documents are what the columns show.
    [[nodiscard]] Verified checkTexts(const QList<SimWord> &words);

    /// Prints the stamps of every row.
    void dump() const;

    /// A process that is dead and does not know it yet does nothing more for anybody.
    [[nodiscard]] bool isRunning() const { return m_replica && !m_struck; }
    [[nodiscard]] bool isProven() const;
    /// Until when it waits for its disk.
    [[nodiscard]] qint64 freeAtUs() const { return m_clock ? m_clock->freeAtUs() : 0; }
    [[nodiscard]] Replica &replica() { return *m_replica; }
    [[nodiscard]] QByteArray token() const { return m_token; }
    /// Whose token it has: a copy has that of the original.
    [[nodiscard]] int device() const { return m_device; }
    /// Rows of a space that wait for nothing: none may be left where it was taken away.
    [[nodiscard]] qint64 rowsAtRest(const QByteArray &space) const;
    [[nodiscard]] bool wantsOnline() const { return m_online; }
    [[nodiscard]] std::string path() const;
    [[nodiscard]] std::string state() const;
    [[nodiscard]] const Verified &violation() const { return m_violation; }

    qint64 skewMs = 0;
    qint64 syncUsMax = 0;                           ///< what a sync of its disk may take
    ConflictPolicy policy = ConflictPolicy::Latest; ///< of tables that name none
    bool othersHavePolicies = false;                ///< then a value may come back under another name
    bool undoes = false;
    int schema = 1; ///< version of the app
    /// Called within checks of undo, for planted bugs: between a write and its undo, and after any undo.
    std::function<void(SimClient &)> beforeUndo;
    std::function<void(SimClient &)> afterUndo;
    bool staysDown = false;
    std::function<void(SyncFilters &)> spoilFilters; ///< for planted bugs
    /// Called with the file at rest, before a restarted process opens it: for planted bugs.
    std::function<void(SimClient &)> beforeOpen;

private:
    struct Promise {
        QList<QByteArray> visible;
        QList<QByteArray> digests;
        qint64 pending = 0;
        qsizetype rejected = 0;
        friend bool operator==(const Promise &, const Promise &) = default;
    };
    /// Another file from now on; now and then one of an image of the whole disk, with the birthmark.
    void becomeCopy(const QByteArray &birthmark);
    /// A copy of the files, and what was known of the edits in it.
    struct Backup {
        CrashDisk::Snapshot files;
        QList<SimWord> words;
        QList<SimTally> tallies;
        QByteArray birthmark;
    };
    [[nodiscard]] Promise promise() const;
    /// Notes which edits of texts and tallies were acknowledged.
    void noteSent();
    Verified undoAtOnce(const QList<QByteArray> &before);
    Verified checkUndone(const std::map<std::tuple<std::string, std::string, quint32>, Stamp> &before);
    void eachClock(const std::function<void(std::string, std::string, const RowClock &)> &visit) const;
    [[nodiscard]] std::map<std::tuple<std::string, std::string, quint32>, Stamp> stamps() const;
    void synced();
    void struck();
    void bury();
    /// What came of an order to the replica.
    Verified ordered(const Result<void> &done, const char *what);
    Verified follow(const QByteArray &space, const QList<QByteArray> &tables);
    Verified lookAtRows();
    Verified setFilter(const SimFilter &filter);
    [[nodiscard]] SyncFilters filters() const;
    /// What is held, as it would travel.
    [[nodiscard]] Oracle::Rows heldRows() const;
    Verified endRepair();
    /// The app's resolver is asked a moment later. It answers by the conflict alone, but otherwise on every device, and throws
    /// now and then.
    void askResolver();
    void resolve(const Conflict &conflict);
    void refused(const RejectedChange &change);
    Verified settleEntry(const RejectedChange &change, const Result<void> &taken, const std::function<Result<void>()> &discard);
    void giveUp(const RejectedChange &change);
    void reported(const QString &code, const QString &message);
    void statusChanged();
    void readRows(const SimTable &table, Oracle::Rows &rows) const;
    /// Whether a space was taken away: then its user waits. What he wrote blindly would be another row of the same key.
    [[nodiscard]] bool isShutOut() const;
    /// Takes note of what the next edit is made in view of.
    void look();
    [[nodiscard]] std::map<std::pair<std::string, std::string>, CausalLength> lives() const;
    void judge(const Conflict &conflict);
    void blame(std::string invariant, std::string detail);
    void noteUncertain();
    Result<void> statements(QSqlDatabase &database, SeededRandom &random);
    bool statement(QSqlDatabase &database, SeededRandom &random, QString *error);
    quint64 nextValue();

    WorldParts &m_parts;
    int m_number;
    int m_device;
    SeededRandom m_random;
    quint64 m_lastValue = 0;
    int m_valueStep = -1; ///< the step that it was given in
    QList<SimWord> m_words;
    QList<SimWord> m_newWords;
    QList<SimTally> m_tallies;
    QList<SimTally> m_newTallies;
    QSet<QString> m_newCounters; ///< rows with counters that the edit has made
    bool m_begun = false;
    int m_openedSchema = 1;
    bool m_struck = false; ///< the process is dead and does not know it yet
    std::optional<Backup> m_backup;
    QByteArray m_birthmark; ///< of the file
    int m_files = 0;        ///< that it has had
    SeededRandom m_diskRandom;
    std::set<SiteId> m_sites;                                ///< that it has been
    std::set<std::pair<std::string, std::string>> m_refused; ///< rows, by table and key, of which something was refused
    bool m_undoable = false;                                 ///< the edit that is being made
    bool m_online = false;
    QByteArray m_token;
    std::optional<Promise> m_promise;
    std::map<QByteArray, std::pair<Epoch, Sequence>> m_cursors;
    using CellId = std::tuple<std::string, std::string, std::string>; ///< table, key, column
    QSet<QByteArray> m_joined; ///< spaces, again: until they are open nobody writes to them
    bool m_selects = false;
    bool m_repairs = false;
    SimFilter m_filter;
    bool m_filtersFail = false; ///< one did, which may be told later
    Oracle::Rows m_held;        ///< when the last filter ended
    /// Values before an edit, each with the life of its row: whoever revives a row writes its old values anew.
    std::map<CellId, std::set<std::pair<CausalLength, std::string>>> m_seen;
    Verified m_violation;

    std::unique_ptr<NodeClock> m_clock;
    std::unique_ptr<Transport> m_transport;
    std::unique_ptr<Replica> m_replica;
    std::unique_ptr<Reconnector> m_reconnector;
};

} // namespace Sheaf::Test
