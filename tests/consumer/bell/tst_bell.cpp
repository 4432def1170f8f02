// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bell.h"
#include "bellplugin.h"
#include "device.h"
#include "server/core/authenticator.h"
#include "server/core/servercore.h"
#include "server/net/listener.h"
#include "server/net/systemsources.h"
#include "server/storage/memorystorage.h"

#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

/// A server with a bell, in this thread.
struct BellServer {
    BellServer() : core(storage, clock, random)
    {
        core.install(std::make_unique<BellPlugin>());
        listener.accepted = [this](std::unique_ptr<Connection> connection) { core.accept(std::move(connection)); };
        isListening = listener.listen(QHostAddress(QHostAddress::LocalHost), 0).has_value();
    }
    [[nodiscard]] QUrl url() const { return QUrl(u"ws://127.0.0.1:%1"_s.arg(listener.port())); }
    /// For a new device with this role in the space `home`; empty when it cannot be made.
    [[nodiscard]] QByteArray token(const QByteArray &name, Role role)
    {
        const auto made = Server::addToken(storage, random, name, {});
        auto transaction = storage.begin();
        auto devices = made && transaction ? (*transaction)->devices({})
                                           : Result<QList<Server::StoredDevice>>(QList<Server::StoredDevice>());
        for (Server::StoredDevice &device : *devices) {
            for (Server::Grant &grant : device.grants)
                grant.role = device.name == name ? role : grant.role;
            if (!(*transaction)->putDevice(device))
                return {};
        }
        return made && (*transaction)->commit() ? *made : QByteArray();
    }

    Server::SystemClock clock;
    Server::SystemRandom random;
    Server::MemoryStorage storage{7};
    Server::ServerCore core;
    Server::Listener listener;
    bool isListening = false; ///< else nobody gets in, and every test says so
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
