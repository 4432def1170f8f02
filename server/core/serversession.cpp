// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/serversession.h"

#include "protocol/codec.h"
#include "protocol/limits.h"
#include "server/core/logging.h"
#include "server/core/tuning.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

ServerSession::ServerSession(SessionHost &host, Clock &clock, quint64 number, std::unique_ptr<Connection> connection)
    : m_host(host), m_clock(clock), m_number(number), m_connection(std::move(connection)), m_stateSinceMs(clock.monotonicMs()),
      m_heardMs(m_stateSinceMs), m_progressMs(m_stateSinceMs)
{
    m_connection->setObserver(this);
}

ServerSession::~ServerSession()
{
    leave();
}

void ServerSession::frameReceived(const QByteArray &frame)
{
    m_heardMs = m_clock.monotonicMs();
    if (m_state == State::Closing || m_state == State::Ended)
        return;
    auto taken = m_assembler.take(frame);
    if (!taken)
        return refuse(taken.error().code, taken.error().message, Tuning::brokenRetryMs);
    if (!taken->has_value())
        return;
    auto message = decodeMessage(**taken);
    if (!message)
        return refuse(message.error().code, message.error().message, Tuning::brokenRetryMs);
    onMessage(*message, (*taken)->size());
}

void ServerSession::onMessage(const Message &message, qint64 bytes)
{
    if (m_state == State::AwaitingHello) {
        if (const auto *hello = std::get_if<Hello>(&message))
            return onHello(*hello);
        return refuse(u"unexpected_message"_s, u"The first message is a hello."_s);
    }
    if (m_state != State::Open)
        return refuse(u"unexpected_message"_s, u"Nothing may follow the hello before the welcome."_s);
    if (const auto *push = std::get_if<Push>(&message))
        return onPush(*push, bytes);
    if (const auto *subscribe = std::get_if<Subscribe>(&message))
        return onSubscribe(*subscribe);
    if (const auto *leave = std::get_if<Leave>(&message))
        return onLeave(*leave);
    if (const auto *mark = std::get_if<Mark>(&message))
        return onMark(*mark);
    if (const auto *ping = std::get_if<Ping>(&message))
        return onPing(*ping);
    if (const auto *plugin = std::get_if<Plugin>(&message))
        return onPlugin(*plugin);
    if (const auto *seen = std::get_if<Seen>(&message))
        return onSeen(*seen);
    if (std::holds_alternative<Pong>(message))
        return;
    if (const auto *refused = std::get_if<Refused>(&message)) {
        qCInfo(lcServer) << "session" << m_number << "was refused by its client:" << refused->code;
        return end();
    }
    refuse(u"unexpected_message"_s, u"This message goes from servers to clients."_s);
}

void ServerSession::onHello(const Hello &hello)
{
    m_state = State::Admitting;
    m_compression = chooseCompression(m_host.compressions(), hello.compressions);
    m_host.arrive(*this, hello);
}

void ServerSession::admitted(const Admission &admission)
{
    if (m_state != State::Admitting)
        return;
    m_state = State::Open;
    m_site = admission.site;
    m_lease = admission.welcome.lease;
    m_device = admission.device;
    m_schemaVersion = admission.schemaVersion;
    for (const Welcome::Space &space : admission.welcome.spaces) {
        if (m_schemaVersion < space.schemaMin)
            m_outdated.insert(space.name, space.role);
        else if (space.role != Role::None)
            m_access.insert(
                space.name,
                Access{.role = space.role, .lastPush = space.lastPush, .transaction = {}, .forgotten = space.collectedStamp});
    }
    // The welcome itself is small and tells which compression is on: it goes plain.
    Welcome welcome = admission.welcome;
    if (m_compression)
        welcome.compression = m_compression->name();
    sendFrames(frameMessage(encodeMessage(welcome)));
    m_assembler.setWelcomed(true);
    m_assembler.setCompression(m_compression);
    m_host.plugins().joined(*this, m_access.keys());
}

