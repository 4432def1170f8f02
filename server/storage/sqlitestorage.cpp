// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/storage/sqlitestorage.h"

#include "base/check.h"
#include "protocol/packing.h"
#include "server/storage/digestupgrade.h"
#include "server/storage/sqlitetransaction.h"
#include "sql/database.h"
#include "sql/migrations.h"

#include <QFileInfo>

#include <sqlite3.h>

static void initStorageResources()
{
    Q_INIT_RESOURCE(serverschema);
}

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr int walPagesBeforeCheckpoint = 4000; // 16 MiB: a bulk upload rewrites pages less often

// In the order of SqliteStorage::Query.
constexpr const char *queries[] = {
    "SELECT id, name, token_hash FROM device WHERE token_hash = ?1",
    "SELECT id, name, token_hash FROM device ORDER BY name, id",
    "INSERT INTO device (name, token_hash) VALUES (?1, ?2) RETURNING id",
    "UPDATE device SET name = ?1, token_hash = ?2 WHERE id = ?3",
    "DELETE FROM device_grant WHERE device = ?1",
    "INSERT INTO device_grant (device, place, space, role) SELECT ?1, ?2, id, ?4 FROM space WHERE name = ?3",
    "SELECT s.name, g.role FROM device_grant g JOIN space s ON s.id = g.space WHERE g.device = ?1 ORDER BY g.place",
    "SELECT device, lease_current, leases_pending FROM site WHERE site = ?1",
    "INSERT INTO site (site, device, lease_current, leases_pending) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
    "SET device = ?2, lease_current = ?3, leases_pending = ?4",
    "SELECT number FROM push_number WHERE site = ?1 AND space = ?2",
    "INSERT INTO push_number (site, space, number) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET number = ?3",
    "SELECT id, head, digest, schema_min, floor_stamp, floor_sequence, forgotten_stamp, forgotten_sequence, "
    "forgotten_length, longest_delete FROM space "
    "WHERE name = ?1",
    "INSERT INTO space (name, head, digest) VALUES (?1, ?2, ?3) RETURNING id",
    "UPDATE space SET head = ?1, digest = ?2, floor_stamp = ?4, floor_sequence = ?5, forgotten_stamp = ?6, "
    "forgotten_sequence = ?7, forgotten_length = ?8, longest_delete = ?9 WHERE id = ?3",
    "UPDATE space SET schema_min = ?1 WHERE id = ?2",
    "SELECT id, head, digest, schema_min, floor_stamp, floor_sequence, forgotten_stamp, forgotten_sequence, "
    "forgotten_length, longest_delete, name FROM space "
    "ORDER BY name",
    "SELECT id, name, EXISTS (SELECT 1 FROM text_update u WHERE u.tbl = t.id) FROM dictionary_table t "
    "WHERE space = ?1 ORDER BY id",
    "SELECT id, name FROM dictionary_column WHERE tbl = ?1 ORDER BY id",
    "INSERT INTO dictionary_table (space, name) VALUES (?1, ?2) RETURNING id",
    "INSERT INTO dictionary_column (tbl, id, name) VALUES (?1, ?2, ?3)",
    "SELECT position, record FROM record WHERE tbl = ?1 AND pk = ?2",
    "INSERT INTO record (position, tbl, pk, record) VALUES (?1, ?2, ?3, ?4)",
    "UPDATE record SET position = ?1, record = ?2 WHERE position = ?3",
    "DELETE FROM record WHERE position = ?1",
    "INSERT INTO place (space, site, seen, heard_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE "
    "SET seen = max(seen, ?3), heard_ms = max(heard_ms, ?4)",
    "SELECT p.site, p.seen, p.heard_ms FROM place p JOIN site s ON s.site = p.site JOIN device d ON d.id = s.device "
    "WHERE p.space = ?1 AND d.token_hash IS NOT NULL "
    "AND EXISTS (SELECT 1 FROM device_grant g WHERE g.device = d.id AND g.space = p.space AND g.role > 0) ORDER BY p.site",
    "SELECT position, tbl, pk, record FROM record WHERE position > ?1 AND position < ?2 ORDER BY position",
    "SELECT position, sealed, sum(size) FROM text_update WHERE tbl = ?1 AND pk = ?2 AND col = ?3 "
    "GROUP BY position, sealed ORDER BY position, sealed",
    "SELECT number, position, sealed, size, bytes FROM text_update WHERE tbl = ?1 AND pk = ?2 AND col = ?3 "
    "AND (position & 0xFFFFFFFFFF) BETWEEN ?4 AND ?5 ORDER BY position, number",
    "INSERT INTO text_update (position, tbl, pk, col, sealed, size, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "DELETE FROM text_update WHERE tbl = ?1 AND pk = ?2 AND col = ?3 AND (position & 0xFFFFFFFFFF) BETWEEN ?4 AND ?5 "
    "AND sealed = 0",
    "DELETE FROM text_update WHERE tbl = ?1 AND pk = ?2",
    "SELECT u.number, u.position, u.tbl, u.pk, u.col, u.sealed, u.size, u.bytes, r.record FROM text_update u "
    "JOIN record r ON r.tbl = u.tbl AND r.pk = u.pk WHERE u.position > ?1 AND u.position < ?2 "
    "AND (u.position > ?1 + 1 OR u.number > ?3) ORDER BY u.position, u.number",
};

