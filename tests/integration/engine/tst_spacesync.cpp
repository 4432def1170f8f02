// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "engine/disputelists.h"
#include "engine/livequery.h"
#include "engine/spacelist.h"
#include "serverprocess.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// Access that changes under two devices at work, over a real server and real sockets.
class TestSpaceSync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        server = std::make_unique<ServerProcess>();
        server->start();
        a = std::make_unique<Device>(u"a"_s);
        b = std::make_unique<Device>(u"b"_s);
        tokenA = server->order({u"token"_s, u"add"_s, u"--name"_s, u"a"_s, u"--space"_s, u"home"_s, u"--space"_s, u"team"_s})
                     .trimmed();
        a->engine().connectToServer(server->url(), tokenA);
        b->engine().connectToServer(
            server->url(), server->order({u"token"_s, u"add"_s, u"--name"_s, u"b"_s, u"--space"_s, u"team"_s}).trimmed());
    }
    void cleanup()
    {
        a.reset();
        b.reset();
        server.reset();
    }

    void revokedInTheMidstOfTyping();
    void rolesAndLists();
    void leaveAndJoin();
    void theProgramKnowsSpaces();

private:
    void revoke() { server->order({u"token"_s, u"revoke"_s, u"--name"_s, u"a"_s, u"--space"_s, u"team"_s}); }
    void grant(const QString &role)
    {
        server->order({u"token"_s, u"grant"_s, u"--name"_s, u"a"_s, u"--space"_s, u"team"_s, u"--role"_s, role});
    }
    void addTeamNote(Device &device, const QString &id)
    {
        device.write(u"INSERT INTO notes(id, space, title) VALUES (?, 'team', 'from ' || ?)"_s, {id, id});
    }
    int count(Device &device) { return device.value(u"SELECT count(*) FROM notes WHERE space = 'team'"_s).toInt(); }

    std::unique_ptr<ServerProcess> server;
    std::unique_ptr<Device> a;
    std::unique_ptr<Device> b;
    QByteArray tokenA;
};

void TestSpaceSync::revokedInTheMidstOfTyping()
{
    addTeamNote(*b, u"theirs"_s);
    QVERIFY(b->waitSynced() && a->waitSynced());
    QTRY_COMPARE_WITH_TIMEOUT(count(*a), 1, patienceMs);
    LiveQuery view;
    view.setEngine(&a->engine());
    view.setSql(u"SELECT id FROM notes WHERE space = 'team'"_s);
    QTRY_COMPARE_WITH_TIMEOUT(view.rowCount(), 1, patienceMs);
    QSignalSpy closed(&a->engine(), &SyncEngine::spaceClosed);
    QSignalSpy opened(&a->engine(), &SyncEngine::spaceOpened);
    int typed = 0;
    while (closed.isEmpty() && typed < 3'000) {
        addTeamNote(*a, u"typed %1"_s.arg(typed++));
        if (typed == 20)
            revoke();
    }
    QVERIFY(!closed.isEmpty());
    QCOMPARE(closed.first().at(1).toString(), u"revoked"_s);
    QTRY_COMPARE_WITH_TIMEOUT(view.rowCount(), count(*a), patienceMs); // what was typed since
    const qint64 kept = await(a->engine().quarantined())->value().size();
    // Each is somewhere; what the server took in the last moment may be in two places, and counts once in the end.
    QTRY_VERIFY_WITH_TIMEOUT(kept + count(*b) - 1 + count(*a) >= typed, patienceMs);
    a->restart();
    a->engine().connectToServer(server->url(), tokenA);
    grant(u"editor"_s);
    QTRY_COMPARE_WITH_TIMEOUT(count(*a), typed + 1, patienceMs);
    QVERIFY(a->waitSynced() && b->waitSynced());
    QTRY_COMPARE_WITH_TIMEOUT(count(*b), typed + 1, patienceMs);
    QVERIFY(await(a->engine().quarantined())->value().isEmpty());
    QVERIFY(await(a->engine().rejectedChanges())->value().isEmpty());
}

