// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/capture.h"

#include "crdt/bytes.h"
#include "crdt/rowkey.h"
#include "protocol/limits.h"
#include "replica/sqlrules.h"
#include "replica/stamper.h"
#include "replica/undorecorder.h"
#include "sql/database.h"

#include <sqlite3.h>

#include <algorithm>

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
        // As a blob, because the text would be copied to end it with a zero.
        const auto *text = static_cast<const char *>(sqlite3_value_blob(value));
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

std::vector<ValueView> imageValues(sqlite3 *handle, int positions, bool old)
{
    std::vector<ValueView> values(static_cast<size_t>(positions));
    for (int position = 0; position < positions; ++position)
        values[static_cast<size_t>(position)] = imageValue(handle, position, old);
    return values;
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

Result<void> stampRecorded(Stamper &stamper, UndoRecorder &recorder, const Touch &row)
{
    const auto recorded = recorder.before(row);
    if (!recorded)
        return fail(recorded.error());
    if (auto done = stamper.stamp(row); !done || !*recorded)
        return done;
    return recorder.after(row);
}

} // namespace

Capture::Capture(sqlite3 *handle, SqlRules &rules, Store &store, Catalog &catalog, RowStore &rows, RowTexts &texts,
                 RowParts &parts)
    : m_handle(handle), m_rules(rules), m_store(store), m_catalog(catalog), m_rows(rows), m_texts(texts), m_parts(parts)
{
    watch(true);
    sqlite3_set_authorizer(handle, authorize, this);
    sqlite3_commit_hook(handle, commitHook, this);
}

Capture::~Capture()
{
    watch(false);
    sqlite3_set_authorizer(m_handle, nullptr, nullptr);
    sqlite3_commit_hook(m_handle, nullptr, nullptr);
}

void Capture::watch(bool on)
{
    sqlite3_preupdate_hook(m_handle, on ? preupdate : nullptr, this);
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
    m_changes = {};
    m_listed = nullptr;
    m_error = {};
    m_lastName.clear();
    m_lastTable = nullptr;
}

void Capture::preupdate(void *self, sqlite3 *, int operation, const char *, const char *table, long long oldRowid,
                        long long newRowid)
{
    static_cast<Capture *>(self)->changed(operation, table, operation == SQLITE_INSERT ? newRowid : oldRowid,
                                          operation == SQLITE_DELETE ? oldRowid : newRowid);
}

int Capture::authorize(void *self, int action, const char *one, const char *two, const char *database, const char *inside)
{
    auto *capture = static_cast<Capture *>(self);
    // Prepared once, such a statement may run again without a word: from now on nothing is trusted.
    if (action == SQLITE_SAVEPOINT && qstrcmp(one, "ROLLBACK") == 0)
        capture->m_savepoints = true;
    return capture->m_rules.allows(action, one, two, database, inside) ? SQLITE_OK : SQLITE_DENY;
}

int Capture::commitHook(void *self)
{
    const auto *capture = static_cast<const Capture *>(self);
    return capture->m_touches.isEmpty() ? 0 : 1; // not 0: SQLite rolls back
}

/// `newRowid` is another than `rowid` when an update gives a row another place.
void Capture::changed(int operation, const char *name, long long rowid, long long newRowid)
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
            auto &rows = changedRows(m_lastName);
            if (rows.size() <= listedRowsMax)
                rows.append({.key = {}, .rowid = rowid, .born = operation == SQLITE_INSERT, .gone = operation == SQLITE_DELETE});
            if (rows.size() <= listedRowsMax && newRowid != rowid)
                rows.append({.key = {}, .rowid = newRowid, .born = true});
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

void Capture::readKey(const TableInfo &table, bool old)
{
    m_key.resize(0);
    for (const int position : table.keyPositions) {
        const ValueView value = imageValue(m_handle, position, old);
        encodeKey({&value, 1}, m_key);
    }
}

bool Capture::keyChanges(const TableInfo &table) const
{
    return !std::ranges::all_of(table.keyPositions, [this](int position) {
        return sameValue(imageValue(m_handle, position, true), imageValue(m_handle, position, false));
    });
}

/// Keeps all values that the row had before the transaction: those that changed earlier in it are
/// kept already, the others still have their values.
void Capture::keepImage(Touch &row)
{
    std::vector<ValueView> values = imageValues(m_handle, row.table->positions, true);
    Bytes::Reader changed(row.before);
    while (!changed.atEnd()) {
        const auto position = static_cast<size_t>(changed.varint());
        values[position] = changed.value();
    }
    m_image.resize(0);
    for (const ValueView &value : values)
        Bytes::appendValue(m_image, value);
    row.before = m_touches.store(m_image);
    row.whole = true;
}