void ServerSession::onSeen(const Seen &seen)
{
    const auto reader = std::ranges::find(m_subscriptions, seen.space, [](const Subscription &s) { return s.channel->name(); });
    if (reader != m_subscriptions.end())
        m_host.seen(m_site, seen.space, std::min(seen.cursor, reader->sent));
}

void ServerSession::tellForgotten(Channel &channel)
{
    const auto access = m_access.find(channel.name());
    if (m_state != State::Open || access == m_access.end() || channel.loaded() == nullptr)
        return;
    const Forgotten &now = channel.loaded()->forgotten();
    if (std::exchange(access->forgotten, now.stamp) != now.stamp)
        send(Collected{channel.name(), now.sequence, now.stamp, now.length});
}

void ServerSession::forEachSpace(const std::function<void(const QByteArray &)> &visit) const
{
    for (const Subscription &subscription : m_subscriptions)
        visit(subscription.channel->name());
}

void ServerSession::onPush(const Push &push, qint64 bytes)
{
    const auto access = m_access.find(push.space);
    if (access == m_access.end() && m_outdated.contains(push.space)) // a verdict would take the user's edits out of the outbox
        return refuseOutdated();
    if (access == m_access.end())
        return send(Space::denial(push, m_clock.wallMs()));
    if (!access->isHeard)
        return;
    if (push.number == 0 || push.number > access->lastPush + 1)
        return refuse(u"push_gap"_s, u"Push %1 does not follow push %2."_s.arg(push.number).arg(access->lastPush));
    auto channel = m_host.channel(push.space);
    if (!channel)
        return storageFailed(channel.error(), Tuning::storageRetryMsMax);
    access->lastPush = std::max(access->lastPush, push.number);
    access->transaction.push_back(push);
    access->bytes += bytes;
    const bool mayGrow = m_host.buffer(bytes) && access->bytes < Sheaf::Limits::transactionBytesMax;
    if (push.more && mayGrow)
        return;
    access->transaction.back().more = false; // complete, or cut here because it is too large
    m_host.buffer(-access->bytes);
    const qint64 total = std::exchange(access->bytes, 0);
    std::vector<Push> transaction = std::exchange(access->transaction, {});
    access->queued += static_cast<qsizetype>(transaction.size());
    m_host.upload(*this, **channel, std::move(transaction), total, access->role < Role::Editor);
}

void ServerSession::refuseOutdated()
{
    refuse(u"update_needed"_s, u"The space wants a newer version of the app."_s, -1);
}

void ServerSession::onMark(const Mark &mark)
{
    const auto access = m_access.constFind(mark.space);
    if (access == m_access.constEnd())
        return m_outdated.contains(mark.space)
                   ? refuseOutdated()
                   : closeSpace(mark.space, u"no_permission"_s, u"This device has no access to the space."_s);
    if (!access->isHeard)
        return;
    if (m_marks.size() >= Tuning::marksPerSessionMax)
        return refuse(u"too_large"_s, u"Too many marks are unanswered."_s);
    auto channel = m_host.channel(mark.space);
    if (!channel)
        return storageFailed(channel.error(), Tuning::storageRetryMsMax);
    m_marks.append(mark);
    answerMarks(**channel);
}

void ServerSession::onPing(const Ping &ping)
{
    send(Pong{m_clock.wallMs(), ping.clockMs});
}

void ServerSession::onPlugin(const Plugin &plugin)
{
    if (const auto taken = m_host.plugins().received(*this, plugin); !taken)
        refuse(taken.error().code, taken.error().message, Tuning::brokenRetryMs);
}

Role ServerSession::role(const QByteArray &space) const
{
    const auto access = m_access.find(space);
    return access == m_access.end() ? Role::None : access->role;
}

bool ServerSession::isOlder(const QByteArray &space, quint32 version) const
{
    return m_schemaVersion < version && m_access.contains(space);
}

bool ServerSession::send(PluginWord &word)
{
    if (m_state != State::Open || !m_access.contains(word.message().space))
        return false;
    if (m_connection->unsentBytes() > Sheaf::Limits::unsentBytesPause) {
        m_pluginsWait = true;
        return false;
    }
    send(word.framed());
    return true;
}

