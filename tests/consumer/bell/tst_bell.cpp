// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bell.h"
#include "bellplugin.h"
#include "device.h"
#include "ownserver.h"

#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

struct BellServer : OwnServer {
    BellServer() { core.install(std::make_unique<BellPlugin>()); }
};

struct Person {
    Person(BellServer &server, const QString &name, Role role = Role::Editor) : device(name), bell(device.engine(), name)
    {
        token = server.token(name.toUtf8(), role);
        device.engine().connectToServer(server.url(), token);
    }

    Device device;
    Bell bell;
    QSignalSpy rings{&bell, &Bell::rang};
    QByteArray token;
};

} // namespace

/// Both halves of the example over real engines, sockets and the real server's core.
class TestBell : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theOthersHearARing()
    {
        BellServer server;
        Person ada(server, u"Ada"_s);
        Person ben(server, u"Ben"_s);
        Person cy(server, u"Cy"_s);
        QTRY_COMPARE_WITH_TIMEOUT(ada.bell.people(), 3, patienceMs);
        ada.bell.ring();
        QTRY_COMPARE_WITH_TIMEOUT(ben.rings.size(), 1, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(cy.rings.size(), 1, patienceMs);
        QCOMPARE(ben.rings[0][0].toString(), u"Ada"_s);
        QCOMPARE(ada.rings.size(), 0);
    }

    void whoGoesOfflineIsNotCountedAndComesBackByItself()
    {
        BellServer server;
        Person ada(server, u"Ada"_s);
        Person ben(server, u"Ben"_s);
        QTRY_COMPARE_WITH_TIMEOUT(ada.bell.people(), 2, patienceMs);
        ben.device.engine().disconnectFromServer();
        QTRY_COMPARE_WITH_TIMEOUT(ada.bell.people(), 1, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(ben.bell.people(), 0, patienceMs);
        ben.device.engine().connectToServer(server.url(), ben.token);
        QTRY_COMPARE_WITH_TIMEOUT(ada.bell.people(), 2, patienceMs);
        ada.bell.ring();
        QTRY_COMPARE_WITH_TIMEOUT(ben.rings.size(), 1, patienceMs);
    }

    void viewersListenOnly()
    {
        BellServer server;
        Person ada(server, u"Ada"_s);
        Person viewer(server, u"Vi"_s, Role::Viewer);
        QSignalSpy denials(&viewer.bell, &Bell::denied);
        QTRY_COMPARE_WITH_TIMEOUT(ada.bell.people(), 2, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(viewer.bell.people(), 2, patienceMs);
        viewer.bell.ring();
        QTRY_COMPARE_WITH_TIMEOUT(denials.size(), 1, patienceMs);
        ada.bell.ring();
        QTRY_COMPARE_WITH_TIMEOUT(viewer.rings.size(), 1, patienceMs);
        QCOMPARE(ada.rings.size(), 0);
    }

    void whoRingsAllTheTimeIsNotHeard()
    {
        BellServer server;
        Person ada(server, u"Ada"_s);
        Person ben(server, u"Ben"_s);
        QTRY_COMPARE_WITH_TIMEOUT(ben.bell.people(), 2, patienceMs);
        for (int i = 0; i < 100; ++i)
            ada.bell.ring();
        QTRY_VERIFY_WITH_TIMEOUT(server.core.plugins().counters().tooFast > 80, patienceMs);
        QVERIFY(ada.device.waitSynced()); // the session goes on
        QVERIFY(ben.rings.size() >= 1 && ben.rings.size() < 20);
    }

    void whatIsNoBellEndsTheConnection()
    {
        BellServer server;
        Person ada(server, u"Ada"_s);
        QTRY_COMPARE_WITH_TIMEOUT(ada.bell.people(), 1, patienceMs);
        SyncPlugin broken;
        broken.setName(u"bell"_s);
        broken.setEngine(&ada.device.engine());
        QTRY_VERIFY_WITH_TIMEOUT(broken.isOnline(), patienceMs);
        const auto sent = await(broken.send("ding"));
        QVERIFY(sent && sent->has_value());
        QTRY_COMPARE_WITH_TIMEOUT(ada.device.engine().errorCode(), u"bad_bell"_s, patienceMs);
        QVERIFY(!broken.isOnline());
        QCOMPARE(await(broken.send("{}"))->error().code, u"offline"_s);
        QCOMPARE(await(broken.send(QByteArray(Limits::pluginPayloadBytesMax + 1, 'x')))->error().code, u"too_large"_s);
    }
};

QTEST_GUILESS_MAIN(TestBell)
#include "tst_bell.moc"