void Capture::removed(const TableInfo &table)
{
    bool fresh = false;
    readKey(table, true);
    Touch &row = touch(table, fresh);
    row.existed = row.existed || fresh;
    if (row.existed && !row.whole)
        keepImage(row);
    row.exists = false;
}

/// Sets the bits of the columns in which `now` differs from the row before the transaction.
void Capture::compare(Touch &row, const std::vector<ValueView> &now)
{
    Bytes::Reader before(row.before);
    row.mask = row.edited;
    row.positions = 0;
    for (int next = 0; !before.atEnd(); ++next) {
        const int position = row.whole ? next : static_cast<int>(before.varint());
        const ValueView old = before.value();
        const ColumnId column = row.table->atPosition[static_cast<size_t>(position)];
        if (column == 0 || sameValue(old, now[static_cast<size_t>(position)]))
            continue;
        row.mask |= row.table->maskAt[static_cast<size_t>(position)];
        row.positions |= positionBit(position);
    }
}

void Capture::inserted(const TableInfo &table)
{
    bool fresh = false;
    readKey(table, false);
    Touch &row = touch(table, fresh);
    row.exists = true;
    if (table.spacePosition >= 0)
        row.space = m_touches.store(imageValue(m_handle, table.spacePosition, false).bytes);
    if (!table.texts.empty() || !table.parted.empty())
        noteBirth(row);
    if (row.existed) { // deleted before in this transaction: REPLACE is one of these
        compare(row, imageValues(m_handle, table.positions, false));
    }
}

void Capture::updated(const TableInfo &table)
{
    if (table.spacePosition >= 0 &&
        !sameValue(imageValue(m_handle, table.spacePosition, true), imageValue(m_handle, table.spacePosition, false)))
        m_error = {u"space_fixed"_s, u"A row stays in its space: column %1 cannot be changed, insert a new row instead."_s.arg(
                                         QString::fromUtf8(table.spaceColumn))};
    if (keyChanges(table)) { // another key is another row
        removed(table);
        inserted(table);
        return;
    }
    bool fresh = false;
    readKey(table, true);
    Touch &row = touch(table, fresh);
    row.existed = row.existed || fresh;
    row.exists = true;
    if (fresh && table.spacePosition >= 0)
        row.space = m_touches.store(imageValue(m_handle, table.spacePosition, false).bytes);
    if (!row.existed) { // born in this transaction: all its columns are stamped anyway
        if (!table.texts.empty() || !table.parted.empty())
            noteBirth(row);
        return;
    }
    m_image.resize(0);
    for (int position = 0; position < table.positions; ++position) {
        const ColumnId column = table.atPosition[static_cast<size_t>(position)];
        if (column == 0 || row.hasBefore(position))
            continue;
        const ValueView old = imageValue(m_handle, position, true);
        if (sameValue(old, imageValue(m_handle, position, false)))
            continue;
        row.mask |= table.maskAt[static_cast<size_t>(position)];
        row.positions |= positionBit(position);
        if (!row.whole) {
            Bytes::appendVarint(m_image, static_cast<quint64>(position));
            Bytes::appendValue(m_image, old);
        }
    }
    if (!m_image.isEmpty())
        row.before = m_touches.store(row.before.toByteArray() + m_image);
}

void Capture::noteBirth(Touch &row) const
{
    for (const ColumnId column : row.table->texts) {
        const ValueView value = imageValue(m_handle, row.table->column(column)->position, false);
        row.bigText = row.bigText || value.bytes.size() > Limits::textUpdateBytesMax;
    }
    for (const ColumnId column : row.table->parted) {
        const TableInfo::Column &info = *row.table->column(column);
        row.partBirth = row.partBirth || !ColumnMerge(info.type).isPlainBirth(imageValue(m_handle, info.position, false));
    }
}

void Capture::touchColumn(const TableInfo &table, const QByteArray &key, ColumnId column)
{
    bool fresh = false;
    Touch &row = m_touches.find(table, key, fresh);
    row.existed = row.existed || fresh;
    row.exists = row.exists || fresh;
    row.edited |= Mask::ofColumn(column);
    row.mask |= row.edited;
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
        m_key.resize(0);
        for (int column = 0; column < keys; ++column) {
            const ValueView value = viewOf(sqlite3_column_value(select->raw(), column));
            encodeKey({&value, 1}, m_key);
        }
        adopt(table, m_key, select->bytes(keys));
    }
}

