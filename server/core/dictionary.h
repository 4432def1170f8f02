// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"

#include <QHash>

#include <map>

namespace Sheaf::Server {

/// One table of a space: the names that clients gave and the ids under which records are stored.
struct TableEntry {
    TableId id = 0;
    QByteArray name;
    std::vector<NamedColumn> byName; ///< sorted by name, for the digest
    QHash<QByteArray, ColumnId> ids;
    qsizetype nameBytes = 0; ///< what the names add to a message
    bool hasTexts = false;   ///< whether any of its rows may have updates of texts
};

/// The tables and columns of one space. The server knows no schema: a name that a client uses for
/// the first time gets the next id.
class Dictionary
{
public:
    static Result<Dictionary> load(StorageTransaction &transaction, SpaceId space);

    /// The entry of a table by name, made in `transaction` when it is new; null when the space has
    /// too many tables or the name is empty or too long.
    Result<TableEntry *> intern(StorageTransaction &transaction, SpaceId space, const QByteArray &table);
    /// The id of a column, made when it is new; 0 when there are too many or the name is bad.
    Result<ColumnId> intern(StorageTransaction &transaction, TableEntry &table, const QByteArray &column);

    /// Whether any table has texts.
    [[nodiscard]] bool hasTexts() const;
    /// A table by name; null when the space has none of it.
    [[nodiscard]] const TableEntry *find(const QByteArray &table) const;
    /// A table that a stored row speaks of; null only when the storage is damaged.
    [[nodiscard]] const TableEntry *table(TableId id) const;

private:
    std::map<TableId, TableEntry> m_tables;
    QHash<QByteArray, TableId> m_byName;
};

/// The names of a table as a message carries them, of all columns or of the given ones (sorted).
[[nodiscard]] TableNames namesOf(const TableEntry &table);
[[nodiscard]] TableNames namesOf(const TableEntry &table, const std::vector<ColumnId> &columns);

} // namespace Sheaf::Server
