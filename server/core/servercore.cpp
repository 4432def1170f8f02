// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/servercore.h"

#include "protocol/limits.h"
#include "server/core/logging.h"
#include "server/core/presenceplugin.h"
#include "server/core/tuning.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

ServerCore::ServerCore(Storage &storage, Clock &clock, Random &random)
    : m_storage(storage), m_clock(clock), m_random(random), m_presence(clock), m_plugins(clock),
      m_yjs(*this, storage, m_presence, clock), m_collector(*this, storage, clock)
{
    install(std::make_unique<PresencePlugin>(m_presence));
}

ServerCore::~ServerCore()
{
    for (const Clock::TimerId timer : {m_commitTimer, m_tickTimer, m_reapTimer, m_stopTimer, m_countTimer})
        m_clock.cancel(timer);
    m_sessions.clear();
}

void ServerCore::accept(std::unique_ptr<Connection> connection)
{
    if (m_stopping)
        return;
    const quint64 number = ++m_lastNumber;
    SessionHost &host = *this; // a private base: only members may see it as one
    m_sessions.emplace(number, std::make_unique<ServerSession>(host, m_clock, number, std::move(connection)));
    startTicking();
}

void ServerCore::acceptYjs(std::unique_ptr<YjsConnection> connection, QByteArrayView target)
{
    if (m_stopping)
        return;
    m_yjs.accept(++m_lastNumber, std::move(connection), target);
    startTicking();
}

void ServerCore::startTicking()
{
    if (m_tickTimer == 0)
        m_tickTimer = m_clock.start(std::chrono::milliseconds(Tuning::tickMs), [this] { tick(); });
}

bool ServerCore::isGroupFull() const
{
    return static_cast<qsizetype>(m_group.uploads.size()) >= Tuning::groupPushesMax || m_group.bytes >= Tuning::groupBytesMax;
}

void ServerCore::arrive(ServerSession &session, Hello hello)
{
    m_group.arrivals.push_back({session.number(), std::move(hello)});
    scheduleCommit();
}

void ServerCore::upload(ServerSession &session, Channel &channel, std::vector<Push> pushes, qint64 bytes, bool isDenied)
{
    for (Push &push : pushes)
        m_group.uploads.push_back(
            {session.number(), session.device(), session.site(), &channel, std::move(push), isDenied, session.takeLease()});
    m_group.bytes += bytes;
    scheduleCommit();
    if (isGroupFull())
        commit();
}

void ServerCore::upload(const YjsSession &session, Channel &channel, Push push)
{
    for (const Change &change : std::as_const(push.changes))
        m_group.bytes += change.record.size();
    m_group.uploads.push_back({session.number(), session.device(), session.site(), &channel, std::move(push), false});
    scheduleCommit();
    if (isGroupFull())
        commit();
}

bool ServerCore::buffer(qint64 bytes)
{
    m_bufferedBytes += bytes;
    return m_bufferedBytes <= Tuning::bufferedBytesMax;
}

Result<Channel *> ServerCore::channel(const QByteArray &space)
{
    Channel &channel = channelOf(space);
    if (channel.loaded() != nullptr)
        return &channel;
    auto transaction = m_storage.begin();
    if (!transaction)
        return fail(transaction.error());
    auto loaded = channel.space(**transaction);
    if (!loaded)
        return fail(loaded.error());
    return &channel;
}

std::optional<SpaceDigest> ServerCore::digest(Channel &channel, const QList<QByteArray> &tables)
{
    auto digest = channel.loaded()->digest(tables);
    if (digest)
        return digest;
    m_counting.insert(&channel);
    if (m_countTimer == 0)
        m_countTimer = m_clock.start(0ms, [this] { countTables(); });
    return {};
}

/// One piece of one space; then everybody else has a turn.
void ServerCore::countTables()
{
    m_countTimer = 0;
    Channel &channel = **m_counting.begin();
    const auto done = channel.loaded() != nullptr ? channel.loaded()->countTables(m_storage) : Result<bool>(true);
    if (!done || *done) {
        m_counting.erase(&channel);
        const std::vector<ServerSession *> readers = channel.subscribers(); // who fails leaves
        for (ServerSession *reader : readers) {
            if (done)
                reader->counted(channel);
            else
                reader->storageFailed(done.error(), Tuning::storageRetryMsMax);
        }
    }
    if (!m_counting.empty() && m_countTimer == 0)
        m_countTimer = m_clock.start(0ms, [this] { countTables(); });
}

