// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/merge.h"
#include "server/core/dictionary.h"
#include "server/core/tabledigests.h"
#include "server/core/textshelf.h"

#include <vector>

namespace Sheaf::Server {

/// What a push changed in one row: the cells that won and the updates of texts, as others need them.
struct LiveChange {
    Sequence sequence = 0;
    TableId table = 0;
    QByteArray key;
    QByteArray record;
    std::vector<ColumnId> columns; ///< of the record, sorted
};

/// A push after its merge. It is true only once the transaction it was merged in is committed.
struct MergedPush {
    Ack ack;
    std::vector<LiveChange> changes;
    bool more = false;
};

/// The merged state of one space, cached beside the storage: head, digest and names.
/// Invariant: equal to the storage whenever no transaction is open; after a failed one the object
/// must be loaded again.
class Space
{
public:
    /// Errors: `unknown_space`, and those of the storage.
    static Result<Space> load(StorageTransaction &transaction, const QByteArray &name);

    /// Merges a push of `site` and counts its number. Bad changes get verdicts and touch nothing;
    /// an Error is the storage's, and the transaction must be given up. What won is kept for others
    /// only when somebody hears it.
    Result<MergedPush> merge(StorageTransaction &transaction, SiteId site, const Push &push, qint64 wallMs, bool isHeard);

    /// Counts the number of a push whose author may not write here; every change of it gets the verdict `no_permission`.
    Result<MergedPush> deny(StorageTransaction &transaction, SiteId site, const Push &push, qint64 wallMs);

    /// The answer to a push of somebody who may not write.
    [[nodiscard]] static Ack denial(const Push &push, qint64 wallMs);

    /// Stores head and digest; once per transaction, after its merges.
    Result<void> store(StorageTransaction &transaction) const;

    [[nodiscard]] SpaceId id() const { return m_stored.id; }
    [[nodiscard]] const QByteArray &name() const { return m_stored.name; }
    [[nodiscard]] Sequence head() const { return m_stored.head; }
    [[nodiscard]] const SpaceDigest &digest() const { return m_stored.digest; }
    /// The digest of some tables alone, or of all when none is named; nothing while countTables() has rows left.
    [[nodiscard]] std::optional<SpaceDigest> digest(const QList<QByteArray> &tables) const;
    /// As TableDigests::count().
    Result<bool> countTables(Storage &storage) { return m_tableDigests.count(storage, m_stored.id, m_dictionary); }
    [[nodiscard]] const Dictionary &dictionary() const { return m_dictionary; }

    [[nodiscard]] const Forgotten &forgotten() const { return m_stored.forgotten; }
    /// To be stored by store().
    void setForgotten(const Forgotten &forgotten) { m_stored.forgotten = forgotten; }
    /// Decodes a stored record without the parts that count no more. Errors: `damaged_storage`.
    Result<void> read(QByteArrayView bytes, RowRecord &record) const;
    /// Whether a stored record is a delete that counts no more; it may be removed.
    [[nodiscard]] bool forgets(QByteArrayView record) const
    {
        const RowLife row = lifeOf(record);
        return isForgotten(row.length, row.life, m_stored.forgotten.stamp);
    }

private:
    /// A table of one push: its entry here and the way from the push's column ids to ours.
    struct PushTable {
        TableEntry *entry = nullptr;
        std::vector<std::pair<ColumnId, ColumnId>> ids; ///< (theirs, ours), sorted
    };
    using Refusal = std::optional<std::pair<QString, QString>>; ///< code and reason

    Result<void> count(StorageTransaction &transaction, SiteId site, quint64 number) const;
    Result<std::vector<PushTable>> internNames(StorageTransaction &transaction, const Push &push);
    Refusal check(const Change &change, const std::vector<PushTable> &tables, qint64 wallMs);
    Refusal checkTexts(const std::vector<std::pair<ColumnId, ColumnId>> &ids);
    Refusal checkParts(const std::vector<std::pair<ColumnId, ColumnId>> &ids);
    Result<Refusal> mergeChange(StorageTransaction &transaction, const PushTable &table, const Change &change,
                                std::vector<LiveChange> *changes);
    /// What to do with a delete that the floor is above: nothing when it is known or of an unknown row.
    [[nodiscard]] Refusal judgeDelete() const;
    /// The same for parts that are taken out.
    [[nodiscard]] Refusal judgeGoneParts() const;
    [[nodiscard]] Refusal judgeLife() const;
    Result<Refusal> chooseTexts(StorageTransaction &transaction, TableId table, QByteArrayView key);
    Result<void> storeTexts(StorageTransaction &transaction, TableEntry &table, QByteArrayView key);
    [[nodiscard]] bool reusesStamp() const;
    [[nodiscard]] bool reusesPartStamp() const;
    void composeMerged();
    void composeParts();
    void composeLive(LiveChange &live) const;

    StoredSpace m_stored;
    Dictionary m_dictionary;
    TableDigests m_tableDigests;

    // Scratch of mergeChange(), kept to spare allocations: a row costs microseconds.
    StoredRecord m_found;
    RowRecord m_old;
    RowRecord m_incoming;
    RowRecord m_merged;
    RowClock m_clock;
    MergeOutcome m_outcome;
    std::vector<TextCell> m_texts; ///< news of texts: greater stamps, and bytes that are not stored yet
    TextShelf m_shelf;
    QByteArray m_bytes;
};

} // namespace Sheaf::Server
