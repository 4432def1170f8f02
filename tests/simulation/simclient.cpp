// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simclient.h"

#include "sql/database.h"

#include <QDir>
#include <QSqlQuery>
#include <QUrl>

#include <sqlite3.h>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

SimClient::SimClient(WorldParts &parts, int number, quint64 seed)
    : m_parts(parts), m_number(number), m_device(number), m_random(seed),
      m_diskRandom(SeededRandom::branch(seed, SeededRandom::Purpose::Disk))
{
    m_birthmark = "c" + QByteArray::number(number);
    m_transport = parts.network.transportOf(number);
    m_parts.disk.watchSyncs(path(), [this] { synced(); });
}

SimClient::~SimClient()
{
    m_reconnector.reset();
    m_replica.reset();
}

std::string SimClient::path() const
{
    return m_parts.folder.toStdString() + "/c" + std::to_string(m_number) + "/";
}

void SimClient::blame(std::string invariant, std::string detail)
{
    if (!m_violation)
        m_violation = Violation{std::move(invariant), "c" + std::to_string(m_number) + ": " + std::move(detail)};
}

SimClient::Promise SimClient::promise() const
{
    Promise now;
    now.visible = visible();
    for (const QByteArray &space : simSpaces()) {
        now.digests += m_replica->digest(space).value().toBytes();
    }
    for (const SpaceState &space : m_replica->spaces())
        now.digests += space.name + QByteArray::number(space.epoch) + '/' + QByteArray::number(space.cursor);
    now.pending = m_replica->pendingCount() + m_replica->heldCount() + m_replica->quarantined().value().size();
    now.rejected = m_replica->rejected().value().size();
    return now;
}

QList<QByteArray> SimClient::visible() const
{
    QList<QByteArray> digests;
    for (const QByteArray &space : simSpaces())
        digests += m_replica->visibleDigest(space).value();
    return digests;
}

/// A slow disk takes some time for each sync, and now and then a very long one.
void SimClient::synced()
{
    constexpr qint64 stallUs = 15'000'000;
    if (m_clock && syncUsMax > 0)
        m_clock->spend(m_diskRandom.oneIn(100) ? stallUs : m_diskRandom.between(0, syncUsMax));
}

Verified SimClient::start()
{
    bury();
    const QString folder = QString::fromStdString(path());
    QDir().mkpath(folder);
    m_clock = std::make_unique<NodeClock>(m_parts.queue, skewMs);
    constexpr quint64 madeOneIn = 8; // the others find their file made
    if (!std::exchange(m_begun, true) && !m_random.oneIn(madeOneIn))
        m_parts.newFile.copyTo(m_parts.disk, path() + "replica.db", std::max<SiteId>(m_random.next(), 1));
    if (beforeOpen)
        beforeOpen(*this);
    auto opened = Replica::open({.path = folder + u"replica.db"_s,
                                 .schemaPath = simSchemaPath(m_parts.folder, schema),
                                 .homeSpace = simSpaces().first(),
                                 .conflicts = policy,
                                 .filters = filters(),
                                 .birthmark = [this] { return m_birthmark; },
                                 .wallMs = [this] { return m_clock->wallMs(); },
                                 .random = [this] { return m_random.next(); }});
    if (!opened && m_struck) {
        bury();
        return {};
    }
    if (!opened)
        return Violation{"S1 opens again", (opened.error().code + u": "_s + opened.error().message).toStdString()};
    m_replica = std::move(opened).value();
    m_sites.insert(m_replica->site());
    m_replica->setConflictObserver([this](const Conflict &conflict) { judge(conflict); });
    m_replica->setRejectedObserver([this](const RejectedChange &change) { refused(change); });
    // Small, so that crashes meet checkpoints as well.
    sqlite3_wal_autocheckpoint(sqliteHandle(m_replica->database()), 20);
    if (m_promise && std::exchange(m_openedSchema, schema) != schema)
        m_promise->visible = promise().visible; // what was parked is there now
    Promise now = m_promise ? promise() : Promise();
    if (m_promise && m_promise->digests.isEmpty())
        now.digests.clear();
    if (m_promise && !m_struck && *m_promise != now)
        return Violation{"P1 saved is saved", "c" + std::to_string(m_number) + " differs after a restart"};
    if (m_struck) {
        bury();
        return {};
    }
    m_promise.reset();
    m_reconnector = std::make_unique<Reconnector>(
        *m_replica, *m_clock, m_random, *m_transport, u"sim"_s,
        Reconnector::Events{[this] { statusChanged(); },
                            [this](const QString &code, const QString &message) { reported(code, message); },
                            {},
                            [this](const SpaceNews &news) { m_cursors.erase(news.space); }});
    m_selects = m_repairs = false;
    if (auto found = ordered(m_replica->setFilters(filters()), "filters"); found || !m_replica) // as the engine does
        return found;
    askResolver();
    if (m_online)
        m_reconnector->connectTo(QUrl(u"ws://sim"_s), m_token);
    return {};
}

