// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "ports/random.h"
#include "ports/transport.h"
#include "protocol/compression.h"
#include "protocol/messages.h"
#include "session/syncfigures.h"

#include <QSet>
#include <QString>

#include <functional>

namespace Sheaf {

class Replica;

/// Why a session that has nothing more to do is not proven all the same.
enum class Hindrance : quint8 {
    None,
    Paused,       ///< rows wait in spaces that are paused, or all are
    NoAccess,     ///< rows wait in spaces that this device may not see, or it may see none
    UpdateNeeded, ///< a space wants a newer schema than this app has; its edits wait
    Differs       ///< the digests of a space differ even after everything was exchanged
};

/// A space came, went or has another role.
struct SpaceNews {
    enum class Kind : quint8 { Opened, RoleChanged, Closed };
    Kind kind = Kind::Opened;
    QByteArray space;
    Role role = Role::None;
    QString code = {};   ///< of Closed: `revoked`, `left`, `no_permission`
    QString reason = {}; ///< for people
};

/// How far a session is with all its spaces.
struct SyncProgress {
    qint64 pulled = 0;   ///< sequences received since this session began
    qint64 toPull = 0;   ///< distance to the heads when it began, grows with news
    qint64 waiting = 0;  ///< rows in the outbox
    bool proven = false; ///< outbox empty, at every head, and every digest was equal
    Hindrance hindrance = Hindrance::None;
    QString updateNeeded = {}; ///< of UpdateNeeded: what wants which schema
    friend bool operator==(const SyncProgress &, const SyncProgress &) = default;
};

/// One connection from hello to its end: a state machine that never reconnects (Reconnector makes
/// a new one). One thread; owns the connection; borrows replica, clock and random, which outlive it.
class ClientSession final : private Connection::Observer
{
public:
    struct Options {
        QUrl url;
        QByteArray token;
        QString app;
        Compressions compressions = builtinCompressions();
        QSet<QByteArray> pausedSpaces = {}; ///< neither pulled nor pushed, as if there were no access
        SyncFigures *figures = nullptr;     ///< counted there, if given
        RepairOrder *repair = nullptr;      ///< to be carried out in each space that the session opens
    };
    /// A space of the session.
    struct SpaceProgress {
        QByteArray name;
        Sequence head = 0;
        bool proven = false;
        Role role = Role::None;
        bool isOutdated = false; ///< the space wants a newer schema than the replica has: it is left alone
    };
    /// None of them is called inside a call into the session or the connection, except progressed,
    /// which may come out of localChangesCommitted(). `ended` may destroy the session.
    struct Events {
        std::function<void()> welcomed;
        std::function<void(const SyncProgress &)> progressed;
        /// A word of the server's half of a plugin; may be about any space.
        std::function<void(const Plugin &)> plugin = {};
        /// After the commit that has it; Opened only of spaces that were not open at the end of the former session.
        std::function<void(const SpaceNews &)> space = {};
        /// For the log, the session goes on: `digest_mismatch`, `server_behind`, or the code of a verdict.
        std::function<void(const QString &code, const QString &message)> reported;
        /// The end. `code` is empty for a lost link, else of a Refused or of our own refusal.
        /// `retryAfterMs` is the server's wish: -1 = not without the user, 0 = none.
        std::function<void(const QString &code, const QString &reason, qint64 retryAfterMs)> ended;
    };

    ClientSession(Replica &replica, Clock &clock, Random &random, Transport &transport, Options options, Events events);
    ~ClientSession();

    void start();
    /// The replica has committed local changes: push them.
    void localChangesCommitted();
    /// Whether a session that ended so has given the replica a new identity, under which the next one is welcome.
    [[nodiscard]] static bool isRenewal(const QString &code);
    /// Forgets the last proof of equality and asks for a new one.
    void demandProof();
    /// Carries out an order in all spaces that are open, and in those that are opened from now on; null: no more.
    void repair(RepairOrder *order);
    /// Leaves a space out from now on, or takes it in again, while the others go on.
    void setSpacePaused(const QByteArray &space, bool paused);
    /// Sends a word to the server's half of a plugin; false when the session is not online, or has too much to send already.
    bool sendPlugin(const Plugin &plugin);
    /// The replica wants to follow a space again, or no more, or other tables of it: Replica::joinSpace(), leaveSpace(),
    /// setTables(). The others go on. `startsOver`: its cursor went to 0.
    void spaceJoined(const QByteArray &space);
    void spaceLeft(const QByteArray &space);
    void tablesChanged(const QByteArray &space, bool startsOver);
    /// Ends without a word to the observer.
    void stop();

    [[nodiscard]] SyncProgress progress() const;
    [[nodiscard]] QList<SpaceProgress> spaces() const;

private:
    void opened() override;
    void frameReceived(const QByteArray &frame) override;
    void drained() override;
    void closed(const QString &reason) override;

    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