void TestSpaceSync::rolesAndLists()
{
    QVERIFY(a->waitSynced());
    SpaceList spaces;
    spaces.setEngine(&a->engine());
    QuarantineList quarantine;
    quarantine.setEngine(&a->engine());
    const auto stateOf = [&spaces](int row) {
        const QHash<int, QByteArray> names = spaces.roleNames();
        return spaces.data(spaces.index(row), names.key("role")).toString() + u' ' +
               spaces.data(spaces.index(row), names.key("state")).toString() + u' ' +
               spaces.data(spaces.index(row), names.key("code")).toString();
    };
    QTRY_COMPARE_WITH_TIMEOUT(spaces.count(), 2, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(1), u"editor synced "_s, patienceMs);
    QSignalSpy roles(&a->engine(), &SyncEngine::roleChanged);
    grant(u"viewer"_s);
    QTRY_COMPARE_WITH_TIMEOUT(roles.size(), 1, patienceMs);
    QCOMPARE(roles.first().at(1).toString(), u"viewer"_s);
    addTeamNote(*a, u"refused"_s);
    QTRY_COMPARE_WITH_TIMEOUT(await(a->engine().rejectedChanges())->value().size(), 1, patienceMs);
    a->engine().pause();
    addTeamNote(*a, u"unsent"_s);
    revoke();
    a->engine().resume();
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(1), u"none closed revoked"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(quarantine.count(), 1, patienceMs);
    QCOMPARE(quarantine.get(0).value(u"values"_s).toMap().value(u"title"_s).toString(), u"from unsent"_s);
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Synced, patienceMs);
    const QJsonObject report = a->engine().diagnostics();
    QCOMPARE(report["quarantined"_L1].toInt(), 1);
    QCOMPARE(report["spaces"_L1][1]["closed"_L1]["code"_L1].toString(), u"revoked"_s);
    quarantine.discard(quarantine.get(0).value(u"number"_s).toLongLong());
    QTRY_COMPARE_WITH_TIMEOUT(quarantine.count(), 0, patienceMs);
}

void TestSpaceSync::leaveAndJoin()
{
    addTeamNote(*b, u"theirs"_s);
    QTRY_COMPARE_WITH_TIMEOUT(count(*a), 1, patienceMs);
    QVERIFY(await(a->engine().leaveSpace(u"team"_s))->has_value());
    QCOMPARE(count(*a), 0);
    a->addNote(u"home"_s, u"goes on"_s);
    QVERIFY(a->waitSynced());
    QVERIFY(await(a->engine().joinSpace(u"team"_s))->has_value());
    QTRY_COMPARE_WITH_TIMEOUT(count(*a), 1, patienceMs);
    QVERIFY(a->waitSynced());
    QCOMPARE(count(*b), 1);
    QCOMPARE(a->engine().figures().reconnects, 0);
}

void TestSpaceSync::theProgramKnowsSpaces()
{
    a->close();
    QProcess program;
    program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    program.start(ServerProcess::program(u"sheaf-replica"_s),
                  {u"--db"_s, a->path(u"other.db"_s), u"--schema"_s, a->path(u"schema"_s), u"--url"_s, server->url().toString(),
                   u"--token"_s, QString::fromLatin1(server->token(u"c"_s)), u"--space"_s, u"home"_s, u"--space"_s, u"club"_s});
    QList<QJsonObject> seen;
    const auto next = [&](const QString &member, const QJsonValue &value) {
        for (qsizetype i = 0;; ++i) {
            while (i >= seen.size()) {
                if (!program.canReadLine() && !program.waitForReadyRead(patienceMs))
                    return QJsonObject();
                if (program.canReadLine())
                    seen.append(QJsonDocument::fromJson(program.readLine()).object());
            }
            if (seen[i].value(member) == value)
                return seen.takeAt(i);
        }
    };
    const auto ask = [&](int id, const QByteArray &rest) {
        program.write("{\"id\":" + QByteArray::number(id) + ",\"do\":" + rest + "}\n");
        return next(u"id"_s, id).value("ok"_L1);
    };
    QVERIFY(ask(1, "\"wait_synced\",\"timeout_ms\":30000").toBool());
    const QJsonValue club = ask(2, "\"status\"")["spaces"_L1][1];
    QCOMPARE(club["space"_L1].toString(), u"club"_s);
    QCOMPARE(club["closed"_L1]["code"_L1].toString(), u"no_permission"_s);
    server->order({u"token"_s, u"grant"_s, u"--name"_s, u"c"_s, u"--space"_s, u"club"_s});
    QCOMPARE(next(u"event"_s, u"space_opened"_s)["role"_L1].toString(), u"editor"_s);
    ask(3, R"("pause")");
    ask(4, R"x("exec","sql":"INSERT INTO notes(id, space, title) VALUES ('n', 'club', 'kept')")x");
    ask(5, R"("leave","space":"club")");
    QCOMPARE(next(u"event"_s, u"space_closed"_s)["code"_L1].toString(), u"left"_s);
    const QJsonValue kept = ask(6, R"("quarantine")")[0];
    QCOMPARE(kept["values"_L1]["title"_L1].toString(), u"kept"_s);
    QVERIFY(ask(7, R"("join","space":"club")").toBool());
    ask(8, R"("resume")");
    QVERIFY(ask(9, "\"wait_synced\",\"timeout_ms\":30000").toBool());
    QCOMPARE(ask(10, R"("query","sql":"SELECT title FROM notes")")["rows"_L1][0][0].toString(), u"kept"_s);
    QCOMPARE(ask(11, R"("quarantine")").toArray().size(), 0);
    program.closeWriteChannel();
    QVERIFY(program.waitForFinished(patienceMs));
}

QTEST_MAIN(TestSpaceSync)
#include "tst_spacesync.moc"
