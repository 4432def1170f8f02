// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/codec.h"
#include "protocol/limits.h"
#include "session/clientsession_p.h"
#include "session/tuning.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

ClientSession::ClientSession(Replica &replica, Clock &clock, Random &random, Transport &transport, Options options, Events events)
    : d(std::make_unique<Private>(this, replica, clock, random, transport, std::move(options), std::move(events)))
{
}

ClientSession::~ClientSession()
{
    stop();
}

void ClientSession::start()
{
    d->handshakeTimer.start(milliseconds(Limits::handshakeMsMax),
                            [this] { d->end(u"connection_lost"_s, u"The server could not be reached in time."_s); });
    d->connection = d->transport.connectTo(d->options.url, this);
}

void ClientSession::stop()
{
    d->phase = Private::Phase::Ended;
    for (OneShot *timer : {&d->handshakeTimer, &d->pingTimer, &d->silenceTimer, &d->pageTimer, &d->endTimer})
        timer->stop();
    if (d->connection)
        d->connection->drop();
}

void ClientSession::localChangesCommitted()
{
    if (d->phase != Private::Phase::Online)
        return;
    for (const auto &space : d->spaces)
        space->localChangesCommitted();
    d->workThen({});
}

void ClientSession::demandProof()
{
    if (d->phase != Private::Phase::Online)
        return;
    for (const auto &space : d->spaces)
        space->demandProof();
    d->workThen({});
}

void ClientSession::repair(RepairOrder *order)
{
    d->options.repair = order;
    if (d->phase != Private::Phase::Online || order == nullptr)
        return;
    for (const auto &space : d->spaces)
        space->beginRepair();
    d->workThen({});
}

bool ClientSession::sendPlugin(const Plugin &plugin)
{
    if (d->phase != Private::Phase::Online || !d->maySend())
        return false;
    d->send(plugin);
    return true;
}

SyncProgress ClientSession::progress() const
{
    SyncProgress sum{.waiting = d->replica.pendingCount(), .proven = d->phase == Private::Phase::Online && !d->spaces.empty()};
    for (const auto &space : d->spaces) {
        sum.pulled += space->pulled();
        sum.toPull += space->toPull();
        sum.proven = sum.proven && space->isProven();
    }
    sum.proven = sum.proven && sum.waiting == 0 && d->outdated.isEmpty();
    sum.hindrance = sum.proven ? Hindrance::None : d->hindrance();
    if (sum.hindrance == Hindrance::UpdateNeeded)
        sum.updateNeeded = d->updateNeeded;
    return sum;
}

QList<ClientSession::SpaceProgress> ClientSession::spaces() const
{
    QList<SpaceProgress> all;
    for (const auto &space : d->spaces)
        all.append({space->name(), space->head(), space->isProven(), space->role()});
    return all + d->outdated;
}

Hindrance ClientSession::Private::hindrance() const
{
    const auto isDone = [](const auto &space) { return space->isProven() || space->hasGivenUp(); };
    if (phase != Phase::Online || !std::ranges::all_of(spaces, isDone))
        return Hindrance::None;
    if (std::ranges::any_of(spaces, [](const auto &space) { return space->hasGivenUp(); }))
        return Hindrance::Differs;
    if (!outdated.isEmpty())
        return Hindrance::UpdateNeeded;
    return options.pausedSpaces.isEmpty() ? Hindrance::NoAccess : Hindrance::Paused;
}

void ClientSession::opened()
{
    if (d->phase != Private::Phase::Connecting)
        return;
    d->phase = Private::Phase::Greeting;
    // The limits for strangers are the server's: a welcome may name two hundred spaces.
    d->assembler.setWelcomed(true);
    d->handshakeTimer.start(milliseconds(Limits::handshakeMsMax),
                            [this] { d->end(u"connection_lost"_s, u"The server does not answer."_s); });
    d->helloWallMs = d->clock.wallMs();
    d->helloMonotonicMs = d->heardMs = d->clock.monotonicMs();
    d->send(Hello{.versionMin = Limits::protocolVersion,
                  .versionMax = Limits::protocolVersion,
                  .app = d->options.app,
                  .schemaVersion = d->replica.schemaVersion(),
                  .site = d->replica.site(),
                  .token = d->options.token,
                  .clockMs = d->helloWallMs,
                  .lease = d->replica.lease(),
                  .compressions = namesOf(d->options.compressions)});
}

void ClientSession::frameReceived(const QByteArray &frame)
{
    d->heardMs = d->clock.monotonicMs();
    d->figures().bytesReceived += frame.size();
    d->figures().lastContactMs = d->clock.wallMs();
    if (d->phase != Private::Phase::Greeting && d->phase != Private::Phase::Online)
        return;
    const auto taken = d->assembler.take(frame);
    if (!taken)
        return d->refuse(taken.error());
    if (!taken->has_value())
        return;
    const auto message = decodeMessage(**taken);
    if (!message)
        return d->refuse(message.error());
    d->take(*message, (*taken)->size());
}

void ClientSession::drained()
{
    if (d->phase == Private::Phase::Online)
        d->workThen({});
}

