// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/capture.h"

#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "sql/database.h"

#include <sqlite3.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype listedRowsMax = 20'000; // above that live queries are told of the table alone

ValueView viewOf(sqlite3_value *value)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return ValueView::ofInteger(sqlite3_value_int64(value));
    case SQLITE_FLOAT:
        return ValueView::ofReal(sqlite3_value_double(value));
    case SQLITE_TEXT: {
        const auto *text = reinterpret_cast<const char *>(sqlite3_value_text(value));
        return ValueView::ofText({text, sqlite3_value_bytes(value)});
    }
    case SQLITE_BLOB: {
        const auto *blob = static_cast<const char *>(sqlite3_value_blob(value));
        return ValueView::ofBlob({blob, sqlite3_value_bytes(value)});
    }
    default:
        return {};
    }
}

ValueView imageValue(sqlite3 *handle, int position, bool old)
{
    sqlite3_value *value = nullptr;
    if ((old ? sqlite3_preupdate_old(handle, position, &value) : sqlite3_preupdate_new(handle, position, &value)) != SQLITE_OK)
        return {};
    return viewOf(value);
}

constexpr quint64 positionBit(int position)
{
    return 1ULL << std::min(position, 63);
}

/// The name under which queries read a virtual table, when this is one of FTS5's shadow tables.
QByteArray withoutShadowSuffix(const QByteArray &table)
{
    for (const char *suffix : {"_data", "_idx", "_content", "_docsize", "_config"}) {
        if (table.endsWith(suffix))
            return table.chopped(static_cast<qsizetype>(qstrlen(suffix)));
    }
    return {};
}

} // namespace

Capture::Capture(sqlite3 *handle, Store &store, Catalog &catalog, RowStore &rows) :
    m_handle(handle), m_store(store), m_catalog(catalog), m_rows(rows)
{
    sqlite3_preupdate_hook(handle, preupdate, this);
    sqlite3_set_authorizer(handle, authorize, this);
    sqlite3_commit_hook(handle, commitHook, this);
}

Capture::~Capture()
{
    sqlite3_preupdate_hook(m_handle, nullptr, nullptr);
    sqlite3_set_authorizer(m_handle, nullptr, nullptr);
    sqlite3_commit_hook(m_handle, nullptr, nullptr);
}

void Capture::begin(bool merging)
{
    end();
    m_active = true;
    m_merging = merging;
    m_changesAtBegin = sqlite3_total_changes64(m_handle);
}

void Capture::end()
{
    m_active = false;
    m_doubtful = false;
    m_events = 0;
    m_touches.clear();
    m_byKey.clear();
    m_changes = {};
    m_error = {};
    m_lastName.clear();
    m_lastTable = nullptr;
}

void Capture::preupdate(void *self, sqlite3 *, int operation, const char *, const char *table, long long oldRowid, long long newRowid)
{
    static_cast<Capture *>(self)->changed(operation, table, operation == SQLITE_INSERT ? newRowid : oldRowid);
}

int Capture::authorize(void *self, int action, const char *one, const char *, const char *, const char *)
{
    auto *capture = static_cast<Capture *>(self);
    // Prepared once, such a statement may run again without a word: from now on nothing is trusted.
    if (action == SQLITE_SAVEPOINT && qstrcmp(one, "ROLLBACK") == 0)
        capture->m_savepoints = true;
    return SQLITE_OK;
}

int Capture::commitHook(void *self)
{
    const auto *capture = static_cast<const Capture *>(self);
    return capture->m_touches.empty() ? 0 : 1; // not 0: SQLite rolls back
}

void Capture::changed(int operation, const char *name, long long rowid)
{
    ++m_events;
    if (m_lastName != name) {
        m_lastName = name;
        m_lastTable = m_lastName.startsWith("sheaf_") ? nullptr : m_catalog.find(m_lastName);
        if (m_lastTable != nullptr && !m_lastTable->synced)
            m_lastTable = nullptr;
    }
    if (m_lastTable == nullptr) {
        if (!m_lastName.startsWith("sheaf_")) {
            auto &rows = m_changes.tables[m_lastName.toLower()];
            if (rows.size() <= listedRowsMax)
                rows.append({.key = {}, .rowid = rowid, .born = operation == SQLITE_INSERT, .gone = operation == SQLITE_DELETE});
        }
        return;
    }
    // The merger's own statements are at depth 0; triggers and foreign keys are deeper.
    if (m_merging && sqlite3_preupdate_depth(m_handle) == 0)
        return;
    if (!m_active && m_error.code.isEmpty())
        m_error = {u"bypassed"_s, u"Synced tables are written through Replica::write() only."_s};
    switch (operation) {
    case SQLITE_INSERT:
        return inserted(*m_lastTable);
    case SQLITE_DELETE:
        return removed(*m_lastTable);
    default:
        return updated(*m_lastTable);
    }
}

QByteArray Capture::keyOf(const TableInfo &table, bool old) const
{
    QByteArray key;
    for (const int position : table.keyPositions) {
        const ValueView value = imageValue(m_handle, position, old);
        encodeKey({&value, 1}, key);
    }
    return key;
}

