// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/digest.h"
#include "crdt/rowrecord.h"
#include "protocol/messages.h"

#include <QByteArray>
#include <QList>

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace Sheaf::Server {

using SpaceId = qint64;
using DeviceId = qint64;
/// Number of one table of one space, unique in the whole storage, from 1.
using TableId = quint32;

/// What a space has forgotten of its deletes, PROTOCOL.md "Forgetting deletes": those up to `stamp`, which all replicas
/// had seen when they had come to `sequence`, and of which none is longer than `length`. The next are those up to the floor.
/// None of these ever falls.
struct Forgotten {
    Hlc floorStamp = 0;
    Sequence floorSequence = 0;
    Hlc stamp = 0;
    Sequence sequence = 0;
    CausalLength length = 0;
    friend bool operator==(const Forgotten &, const Forgotten &) = default;
};

struct StoredSpace {
    SpaceId id = 0; ///< 0: not stored yet
    QByteArray name;
    Sequence head = 0;
    SpaceDigest digest;
    quint32 schemaMin = 0; ///< apps with an older schema may not use the space; see putSchemaMin()
    Forgotten forgotten = {};
    CausalLength longestDelete = 0; ///< of all that were ever stored; never falls
};

/// How far a replica has a space.
struct StoredPlace {
    SiteId site = 0;
    Sequence seen = 0;
    qint64 heardMs = 0; ///< when it said so, wall clock
    friend bool operator==(const StoredPlace &, const StoredPlace &) = default;
};

struct Grant {
    QByteArray space;
    Role role = Role::None;
    friend bool operator==(const Grant &, const Grant &) = default;
};

struct StoredDevice {
    DeviceId id = 0; ///< 0: not stored yet
    QByteArray name;
    QByteArray tokenHash; ///< empty: the token was revoked
    QList<Grant> grants;
};

struct StoredSite {
    SiteId site = 0;
    DeviceId device = 0;
    QByteArray leaseCurrent;  ///< the client has shown that it has this one
    QByteArray leasesPending; ///< given since, joined, oldest first; the client shows one of them next, or the current one
};

/// Names are forever: an id once given to a table or column means the same name always.
struct StoredTable {
    TableId id = 0;
    QByteArray name;
    QList<TableNames::Column> columns;
    bool hasTexts = false; ///< whether updates of texts are stored for any of its rows
};

struct StoredRecord {
    Sequence sequence = 0;
    QByteArray bytes; ///< encodeRecord() with the stored column ids
};

/// A row as a scan meets it; looks into memory that is valid during the call only.
struct RecordView {
    Sequence sequence = 0;
    TableId table = 0;
    QByteArrayView key;
    QByteArrayView record;
};

/// One update of a text, or of several merged ones a piece; looks into memory that is valid during the call only.
/// Updates have numbers in the order in which they were stored, never used twice.
struct TextView {
    qint64 number = 0;
    Sequence sequence = 0; ///< of the push that brought it; of merged ones the newest
    TableId table = 0;
    QByteArrayView key;
    ColumnId column = 0;
    bool isSealed = false;
    QByteArrayView update;
    QByteArrayView record; ///< of the row, in Storage::scanTexts() alone
};

/// The updates of one text at one sequence: those that are sealed, or the others.
struct TextBlock {
    Sequence sequence = 0;
    bool isSealed = false;
    qint64 bytes = 0;
    friend bool operator==(const TextBlock &, const TextBlock &) = default;
};

/// From the first to the last, both included; all of them if nothing is said.
struct SequenceRange {
    Sequence first = 0;
    Sequence last = std::numeric_limits<qint64>::max();
    [[nodiscard]] bool has(Sequence sequence) const { return sequence >= first && sequence <= last; }
};

/// A change of the storage: all of it or nothing.
/// Guarantees: reads see the own writes; nothing is visible to others or durable before commit()
/// returned success, then it is both; the destructor without commit() undoes everything.
/// After any error only destruction is allowed. A failed commit() leaves open whether the changes
/// are there: whoever cached what they wrote must read it again.
class StorageTransaction
{
public:
    virtual ~StorageTransaction() = default;

    /// The device of a token, or all devices by name when the hash is empty.
    virtual Result<QList<StoredDevice>> devices(const QByteArray &tokenHash) = 0;
    /// Adds (id 0) or replaces a device with its grants; the spaces of the grants must be stored.
    virtual Result<DeviceId> putDevice(const StoredDevice &device) = 0;

    virtual Result<std::optional<StoredSite>> site(SiteId site) = 0;
    virtual Result<void> putSite(const StoredSite &site) = 0;
    /// Greatest push number of a site that was merged into a space; 0 when none was.
    virtual Result<quint64> pushNumber(SiteId site, SpaceId space) = 0;
    virtual Result<void> putPushNumber(SiteId site, SpaceId space, quint64 number) = 0;

    virtual Result<std::optional<StoredSpace>> space(const QByteArray &name) = 0;
    /// Adds (id 0) a space, or replaces head, digest and what is forgotten of one.
    virtual Result<SpaceId> putSpace(const StoredSpace &space) = 0;
    virtual Result<void> putSchemaMin(SpaceId space, quint32 version) = 0;
    /// All spaces, by name.
    virtual Result<QList<StoredSpace>> spaces() = 0;
    virtual Result<QList<StoredTable>> tables(SpaceId space) = 0;
    virtual Result<TableId> addTable(SpaceId space, const QByteArray &name) = 0;
    virtual Result<void> addColumn(TableId table, const TableNames::Column &column) = 0;

    /// Reads the record of a row; false when there is none.
    virtual Result<bool> record(TableId table, QByteArrayView key, StoredRecord &found) = 0;
    /// Stores the record of a row at a new sequence of its space. `replaced` is the sequence that
    /// record() gave, 0 for a new row. Sequences of a space are unique. At the sequence that it has, a record may be replaced
    /// by one that means the same.
    virtual Result<void> putRecord(SpaceId space, const RecordView &row, Sequence replaced) = 0;

    /// Removes the record at a sequence; its row has no texts.
    virtual Result<void> removeRecord(SpaceId space, Sequence sequence) = 0;

    /// Notes a place; neither of its numbers falls.
    virtual Result<void> putPlace(SpaceId space, const StoredPlace &place) = 0;
    /// The places of all sites whose device has a token and a grant of the space, by site.
    virtual Result<QList<StoredPlace>> places(SpaceId space) = 0;

    /// What the updates of one text take, by sequence. They belong to a record that is stored: see putRecord().
    virtual Result<std::vector<TextBlock>> textBlocks(TableId table, QByteArrayView key, ColumnId column) = 0;
    /// Visits the updates of one text by sequence, then number.
    virtual Result<void> texts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range,
                               const std::function<void(const TextView &)> &visit) = 0;
    /// Adds an update; number and record of the view do not count.
    virtual Result<void> addText(SpaceId space, const TextView &text) = 0;
    /// Removes those of one text that are not sealed.
    virtual Result<void> removeTexts(TableId table, QByteArrayView key, ColumnId column, const SequenceRange &range) = 0;
    /// Removes all updates of a row.
    virtual Result<void> removeTexts(TableId table, QByteArrayView key) = 0;

    virtual Result<void> commit() = 0;
};

/// What the server keeps. One thread; at most one transaction at a time; scans only between
/// transactions, so they see committed rows alone.
class Storage
{
public:
    virtual ~Storage() = default;

    /// Random number of this database; another one after it was restored from a copy.
    [[nodiscard]] virtual Epoch epoch() const = 0;
    virtual Result<std::unique_ptr<StorageTransaction>> begin() = 0;
    /// Visits the rows of a space with a greater sequence than `after`, in the order of their
    /// sequences, until `visit` returns false.
    virtual Result<void> scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit) = 0;
    /// The same for updates of texts: those of greater sequences than `after`, by sequence, then number; of the one
    /// behind `after` only those with greater numbers than `number`.
    virtual Result<void> scanTexts(SpaceId space, Sequence after, qint64 number,
                                   const std::function<bool(const TextView &)> &visit) = 0;
};

} // namespace Sheaf::Server