void ClientSession::closed(const QString &reason)
{
    if (d->phase == Private::Phase::Refusing)
        d->end(d->ownRefusal.code, d->ownRefusal.message);
    else
        d->end(u"connection_lost"_s, reason);
}

void ClientSession::Private::send(const Message &message)
{
    if (failTimer.isActive()) // nothing may follow a message that could not be packed
        return;
    const auto frames = frameMessage(encodeMessage(message), compression.get());
    if (frames)
        return sendFrames(*frames);
    // Later, because spaces send in the middle of their work.
    failTimer.start(milliseconds(0), [this, error = frames.error()] { refuse(error); });
}

void ClientSession::Private::sendFrames(const QList<QByteArray> &frames)
{
    if (phase == Phase::Ended || !connection)
        return;
    for (const QByteArray &frame : frames) {
        figures().bytesSent += frame.size();
        connection->sendFrame(frame);
    }
}

void ClientSession::Private::take(const Message &message, qint64 bytes)
{
    if (const auto *refused = std::get_if<Refused>(&message))
        return on(*refused);
    if (phase == Phase::Online)
        return workThen(onOnline(message, bytes));
    if (const auto *welcome = std::get_if<Welcome>(&message))
        return workThen(on(*welcome));
    refuse({u"bad_message"_s, u"The server sent something else than a welcome."_s});
}

bool ClientSession::isRenewal(const QString &code)
{
    // A copy that went to another device comes with another token, and so does a device whose token was lost.
    return code == "forked"_L1 || code == "lease_lost"_L1 || code == "site_taken"_L1;
}

namespace {

QString renewalMessage(const QString &code)
{
    if (code == "site_taken"_L1)
        return u"This replica was known under another token: it goes on under a new identity."_s;
    if (code == "lease_lost"_L1)
        return u"The server was put back and does not know this replica: it goes on under a new identity."_s;
    return u"This replica is a copy of another one: it goes on under a new identity."_s;
}

} // namespace

void ClientSession::Private::on(const Refused &refused)
{
    if (ClientSession::isRenewal(refused.code)) {
        const auto identity = refused.code == "lease_lost"_L1 ? Replica::Identity::Doubtful : Replica::Identity::Shared;
        if (const auto renewed = replica.renewSite(identity); !renewed)
            return end(renewed.error().code, renewed.error().message);
        report(refused.code, renewalMessage(refused.code));
        return end(refused.code, refused.reason);
    }
    const QString code = refused.code.isEmpty() ? u"refused"_s : refused.code;
    end(code, refused.reason, refused.retryAfterMs);
}

Result<void> ClientSession::Private::on(const Welcome &welcome)
{
    if (welcome.version != Limits::protocolVersion)
        return fail(u"unsupported_version"_s,
                    u"server speaks version %1, this app %2"_s.arg(welcome.version).arg(Limits::protocolVersion));
    handshakeTimer.stop();
    phase = Phase::Online;
    compression = compressionNamed(options.compressions, welcome.compression);
    if (!compression && !welcome.compression.isEmpty())
        return fail(u"bad_message"_s, u"The server packs messages in a way that was not offered."_s);
    assembler.setCompression(compression);
    // The server read its clock somewhere within the round trip: the middle errs least.
    const qint64 roundTripMs = clock.monotonicMs() - helloMonotonicMs;
    figures().roundTripMs = roundTripMs;
    serverAheadMs = welcome.clockMs - (helloMonotonicMs + roundTripMs / 2);
    if (const auto r = replica.setClockOffset(welcome.clockMs - (helloWallMs + roundTripMs / 2)); !r)
        return r;
    if (const auto r = replica.setLease(welcome.lease); !r)
        return r;
    epoch = welcome.epoch;
    for (const Welcome::Space &space : welcome.spaces) {
        if (const auto r = admit({space}); !r)
            return r;
    }
    schedulePing();
    watchSilence();
    if (events.welcomed)
        events.welcomed();
    return {};
}

Result<void> ClientSession::Private::onOnline(const Message &message, qint64 bytes)
{
    const auto inSpace = [this](const auto &part, auto receive) -> Result<void> {
        if (SpaceSync *found = find(part.space))
            return receive(*found);
        if (former.contains(part.space))
            return {};
        return fail(u"bad_message"_s, u"The server speaks of a space that it did not open."_s);
    };
    if (const auto *changes = std::get_if<Changes>(&message))
        return inSpace(*changes, [&](SpaceSync &s) { return s.receive(*changes, bytes); });
    if (const auto *ack = std::get_if<Ack>(&message))
        return inSpace(*ack, [&](SpaceSync &s) { return s.receive(*ack); });
    if (const auto *marked = std::get_if<Marked>(&message))
        return inSpace(*marked, [&](SpaceSync &s) { return s.receive(*marked); });
    if (const auto *opened = std::get_if<Opened>(&message))
        return admit(*opened);
    if (const auto *closed = std::get_if<Closed>(&message))
        return on(*closed);
    if (const auto *subscribed = std::get_if<Subscribed>(&message))
        return inSpace(*subscribed, [](SpaceSync &s) { return s.subscribed(); });
    if (const auto *collected = std::get_if<Collected>(&message))
        return inSpace(*collected, [&](SpaceSync &s) { return s.receive(*collected); });
    if (const auto *ping = std::get_if<Ping>(&message)) {
        send(Pong{clock.wallMs(), ping->clockMs});
        return {};
    }
    if (std::holds_alternative<Pong>(message)) {
        if (const qint64 asked = std::exchange(pingedMs, -1); asked >= 0)
            figures().roundTripMs = clock.monotonicMs() - asked;
        return {};
    }
    if (const auto *plugin = std::get_if<Plugin>(&message)) {
        if (events.plugin)
            events.plugin(*plugin);
        return {};
    }
    return fail(u"bad_message"_s, u"The server sent a message that only clients send."_s);
}