QByteArray Capture::imageOf(const TableInfo &table) const
{
    QByteArray image;
    for (int position = 0; position < table.positions; ++position)
        Bytes::appendValue(image, imageValue(m_handle, position, true));
    return image;
}

Capture::Touch &Capture::touch(const TableInfo &table, const QByteArray &key)
{
    const QByteArray id = QByteArray::number(table.id, 36) + ':' + key;
    const auto known = m_byKey.constFind(id);
    if (known != m_byKey.constEnd())
        return m_touches[*known];
    m_byKey.insert(id, m_touches.size());
    m_touches.push_back({.table = &table, .key = key, .space = {}, .before = {}});
    return m_touches.back();
}

void Capture::removed(const TableInfo &table)
{
    const size_t before = m_touches.size();
    Touch &row = touch(table, keyOf(table, true));
    if (m_touches.size() > before) {
        row.existed = true;
        row.before = imageOf(table);
    }
    row.exists = false;
}

/// Sets the bits of the columns in which `now` differs from the row before the transaction.
void Capture::compare(Touch &row, const std::vector<ValueView> &now) const
{
    Bytes::Reader before(row.before);
    row.mask = 0;
    row.positions = 0;
    for (int position = 0; position < row.table->positions; ++position) {
        const ValueView old = before.value();
        const ColumnId column = row.table->atPosition[static_cast<size_t>(position)];
        if (column == 0 || sameValue(old, now[static_cast<size_t>(position)]))
            continue;
        row.mask |= Mask::ofColumn(column);
        row.positions |= positionBit(position);
    }
}

void Capture::inserted(const TableInfo &table)
{
    Touch &row = touch(table, keyOf(table, false));
    row.exists = true;
    if (table.spacePosition >= 0)
        row.space = imageValue(m_handle, table.spacePosition, false).bytes.toByteArray();
    if (row.existed) { // deleted before in this transaction: REPLACE is one of these
        std::vector<ValueView> now;
        for (int position = 0; position < table.positions; ++position)
            now.push_back(imageValue(m_handle, position, false));
        compare(row, now);
    }
}

void Capture::updated(const TableInfo &table)
{
    const QByteArray oldKey = keyOf(table, true);
    const QByteArray newKey = keyOf(table, false);
    if (table.spacePosition >= 0
        && !sameValue(imageValue(m_handle, table.spacePosition, true), imageValue(m_handle, table.spacePosition, false)))
        m_error = {u"space_fixed"_s, u"A row stays in its space: column %1 cannot be changed, insert a new row instead."_s.arg(
                                         QString::fromUtf8(table.spaceColumn))};
    if (oldKey != newKey) { // another key is another row
        removed(table);
        inserted(table);
        return;
    }
    const size_t before = m_touches.size();
    Touch &row = touch(table, oldKey);
    if (m_touches.size() > before) {
        row.existed = true;
        row.before = imageOf(table);
    }
    row.exists = true;
    for (int position = 0; position < table.positions; ++position) {
        const ColumnId column = table.atPosition[static_cast<size_t>(position)];
        if (column == 0 || (row.mask & Mask::ofColumn(column)) != 0)
            continue;
        if (sameValue(imageValue(m_handle, position, true), imageValue(m_handle, position, false)))
            continue;
        row.mask |= Mask::ofColumn(column);
        row.positions |= positionBit(position);
    }
}

Result<void> Capture::touchAll(const TableInfo &table)
{
    QByteArray names;
    for (const QByteArray &name : table.keyNames)
        names += quotedName(name) + ',';
    names += table.spacePosition >= 0 ? quotedName(table.spaceColumn) : "''";
    auto select = SqlStatement::prepare(m_handle, "SELECT " + names + " FROM " + quotedName(table.name));
    if (!select)
        return fail(select.error());
    const int keys = static_cast<int>(table.keyNames.size());
    while (true) {
        const auto found = select->step();
        if (!found)
            return fail(found.error());
        if (!*found)
            return {};
        QByteArray key;
        for (int column = 0; column < keys; ++column) {
            const ValueView value = viewOf(sqlite3_column_value(select->raw(), column));
            encodeKey({&value, 1}, key);
        }
        Touch &row = touch(table, key);
        row.existed = false; // for the other devices it is born now
        row.exists = true;
        row.space = select->bytes(keys).toByteArray();
    }
}

/// The hook's word is in doubt: look at the row.
Result<void> Capture::verify(Touch &row)
{
    std::vector<ValueView> now;
    const auto exists = m_rows.readValues(*row.table, row.key, now);
    if (!exists)
        return fail(exists.error());
    row.exists = *exists;
    if (row.existed && row.exists)
        compare(row, now);
    else if (row.exists && row.table->spacePosition >= 0)
        row.space = now[static_cast<size_t>(row.table->spacePosition)].bytes.toByteArray();
    m_rows.releaseValues();
    return {};
}

