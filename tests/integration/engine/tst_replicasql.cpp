// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replicaprogram.h"

#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// SQL through sheaf-replica, and what it says when it has no server.
class TestReplicaSql : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parametersAreOfEveryKind_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QJsonValue>("params");
        const QJsonValue named = QJsonObject{{u"x"_s, 7}};
        QTest::newRow("in turn") << u"SELECT ?, ?"_s << QJsonValue(QJsonArray{7, 7});
        QTest::newRow("numbered, twice") << u"SELECT ?1, ?1"_s << QJsonValue(QJsonArray{7});
        QTest::newRow("numbered, mixed") << u"SELECT ?2, ?1 + 6"_s << QJsonValue(QJsonArray{1, 7});
        QTest::newRow(":x") << u"SELECT :x, :x"_s << named;
        QTest::newRow("@x") << u"SELECT @x, @x"_s << named;
        QTest::newRow("$x") << u"SELECT $x, $x"_s << named;
        QTest::newRow("with its sign") << u"SELECT @x, @x"_s << QJsonValue(QJsonObject{{u"@x"_s, 7}});
    }
    void parametersAreOfEveryKind()
    {
        QFETCH(QString, sql);
        QFETCH(QJsonValue, params);
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        const QJsonObject read = program.ask({{u"do"_s, u"query"_s}, {u"sql"_s, sql}, {u"params"_s, params}});
        QCOMPARE(read.value("ok"_L1).toObject().value("rows"_L1).toArray(), (QJsonArray{QJsonArray{7, 7}}));
        const QJsonObject written =
            program.ask({{u"do"_s, u"exec"_s}, {u"sql"_s, u"INSERT INTO notes(id, title) "_s + sql}, {u"params"_s, params}});
        QCOMPARE(written.value("ok"_L1).toObject().value("rows_affected"_L1).toInt(), 1);
    }

    void onlyRowsThatChangedCount()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        const auto affected = [&program](const QString &sql) {
            return program.ask(exec(sql)).value("ok"_L1).toObject().value("rows_affected"_L1).toInt(-1);
        };
        QCOMPARE(affected(u"INSERT INTO notes(id) VALUES ('a'), ('b'), ('c')"_s), 3);
        QCOMPARE(affected(u"CREATE TEMP TABLE chosen(id)"_s), 0);
        QCOMPARE(affected(u"PRAGMA defer_foreign_keys = ON"_s), 0);
        QCOMPARE(affected(u"SELECT * FROM notes"_s), 0);
        QCOMPARE(affected(u"UPDATE notes SET title = 'x' WHERE id = 'none'"_s), 0);
        QCOMPARE(affected(u"UPDATE notes SET title = 'x' WHERE id < 'c' RETURNING id"_s), 2);
        QCOMPARE(affected(u"DELETE FROM notes"_s), 3);
    }

    void queriesAndWatchesKnowTheFunctions()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        const QString sql = u"SELECT length(sheaf_uuid()), length(sheaf_order(NULL, NULL)) > 0"_s;
        const QJsonArray expected{QJsonArray{36, 1}};
        const QJsonObject answer = program.ask({{u"do"_s, u"query"_s}, {u"sql"_s, sql}});
        QCOMPARE(answer.value("ok"_L1).toObject().value("rows"_L1).toArray(), expected);
        program.ask({{u"do"_s, u"watch"_s}, {u"sql"_s, sql}});
        QCOMPARE(program.event(u"rows"_s).value("rows"_L1).toArray(), expected);
    }

    void aLostConnectionSaysWhy()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        QTcpServer closed; // a port at which nobody listens
        QVERIFY(closed.listen(QHostAddress::LocalHost));
        const QString url = u"ws://127.0.0.1:%1"_s.arg(closed.serverPort());
        closed.close();
        QVERIFY(program.ask({{u"do"_s, u"connect"_s}, {u"url"_s, url}, {u"token"_s, u"t"_s}}).contains("ok"_L1));
        const QJsonObject late = program.ask({{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, 500}});
        QCOMPARE(codeOf(late), u"timeout"_s);
        QVERIFY2(late.value("error"_L1).toObject().value("message"_L1).toString().contains("refused"_L1),
                 QJsonDocument(late).toJson().constData());
        QJsonObject state = program.event(u"state"_s);
        while (!state.isEmpty() && !state.contains("error"_L1))
            state = program.event(u"state"_s);
        QCOMPARE(codeOf(state), u"connection_lost"_s);
    }
};

QTEST_GUILESS_MAIN(TestReplicaSql)
#include "tst_replicasql.moc"