void Capture::adopt(const TableInfo &table, QByteArrayView key, QByteArrayView space)
{
    bool fresh = false;
    Touch &row = m_touches.find(table, key, fresh);
    row.existed = false; // for the other devices it is born now
    row.bigText = !table.texts.empty();
    row.partBirth = !table.parted.empty();
    row.exists = true;
    row.space = m_touches.store(space);
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
        row.space = m_touches.store(now[static_cast<size_t>(row.table->spacePosition)].bytes);
    row.bigText = row.bigText || !row.table->texts.empty();
    row.partBirth = row.partBirth || !row.table->parted.empty();
    m_rows.releaseValues();
    return {};
}

/// What SQL wrote to a text column and is no text, as NULL, becomes the text that others will see.
Result<void> Capture::normaliseTexts()
{
    struct Wrong {
        const TableInfo *table;
        QByteArray key;
        ColumnId column;
        QByteArray text;
    };
    std::vector<Wrong> all;
    std::vector<ValueView> now;
    for (const Touch &row : m_touches) {
        if (!row.existed || !row.exists || (row.mask & row.table->textsMask) == 0)
            continue;
        const auto there = m_rows.readValues(*row.table, row.key, now);
        if (!there)
            return fail(there.error());
        for (const ColumnId column : row.table->texts) {
            const int position = row.table->column(column)->position;
            if (!*there || (row.mask & Mask::ofColumn(column)) == 0 || !row.valueBefore(position))
                continue;
            const ValueView value = now[static_cast<size_t>(position)];
            if (value.type != ValueView::Type::Text || !value.bytes.toByteArray().isValidUtf8())
                all.push_back({row.table, row.key.toByteArray(), column, RowTexts::textOfValue(value)});
        }
        m_rows.releaseValues();
    }
    const bool merging = std::exchange(m_merging, true); // triggers are captured, this is not
    for (const Wrong &wrong : all) {
        const Cell cell{wrong.column, {}, ValueView::ofText(wrong.text)};
        if (auto done = m_rows.updateValues(*wrong.table, wrong.key, {&cell}); !done)
            return done;
    }
    m_merging = merging;
    return {};
}

Result<void> Capture::flush(qint64 wallMs, const QByteArray &homeSpace)
{
    if (!m_error.code.isEmpty())
        return fail(m_error);
    if (m_touches.isEmpty())
        return {};
    if (!m_merging && m_events != sqlite3_total_changes64(m_handle) - m_changesAtBegin)
        m_doubtful = true;
    if (auto done = normaliseTexts(); !done)
        return done;
    if (auto done = normaliseParts(); !done)
        return done;
    // What is written now is our own: without the hook it costs less.
    watch(false);
    auto done = stampAll({m_store.clock.tick(wallMs), m_store.site}, homeSpace);
    watch(true);
    m_touches.clear();
    return done;
}

Result<void> Capture::stampAll(Stamp stamp, const QByteArray &homeSpace)
{
    Stamper stamper(m_store, m_rows, m_texts, m_parts, stamp, homeSpace, m_merging);
    if (m_recorder != nullptr)
        m_recorder->expect(m_touches.size());
    for (Touch &row : m_touches) {
        if (m_doubtful || m_savepoints) {
            if (auto done = verify(row); !done)
                return done;
        }
        if ((!row.exists && !row.existed) || (row.exists && row.existed && row.mask == 0))
            continue;
        note(*row.table, row.key, row.positions, !row.existed, !row.exists);
        if (auto done = m_recorder != nullptr ? stampRecorded(stamper, *m_recorder, row) : stamper.stamp(row); !done)
            return done;
    }
    return {};
}

QList<CommitChanges::Row> &Capture::changedRows(const QByteArray &table)
{
    if (m_listed == nullptr || m_listedName != table) {
        m_listedName = table;
        m_listed = &m_changes.tables[table.toLower()];
    }
    return *m_listed;
}

void Capture::note(const TableInfo &table, QByteArrayView key, quint64 columns, bool born, bool gone)
{
    auto &rows = changedRows(table.name);
    if (rows.size() <= listedRowsMax)
        rows.append({.key = key.toByteArray(), .columns = columns, .born = born, .gone = gone});
}

CommitChanges Capture::takeChanges(bool remote)
{
    CommitChanges changes = std::exchange(m_changes, {});
    m_listed = nullptr;
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