void SimClient::statusChanged()
{
    const SyncStatus &status = m_reconnector->status();
    static const QSet<QString> expected{
        {},           u"connection_lost"_s, u"shutting_down"_s, u"server_stopping"_s, u"storage_failed"_s, u"try_again"_s,
        u"timeout"_s, u"terms_changed"_s};
    const bool isOutdated = m_parts.has(Feature::SchemaMin) && status.error.code == u"update_needed"_s;
    if (!m_struck && !isOutdated && !expected.contains(status.error.code))
        blame("no refusals", (status.error.code + u": "_s + status.error.message).toStdString());
}

void SimClient::reported(const QString &code, const QString &message)
{
    if (m_parts.trace)
        std::printf("    c%d reports %s\n", m_number, qPrintable(code + u": "_s + message));
    if (m_parts.trace && code == u"digest_mismatch"_s)
        dump(); // before the session repairs it
    static const QSet<QString> expected{u"clock_ahead"_s, u"clock_behind"_s, u"swept"_s, u"born_apart"_s};
    if (code == u"no_row"_s && m_parts.has(Feature::Forgetting))
        return;
    if (m_struck || (m_parts.copied && (code == u"forked"_s || code == u"lease_lost"_s)))
        return;
    if ((code == u"no_permission"_s && m_parts.has(Feature::Roles)) ||
        (code == u"update_needed"_s && m_parts.has(Feature::SchemaMin)))
        return;
    if (code == u"filter_failed"_s && m_filtersFail)
        return;
    if (!expected.contains(code))
        blame("nothing to report", (code + u": "_s + message).toStdString());
}

void SimClient::doom(SeededRandom &random, bool power)
{
    m_parts.disk.doom({path(), random.between(0, 60), power, random.next(), [this] { struck(); }});
}

void SimClient::pardon()
{
    m_parts.disk.pardon(path());
}

/// The process goes on until whatever it is doing returns, but nobody hears of it.
void SimClient::struck()
{
    if (m_parts.trace)
        std::printf("    c%d dies between two writes\n", m_number);
    m_struck = true;
    m_parts.network.cutAll(m_number, false);
    m_parts.queue.at(m_parts.queue.nowUs(), [this] { bury(); });
}

void SimClient::bury()
{
    if (!m_struck)
        return;
    m_reconnector.reset();
    m_replica.reset();
    m_clock.reset();
    m_struck = false;
}

void SimClient::backUp()
{
    noteSent();
    m_backup = Backup{m_parts.disk.snapshot(path()), m_words, m_tallies, m_birthmark};
}

bool SimClient::restoreBackup()
{
    if (!m_backup || m_backup->files.empty())
        return false;
    pardon();
    m_reconnector.reset();
    m_replica.reset();
    m_clock.reset();
    m_struck = false;
    m_parts.disk.restore(path(), m_backup->files);
    if (m_parts.trace)
        std::printf("    c%d is put back to an earlier state\n", m_number);
    becomeCopy(m_backup->birthmark);
    m_promise.reset();
    m_cursors.clear();
    m_seen.clear();
    for (qsizetype i = m_backup->words.size(); i < m_words.size(); ++i)
        m_words[i].certain = m_words[i].certain && m_words[i].sent;
    for (qsizetype i = m_backup->tallies.size(); i < m_tallies.size(); ++i)
        m_tallies[i].certain = m_tallies[i].certain && m_tallies[i].sent;
    return true;
}