Result<void> refuseForeign(sqlite3 *handle, const QString &path)
{
    auto tables = SqlStatement::prepare(handle, "SELECT count(*), count(CASE WHEN name = 'meta' THEN 1 END) FROM sqlite_schema");
    if (!tables)
        return fail(tables.error());
    auto row = tables->step();
    if (!row)
        return fail(row.error());
    if (tables->integer(0) == 0)
        return {};
    const Error foreign{u"foreign_database"_s, u"%1 is a database of another program; name another data folder."_s.arg(path)};
    if (tables->integer(1) == 0)
        return fail(foreign);
    auto format = SqlStatement::prepare(handle, "SELECT 1 FROM meta WHERE name = 'format' AND value = 'sheaf-server'");
    if (!format)
        return fail(foreign);
    auto found = format->step();
    return found && *found ? Result<void>() : Result<void>(fail(foreign));
}

} // namespace

Result<std::unique_ptr<SqliteStorage>> SqliteStorage::open(const QString &path, Epoch epoch)
{
    initStorageResources();
    std::unique_ptr<SqliteStorage> storage(new SqliteStorage(path));
    if (auto connected = storage->connect(); !connected)
        return fail(connected.error());
    auto made = SqlStatement::prepare(storage->m_handle, "INSERT INTO meta VALUES ('epoch', ?1) ON CONFLICT DO NOTHING");
    if (!made)
        return fail(made.error());
    made->bindInteger(1, static_cast<qint64>(epoch));
    if (auto ran = made->run(); !ran)
        return fail(ran.error());
    auto read = SqlStatement::prepare(storage->m_handle, "SELECT value FROM meta WHERE name = 'epoch'");
    if (!read)
        return fail(read.error());
    auto row = read->step();
    if (!row || !*row)
        return fail(u"database_damaged"_s, u"%1 has lost its epoch; restore a backup."_s.arg(path));
    storage->m_epoch = static_cast<Epoch>(read->integer(0));
    return storage;
}

SqliteStorage::~SqliteStorage()
{
    disconnect();
}

Result<void> SqliteStorage::connect()
{
    static int connections = 0; // one thread: see Storage
    m_connection = u"sheaf-server-%1"_s.arg(++connections);
    auto opened = openDatabase({m_path, m_connection});
    if (!opened)
        return fail(opened.error());
    m_database = *opened;
    m_handle = sqliteHandle(m_database);
    m_isOpen = true;
    if (auto ours = refuseForeign(m_handle, m_path); !ours)
        return ours;
    auto scripts = readMigrations(u":/sheaf/server/storage"_s);
    if (!scripts)
        return fail(scripts.error());
    sqlite3_wal_autocheckpoint(m_handle, walPagesBeforeCheckpoint);
    return migrate(m_handle, *scripts, {}, [this] { return upgradeDigests(m_handle); });
}

void SqliteStorage::disconnect()
{
    if (!m_isOpen)
        return;
    m_statements = {};
    m_handle = nullptr;
    m_isOpen = false;
    closeDatabase(m_database);
}

Result<SqlStatement *> SqliteStorage::statement(Query query)
{
    static_assert(std::size(queries) == QueryCount);
    SqlStatement &prepared = m_statements[query];
    if (!prepared.isPrepared()) {
        auto made = SqlStatement::prepare(m_handle, queries[query]);
        if (!made)
            return fail(made.error());
        prepared = *std::move(made);
    }
    return &prepared;
}

Result<std::unique_ptr<StorageTransaction>> SqliteStorage::begin()
{
    SHEAF_CHECK(!m_inTransaction);
    if (!m_isOpen) {
        if (auto connected = connect(); !connected) {
            disconnect();
            return fail(connected.error());
        }
    }
    auto transaction = SqlTransaction::begin(m_handle);
    if (!transaction)
        return fail(transaction.error());
    return std::unique_ptr<StorageTransaction>(std::make_unique<SqliteTransaction>(*this, *std::move(transaction)));
}

Result<void> SqliteStorage::scanRows(Query query, const std::function<void(SqlStatement &)> &bind,
                                     const std::function<bool(const SqlStatement &)> &visit)
{
    SHEAF_CHECK(!m_inTransaction);
    if (!m_isOpen)
        return fail(u"database_failed"_s, u"The database is closed after a failure."_s);
    auto prepared = statement(query);
    if (!prepared)
        return fail(prepared.error());
    SqlStatement &rows = **prepared;
    bind(rows);
    for (;;) {
        auto row = rows.step();
        if (!row || !*row || !visit(rows)) {
            rows.reset();
            return row ? Result<void>() : Result<void>(fail(row.error()));
        }
    }
}

Result<void> SqliteStorage::scan(SpaceId space, Sequence after, const std::function<bool(const RecordView &)> &visit)
{
    const auto bind = [&](SqlStatement &s) {
        s.bindInteger(1, positionOf(space, after));
        s.bindInteger(2, positionOf(space + 1, 0));
    };
    return scanRows(ScanRecords, bind, [&](const SqlStatement &s) {
        return visit({sequenceOf(s.integer(0)), static_cast<TableId>(s.integer(1)), s.bytes(2), s.bytes(3)});
    });
}

Result<void> SqliteStorage::scanTexts(SpaceId space, Sequence after, qint64 number,
                                      const std::function<bool(const TextView &)> &visit)
{
    const auto bind = [&](SqlStatement &s) {
        s.bindInteger(1, positionOf(space, after));
        s.bindInteger(2, positionOf(space + 1, 0));
        s.bindInteger(3, number);
    };
    Packing packing;
    Result<void> unpacked;
    auto scanned = scanRows(ScanTexts, bind, [&](const SqlStatement &s) {
        const auto update = packing.unpack(s.bytes(7), s.integer(6));
        if (!update)
            unpacked = fail(update.error());
        return update && visit({s.integer(0), sequenceOf(s.integer(1)), static_cast<TableId>(s.integer(2)), s.bytes(3),
                                static_cast<ColumnId>(s.integer(4)), s.integer(5) != 0, *update, s.bytes(8)});
    });
    return scanned ? unpacked : scanned;
}

} // namespace Sheaf::Server
