// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simserver.h"

#include "server/core/authenticator.h"
#include "server/storage/sqlitestorage.h"
#include "simulation/simschema.h"

#include <QDir>

#include <sqlite3.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

SimServer::SimServer(WorldParts &parts, quint64 seed, const Mutant *mutant, bool mayRestore)
    : m_parts(parts), m_random(seed), m_mutant(mutant), m_diskRandom(SeededRandom::branch(seed, SeededRandom::Purpose::Disk))
{
    const bool inMemory = m_random.oneIn(2) && !mayRestore && !(mutant && mutant->serverDiskLies);
    m_epoch = m_random.next() | 1U;
    m_parts.disk.watchSyncs(path(), [this] { synced(); });
    if (inMemory)
        m_memory = std::make_unique<Server::MemoryStorage>(m_epoch);
}

SimServer::~SimServer()
{
    m_parts.network.setAcceptor({});
    m_core.reset();
    m_proxy.reset();
}

std::string SimServer::path() const
{
    return m_parts.folder.toStdString() + "/server/";
}

qint64 SimServer::wallMs() const
{
    return NodeClock::epochMs + m_parts.queue.nowUs() / 1000 + skewMs;
}

Verified SimServer::start()
{
    QDir().mkpath(QString::fromStdString(path()));
    m_coreSkewMs = skewMs + (m_mutant ? m_mutant->serverClockLieMs : 0);
    m_clock = std::make_unique<NodeClock>(m_parts.queue, m_coreSkewMs);
    if (m_memory) {
        m_storage = m_memory.get();
    } else {
        auto opened = Server::SqliteStorage::open(QString::fromStdString(path()) + u"server.db"_s, m_epoch);
        if (!opened && m_struck) {
            bury();
            return {};
        }
        if (!opened)
            return Violation{"S1 server opens again", (opened.error().code + u": "_s + opened.error().message).toStdString()};
        m_file = std::move(opened).value();
        m_storage = m_file.get();
    }
    plant();
    m_core = std::make_unique<Server::ServerCore>(*m_storage, *m_clock, m_random);
    m_core->setRetention(retention);
    m_parts.network.setAcceptor([this](std::unique_ptr<Connection> connection) { m_core->accept(std::move(connection)); });
    return {};
}

/// Puts the planted bug in front of the storage.
void SimServer::plant()
{
    StorageBugs bugs;
    if (m_mutant && m_mutant->storage)
        bugs = *m_mutant->storage;
    else if (m_mutant && m_mutant->slowCommitsVanish)
        bugs.commit = [this](auto &inner, auto &) -> Result<void> {
            constexpr qint64 patienceUs = 200'000;
            if (m_lastSyncUs < patienceUs)
                return inner->commit();
            m_lastSyncUs = 0;
            inner.reset();
            return {};
        };
    else
        return;
    m_proxy = std::make_unique<StorageProxy>(*m_storage, bugs);
    m_storage = m_proxy.get();
}

void SimServer::synced()
{
    constexpr qint64 stallUs = 15'000'000;
    if (!m_clock || syncUsMax <= 0)
        return;
    m_lastSyncUs = m_diskRandom.oneIn(100) ? stallUs : m_diskRandom.between(0, syncUsMax);
    m_clock->spend(m_lastSyncUs);
}

void SimServer::doom(SeededRandom &random, bool power)
{
    m_parts.disk.doom({path(), random.between(0, 60), power, random.next(), [this] { struck(); }});
}

/// The process goes on until whatever it is doing returns, but nobody hears of it.
void SimServer::struck()
{
    if (m_parts.trace)
        std::printf("    server dies between two writes\n");
    m_struck = true;
    m_parts.network.setAcceptor({});
    m_parts.network.cutEverything();
    m_parts.queue.at(m_parts.queue.nowUs(), [this] { bury(); });
}

void SimServer::bury()
{
    if (!m_struck)
        return;
    m_parts.network.setAcceptor({});
    m_core.reset();
    m_proxy.reset();
    m_file.reset();
    m_clock.reset();
    m_struck = false;
}

void SimServer::backUp()
{
    if (!m_memory)
        m_backup = m_parts.disk.snapshot(path());
}

bool SimServer::restoreBackup()
{
    if (!m_backup)
        return false;
    die(false, 0);
    mendDisk(); // or the new epoch would not be written
    m_parts.disk.restore(path(), *m_backup);
    if (m_parts.trace)
        std::printf("    server is put back to an earlier state\n");
    m_parts.copied = true;
    m_epoch = m_random.next() | 1U;
    sqlite3 *file = nullptr;
    if (sqlite3_open((path() + "server.db").c_str(), &file) == SQLITE_OK && !(m_mutant && m_mutant->keepsEpoch)) {
        const std::string sql =
            "UPDATE meta SET value = " + std::to_string(static_cast<qint64>(m_epoch)) + " WHERE name = 'epoch'";
        sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr);
    }
    sqlite3_close(file);
    return true;
}