Result<Page> ServerCore::page(const Channel &channel, PagePlace after, const RowFilter &filter)
{
    return channel.page(m_storage, after, filter);
}

void ServerCore::scheduleCommit()
{
    if (m_commitTimer == 0)
        m_commitTimer = m_clock.start(0ms, [this] { commit(); });
}

void ServerCore::commit()
{
    m_clock.cancel(std::exchange(m_commitTimer, 0));
    if (m_group.isEmpty())
        return;
    const Group group = std::exchange(m_group, {});
    auto committed = commitGroup(group, m_storage, m_random, m_clock.wallMs());
    if (!committed)
        return giveUp(group, committed.error());
    welcome(committed->arrivals);
    for (auto &[channel, broadcast] : committed->broadcasts)
        publish(*channel, broadcast);
}

void ServerCore::welcome(const std::vector<std::pair<quint64, std::variant<Refused, Admission>>> &arrivals)
{
    for (const auto &[number, outcome] : arrivals) {
        ServerSession *newcomer = session(number);
        if (newcomer == nullptr)
            continue;
        if (const auto *refused = std::get_if<Refused>(&outcome)) {
            newcomer->refuse(refused->code, refused->reason, refused->retryAfterMs);
            continue;
        }
        const auto &admission = std::get<Admission>(outcome);
        // A replica that is here again has given its former connection up, seen or not.
        for (const auto &[other, former] : m_sessions) {
            if (other != number && former->site() == admission.site)
                former->end();
        }
        newcomer->admitted(admission);
    }
}

void ServerCore::publish(Channel &channel, Broadcast &broadcast)
{
    // Copies: a session that ends leaves the channel.
    const std::vector<ServerSession *> readers = channel.subscribers();
    for (ServerSession *reader : readers) {
        reader->deliver(channel, broadcast);
        reader->catchUp(channel);
    }
    QSet<quint64> others;
    for (const Broadcast::Part &part : broadcast.parts()) {
        ServerSession *author = session(part.author);
        if (author == nullptr || std::ranges::find(readers, author) != readers.end() || others.contains(part.author))
            continue;
        others.insert(part.author);
        author->deliver(channel, broadcast);
        author->catchUp(channel);
    }
    m_yjs.published(channel, broadcast);
}

/// Nobody knows whether a commit that failed took place, so its senders must come again, and what
/// is cached of its spaces is read again.
void ServerCore::giveUp(const Group &group, const Error &error)
{
    qCCritical(lcServer).noquote() << "cannot commit:" << error.code << error.message;
    const auto retryMs = [this] { return 1 + static_cast<qint64>(m_random.below(Tuning::storageRetryMsMax)); };
    ChannelSet touched;
    for (const Group::Upload &upload : group.uploads) {
        upload.channel->forget();
        touched.insert(upload.channel);
        if (ServerSession *author = session(upload.session))
            author->storageFailed(error, retryMs());
    }
    for (const Group::Arrival &arrival : group.arrivals) {
        if (ServerSession *newcomer = session(arrival.session))
            newcomer->storageFailed(error, retryMs());
    }
    doubt(touched, error);
}

/// What these channels are cached to be was forgotten: those who follow them go on from what is stored.
void ServerCore::doubt(const ChannelSet &channels, const Error &error)
{
    for (Channel *forgotten : channels) {
        m_yjs.failed(*forgotten);
        const bool isReadable = channel(forgotten->name()).has_value();
        const std::vector<ServerSession *> readers = forgotten->subscribers();
        for (ServerSession *reader : readers) {
            if (isReadable)
                reader->doubt(*forgotten);
            else
                reader->storageFailed(error, 1 + static_cast<qint64>(m_random.below(Tuning::storageRetryMsMax)));
        }
    }
}

void ServerCore::greet(Collector &collector)
{
    for (const auto &[number, session] : m_sessions) {
        const quint64 site = session->site();
        session->forEachSpace([&](const QByteArray &space) { collector.seen(site, space, 0); });
    }
}

void ServerCore::forgot(Channel &channel)
{
    const std::vector<ServerSession *> readers = channel.subscribers();
    for (ServerSession *reader : readers)
        reader->tellForgotten(channel);
}

void ServerCore::tick()
{
    m_tickTimer = 0;
    for (const auto &[number, session] : m_sessions)
        session->tick();
    m_yjs.tick();
    m_plugins.tick();
    if (!m_sessions.empty() || !m_yjs.isEmpty())
        startTicking();
}