/// A mark asks "have I got everything": it is answered behind the acks of the pushes before it
/// and behind the changes up to the head.
void ServerSession::answerMarks(Channel &channel)
{
    const Space *space = channel.loaded();
    const auto access = m_access.constFind(channel.name());
    if (m_marks.isEmpty() || m_state != State::Open || space == nullptr || access == m_access.constEnd() || access->queued > 0)
        return;
    const Subscription *reader = subscription(channel);
    if (reader != nullptr && reader->sent != space->head())
        return;
    if (std::ranges::find(m_marks, channel.name(), &Mark::space) == m_marks.end())
        return;
    const auto digestOf = m_host.digest(channel, reader != nullptr ? reader->filter.tables : QList<QByteArray>());
    if (!digestOf)
        return;
    const SpaceDigest &digest = *digestOf;
    m_marks.removeIf([&](const Mark &mark) {
        if (mark.space != channel.name())
            return false;
        send(Marked{mark.space, mark.id, space->head(), mark.buckets ? digest.toBytes() : digest.totalBytes()});
        return true;
    });
}

void ServerSession::deliver(Channel &channel, Broadcast &broadcast)
{
    if (m_state != State::Open)
        return;
    Subscription *reader = subscription(channel);
    const auto hear = [&](size_t first, size_t end) {
        if (reader != nullptr && reader->live && first < end)
            follow(*reader, broadcast.batches(first, end, reader->filter.tables));
    };
    const auto &parts = broadcast.parts();
    if (!broadcast.isAuthor(m_number))
        return hear(0, parts.size());
    size_t next = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].author != m_number)
            continue;
        hear(next, i);
        acknowledge(parts[i].push.ack, reader);
        next = i + 1;
    }
    hear(next, parts.size());
}

void ServerSession::follow(Subscription &subscription, std::vector<Batch> &batches)
{
    for (Batch &batch : batches) {
        // A gap, or a queue that is long enough: catchUp() goes on in pages as the peer reads.
        if (batch.previous() != subscription.sent || m_connection->unsentBytes() > Sheaf::Limits::unsentBytesPause) {
            subscription.live = false;
            return;
        }
        send(batch.framed());
        subscription.sent = batch.sequence();
    }
}

void ServerSession::acknowledge(const Ack &ack, Subscription *subscription)
{
    send(ack);
    const auto access = m_access.find(ack.space);
    if (access != m_access.end() && access->queued > 0 && --access->queued == 0 && access->isLeaving)
        closeSpace(ack.space, u"left"_s, {});
    if (subscription != nullptr && subscription->sent == ack.previous)
        subscription->sent = ack.sequence;
}

void ServerSession::catchUp(Channel &channel)
{
    Subscription *reader = subscription(channel);
    while (m_state == State::Open && reader != nullptr && !reader->live) {
        const Space *space = channel.loaded();
        if (space == nullptr)
            return end();
        if (reader->sent == space->head()) {
            reader->live = true;
            break;
        }
        if (m_connection->unsentBytes() >= Sheaf::Limits::unsentBytesPause)
            return; // drained() goes on
        const bool isSieve = reader->sent < reader->filter.upTo || !reader->filter.tables.isEmpty();
        auto page = m_host.page(channel, {reader->sent, reader->sentText}, reader->filter);
        if (!page) {
            return storageFailed(page.error(), Tuning::storageRetryMsMax);
        }
        reader->sent = page->batch.sequence();
        reader->sentText = page->text;
        send(page->batch.framed());
        if (isSieve)
            return; // looks at many rows for few bytes: drained() goes on when others had their turn
    }
    answerMarks(channel);
}

void ServerSession::doubt(Channel &channel)
{
    if (Subscription *reader = subscription(channel))
        reader->live = false;
    tellForgotten(channel); // what failed may have been done
    catchUp(channel);
}

void ServerSession::drained()
{
    m_progressMs = m_clock.monotonicMs();
    if (m_connection->unsentBytes() <= Sheaf::Limits::unsentBytesPause && std::exchange(m_pluginsWait, false))
        m_host.plugins().drained(*this);
    // By index: catchUp() may end the session, which clears the list.
    for (size_t i = 0; i < m_subscriptions.size(); ++i) {
        if (!m_subscriptions[i].live)
            catchUp(*m_subscriptions[i].channel);
    }
}

