// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/rowrecord.h"
#include "replica/disputes.h"

struct sqlite3;

namespace Sheaf {

class SqlStatement;

/// What a conflict leaves behind, with values as Bytes::appendValue() writes them.
struct ConflictEntry {
    QByteArray space;
    QByteArray table;
    QByteArray key;
    QByteArray column; ///< empty: the row, or a group
    Conflict::Kind kind = Conflict::Kind::Edit;
    Conflict::Side winner = Conflict::Side::Mine;
    QByteArray mine;   ///< a value, or for a row or a group names (with their lengths) and values in turn
    QByteArray theirs; ///< the same
    QByteArray stands; ///< what is in the cell, or in those of a group
    Stamp stamp;       ///< of theirs
    int asks = -1;     ///< how often somebody may still be asked for another value; -1: nobody is

    [[nodiscard]] bool isOfGroup() const { return column.isEmpty() && kind != Conflict::Kind::Delete; }
};

/// sheaf_conflicts, within the caller's transaction.
class ConflictLog
{
public:
    explicit ConflictLog(sqlite3 *handle) : m_handle(handle) {}

    Result<void> add(const ConflictEntry &entry, qint64 wallMs);
    [[nodiscard]] Result<QList<Conflict>> list() const;
    /// The entry as it is kept. Errors: `no_entry`.
    [[nodiscard]] Result<ConflictEntry> find(qint64 number) const;
    /// Errors: `no_entry`.
    Result<void> remove(qint64 number);
    /// Those about which somebody can be asked; each counts as asked once more.
    Result<QList<Conflict>> takeOpen();
    [[nodiscard]] Result<bool> hasOpen() const;
    /// Nobody is asked any more; `stands` is what is in the cell now.
    Result<void> close(qint64 number, QByteArrayView stands);
    /// Drops what is beyond ConflictLimits.
    Result<void> prune(qint64 wallMs);

    /// Whether add() was called since takeNew() or forgetNew().
    [[nodiscard]] bool hasNew() const { return m_firstNew != 0; }
    /// What this transaction added and prune() left.
    Result<QList<Conflict>> takeNew();
    void forgetNew() { m_firstNew = 0; }

private:
    Result<QList<Conflict>> select(QByteArrayView where, qint64 number) const;
    Result<void> run(QByteArrayView sql, qint64 number);

    sqlite3 *m_handle;
    qint64 m_firstNew = 0;
};

/// The row of a Conflict::Kind::Delete entry, or a group, read or written.
void appendNamed(QByteArray &out, QByteArrayView column, const ValueView &value);
[[nodiscard]] QList<NamedValue> namedValues(QByteArrayView bytes);

} // namespace Sheaf