Result<void> Capture::flush(qint64 wallMs, const QByteArray &homeSpace)
{
    if (!m_error.code.isEmpty())
        return fail(m_error);
    if (m_touches.empty())
        return {};
    if (!m_merging && m_events != sqlite3_total_changes64(m_handle) - m_changesAtBegin)
        m_doubtful = true;
    const Stamp stamp{m_store.clock.tick(wallMs), m_store.site};
    // What flush() itself writes to sheaf_ tables passes the hook, but touches nothing.
    for (Touch &row : m_touches) {
        if (m_doubtful || m_savepoints) {
            if (auto done = verify(row); !done)
                return done;
        }
        if (auto done = stampTouch(row, stamp, homeSpace); !done)
            return done;
    }
    m_touches.clear();
    m_byKey.clear();
    return {};
}

Result<void> Capture::stampTouch(Touch &row, Stamp stamp, const QByteArray &homeSpace)
{
    if (!row.exists && !row.existed)
        return {};
    if (row.exists && row.existed && row.mask == 0)
        return {};
    note(*row.table, row.key, row.positions, !row.existed, !row.exists);
    RowState state;
    if (!row.existed) {
        // Nearly always the key was never there: try that without a look first.
        return stampBirth(row, state, stamp, homeSpace);
    }
    if (auto done = m_rows.read(*row.table, row.key, state); !done)
        return done;
    return row.exists ? stampUpdate(row, state, stamp) : stampDelete(row, state, stamp);
}

Result<void> Capture::stampBirth(Touch &row, RowState &state, Stamp stamp, const QByteArray &homeSpace)
{
    auto space = m_store.spaceFor(row.table->spacePosition >= 0 && !row.space.isEmpty() ? row.space : homeSpace);
    if (!space)
        return fail(space.error());
    state.space = (*space)->id;
    const auto number = m_rows.enqueue(*row.table, row.key, state, stamp.hlc, ~0ULL);
    if (!number)
        return fail(number.error());
    state.outbox = *number;
    state.clock = row.table->bornClock(1, stamp);
    const auto inserted = m_rows.insert(*row.table, row.key, state);
    if (!inserted)
        return fail(inserted.error());
    if (*inserted)
        return {};
    RowState before;
    if (auto done = m_rows.read(*row.table, row.key, before); !done)
        return done;
    if (before.outbox != 0) {
        if (auto done = m_rows.dequeue(before.outbox); !done)
            return done;
    }
    if (auto done = m_rows.unpark(*row.table, row.key); !done)
        return done;
    state.known = true;
    // A table that was written before it was synced may hold rows that others have, alive.
    state.clock = row.table->bornClock(before.clock.length + (isAlive(before.clock.length) ? 2 : 1), stamp);
    return m_rows.write(*row.table, row.key, before.clock, state);
}

Result<void> Capture::stampUpdate(Touch &row, RowState &state, Stamp stamp)
{
    const RowClock before = state.clock;
    quint64 mask = row.mask;
    for (const TableInfo::Column &column : row.table->columns) {
        if (column.position >= 0 && (row.mask & Mask::ofColumn(column.id)) != 0)
            state.clock.setStamp(column.id, stamp);
    }
    if (state.outbox != 0) {
        const auto waiting = m_rows.mask(state.outbox);
        if (!waiting)
            return fail(waiting.error());
        mask |= *waiting;
    }
    const auto number = m_rows.enqueue(*row.table, row.key, state, stamp.hlc, mask);
    if (!number)
        return fail(number.error());
    state.outbox = *number;
    return m_rows.write(*row.table, row.key, before, state);
}

Result<void> Capture::stampDelete(Touch &row, RowState &state, Stamp stamp)
{
    const RowClock before = state.clock;
    state.clock = {.length = before.length + 1, .life = stamp, .uniform = 0, .others = {}};
    const auto number = m_rows.enqueue(*row.table, row.key, state, stamp.hlc, Mask::whole);
    if (!number)
        return fail(number.error());
    state.outbox = *number;
    if (auto done = m_rows.unpark(*row.table, row.key); !done)
        return done;
    return m_rows.write(*row.table, row.key, before, state);
}

void Capture::note(const TableInfo &table, QByteArrayView key, quint64 columns, bool born, bool gone)
{
    auto &rows = m_changes.tables[table.name.toLower()];
    if (rows.size() <= listedRowsMax)
        rows.append({.key = key.toByteArray(), .columns = columns, .born = born, .gone = gone});
}

CommitChanges Capture::takeChanges(bool remote)
{
    CommitChanges changes = std::exchange(m_changes, {});
    changes.remote = remote;
    for (auto it = changes.tables.cbegin(); it != changes.tables.cend(); ++it)
        changes.everything = changes.everything || it->size() > listedRowsMax;
    const QList<QByteArray> names = changes.tables.keys();
    for (const QByteArray &name : names) {
        const QByteArray virtualTable = withoutShadowSuffix(name);
        if (!virtualTable.isEmpty() && !changes.tables.contains(virtualTable))
            changes.tables.insert(virtualTable, {{.key = {}, .born = true}});
    }
    return changes;
}

} // namespace Sheaf