/// What follows every event: uploads, proofs, the next turn for what was received, and news.
void ClientSession::Private::workThen(const Result<void> &done)
{
    if (!done)
        return refuse(done.error());
    if (phase != Phase::Online)
        return;
    // Past this bound the next bytes wait in the network until these are on the disk.
    while (unappliedBytes() > Tuning::unappliedBytesMax) {
        const auto stepped = stepOnce();
        if (!stepped)
            return refuse(stepped.error());
        if (!*stepped)
            break;
    }
    for (const auto &space : spaces) {
        if (const auto uploaded = space->upload(); !uploaded)
            return refuse(uploaded.error());
        if (const auto proved = space->prove(); !proved)
            return refuse(proved.error());
    }
    const bool queued = std::any_of(spaces.begin(), spaces.end(), [](const auto &space) { return space->hasQueued(); });
    if (queued && !pageTimer.isActive())
        pageTimer.start(milliseconds(0), [this] { page(); });
    progressed();
}

/// One short transaction, then the event loop's turn again: local writes get in between.
void ClientSession::Private::page()
{
    const qint64 began = clock.monotonicMs();
    const auto stepped = stepOnce();
    heardMs += clock.monotonicMs() - began; // what we took for ourselves is no silence of the server
    if (!stepped)
        return refuse(stepped.error());
    if (*stepped)
        workThen({});
}

Result<bool> ClientSession::Private::stepOnce()
{
    for (size_t tried = 0; tried < spaces.size(); ++tried) {
        SpaceSync &space = *spaces[nextSpace++ % spaces.size()];
        auto stepped = space.step();
        if (!stepped || *stepped)
            return stepped;
    }
    return false;
}

qint64 ClientSession::Private::unappliedBytes() const
{
    qint64 sum = 0;
    for (const auto &space : spaces)
        sum += space->unappliedBytes();
    return sum;
}

void ClientSession::Private::progressed()
{
    const SyncProgress now = q->progress();
    if (now == lastProgress)
        return;
    lastProgress = now;
    if (events.progressed)
        events.progressed(now);
}

void ClientSession::Private::schedulePing()
{
    constexpr int spread = Limits::pingIntervalMs * Tuning::pingJitterPercent / 100;
    const auto jitter = static_cast<int>(random.below(2 * spread + 1));
    pingTimer.start(milliseconds(Limits::pingIntervalMs - spread + jitter), [this] {
        send(Ping{clock.wallMs()});
        pingedMs = clock.monotonicMs();
        for (const auto &space : spaces) {
            if (const auto nudged = space->nudge(); !nudged)
                return refuse(nudged.error());
        }
        schedulePing();
    });
}

void ClientSession::Private::watchSilence()
{
    const qint64 left = heardMs + Limits::silenceMsMax - clock.monotonicMs();
    if (left <= 0)
        return end(u"connection_lost"_s, u"The server has fallen silent."_s);
    silenceTimer.start(milliseconds(left), [this] { watchSilence(); });
}

/// Our own end: says why, lets that leave and hangs up.
void ClientSession::Private::refuse(const Error &error)
{
    if (phase == Phase::Refusing || phase == Phase::Ended)
        return;
    // An error of the database may quote a long statement. Plain, because a compression may be the reason.
    const Refused refused{error.code, error.message.left(static_cast<qsizetype>(Limits::reasonBytesMax / 4)), -1};
    sendFrames(frameMessage(encodeMessage(refused)));
    phase = Phase::Refusing;
    ownRefusal = error;
    pageTimer.stop();
    pingTimer.stop();
    if (!connection)
        return end(error.code, error.message);
    connection->close();
    handshakeTimer.start(milliseconds(Tuning::refusalMsMax), [this] { end(ownRefusal.code, ownRefusal.message); });
}

void ClientSession::Private::end(const QString &code, const QString &reason, qint64 retryAfterMs)
{
    if (phase == Phase::Ended)
        return;
    q->stop();
    // Later, because the observer destroys the session, and with it whoever is calling us now.
    endTimer.start(milliseconds(0), [ended = events.ended, code, reason, retryAfterMs] {
        if (ended)
            ended(code, reason, retryAfterMs);
    });
}

} // namespace Sheaf