void ServerCore::ended(ServerSession &session)
{
    m_ended.push_back(session.number());
    if (m_reapTimer == 0)
        m_reapTimer = m_clock.start(0ms, [this] { reap(); });
}

void ServerCore::reap()
{
    m_reapTimer = 0;
    for (const quint64 number : std::exchange(m_ended, {}))
        m_sessions.erase(number);
    if (m_stopping && m_sessions.empty() && m_yjs.isEmpty())
        finish();
}

void ServerCore::yjsEmptied()
{
    if (m_stopping && m_sessions.empty())
        finish();
}

/// What has come of a device and is not committed yet is not taken where it may not write any more, whichever kind of
/// session it came by.
void ServerCore::denyUploads(const StoredDevice &device)
{
    for (Group::Upload &upload : m_group.uploads) {
        if (upload.device != device.id)
            continue;
        const auto grant = std::ranges::find(device.grants, upload.channel->name(), &Grant::space);
        const bool mayWrite = !device.tokenHash.isEmpty() && grant != device.grants.end() && grant->role >= Role::Editor;
        upload.isDenied = upload.isDenied || !mayWrite;
    }
}

void ServerCore::accessChanged(const StoredDevice &device)
{
    denyUploads(device);
    if (device.tokenHash.isEmpty())
        return endSessions(device.id);
    for (const auto &[number, session] : m_sessions) {
        if (session->device() != device.id)
            continue;
        for (const Grant &grant : device.grants) {
            if (session->toldRole(grant.space) != grant.role)
                setRole(*session, grant);
        }
    }
    m_yjs.accessChanged(device);
}

void ServerCore::setRole(ServerSession &session, const Grant &grant)
{
    if (grant.role == Role::None)
        return session.setAccess({grant.space, grant.role, 0, 0});
    commit(); // so that the number of its last push is known
    auto space = spaceFor(session.site(), grant);
    if (space)
        session.setAccess(*space);
    else
        session.storageFailed(space.error(), Tuning::storageRetryMsMax);
}

Result<Welcome::Space> ServerCore::spaceFor(SiteId site, const Grant &grant)
{
    auto found = channel(grant.space);
    if (!found)
        return fail(found.error());
    auto transaction = m_storage.begin();
    if (!transaction)
        return fail(transaction.error());
    const Space &space = *(*found)->loaded();
    auto number = (*transaction)->pushNumber(site, space.id());
    if (!number)
        return fail(number.error());
    auto stored = (*transaction)->space(grant.space); // what it requires is not cached
    if (!stored)
        return fail(stored.error());
    return Welcome::Space{.name = grant.space,
                          .role = grant.role,
                          .head = space.head(),
                          .lastPush = *number,
                          .schemaMin = *stored ? (*stored)->schemaMin : 0,
                          .collected = space.forgotten().sequence,
                          .collectedStamp = space.forgotten().stamp,
                          .collectedLength = space.forgotten().length};
}

void ServerCore::endSessions(DeviceId device)
{
    for (const auto &[number, session] : m_sessions) {
        if (session->device() == device)
            session->refuse(u"bad_token"_s, u"This device's token was revoked."_s, -1);
    }
    m_yjs.revoked(device);
}

void ServerCore::schemaRequired(const QByteArray &space, quint32 version)
{
    for (const auto &[number, session] : m_sessions) {
        if (session->isOlder(space, version))
            session->refuse(u"terms_changed"_s, u"What the welcome said is no longer so: come again."_s);
    }
}

void ServerCore::stop(std::function<void()> finished)
{
    if (m_stopping)
        return;
    m_stopping = true;
    m_finished = std::move(finished);
    commit();
    m_collector.stop();
    for (const auto &[number, session] : m_sessions) {
        const auto retryMs = static_cast<qint64>(m_random.below(Tuning::shutdownRetryMsMax));
        session->refuse(u"shutting_down"_s, u"The server is stopping."_s, retryMs);
    }
    m_yjs.stop();
    const auto patience = m_sessions.empty() && m_yjs.isEmpty() ? 0ms : std::chrono::milliseconds(Tuning::shutdownMsMax);
    m_stopTimer = m_clock.start(patience, [this] { finish(); });
}

void ServerCore::finish()
{
    m_clock.cancel(std::exchange(m_stopTimer, 0));
    if (const auto finished = std::exchange(m_finished, {}))
        finished();
}

ServerSession *ServerCore::session(quint64 number) const
{
    const auto found = m_sessions.find(number);
    return found == m_sessions.end() ? nullptr : found->second.get();
}

} // namespace Sheaf::Server
