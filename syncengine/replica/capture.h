// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/rowparts.h"
#include "replica/rowtexts.h"
#include "replica/touches.h"

#include <QByteArray>

#include <vector>

struct sqlite3;

namespace Sheaf {

class SqlRules;
class UndoRecorder;

/// Watches the writer connection through SQLite's preupdate hook and turns what a transaction did
/// to synced tables into clocks and outbox entries, in that same transaction.
///
/// The hook also sees rows of statements that fail or are rolled back to a savepoint. That is
/// noticed by counting (SQLite's own count of changes leaves those out) and by the authorizer (a
/// ROLLBACK TO is prepared); then flush() looks at the rows themselves instead of trusting the hook.
class Capture
{
public:
    /// Hands on to `rules` what SQLite's authorizer asks: a connection has only one.
    Capture(sqlite3 *handle, SqlRules &rules, Store &store, Catalog &catalog, RowStore &rows, RowTexts &texts, RowParts &parts);
    ~Capture();
    Capture(const Capture &) = delete;
    Capture &operator=(const Capture &) = delete;

    /// A transaction begins. While merging, only what triggers and foreign keys do is captured.
    void begin(bool merging);
    void setMerging(bool merging) { m_merging = merging; }
    /// The transaction is a user's action; null: it is none.
    void setRecorder(UndoRecorder *recorder) { m_recorder = recorder; }
    /// What the transaction has touched so far.
    [[nodiscard]] const TouchSet &touches() const { return m_touches; }
    /// Stamps what was captured with one new reading of the clock. Call once before COMMIT.
    Result<void> flush(qint64 wallMs, const QByteArray &homeSpace);
    /// The transaction is over, either way.
    void end();

    /// Notes a change that the merger made, so that changes() tells of it.
    void note(const TableInfo &table, QByteArrayView key, quint64 columns, bool born, bool gone);
    [[nodiscard]] CommitChanges takeChanges(bool remote);
    /// Captures an edit of a column that may have left its value as it was: formats of a text are edits
    /// too, and what the server refused is a new write.
    void touchColumn(const TableInfo &table, const QByteArray &key, ColumnId column);
    /// Captures every row that a table holds already: it has just become a synced one.
    Result<void> touchAll(const TableInfo &table);
    /// The same for one row that nobody knows.
    void adopt(const TableInfo &table, QByteArrayView key, QByteArrayView space);

private:
    static void preupdate(void *self, sqlite3 *handle, int operation, const char *schema, const char *table, long long oldRowid,
                          long long newRowid);
    static int authorize(void *self, int action, const char *one, const char *two, const char *three, const char *four);
    static int commitHook(void *self);

    void changed(int operation, const char *name, long long rowid, long long newRowid);
    void removed(const TableInfo &table);
    void inserted(const TableInfo &table);
    void updated(const TableInfo &table);
    /// Encodes the row's key into m_key.
    void readKey(const TableInfo &table, bool old);
    [[nodiscard]] bool keyChanges(const TableInfo &table) const;
    Touch &touch(const TableInfo &table, bool &fresh) { return m_touches.find(table, m_key, fresh); }
    void keepImage(Touch &touch);
    static void compare(Touch &touch, const std::vector<ValueView> &now);
    QList<CommitChanges::Row> &changedRows(const QByteArray &table);
    void watch(bool on);

    /// Notes what a newborn row needs beside its clock.
    void noteBirth(Touch &touch) const;
    Result<void> verify(Touch &touch);
    Result<void> normaliseTexts();
    Result<void> normaliseParts();
    struct Shown;
    Result<std::vector<Shown>> wronglyShown();
    Result<void> stampAll(Stamp stamp, const QByteArray &homeSpace);

    sqlite3 *m_handle;
    SqlRules &m_rules;
    Store &m_store;
    Catalog &m_catalog;
    RowStore &m_rows;
    RowTexts &m_texts;
    RowParts &m_parts;
    UndoRecorder *m_recorder = nullptr;
    TouchSet m_touches;
    QByteArray m_key;
    QByteArray m_image;
    CommitChanges m_changes;
    QByteArray m_listedName;                       ///< of the table whose changed rows were listed last,
    QList<CommitChanges::Row> *m_listed = nullptr; ///< its list
    Error m_error;
    qint64 m_events = 0;
    qint64 m_changesAtBegin = 0;
    bool m_active = false;
    bool m_merging = false;
    bool m_doubtful = false;                ///< a statement of this transaction failed
    bool m_savepoints = false;              ///< a ROLLBACK TO was prepared once and may run at any time
    QByteArray m_lastName;                  ///< of the table that the hook saw last,
    const TableInfo *m_lastTable = nullptr; ///< a bulk statement stays in one
};

} // namespace Sheaf
