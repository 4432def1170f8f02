// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/replica.h"
#include "server/core/servercore.h"
#include "server/storage/memorystorage.h"
#include "session/reconnector.h"
#include "sim/faultynetwork.h"
#include "sim/nodeclock.h"

#include <QStringList>
#include <QTemporaryDir>

#include <memory>

namespace Sheaf::Test {

/// The real server core, under a clock that moves when the test says so.
class SpaceHouse
{
public:
    SpaceHouse();
    ~SpaceHouse();

    void run(qint64 ms = 2'000) { queue.runUntil(queue.nowUs() + ms * 1000); }
    [[nodiscard]] QByteArray token(const QByteArray &device, const QList<QByteArray> &spaces);
    /// Role::None takes the access away.
    void grant(const QByteArray &device, const QByteArray &space, Role role);
    /// Another server, which knows nothing.
    void replaceServer();
    [[nodiscard]] qsizetype rowCount(const QByteArray &space);

    EventQueue queue{1};
    FaultyNetwork network{queue, 2};
    SeededRandom random{3};
    qint64 skewMs = 0;
    std::unique_ptr<NodeClock> clock;
    std::unique_ptr<Server::MemoryStorage> storage;
    std::unique_ptr<Server::ServerCore> core;
};

/// A device with a replica in a file of its own, whose process can end and begin again.
class SpaceDevice
{
public:
    /// `more`: SQL that its schema has besides.
    SpaceDevice(SpaceHouse &house, int number, const QByteArray &more = {});
    ~SpaceDevice();

    void start();
    void stop();
    void connect(const QByteArray &token);
    void write(const QString &sql, const UserAction &action = {});
    /// The values of the first column, as text, in order.
    [[nodiscard]] QStringList read(const QString &sql) const;
    [[nodiscard]] QString value(const QString &sql) const { return read(sql).join(u'|'); }
    [[nodiscard]] bool isProven() const { return reconnector->status().progress.proven; }
    [[nodiscard]] qint64 count(const QString &table) const;
    [[nodiscard]] QList<QuarantinedChange> quarantine() const;

    SpaceHouse &house;
    const int number;
    QTemporaryDir folder;
    qint64 skewMs = 0;
    SeededRandom random;
    QByteArray token;
    QStringList news; ///< of spaces
    QStringList reports;
    int gone = 0; ///< rows that commits told to be gone
    std::unique_ptr<NodeClock> clock;
    std::unique_ptr<Transport> transport;
    std::unique_ptr<Replica> replica;
    std::unique_ptr<Reconnector> reconnector;
};

/// One device with a space of its own and a team, and another one in the team; each has a row there.
class TwoInATeam
{
protected:
    void begin()
    {
        m_house = std::make_unique<SpaceHouse>();
        m_a = std::make_unique<SpaceDevice>(*m_house, 0);
        m_b = std::make_unique<SpaceDevice>(*m_house, 1);
        m_a->connect(m_house->token("a", {"home", "team"}));
        m_b->connect(m_house->token("b", {"team"}));
        m_b->write(QStringLiteral("INSERT INTO notes(id, space, title, body, votes, labels)"
                                  " VALUES ('n', 'team', 'one', 'text', 5, '[\"x\"]')"));
        m_a->write(QStringLiteral("INSERT INTO notes(id, title) VALUES ('mine', 'home')"));
        m_house->run();
        m_a->news.clear();
    }
    void end()
    {
        m_a.reset();
        m_b.reset();
        m_house.reset();
    }

    std::unique_ptr<SpaceHouse> m_house;
    std::unique_ptr<SpaceDevice> m_a;
    std::unique_ptr<SpaceDevice> m_b;
};

} // namespace Sheaf::Test