void ServerSession::tick()
{
    const qint64 now = m_clock.monotonicMs();
    switch (m_state) {
    case State::AwaitingHello:
    case State::Admitting:
        if (now - m_stateSinceMs > Sheaf::Limits::handshakeMsMax)
            refuse(u"timeout"_s, u"The hello did not come in time."_s);
        break;
    case State::Open:
        if (m_failure)
            return refuse(m_failure->code, m_failure->message, Tuning::brokenRetryMs);
        if (now - m_heardMs > Sheaf::Limits::silenceMsMax || m_connection->unsentBytes() > Sheaf::Limits::unsentBytesMax)
            return end();
        if (m_connection->unsentBytes() == 0)
            m_progressMs = now;
        else if (now - m_progressMs > Tuning::stalledMsMax)
            end();
        break;
    case State::Closing:
        if (now - m_stateSinceMs > Tuning::closingMsMax)
            end();
        break;
    case State::Ended:
        break;
    }
}

ServerSession::Subscription *ServerSession::subscription(const Channel &channel)
{
    const auto found = std::ranges::find(m_subscriptions, &channel, &Subscription::channel);
    return found == m_subscriptions.end() ? nullptr : &*found;
}

void ServerSession::send(const Message &message)
{
    FramedMessage framed(encodeMessage(message));
    send(framed);
}

/// A failure ends the session in tick(): those who send are in the middle of their work on it.
void ServerSession::send(FramedMessage &message)
{
    if (m_failure)
        return;
    const Result<QList<QByteArray>> &frames = message.frames(m_compression.get());
    if (frames)
        sendFrames(*frames);
    else
        m_failure = frames.error();
}

void ServerSession::sendFrames(const QList<QByteArray> &frames)
{
    if (m_state == State::Ended)
        return;
    if (m_connection->unsentBytes() == 0)
        m_progressMs = m_clock.monotonicMs();
    for (const QByteArray &frame : frames)
        m_connection->sendFrame(frame); // tick() drops a session whose queue grows too long
}

void ServerSession::refuse(const QString &code, const QString &reason, qint64 retryAfterMs)
{
    if (m_state == State::Closing || m_state == State::Ended)
        return;
    qCInfo(lcServer) << "session" << m_number << "refused:" << code;
    sendFrames(frameMessage(encodeMessage(Refused{code, reason, retryAfterMs}))); // plain: a compression may be the reason
    leave();
    m_state = State::Closing;
    m_stateSinceMs = m_clock.monotonicMs();
    m_connection->close();
}

void ServerSession::storageFailed(const Error &error, qint64 retryAfterMs)
{
    qCWarning(lcServer).noquote() << "session" << m_number << "ends:" << error.message;
    if (error.code == "disk_full"_L1)
        return refuse(u"server_full"_s, u"The server's disk is full; its operator has to make room."_s, retryAfterMs);
    const bool isKnown = error.code == "damaged_storage"_L1;
    refuse(isKnown ? error.code : u"storage_failed"_s, u"The server cannot store at the moment; its operator has the details."_s,
           retryAfterMs);
}

void ServerSession::end()
{
    if (m_state == State::Ended)
        return;
    leave();
    m_state = State::Ended;
    m_connection->drop();
    m_host.ended(*this);
}

void ServerSession::closed(const QString &)
{
    if (m_state == State::Ended)
        return;
    leave();
    m_state = State::Ended;
    m_host.ended(*this);
}

/// Gives back what the session holds of the server: subscriptions, buffered pushes and its place at the plugins, who
/// find it without access.
void ServerSession::leave()
{
    for (const Subscription &subscription : std::exchange(m_subscriptions, {}))
        subscription.channel->unsubscribe(this);
    const QHash<QByteArray, Access> spaces = std::exchange(m_access, {});
    for (const Access &access : spaces)
        m_host.buffer(-access.bytes);
    m_host.plugins().left(*this, spaces.keys());
    m_marks.clear();
}

} // namespace Sheaf::Server
