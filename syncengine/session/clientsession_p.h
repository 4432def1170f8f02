// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/framing.h"
#include "protocol/limits.h"
#include "replica/replica.h"
#include "session/clientsession.h"
#include "session/oneshot.h"
#include "session/spacesync.h"

#include <QHash>
#include <QSet>

#include <vector>

namespace Sheaf {

struct ClientSession::Private final : SpaceLink {
    enum class Phase { Connecting, Greeting, Online, Refusing, Ended };

    Private(ClientSession *session, Replica &r, Clock &c, Random &rnd, Transport &t, Options o, Events e)
        : q(session), replica(r), clock(c), random(rnd), transport(t), options(std::move(o)), events(std::move(e)),
          handshakeTimer(c), pingTimer(c), silenceTimer(c), pageTimer(c), failTimer(c), endTimer(c)
    {
    }

    // SpaceLink
    void send(const Message &message) override;
    bool maySend() const override { return connection && connection->unsentBytes() < Limits::unsentBytesPause; }
    qint64 serverMs() const override { return clock.monotonicMs() + serverAheadMs; }
    void wake() override { workThen(Result<void>{}); }
    RepairOrder *repairOrder() override { return options.repair; }
    SyncFigures &figures() override { return options.figures ? *options.figures : ownFigures; }
    void report(const QString &code, const QString &message) override
    {
        if (events.reported)
            events.reported(code, message);
    }

    void take(const Message &message, qint64 bytes);
    Result<void> on(const Welcome &welcome);
    void on(const Refused &refused);
    Result<void> onOnline(const Message &message, qint64 bytes);
    SpaceSync *find(const QByteArray &name) const;
    /// The device has this role in a space now: opens it, closes it, or changes its role.
    Result<void> admit(const Opened &granted);
    Result<void> admitAgain(const QByteArray &name);
    Result<void> on(const Closed &closed);
    void drop(const QByteArray &name);
    void part(const QByteArray &name);
    void tell(const SpaceNews &news);

    void workThen(const Result<void> &done);
    void page();
    Result<bool> stepOnce();
    [[nodiscard]] Hindrance hindrance() const;
    void progressed();
    void schedulePing();
    void watchSilence();
    void sendFrames(const QList<QByteArray> &frames);
    void refuse(const Error &error);
    void end(const QString &code, const QString &reason, qint64 retryAfterMs = 0);
    qint64 unappliedBytes() const;

    ClientSession *q;
    Replica &replica;
    Clock &clock;
    Random &random;
    Transport &transport;
    Options options;
    Events events;
    SyncFigures ownFigures; ///< when nobody else counts

    Phase phase = Phase::Connecting;
    std::unique_ptr<Connection> connection;
    FrameAssembler assembler;
    std::shared_ptr<const Compression> compression; ///< agreed; null: none
    qint64 helloWallMs = 0;
    qint64 helloMonotonicMs = 0;
    qint64 pingedMs = -1;     ///< monotonic time of a ping without a pong, -1 = none
    qint64 heardMs = 0;       ///< monotonic time of the last byte
    qint64 serverAheadMs = 0; ///< its clock minus our monotonic one
    std::vector<std::unique_ptr<SpaceSync>> spaces;
    Epoch epoch = 0;
    QHash<QByteArray, Opened> granted; ///< followed or not
    QSet<QByteArray> former;           ///< spaces that were closed or left in this session: what still comes of them is old
    QSet<QByteArray> leaving;          ///< and the server has not said that it knows
    QList<SpaceProgress> outdated;     ///< spaces that want a newer schema
    QString updateNeeded;              ///< says so of the last of them
    size_t nextSpace = 0;              ///< whose turn it is
    SyncProgress lastProgress;
    Error ownRefusal;
    OneShot handshakeTimer, pingTimer, silenceTimer, pageTimer, failTimer, endTimer;
};

} // namespace Sheaf
