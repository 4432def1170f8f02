// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/columnmerge.h"
#include "crdt/digest.h"
#include "crdt/rowclock.h"
#include "replica/disputes.h"
#include "sql/sqlstatement.h"

#include <QHash>
#include <QList>

#include <memory>
#include <optional>
#include <vector>

struct sqlite3;

namespace Sheaf {

/// Bits of the outbox mask: bit 0 = the whole row or its delete, bit i = column i, bit 63 = all from 63 on.
namespace Mask {
constexpr quint64 whole = 1;
constexpr quint64 all = ~0ULL;
constexpr quint64 shared = 1ULL << 63;
constexpr quint64 ofColumn(ColumnId column)
{
    return 1ULL << (column < 63 ? column : 63);
}
} // namespace Mask

/// What the replica knows of one synced (or only parked) table.
struct TableInfo {
    struct Column {
        ColumnId id = 0;
        QByteArray name;     ///< in the table here
        QByteArray wireName; ///< what others call it, for ever
        int position = -1;   ///< in the table, -1: no such column here
        bool here = false;   ///< false: its values are parked
        MergeType type = MergeType::Register;
        quint32 group = 0; ///< registers with the same number are stamped together; 0: alone
        bool notNull = false;
    };

    qint64 id = 0;
    QByteArray name;     ///< as declared
    QByteArray wireName; ///< what others call it, for ever
    bool synced = false;
    bool deleteWins = false;
    std::optional<ConflictPolicy> conflicts; ///< none: as the replica has it for all
    QByteArray spaceColumn;                  ///< empty: every row is in the home space
    int spacePosition = -1;
    QList<QByteArray> keyNames; ///< in key order
    QList<int> keyPositions;
    QList<Column> columns;            ///< by id; neither key nor space
    std::vector<NamedColumn> byName;  ///< by the name on the wire, for the digest
    std::vector<ColumnId> atPosition; ///< column id of each table position, 0 for key and space
    std::vector<quint64> maskAt;      ///< outbox mask of each table position: its column, and those of its group
    int positions = 0;
    std::vector<ColumnId> texts;  ///< columns here that are texts
    std::vector<ColumnId> parted; ///< columns here that are made of parts: counters, sets and so on
    quint64 textsMask = 0;        ///< their bits in an outbox mask
    quint64 partedMask = 0;       ///< likewise

    [[nodiscard]] const Column *column(ColumnId columnId) const
    {
        return columnId >= 1 && columnId <= static_cast<ColumnId>(columns.size()) ? &columns[static_cast<qsizetype>(columnId) - 1]
                                                                                  : nullptr;
    }
    [[nodiscard]] const Column *column(const QByteArray &columnName) const;
    /// How the column is merged, if it is in the table here.
    [[nodiscard]] MergeType typeOf(ColumnId columnId) const
    {
        const Column *found = column(columnId);
        return found != nullptr && found->position >= 0 ? found->type : MergeType::Register;
    }
    [[nodiscard]] bool isText(ColumnId columnId) const { return typeOf(columnId) == MergeType::Text; }
    /// Whether its bit in an outbox mask speaks of edits or parts, and not of the register under them.
    [[nodiscard]] bool isEdited(ColumnId columnId) const { return typeOf(columnId) != MergeType::Register; }
    /// Lists the registers here of an outbox mask, by id, each with `stamp`.
    void stampedColumns(quint64 mask, Stamp stamp, std::vector<RowClock::Entry> &entries) const;
    /// The clock of a row inserted here at `stamp`.
    [[nodiscard]] RowClock bornClock(CausalLength length, Stamp stamp) const;
};

/// All synced tables, kept in sheaf_tables and sheaf_columns. Loaded whole: schemas are small.
class Catalog
{
public:
    explicit Catalog(sqlite3 *handle) : m_handle(handle) {}

    Result<void> load();
    /// sheaf_sync(): makes an existing table a synced one, or gives registers of a synced one another merge type or a
    /// group. Options are the JSON of DESIGN section 7.
    using Types = QList<std::pair<QByteArray, MergeType>>; ///< by name of the column
    using Groups = QList<QList<QByteArray>>;
    struct Synced {
        TableInfo *table = nullptr;
        bool fresh = false; ///< it was not synced before
        Types newTypes{};   ///< registers that are something else from now on; setTypes() makes them so
        Groups newGroups{}; ///< likewise: setGroups()
    };
    Result<Synced> sync(const QByteArray &name, const QByteArray &optionsJson);
    Result<void> setConflictPolicy(TableInfo &table, ConflictPolicy policy);
    Result<void> setTypes(TableInfo &table, const Types &types);
    Result<void> setGroups(TableInfo &table, const Groups &groups);
    /// Gives numbers to columns that migrations have added, and lists them.
    struct Arrived {
        TableInfo *table;
        ColumnId column;
        bool parked; ///< newer peers have sent values of it
    };
    Result<QList<Arrived>> adoptColumns();

    [[nodiscard]] TableInfo *find(const QByteArray &name) const; ///< any case; null if unknown
    [[nodiscard]] TableInfo *find(qint64 id) const { return m_byId.value(id); }
    [[nodiscard]] const std::vector<std::unique_ptr<TableInfo>> &tables() const { return m_tables; }

    /// The table that others call so; null if unknown.
    [[nodiscard]] TableInfo *findOnWire(const QByteArray &name) const;
    /// The table that others call so, noted as one that only newer peers know if it is new.
    Result<TableInfo *> tableFor(const QByteArray &name);
    /// The column that others call so, noted as parked if it is new.
    Result<ColumnId> columnFor(TableInfo &table, const QByteArray &name);

private:
    Result<void> describe(TableInfo &table);
    Result<void> addColumn(TableInfo &table, const QByteArray &name, const QByteArray &wireName, bool here);
    Result<TableInfo *> makeSynced(const QByteArray &name, bool deleteWins, const QByteArray &spaceColumn);
    Result<TableInfo *> insertTable(const QByteArray &wireName, bool synced);
    [[nodiscard]] QByteArray freeName(const QByteArray &wireName) const;
    Result<void> setName(TableInfo &table, const QByteArray &name);
    Result<void> renameTable(const QByteArray &name, const QByteArray &wireName);
    Result<void> renameColumn(TableInfo &table, const QByteArray &name, const QByteArray &wireName);
    Result<void> renameInConflicts(const TableInfo &table, const QByteArray &before, const QByteArray &name);
    Result<void> run(const char *sql, const QList<QVariant> &values);
    static void index(TableInfo &table);

    sqlite3 *m_handle;
    SqlStatement m_tableInfo; ///< describe()'s
    std::vector<std::unique_ptr<TableInfo>> m_tables;
    QHash<QByteArray, TableInfo *> m_byName; ///< lower case
    QHash<qint64, TableInfo *> m_byId;
};

} // namespace Sheaf
