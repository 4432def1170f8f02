// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "server/local/localserver.h"

#include <QDir>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using Server::LocalServer;

/// Engines that sync within one process, and through a file that is carried from one to the other.
class TestLocalServer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void twoReplicasInOneProcess();
    void aSpaceTravelsInAFile();
    void aServerThatEndsIsWaitedFor();
    void accessIsTheServers();
    void aFileHasOneUser();

private:
    static std::unique_ptr<LocalServer> open(const QString &path = {});
    static QByteArray tokenOf(LocalServer &server, const QByteArray &name);
    static void connectTo(Device &device, LocalServer &server, const QByteArray &token);
    /// Connects a device to a server, waits until both have the same and leaves again.
    static void visit(Device &device, LocalServer &server, const QByteArray &token);
};

std::unique_ptr<LocalServer> TestLocalServer::open(const QString &path)
{
    auto opened = LocalServer::open(path);
    if (!opened)
        qFatal("%s", qUtf8Printable(opened.error().message));
    return *std::move(opened);
}

QByteArray TestLocalServer::tokenOf(LocalServer &server, const QByteArray &name)
{
    const auto token = server.addDevice(name, {"home"});
    if (!token)
        qFatal("%s", qUtf8Printable(token.error().message));
    return *token;
}

void TestLocalServer::connectTo(Device &device, LocalServer &server, const QByteArray &token)
{
    device.transport = server.transports();
    device.restart();
    device.engine().connectToServer(LocalServer::url(), token);
}

void TestLocalServer::visit(Device &device, LocalServer &server, const QByteArray &token)
{
    connectTo(device, server, token);
    QVERIFY(device.waitSynced());
    device.close();
}

void TestLocalServer::twoReplicasInOneProcess()
{
    const auto server = open();
    Device a(u"a"_s);
    Device b(u"b"_s);
    connectTo(a, *server, tokenOf(*server, "a"));
    connectTo(b, *server, tokenOf(*server, "b"));
    a.addNote(u"1"_s, u"from a"_s);
    QTRY_COMPARE_WITH_TIMEOUT(b.titleOf(u"1"_s), u"from a"_s, patienceMs);
    b.write(u"UPDATE notes SET title = 'from b' WHERE id = '1'"_s);
    QTRY_COMPARE_WITH_TIMEOUT(a.titleOf(u"1"_s), u"from b"_s, patienceMs);
    // More than fits into one message.
    a.write(u"INSERT INTO notes(id, title, body) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
            "SELECT 'n' || i, 'note ' || i, 'with a body that takes some room in a message' FROM n"_s);
    QVERIFY(a.waitSynced());
    QVERIFY(b.waitSynced());
    QCOMPARE(b.value(u"SELECT count(*) FROM notes"_s).toInt(), 20'001);
    QCOMPARE(a.stampDigest(), b.stampDigest());
}

/// Everybody's edits reach everybody, whichever way they went: by a server, or by a file that was copied.
void TestLocalServer::aSpaceTravelsInAFile()
{
    QTemporaryDir folder;
    const QString here = folder.filePath(u"here.sheaf"_s);
    const QString there = folder.filePath(u"there.sheaf"_s);
    const auto office = open();
    Device a(u"a"_s);
    Device b(u"b"_s); // never meets the office
    Device c(u"c"_s); // never meets the file
    a.addNote(u"1"_s, u"before"_s);
    a.write(u"INSERT INTO pages(id, body) VALUES('p', 'some words')"_s);
    const QByteArray badge = tokenOf(*office, "a");
    visit(a, *office, badge);
    auto file = open(here);
    const QByteArray ticketOfA = tokenOf(*file, "a");
    const QByteArray ticketOfB = tokenOf(*file, "b");
    visit(a, *file, ticketOfA);
    file.reset();
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList{u"here.sheaf"_s});
    QVERIFY(QFile::copy(here, there));

    visit(b, *open(there), ticketOfB);
    b.restart();
    QCOMPARE(b.titleOf(u"1"_s), u"before"_s);
    b.write(u"UPDATE notes SET title = 'edited by b' WHERE id = '1'"_s);
    b.write(u"UPDATE pages SET body = 'some more words'"_s);
    a.restart();
    a.write(u"UPDATE notes SET body = 'body by a' WHERE id = '1'"_s);
    a.write(u"UPDATE pages SET body = body || ' of a'"_s);
    visit(a, *office, badge);
    visit(b, *open(there), ticketOfB);
    visit(a, *open(there), ticketOfA);
    visit(a, *office, badge);
    visit(b, *open(there), ticketOfB);
    visit(c, *office, tokenOf(*office, "c"));
    for (Device *device : {&a, &b, &c}) {
        device->restart();
        QCOMPARE(device->titleOf(u"1"_s), u"edited by b"_s);
        QCOMPARE(device->value(u"SELECT body FROM notes WHERE id = '1'"_s).toString(), u"body by a"_s);
        QCOMPARE(device->value(u"SELECT body FROM pages WHERE id = 'p'"_s).toString(), u"some more words of a"_s);
        QCOMPARE(device->stampDigest(), a.stampDigest());
    }
}

void TestLocalServer::aServerThatEndsIsWaitedFor()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"space.sheaf"_s);
    auto server = open(path);
    Device a(u"a"_s);
    const QByteArray token = tokenOf(*server, "a");
    connectTo(a, *server, token);
    QVERIFY(a.waitSynced());
    server.reset();
    QTRY_VERIFY_WITH_TIMEOUT(a.engine().state() != SyncEngine::State::Synced, patienceMs);
    a.addNote(u"1"_s, u"written meanwhile"_s);
    QCOMPARE(a.titleOf(u"1"_s), u"written meanwhile"_s);
    server = open(path);
    visit(a, *server, token);
    Device b(u"b"_s);
    visit(b, *server, tokenOf(*server, "b"));
    b.restart();
    QCOMPARE(b.titleOf(u"1"_s), u"written meanwhile"_s);
}

void TestLocalServer::accessIsTheServers()
{
    const auto server = open();
    Device a(u"a"_s);
    a.transport = server->transports();
    a.restart();
    a.engine().connectToServer(LocalServer::url(), "not a token");
    QTRY_COMPARE_WITH_TIMEOUT(a.engine().errorCode(), u"bad_token"_s, patienceMs);
}

void TestLocalServer::aFileHasOneUser()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"space.sheaf"_s);
    auto first = open(path);
    QCOMPARE(LocalServer::open(path).error().code, u"locked"_s);
    first.reset();
    QVERIFY(LocalServer::open(path).has_value());
    QFile letter(folder.filePath(u"letter.txt"_s));
    QVERIFY(letter.open(QIODevice::WriteOnly));
    letter.write(QByteArray("Dear diary, this is no database at all. ").repeated(50));
    letter.close();
    QCOMPARE(LocalServer::open(letter.fileName()).error().code, u"foreign_database"_s);
}

QTEST_GUILESS_MAIN(TestLocalServer)
#include "tst_localserver.moc"