void SimServer::die(bool power, quint64 seed)
{
    m_parts.disk.pardon(path());
    bury();
    m_parts.network.setAcceptor({});
    if (power)
        m_parts.disk.crash(path(), seed);
    else if ((seed & 1U) != 0) // else it closes its files in peace
        m_parts.disk.kill(path());
    m_core.reset();
    m_proxy.reset();
    m_file.reset();
    m_clock.reset();
}

void SimServer::breakDisk(SeededRandom &random)
{
    if (m_memory) {
        m_memory->failNextCommit(random.oneIn(2));
        return;
    }
    const auto operation = random.oneIn(2) ? CrashDisk::Operation::Write : CrashDisk::Operation::Sync;
    m_parts.disk.inject({path(), operation, 0, random.between(0, 3), random.oneIn(2)});
}

void SimServer::mendDisk()
{
    m_parts.disk.clearFaults();
}

QByteArray SimServer::addDevice(int number)
{
    const auto token = Server::addToken(*m_storage, m_random, "device" + QByteArray::number(number), simSpaces());
    return token ? *token : QByteArray();
}

QList<Server::StoredDevice> SimServer::devices()
{
    auto transaction = m_storage->begin();
    auto all = transaction ? (*transaction)->devices({}) : Result<QList<Server::StoredDevice>>(fail(transaction.error()));
    return all ? *std::move(all) : QList<Server::StoredDevice>();
}

bool SimServer::grant(int number, const QByteArray &space, Role role)
{
    const auto changed = Server::grantSpaces(*m_storage, "device" + QByteArray::number(number), {space}, role);
    if (!changed)
        return false;
    for (const Server::StoredDevice &device : *changed)
        m_core->accessChanged(device);
    return true;
}

void SimServer::requireSchema(const QByteArray &space, quint32 version)
{
    if (Server::requireSchema(*m_storage, space, version))
        m_core->schemaRequired(space, version);
}

void SimServer::tellGrants()
{
    for (const Server::StoredDevice &device : devices())
        m_core->accessChanged(device);
}

std::optional<Role> SimServer::roleOf(int number, const QByteArray &space)
{
    for (const Server::StoredDevice &device : devices()) {
        if (device.name != "device" + QByteArray::number(number))
            continue;
        const auto grant = std::ranges::find(device.grants, space, &Server::Grant::space);
        return grant == device.grants.end() ? Role::None : grant->role;
    }
    return {};
}

Verified SimServer::readAll(Oracle::Rows &rows, std::map<QByteArray, SpaceDigest> &digests)
{
    for (const QByteArray &name : simSpaces()) {
        std::optional<Server::StoredSpace> space;
        QList<Server::StoredTable> tables;
        {
            auto transaction = m_storage->begin();
            if (!transaction)
                return Violation{"server reads", transaction.error().message.toStdString()};
            auto found = (*transaction)->space(name);
            if (!found || !*found)
                return Violation{"server reads", "no space " + name.toStdString()};
            space = **found;
            auto known = (*transaction)->tables(space->id);
            if (!known)
                return Violation{"server reads", known.error().message.toStdString()};
            tables = *known;
        }
        digests[name] = space->digest;
        if (auto found = readSpace(*space, tables, rows))
            return found;
    }
    return {};
}

/// Reads one space and computes its digest afresh.
Verified SimServer::readSpace(const Server::StoredSpace &space, const QList<Server::StoredTable> &tables, Oracle::Rows &rows)
{
    SpaceDigest fresh;
    Verified violation;
    const auto scanned = m_storage->scan(space.id, 0, [&](const Server::RecordView &row) {
        const auto table =
            std::find_if(tables.begin(), tables.end(), [&](const auto &candidate) { return candidate.id == row.table; });
        if (table == tables.end()) {
            violation = Violation{"server reads", "a row of no table"};
            return false;
        }
        RowRecord record;
        if (row.sequence > space.head || !decodeRecord(row.record, record)) {
            violation = Violation{"server reads", "a row beyond the head, or a bad one"};
            return false;
        }
        std::vector<NamedColumn> named;
        for (const TableNames::Column &column : table->columns)
            named.push_back({column.name, column.id});
        std::sort(named.begin(), named.end(), [](const auto &a, const auto &b) { return a.name < b.name; });
        fresh.add(fingerprint(table->name, row.key, clockOf(record), named));
        const QList<TableNames> names{{table->name, table->columns}};
        const Change change{0, row.key.toByteArray(), row.record.toByteArray()};
        violation =
            Oracle::collect(space.name, names, {change}, [&rows](const Oracle::RowId &id, const Oracle::Row &found) -> Verified {
                rows[id] = found;
                return {};
            });
        return !violation;
    });
    if (!scanned)
        return Violation{"server reads", scanned.error().message.toStdString()};
    if (!violation && !(fresh == space.digest))
        return Violation{"I9 digest kept right", "server, space " + space.name.toStdString()};
    return violation;
}

} // namespace Sheaf::Test
