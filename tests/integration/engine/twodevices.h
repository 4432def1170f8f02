// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.h"
#include "serverprocess.h"

namespace Sheaf {

/// The base of tests with two devices and a real server, new for each test function.
class TwoDevices : public QObject
{
    Q_OBJECT

protected:
    void connectBoth()
    {
        a->engine().connectToServer(server->url(), tokenA);
        b->engine().connectToServer(server->url(), tokenB);
    }
    /// Each has everything of the other, proven.
    void verifyProven()
    {
        QVERIFY(a->waitSynced());
        QVERIFY(b->waitSynced());
        QVERIFY(a->waitSynced());
        QCOMPARE(a->stampDigest(), b->stampDigest());
    }

    std::unique_ptr<ServerProcess> server;
    std::unique_ptr<Device> a;
    std::unique_ptr<Device> b;
    QByteArray tokenA;
    QByteArray tokenB;

protected Q_SLOTS:
    void init()
    {
        server = std::make_unique<ServerProcess>();
        server->start();
        a = std::make_unique<Device>(QStringLiteral("a"));
        b = std::make_unique<Device>(QStringLiteral("b"));
        tokenA = server->token(QStringLiteral("a"));
        tokenB = server->token(QStringLiteral("b"));
    }
    void cleanup()
    {
        a.reset();
        b.reset();
        server.reset();
    }
};

} // namespace Sheaf