void SimClient::becomeCopy(const QByteArray &birthmark)
{
    m_parts.copied = true;
    if (m_random.oneIn(4)) {
        m_birthmark = birthmark;
        m_parts.cloned = true;
        return;
    }
    m_birthmark = "c" + QByteArray::number(m_number) + '.' + QByteArray::number(++m_files);
}

void SimClient::copyFrom(SimClient &other)
{
    other.noteSent();
    CrashDisk::Snapshot files;
    for (const auto &[name, bytes] : m_parts.disk.snapshot(other.path()))
        files[path() + name.substr(other.path().size())] = bytes;
    m_parts.disk.restore(path(), files);
    becomeCopy(other.m_birthmark);
    if (m_parts.trace)
        std::printf("    c%d is a copy of c%d\n", m_number, other.m_number);
    m_begun = true;
    m_device = other.m_device;
    m_token = other.m_token;
    m_online = other.m_online;
    policy = other.policy;
    schema = other.schema;
    m_sites = other.m_sites;
    m_filter = other.m_filter;
    m_filtersFail = other.m_filtersFail;
}

Verified SimClient::update()
{
    if (schema == simSchemas)
        return {};
    const bool isRunning = m_replica != nullptr;
    if (auto found = isRunning ? die(false, 0) : Verified())
        return found;
    schema = simSchemas;
    if (m_parts.trace)
        std::printf("    c%d is updated\n", m_number);
    return isRunning ? start() : Verified();
}

Verified SimClient::die(bool power, quint64 seed)
{
    pardon();
    bury();
    if (!m_replica)
        return {};
    m_promise = promise();
    if (m_replica->heldCount() > 0) // rows that are held are proven as before their edits, and none is after a restart
        m_promise->digests.clear();
    if (power)
        m_parts.disk.crash(path(), seed);
    else if ((seed & 1U) != 0) // else it closes its files in peace
        m_parts.disk.kill(path());
    m_reconnector.reset();
    m_replica.reset();
    m_clock.reset();
    return {};
}

void SimClient::connect(const QByteArray &token)
{
    m_token = token;
    m_online = true;
    if (m_reconnector)
        m_reconnector->connectTo(QUrl(u"ws://sim"_s), token);
}

void SimClient::disconnect()
{
    m_online = false;
    if (m_reconnector)
        m_reconnector->disconnect();
}

bool SimClient::isProven() const
{
    if (!m_reconnector)
        return false;
    const SyncStatus &status = m_reconnector->status();
    // Who needs an update, or has no access to anything, has nothing to prove.
    if (status.phase == SyncStatus::Phase::Failed && status.error.code == u"update_needed"_s)
        return true;
    if (status.phase != SyncStatus::Phase::Online)
        return false;
    const SyncProgress &progress = status.progress;
    return progress.proven || progress.hindrance == Hindrance::UpdateNeeded ||
           (progress.hindrance == Hindrance::NoAccess && progress.waiting == 0);
}

std::string SimClient::state() const
{
    if (!m_replica)
        return "down";
    std::string text = "pending=" + std::to_string(m_replica->pendingCount());
    for (const SpaceState &space : m_replica->spaces())
        text += " " + space.name.toStdString() + "@" + std::to_string(space.cursor);
    const SyncStatus &status = m_reconnector->status();
    text += " phase=" + std::to_string(static_cast<int>(status.phase)) + (status.progress.proven ? " proven" : "");
    if (!status.error.code.isEmpty() || !status.error.message.isEmpty())
        text += " error=" + status.error.code.toStdString() + ":" + status.error.message.toStdString();
    return text;
}

} // namespace Sheaf::Test
