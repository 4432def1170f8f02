// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replicaprogram.h"

#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr int patience = 30'000;

QJsonObject textCommand(const QJsonArray &ops)
{
    return {
        {u"do"_s, u"text"_s}, {u"table"_s, u"notes"_s}, {u"pk"_s, QJsonArray{u"a"_s}}, {u"column"_s, u"body"_s}, {u"ops"_s, ops}};
}

QString textOf(const QJsonObject &answer)
{
    return answer.value("ok"_L1).toObject().value("text"_L1).toString();
}

QJsonArray titleAndBody(ReplicaProgram &program)
{
    const QJsonObject answer = program.ask({{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT title, body FROM notes"_s}});
    return answer.value("ok"_L1).toObject().value("rows"_L1).toArray().at(0).toArray();
}

struct StartedServer : ServerProcess {
    StartedServer() { start(); }
};

/// Two programs that write without knowing of each other, and what the first is told of it.
struct Dispute {
    Dispute(const QJsonObject &base, const QJsonObject &mine, const QJsonObject &theirs)
    {
        a.ask(base);
        settle();
        a.ask({{u"do"_s, u"disconnect"_s}});
        a.ask(mine);
        b.ask(theirs);
        settle(b);
        a.ask({{u"do"_s, u"connect"_s}, {u"url"_s, server.url().toString()}, {u"token"_s, tokenA}});
        event = a.event(u"conflict"_s);
        settle();
    }
    static void settle(ReplicaProgram &program)
    {
        QVERIFY(program.ask({{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, patience}}).contains("ok"_L1));
    }
    void settle()
    {
        settle(a);
        settle(b);
    }
    [[nodiscard]] QStringList link(const QString &token) const
    {
        return {u"--url"_s, server.url().toString(), u"--token"_s, token};
    }

    QTemporaryDir folder;
    StartedServer server;
    QString tokenA = QString::fromUtf8(server.token(u"a"_s));
    ReplicaProgram a{folder.path(), u"a.db"_s, link(tokenA)};
    ReplicaProgram b{folder.path(), u"b.db"_s, link(QString::fromUtf8(server.token(u"b"_s)))};
    QJsonObject event;
};

} // namespace

class TestReplicaProgram : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void execAndQuery()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        const QJsonObject blob{{u"$blob"_s, u"AAEC"_s}};
        QJsonObject answer =
            program.ask(exec(u"INSERT INTO notes(id, title, picture) VALUES(?, ?, ?)"_s, {u"a"_s, QJsonValue::Null, blob}));
        QCOMPARE(answer.value("ok"_L1).toObject().value("rows_affected"_L1).toInt(), 1);
        answer = program.ask({{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT id, title, picture, 7, 1.5 FROM notes"_s}});
        const QJsonArray row = answer.value("ok"_L1).toObject().value("rows"_L1).toArray().at(0).toArray();
        QCOMPARE(row, (QJsonArray{u"a"_s, QJsonValue::Null, blob, 7, 1.5}));
        answer = program.ask({{u"do"_s, u"outbox"_s}});
        QCOMPARE(answer.value("ok"_L1).toArray().size(), 1);
        QCOMPARE(answer.value("ok"_L1).toArray().at(0).toObject().value("pk"_L1).toArray(), QJsonArray{u"a"_s});
        const QJsonObject changed = program.event(u"changed"_s);
        QCOMPARE(changed.value("tables"_L1).toObject().value("notes"_L1).toArray(), (QJsonArray{QJsonArray{u"a"_s}}));
    }

    void itsReadmeNamesCommandsThatAreThere()
    {
        QFile readme(QStringLiteral(SHEAF_REPLICA_README));
        QVERIFY(readme.open(QIODevice::ReadOnly));
        const QString text = QString::fromUtf8(readme.readAll());
        QStringList names{u"undo_conflict"_s, u"dismiss"_s, u"answer"_s, u"retry"_s, u"discard"_s, u"restore"_s, u"forget"_s};
        const QStringList lines = text.section(u"| event |"_s, 0, 0).split(u'\n').filter(QRegularExpression(u"^\\| `[a-z]"_s));
        for (const QString &line : lines) {
            for (const QString &name : line.section(u'|', 1, 1).split(u','))
                names.append(name.simplified().remove(u'`'));
        }
        names.removeAll(u"do"_s);
        QVERIFY(names.size() > 30);
        const QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        for (const QString &name : names) {
            QVERIFY2(text.contains(u'`' + name + u'`'), qPrintable(name));
            const QJsonObject answer = program.ask({{u"do"_s, name}});
            QVERIFY2(answer.value("error"_L1).toObject().value("code"_L1) != u"unknown_command"_s, qPrintable(name));
        }
    }

    void aTransactionIsAllOrNothing()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        const QJsonObject good{{u"sql"_s, u"INSERT INTO notes(id) VALUES(:id)"_s}, {u"params"_s, QJsonObject{{u"id"_s, u"a"_s}}}};
        const QJsonObject bad{{u"sql"_s, u"INSERT INTO nowhere VALUES(1)"_s}};
        QCOMPARE(codeOf(program.ask({{u"do"_s, u"transaction"_s}, {u"statements"_s, QJsonArray{good, bad}}})), u"sql_error"_s);
        const QJsonObject answer = program.ask({{u"do"_s, u"transaction"_s}, {u"statements"_s, QJsonArray{good}}});
        QCOMPARE(answer.value("ok"_L1).toObject().value("rows_affected"_L1).toArray(), QJsonArray{1});
    }

    void badCommandsAreAnswered_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("code");
        QTest::newRow("no json") << "hello"_ba << u"bad_request"_s;
        QTest::newRow("no object") << "[1]"_ba << u"bad_request"_s;
        QTest::newRow("no do") << "{\"id\":1}"_ba << u"bad_request"_s;
        QTest::newRow("no sql") << "{\"id\":1,\"do\":\"exec\"}"_ba << u"bad_request"_s;
        QTest::newRow("bad param") << "{\"id\":1,\"do\":\"exec\",\"sql\":\"SELECT ?\",\"params\":[[1]]}"_ba << u"bad_request"_s;
        QTest::newRow("unknown") << "{\"id\":1,\"do\":\"dance\"}"_ba << u"unknown_command"_s;
        QTest::newRow("no pk") << "{\"id\":1,\"do\":\"text\",\"table\":\"notes\",\"column\":\"body\"}"_ba << u"bad_request"_s;
        QTest::newRow("bad op")
            << "{\"id\":1,\"do\":\"text\",\"table\":\"notes\",\"column\":\"body\",\"pk\":[\"a\"],\"ops\":[{\"turn\":1}]}"_ba
            << u"bad_request"_s;
        QTest::newRow("no text") << "{\"id\":1,\"do\":\"text\",\"table\":\"notes\",\"column\":\"title\",\"pk\":[\"a\"]}"_ba
                                 << u"no_text"_s;
        QTest::newRow("no row") << "{\"id\":1,\"do\":\"text\",\"table\":\"notes\",\"column\":\"body\",\"pk\":[\"a\"]}"_ba
                                << u"no_row"_s;
        QTest::newRow("bad sql") << "{\"id\":1,\"do\":\"query\",\"sql\":\"SELEKT\"}"_ba << u"sql_error"_s;
        QTest::newRow("bad watch") << "{\"id\":1,\"do\":\"watch\",\"sql\":\"SELEKT\"}"_ba << u"sql_error"_s;
        QTest::newRow("a change of the schema")
            << "{\"id\":1,\"do\":\"exec\",\"sql\":\"DROP TABLE notes\"}"_ba << u"sql_refused"_s;
        QTest::newRow("two statements") << "{\"id\":1,\"do\":\"exec\",\"sql\":\"SELECT 1; SELECT 2\"}"_ba << u"sql_error"_s;
        QTest::newRow("no statement") << "{\"id\":1,\"do\":\"exec\",\"sql\":\"-- nothing\"}"_ba << u"sql_error"_s;
        QTest::newRow("too few params") << "{\"id\":1,\"do\":\"query\",\"sql\":\"SELECT ?, ?\",\"params\":[1]}"_ba
                                        << u"sql_error"_s;
        QTest::newRow("too many params") << "{\"id\":1,\"do\":\"query\",\"sql\":\"SELECT ?\",\"params\":[1,2]}"_ba
                                         << u"sql_error"_s;
        QTest::newRow("params of another name")
            << "{\"id\":1,\"do\":\"query\",\"sql\":\"SELECT :a\",\"params\":{\"b\":1}}"_ba << u"sql_error"_s;
        QTest::newRow("no query") << "{\"id\":1,\"do\":\"query\",\"sql\":\"DELETE FROM notes\"}"_ba << u"not_a_query"_s;
        QTest::newRow("no address") << "{\"id\":1,\"do\":\"connect\",\"url\":\"nonsense\",\"token\":\"t\"}"_ba << u"bad_url"_s;
        QTest::newRow("not encrypted") << "{\"id\":1,\"do\":\"connect\",\"url\":\"ws://example.org\",\"token\":\"t\"}"_ba
                                       << u"bad_url"_s;
        QTest::newRow("not connected") << "{\"id\":1,\"do\":\"wait_synced\"}"_ba << u"not_connected"_s;
    }
    void badCommandsAreAnswered()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, code);
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        program.send(line);
        QCOMPARE(codeOf(program.next([](const QJsonObject &o) { return o.contains("error"_L1) && o.contains("id"_L1); })), code);
        QVERIFY(program.ask(exec(u"INSERT INTO notes(id) VALUES('still alive')"_s)).contains("ok"_L1));
    }

    void aWatchTellsEveryEdit()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        program.ask(exec(u"INSERT INTO notes(id, title) VALUES('a', '1')"_s));
        const QJsonObject answer = program.ask({{u"do"_s, u"watch"_s}, {u"sql"_s, u"SELECT id, title FROM notes ORDER BY id"_s}});
        QCOMPARE(answer.value("ok"_L1).toObject().value("watch"_L1).toInt(), 1);
        QCOMPARE(program.event(u"rows"_s).value("rows"_L1).toArray(), (QJsonArray{QJsonArray{u"a"_s, u"1"_s}}));
        program.ask(exec(u"INSERT INTO notes(id, title) VALUES('b', '2')"_s));
        QCOMPARE(program.event(u"rows"_s).value("insert"_L1).toObject(),
                 (QJsonObject{{u"index"_s, 1}, {u"row"_s, QJsonArray{u"b"_s, u"2"_s}}}));
        program.ask(exec(u"UPDATE notes SET title = '3' WHERE id = 'a'"_s));
        QCOMPARE(program.event(u"rows"_s).value("change"_L1).toObject().value("index"_L1).toInt(-1), 0);
        program.ask(exec(u"DELETE FROM notes WHERE id = 'a'"_s));
        QCOMPARE(program.event(u"rows"_s).value("remove"_L1).toObject(), (QJsonObject{{u"index"_s, 0}}));
    }

    void textIsEditedByPositions()
    {
        QTemporaryDir folder;
        ReplicaProgram program(folder.path(), u"a.db"_s);
        program.ask(exec(u"INSERT INTO notes(id, body) VALUES('a', 'hello world')"_s));
        program.event(u"changed"_s);
        QCOMPARE(textOf(program.ask(textCommand({QJsonObject{{u"retain"_s, 5}}, QJsonObject{{u"insert"_s, u","_s}},
                                                 QJsonObject{{u"delete"_s, 6}}, QJsonObject{{u"insert"_s, u" 😀"_s}}}))),
                 u"hello, 😀"_s);
        const QJsonObject text = program.event(u"changed"_s).value("texts"_L1).toArray().at(0).toObject();
        QCOMPARE(text, (QJsonObject{{u"table"_s, u"notes"_s}, {u"pk"_s, QJsonArray{u"a"_s}}, {u"column"_s, u"body"_s}}));
        const QJsonObject found = program.ask({{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT body FROM notes"_s}});
        QCOMPARE(found.value("ok"_L1).toObject().value("rows"_L1).toArray(), (QJsonArray{QJsonArray{u"hello, 😀"_s}}));
        QCOMPARE(textOf(program.ask(textCommand({}))), u"hello, 😀"_s);
    }

    void actionsAreUndone()
    {
        const QJsonObject undo{{u"do"_s, u"undo"_s}};
        const QJsonObject redo{{u"do"_s, u"redo"_s}};
        QTemporaryDir folder;
        {
            ReplicaProgram program(folder.path(), u"a.db"_s);
            QCOMPARE(program.ask(undo).value("ok"_L1).toObject(), (QJsonObject{{u"done"_s, false},
                                                                               {u"text"_s, u""_s},
                                                                               {u"rows"_s, 0},
                                                                               {u"changes"_s, 0},
                                                                               {u"kept"_s, 0},
                                                                               {u"skipped"_s, 0},
                                                                               {u"can_undo"_s, false},
                                                                               {u"can_redo"_s, false}}));
            program.ask(exec(u"INSERT INTO notes(id, title, body) VALUES('a', '1', 'hello')"_s));
            QJsonObject named = exec(u"UPDATE notes SET title = '2'"_s);
            named.insert(u"action"_s, u"rename"_s);
            program.ask(named);
            QJsonObject kept = exec(u"UPDATE notes SET picture = x'00'"_s);
            kept.insert(u"undo"_s, false);
            program.ask(kept);
            program.ask(textCommand({QJsonObject{{u"retain"_s, 5}}, QJsonObject{{u"insert"_s, u" you"_s}}}));
            for (int step = 0; step < 3; ++step) {
                QJsonObject typed = exec(u"UPDATE notes SET title = 'typed %1'"_s.arg(step));
                typed.insert(u"group"_s, u"typing"_s);
                program.ask(typed);
            }
            QCOMPARE(program.ask(undo).value("ok"_L1).toObject().value("rows"_L1).toInt(), 1);
            QCOMPARE(titleAndBody(program), (QJsonArray{u"2"_s, u"hello you"_s}));
        }
        ReplicaProgram program(folder.path(), u"a.db"_s);
        QVERIFY(program.ask(undo).value("ok"_L1).toObject().value("done"_L1).toBool());
        QCOMPARE(titleAndBody(program), (QJsonArray{u"2"_s, u"hello"_s}));
        QCOMPARE(program.ask(undo).value("ok"_L1).toObject().value("text"_L1).toString(), u"rename"_s);
        QCOMPARE(titleAndBody(program), (QJsonArray{u"1"_s, u"hello"_s}));
        // The row has a picture that no action put there: it stays.
        const QJsonObject last = program.ask(undo).value("ok"_L1).toObject();
        QVERIFY(!last.value("done"_L1).toBool());
        QCOMPARE(last.value("skipped"_L1).toInt(), 1);
        for (int step = 0; step < 3; ++step)
            QVERIFY(program.ask(redo).value("ok"_L1).toObject().value("done"_L1).toBool());
        QCOMPARE(titleAndBody(program), (QJsonArray{u"typed 2"_s, u"hello you"_s}));
        QVERIFY(!program.ask(redo).value("ok"_L1).toObject().value("done"_L1).toBool());
    }

    void inputThatEndsIsDoneFirst()
    {
        QTemporaryDir folder;
        {
            ReplicaProgram program(folder.path(), u"a.db"_s);
            for (int i = 0; i < 100; ++i)
                program.send("{\"do\":\"exec\",\"sql\":\"INSERT INTO notes(id) VALUES('" + QByteArray::number(i) + "')\"}");
            QCOMPARE(program.finish(), 0);
        }
        ReplicaProgram again(folder.path(), u"a.db"_s);
        const QJsonObject answer = again.ask({{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT count(*) FROM notes"_s}});
        QCOMPARE(answer.value("ok"_L1).toObject().value("rows"_L1).toArray(), (QJsonArray{QJsonArray{100}}));
    }

    void startProblemsAreOneSentence()
    {
        QTemporaryDir folder;
        QProcess process;
        process.start(ServerProcess::program(u"sheaf-replica"_s),
                      {u"--db"_s, folder.filePath(u"a.db"_s), u"--schema"_s, folder.filePath(u"none.sql"_s)});
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitCode(), 1);
        const QByteArray said = process.readAllStandardError().trimmed();
        QVERIFY(!said.isEmpty());
        QVERIFY2(!said.contains('\n'), said.constData());
    }

    void textsOfTwoProgramsMeet()
    {
        ServerProcess server;
        server.start();
        QTemporaryDir folder;
        const QString url = server.url().toString();
        const auto connectTo = [&](const QByteArray &token) {
            return QJsonObject{{u"do"_s, u"connect"_s}, {u"url"_s, url}, {u"token"_s, QString::fromUtf8(token)}};
        };
        const QByteArray tokens[] = {server.token(u"a"_s), server.token(u"b"_s)};
        const QJsonObject wait{{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, patience}};
        ReplicaProgram a(folder.path(), u"a.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(tokens[0])});
        ReplicaProgram b(folder.path(), u"b.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(tokens[1])});
        QString large;
        while (large.size() < 400'000)
            large += u"line %1 of a long text\n"_s.arg(large.size());
        a.ask(exec(u"INSERT INTO notes(id, body) VALUES('a', 'milk, eggs'), ('b', ?)"_s, {large}));
        for (ReplicaProgram *program : {&a, &b, &a, &b})
            QVERIFY(program->ask(wait).contains("ok"_L1));
        // Both go offline and write, one as an editor, one in SQL.
        for (ReplicaProgram *program : {&a, &b})
            program->ask({{u"do"_s, u"disconnect"_s}});
        for (int i = 0; i < 20; ++i)
            a.ask(textCommand({QJsonObject{{u"retain"_s, 6 + i}}, QJsonObject{{u"insert"_s, QString(QChar(u'a' + i))}}}));
        b.ask(exec(u"UPDATE notes SET body = 'fresh ' || body"_s));
        b.ask(exec(u"UPDATE notes SET body = body || '!', title = 'shopping' WHERE id = 'a'"_s));
        a.ask(connectTo(tokens[0]));
        b.ask(connectTo(tokens[1]));
        for (ReplicaProgram *program : {&a, &b, &a, &b})
            QVERIFY(program->ask(wait).contains("ok"_L1));
        const QJsonObject rows{{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT title, body FROM notes ORDER BY id"_s}};
        const QJsonArray found = a.ask(rows).value("ok"_L1).toObject().value("rows"_L1).toArray();
        QCOMPARE(found.at(0).toArray(), (QJsonArray{u"shopping"_s, u"fresh milk, abcdefghijklmnopqrsteggs!"_s}));
        QVERIFY(found.at(1).toArray().at(1).toString() == u"fresh "_s + large);
        QCOMPARE(b.ask(rows).value("ok"_L1).toObject().value("rows"_L1).toArray(), found);
        const QJsonObject digest{{u"do"_s, u"digest"_s}, {u"space"_s, u"home"_s}};
        QCOMPARE(a.ask(digest).value("ok"_L1), b.ask(digest).value("ok"_L1));
        // A third one gets all of it from nothing.
        ReplicaProgram c(folder.path(), u"c.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(server.token(u"c"_s))});
        QVERIFY(c.ask(wait).contains("ok"_L1));
        QCOMPARE(c.ask(rows).value("ok"_L1).toObject().value("rows"_L1).toArray(), found);
    }

    void refusedChangesAreListed()
    {
        ServerProcess server;
        server.start();
        QTemporaryDir folder;
        const QString url = server.url().toString();
        ReplicaProgram a(folder.path(), u"a.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(server.token(u"a"_s))});
        const QJsonObject wait{{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, patience}};
        const QString huge(300 * 1024, u'x');
        a.ask(exec(u"INSERT INTO notes(id, title) VALUES('bad', 'short'), ('good', '1')"_s));
        QVERIFY(a.ask(wait).contains("ok"_L1));
        a.ask(exec(u"UPDATE notes SET title = ? WHERE id = 'bad'"_s, {huge}));
        a.ask(exec(u"UPDATE notes SET title = '2' WHERE id = 'good'"_s));
        const QJsonObject event = a.event(u"rejected"_s);
        QCOMPARE(event.value("code"_L1).toString(), u"too_large"_s);
        QCOMPARE(event.value("pk"_L1).toArray(), QJsonArray{u"bad"_s});
        QCOMPARE(event.value("values"_L1).toObject().value("title"_L1).toString().size(), huge.size());
        QVERIFY(a.ask(wait).contains("ok"_L1));
        const QJsonObject rows{{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT title FROM notes ORDER BY id"_s}};
        QCOMPARE(a.ask(rows).value("ok"_L1).toObject().value("rows"_L1).toArray(),
                 (QJsonArray{QJsonArray{u"short"_s}, QJsonArray{u"2"_s}}));
        QCOMPARE(a.ask({{u"do"_s, u"rejected"_s}}).value("ok"_L1).toArray().size(), 1);
        // It is still too large.
        QVERIFY(a.ask({{u"do"_s, u"retry"_s}, {u"n"_s, event.value("n"_L1)}}).value("ok"_L1).toBool());
        const QJsonObject again = a.event(u"rejected"_s);
        QVERIFY(again.value("n"_L1) != event.value("n"_L1));
        QVERIFY(a.ask({{u"do"_s, u"discard"_s}, {u"n"_s, again.value("n"_L1)}}).value("ok"_L1).toBool());
        QCOMPARE(a.ask({{u"do"_s, u"rejected"_s}}).value("ok"_L1).toArray(), QJsonArray());
        QCOMPARE(codeOf(a.ask({{u"do"_s, u"discard"_s}, {u"n"_s, again.value("n"_L1)}})), u"no_entry"_s);
        QCOMPARE(codeOf(a.ask({{u"do"_s, u"retry"_s}})), u"bad_request"_s);
        QVERIFY(a.ask(wait).contains("ok"_L1));
    }

    void conflictsAreToldAndUndone()
    {
        Dispute both(exec(u"INSERT INTO notes(id, title) VALUES('a', 'base')"_s), exec(u"UPDATE notes SET title = 'mine'"_s),
                     exec(u"UPDATE notes SET title = 'theirs'"_s));
        const QJsonObject event = both.event;
        QCOMPARE(event.value("mine"_L1).toString(), u"mine"_s);
        QCOMPARE(event.value("theirs"_L1).toString(), u"theirs"_s);
        QCOMPARE(event.value("column"_L1).toString(), u"title"_s);
        QCOMPARE(both.a.ask({{u"do"_s, u"conflicts"_s}}).value("ok"_L1).toArray().size(), 1);
        QCOMPARE(both.b.ask({{u"do"_s, u"conflicts"_s}}).value("ok"_L1).toArray().size(), 0);
        QVERIFY(both.a.ask({{u"do"_s, u"undo_conflict"_s}, {u"n"_s, event.value("n"_L1)}}).value("ok"_L1).toBool());
        both.settle();
        const QString loser = event.value("winner"_L1) == u"mine"_s ? u"theirs"_s : u"mine"_s;
        const QJsonObject rows{{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT title FROM notes"_s}};
        QCOMPARE(both.b.ask(rows).value("ok"_L1).toObject().value("rows"_L1).toArray(), (QJsonArray{QJsonArray{loser}}));
        QCOMPARE(codeOf(both.a.ask({{u"do"_s, u"dismiss"_s}, {u"n"_s, event.value("n"_L1)}})), u"no_entry"_s);
    }

    void aConflictOfAGroupIsAnsweredAsAWhole()
    {
        Dispute both(exec(u"INSERT INTO places VALUES('a', 0, 0)"_s), exec(u"UPDATE places SET lat = 1, lon = 1"_s),
                     exec(u"UPDATE places SET lat = 2, lon = 2"_s));
        QVERIFY(both.event.value("column"_L1).isNull());
        QCOMPARE(both.event.value("mine"_L1).toObject(), (QJsonObject{{u"lat"_s, 1}, {u"lon"_s, 1}}));
        QCOMPARE(both.event.value("theirs"_L1).toObject(), (QJsonObject{{u"lat"_s, 2}, {u"lon"_s, 2}}));
        QJsonObject answer{{u"do"_s, u"answer"_s}, {u"n"_s, both.event.value("n"_L1)}, {u"value"_s, QJsonObject{{u"lat"_s, 3}}}};
        QCOMPARE(codeOf(both.a.ask(answer)), u"bad_answer"_s);
        answer.insert(u"value"_s, QJsonObject{{u"lat"_s, 3}, {u"lon"_s, 4}});
        QVERIFY(both.a.ask(answer).value("ok"_L1).toBool());
        both.settle();
        const QJsonObject rows{{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT lat, lon FROM places"_s}};
        QCOMPARE(both.b.ask(rows).value("ok"_L1).toObject().value("rows"_L1).toArray(), (QJsonArray{QJsonArray{3, 4}}));
    }

    void presenceIsToldWhileItLasts()
    {
        ServerProcess server;
        server.start();
        QTemporaryDir folder;
        const QString url = server.url().toString();
        ReplicaProgram a(folder.path(), u"a.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(server.token(u"a"_s))});
        ReplicaProgram b(folder.path(), u"b.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(server.token(u"b"_s))});
        const QJsonObject state{{u"user"_s, QJsonObject{{u"name"_s, u"Ada"_s}}}, {u"n"_s, 7}};
        QVERIFY(a.ask({{u"do"_s, u"presence"_s}, {u"state"_s, state}}).value("ok"_L1).toBool());
        QJsonArray others = b.event(u"presence"_s).value("others"_L1).toArray(); // nobody has to ask
        QCOMPARE(others.size(), 1);
        QCOMPARE(others.at(0).toObject().value("state"_L1).toObject(), state);
        QCOMPARE(codeOf(a.ask({{u"do"_s, u"presence"_s}, {u"state"_s, 7}})), u"bad_request"_s);
        QCOMPARE(codeOf(a.ask({{u"do"_s, u"presence"_s}, {u"state"_s, state}, {u"table"_s, u"notes"_s}})), u"bad_request"_s);

        QVERIFY(a.ask(exec(u"INSERT INTO notes(id, body) VALUES('a', 'one two')"_s)).contains("ok"_L1));
        const QJsonObject wait{{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, patience}};
        for (ReplicaProgram *program : {&a, &b})
            QVERIFY(program->ask(wait).contains("ok"_L1));
        QJsonObject inText{{u"do"_s, u"presence"_s},
                           {u"state"_s, QJsonObject{}},
                           {u"table"_s, u"notes"_s},
                           {u"pk"_s, QJsonArray{u"a"_s}},
                           {u"column"_s, u"body"_s}};
        QVERIFY(b.ask(inText).contains("ok"_L1));
        inText[u"state"_s] = state;
        inText[u"anchor"_s] = 0;
        inText[u"head"_s] = 3;
        QVERIFY(a.ask(inText).contains("ok"_L1));
        QJsonObject other;
        while (!other.contains("head"_L1))
            other = b.event(u"presence"_s).value("others"_L1).toArray().at(0).toObject();
        QCOMPARE(other.value("head"_L1).toInt(), 3);
        QCOMPARE(other.value("anchor"_L1).toInt(-1), 0);

        QVERIFY(a.ask({{u"do"_s, u"disconnect"_s}}).contains("ok"_L1));
        QSet<bool> emptied;
        while (emptied.size() < 2) {
            const QJsonObject event = b.event(u"presence"_s);
            QVERIFY(event.value("others"_L1).toArray().isEmpty());
            emptied.insert(event.contains("table"_L1));
        }
    }

    void twoProgramsAgree()
    {
        ServerProcess server;
        server.start();
        QTemporaryDir folder;
        const QString url = server.url().toString();
        ReplicaProgram a(folder.path(), u"a.db"_s, {u"--url"_s, url, u"--token"_s, QString::fromUtf8(server.token(u"a"_s))});
        ReplicaProgram b(folder.path(), u"b.db"_s, {u"--clock-offset-ms"_s, u"86400000"_s});
        a.ask(exec(u"INSERT INTO notes(id, title) VALUES('a', 'from a')"_s));
        b.ask(exec(u"INSERT INTO notes(id, title) VALUES('b', 'a day ahead')"_s));
        QVERIFY(b.ask({{u"do"_s, u"connect"_s}, {u"url"_s, url}, {u"token"_s, QString::fromUtf8(server.token(u"b"_s))}})
                    .contains("ok"_L1));
        const QJsonObject wait{{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, patience}};
        for (ReplicaProgram *program : {&a, &b, &a, &b})
            QVERIFY(program->ask(wait).contains("ok"_L1));
        const QJsonObject digest{{u"do"_s, u"digest"_s}, {u"space"_s, u"home"_s}};
        QCOMPARE(a.ask(digest).value("ok"_L1), b.ask(digest).value("ok"_L1));
        const QJsonObject status = b.ask({{u"do"_s, u"status"_s}}).value("ok"_L1).toObject();
        QCOMPARE(status.value("state"_L1).toString(), u"synced"_s);
        QCOMPARE(status.value("pending"_L1).toInt(-1), 0);
        QCOMPARE(status.value("spaces"_L1).toArray().at(0).toObject().value("space"_L1).toString(), u"home"_s);
        const qint64 offset = status.value("clock_offset_ms"_L1).toInteger();
        QVERIFY2(offset < -86'395'000 && offset > -86'405'000, qPrintable(QString::number(offset)));
        const QJsonObject found = a.ask({{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT count(*) FROM notes"_s}});
        QCOMPARE(found.value("ok"_L1).toObject().value("rows"_L1).toArray(), (QJsonArray{QJsonArray{2}}));
    }

    void syncByHandSaysWhyAndHowMuch()
    {
        ServerProcess server;
        server.start();
        QTemporaryDir folder;
        ReplicaProgram a(folder.path(), u"a.db"_s,
                         {u"--url"_s, server.url().toString(), u"--token"_s, QString::fromUtf8(server.token(u"a"_s))});
        QVERIFY(a.ask({{u"do"_s, u"pause"_s}}).contains("ok"_L1));
        a.ask(exec(u"INSERT INTO notes(id, title) VALUES('a', 'waits')"_s));
        const auto why = [&a](const QString &id) {
            return a.ask({{u"do"_s, u"why"_s}, {u"table"_s, u"notes"_s}, {u"pk"_s, QJsonArray{id}}})["ok"_L1]["state"_L1]
                .toString();
        };
        QCOMPARE(why(u"a"_s), u"paused"_s);
        QCOMPARE(why(u"b"_s), u"unknown_row"_s);
        const QJsonValue synced = a.ask({{u"do"_s, u"sync"_s}})["ok"_L1];
        QCOMPARE(synced["ok"_L1].toBool(), true);
        QCOMPARE(synced["pushed"_L1].toInt(), 1);
        QCOMPARE(why(u"a"_s), u"synced"_s);
        const QJsonValue status = a.ask({{u"do"_s, u"status"_s}})["ok"_L1];
        QCOMPARE(status["state"_L1].toString(), u"paused"_s);
        QCOMPARE(status["counters"_L1]["pushed"_L1].toInt(), 1);
        QVERIFY(a.ask({{u"do"_s, u"resume"_s}}).contains("ok"_L1));
        QVERIFY(a.ask({{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, patience}}).contains("ok"_L1));
        QVERIFY(a.ask({{u"do"_s, u"cancel"_s}}).contains("ok"_L1));
        QVERIFY(a.ask({{u"do"_s, u"why"_s}}).contains("error"_L1));
    }
};

QTEST_GUILESS_MAIN(TestReplicaProgram)
#include "tst_replicaprogram.moc"
