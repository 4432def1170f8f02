// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/rowstore.h"

#include <QByteArray>
#include <QHash>

#include <vector>

struct sqlite3;

namespace Sheaf {

/// Watches the writer connection through SQLite's preupdate hook and turns what a transaction did
/// to synced tables into clocks and outbox entries, in that same transaction.
///
/// The hook also sees rows of statements that fail or are rolled back to a savepoint. That is
/// noticed by counting (SQLite's own count of changes leaves those out) and by the authorizer (a
/// ROLLBACK TO is prepared); then flush() looks at the rows themselves instead of trusting the hook.
class Capture
{
public:
    Capture(sqlite3 *handle, Store &store, Catalog &catalog, RowStore &rows);
    ~Capture();
    Capture(const Capture &) = delete;
    Capture &operator=(const Capture &) = delete;

    /// A transaction begins. While merging, only what triggers and foreign keys do is captured.
    void begin(bool merging);
    void setMerging(bool merging) { m_merging = merging; }
    /// Stamps what was captured with one new reading of the clock. Call once before COMMIT.
    Result<void> flush(qint64 wallMs, const QByteArray &homeSpace);
    /// The transaction is over, either way.
    void end();

    /// Notes a change that the merger made, so that changes() tells of it.
    void note(const TableInfo &table, QByteArrayView key, quint64 columns, bool born, bool gone);
    [[nodiscard]] CommitChanges takeChanges(bool remote);
    /// Captures every row that a table holds already: it has just become a synced one.
    Result<void> touchAll(const TableInfo &table);

private:
    struct Touch {
        const TableInfo *table = nullptr;
        QByteArray key;
        QByteArray space;     ///< of an insert
        QByteArray before;    ///< values by position, if the row was there
        quint64 mask = 0;     ///< columns that changed
        quint64 positions = 0; ///< the same by table position, for live queries
        bool existed = false;
        bool exists = false;
    };

    static void preupdate(void *self, sqlite3 *handle, int operation, const char *schema, const char *table, long long oldRowid,
                          long long newRowid);
    static int authorize(void *self, int action, const char *one, const char *two, const char *three, const char *four);
    static int commitHook(void *self);

    void changed(int operation, const char *name, long long rowid);
    void removed(const TableInfo &table);
    void inserted(const TableInfo &table);
    void updated(const TableInfo &table);
    Touch &touch(const TableInfo &table, const QByteArray &key);
    [[nodiscard]] QByteArray keyOf(const TableInfo &table, bool old) const;
    [[nodiscard]] QByteArray imageOf(const TableInfo &table) const;
    void compare(Touch &touch, const std::vector<ValueView> &now) const;

    Result<void> verify(Touch &touch);
    Result<void> stampTouch(Touch &touch, Stamp stamp, const QByteArray &homeSpace);
    Result<void> stampBirth(Touch &touch, RowState &row, Stamp stamp, const QByteArray &homeSpace);
    Result<void> stampUpdate(Touch &touch, RowState &row, Stamp stamp);
    Result<void> stampDelete(Touch &touch, RowState &row, Stamp stamp);

    sqlite3 *m_handle;
    Store &m_store;
    Catalog &m_catalog;
    RowStore &m_rows;
    std::vector<Touch> m_touches;
    QHash<QByteArray, size_t> m_byKey; ///< table id and key
    CommitChanges m_changes;
    Error m_error;
    qint64 m_events = 0;
    qint64 m_changesAtBegin = 0;
    bool m_active = false;
    bool m_merging = false;
    bool m_doubtful = false;   ///< a statement of this transaction failed
    bool m_savepoints = false; ///< a ROLLBACK TO was prepared once and may run at any time
    QByteArray m_lastName;             ///< of the table that the hook saw last,
    const TableInfo *m_lastTable = nullptr; ///< a bulk statement stays in one
};

} // namespace Sheaf
