// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = R"(
CREATE TABLE lists(id TEXT PRIMARY KEY, name TEXT);
SELECT sheaf_sync('lists');
CREATE TABLE items(list TEXT, id TEXT, title TEXT, n INTEGER, data BLOB, PRIMARY KEY(list, id),
    FOREIGN KEY(list) REFERENCES lists(id) ON DELETE CASCADE);
SELECT sheaf_sync('items');
CREATE TABLE bare(id INTEGER PRIMARY KEY, title TEXT) WITHOUT ROWID;
SELECT sheaf_sync('bare');
CREATE TABLE log(line TEXT);
CREATE TABLE counts(list TEXT PRIMARY KEY, n INTEGER);
SELECT sheaf_sync('counts');
CREATE TRIGGER counted AFTER INSERT ON items BEGIN
    INSERT INTO counts VALUES (new.list, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO log VALUES ('item ' || new.id);
END;
CREATE TABLE users(id TEXT PRIMARY KEY, mail TEXT UNIQUE, name TEXT);
SELECT sheaf_sync('users');
CREATE TABLE roles(id TEXT PRIMARY KEY, user TEXT, note TEXT,
    FOREIGN KEY(user) REFERENCES users(mail) ON UPDATE CASCADE ON DELETE SET NULL);
SELECT sheaf_sync('roles');
CREATE TRIGGER renamed AFTER UPDATE OF name ON users BEGIN
    UPDATE roles SET note = new.name WHERE user = new.mail;
END;
CREATE TRIGGER resigned AFTER DELETE ON roles BEGIN
    INSERT INTO counts VALUES ('roles', 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
)";

/// One line per waiting row, "table key-bytes-in-hex: columns", keys shortened to their texts.
QStringList waiting(Device &device)
{
    QStringList lines;
    const auto outbox = device.replica().outbox();
    for (const OutboxEntry &entry : *outbox) {
        QByteArray key;
        for (const char byte : entry.key) {
            if (byte >= ' ')
                key += byte;
        }
        lines.append(QString::fromUtf8(entry.table + ' ' + key + ": " + entry.columns.join(',')));
    }
    return lines;
}

/// Nothing waits any more, as after an ack of everything.
void acknowledge(Device &device)
{
    while (true) {
        const auto push = device.replica().nextPush("home", 1, {});
        if (!push->has_value())
            return;
        QVERIFY(device.replica().settlePush(
            **push, {.space = "home", .number = 1, .previous = 0, .sequence = 0, .clockMs = 0, .verdicts = {}}));
    }
}

} // namespace

class TestCapture : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void capturesWhatStatementsDo_data();
    void capturesWhatStatementsDo();
    void failedStatementsLeaveNoTrace();
    void rolledBackSavepointsLeaveNoTrace();
    void failedWorkRollsEverythingBack();
    void writesBehindTheEngineAreRefused();
    void oneTransactionOneStamp();
    void clockNeverStopsAWrite();
    void spaceOfARowIsFixed();
    void commitsAreAnnounced();
};

void TestCapture::capturesWhatStatementsDo_data()
{
    QTest::addColumn<QStringList>("statements");
    QTest::addColumn<QStringList>("expected");
    const QString all = u"title,n,data"_s;
    QTest::newRow("multi-row insert") << QStringList{u"INSERT INTO items(list, id) VALUES ('a', 'z1'), ('a', 'z2')"_s}
                                      << QStringList{u"items az1: "_s + all, u"items az2: "_s + all, u"counts a: n"_s};
    QTest::newRow("insert from select")
        << QStringList{u"INSERT INTO bare(id, title) SELECT 200 + n, title FROM items WHERE id = 'x'"_s}
        << QStringList{u"bare : title"_s};
    QTest::newRow("update of what differs") << QStringList{u"UPDATE items SET title = 'one', n = n + 1 WHERE id = 'x'"_s}
                                            << QStringList{u"items ax: n"_s};
    QTest::newRow("update that changes nothing") << QStringList{u"UPDATE items SET title = title"_s} << QStringList{};
    QTest::newRow("upsert")
        << QStringList{u"INSERT INTO items(list, id, title) VALUES ('a', 'x', 'new') ON CONFLICT DO UPDATE SET title = excluded.title"_s}
        << QStringList{u"items ax: title"_s};
    QTest::newRow("replace is an update of what differs")
        << QStringList{u"REPLACE INTO items(list, id, title, n, data) VALUES ('a', 'x', 'one', 5, x'00')"_s}
        << QStringList{u"items ax: n"_s, u"counts a: n"_s};
    QTest::newRow("delete") << QStringList{u"DELETE FROM items WHERE id = 'x'"_s} << QStringList{u"items ax: "_s};
    QTest::newRow("foreign key action") << QStringList{u"DELETE FROM lists WHERE id = 'a'"_s}
                                        << QStringList{u"lists a: "_s, u"items ax: "_s, u"items ay: "_s};
    QTest::newRow("replace through another unique column") << QStringList{u"REPLACE INTO users VALUES ('w', 'v@x', 'Wim')"_s}
                                                           << QStringList{u"users v: "_s, u"users w: mail,name"_s};
    QTest::newRow("update or replace") << QStringList{u"UPDATE OR REPLACE users SET mail = 'v@x' WHERE id = 'u'"_s}
                                       << QStringList{u"users v: "_s, u"users u: mail"_s, u"roles r: user"_s};
    QTest::newRow("on update cascade") << QStringList{u"UPDATE users SET mail = 'n@x' WHERE id = 'u'"_s}
                                       << QStringList{u"users u: mail"_s, u"roles r: user"_s};
    QTest::newRow("on delete set null") << QStringList{u"DELETE FROM users WHERE id = 'u'"_s}
                                        << QStringList{u"users u: "_s, u"roles r: user"_s};
    QTest::newRow("trigger on update") << QStringList{u"UPDATE users SET name = 'Uwe' WHERE id = 'u'"_s}
                                       << QStringList{u"users u: name"_s, u"roles r: note"_s};
    QTest::newRow("trigger on delete") << QStringList{u"DELETE FROM roles WHERE id = 'r'"_s}
                                       << QStringList{u"roles r: "_s, u"counts roles: n"_s};
    QTest::newRow("insert and delete") << QStringList{u"INSERT INTO bare VALUES (100, 't')"_s,
                                                      u"DELETE FROM bare WHERE id = 100"_s}
                                       << QStringList{};
    QTest::newRow("another key is another row")
        << QStringList{u"UPDATE items SET id = 'q' WHERE id = 'x'"_s} << QStringList{u"items ax: "_s, u"items aq: "_s + all};
    QTest::newRow("local tables are local") << QStringList{u"INSERT INTO log VALUES ('x')"_s} << QStringList{};
}

void TestCapture::capturesWhatStatementsDo()
{
    QFETCH(QStringList, statements);
    QFETCH(QStringList, expected);
    Device device(schema);
    device.exec(u"INSERT INTO lists VALUES ('a', 'A')"_s);
    device.exec(u"INSERT INTO items VALUES ('a', 'x', 'one', 1, x'00'), ('a', 'y', 'two', 2, NULL)"_s);
    device.exec(u"INSERT INTO users VALUES ('u', 'u@x', 'Una'), ('v', 'v@x', 'Vi')"_s);
    device.exec(u"INSERT INTO roles VALUES ('r', 'u@x', NULL)"_s);
    acknowledge(device);
    QCOMPARE(device.replica().pendingCount(), 0);
    const auto done = device.tryExec(statements);
    QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    QStringList lines = waiting(device);
    lines.sort();
    expected.sort();
    QCOMPARE(lines, expected);
    QVERIFY(device.digestHolds());
}

void TestCapture::failedStatementsLeaveNoTrace()
{
    Device device(schema);
    device.exec(u"INSERT INTO bare VALUES (1, 'one')"_s);
    acknowledge(device);
    // The second row breaks the key after the first one was written: SQLite takes both back.
    const auto done = device.replica().write([](QSqlDatabase &database) -> Result<void> {
        QSqlQuery(database).exec(u"INSERT INTO bare VALUES (2, 'two'), (1, 'twice')"_s);
        QSqlQuery(database).exec(u"UPDATE bare SET title = 'won' WHERE id = 1"_s);
        return {};
    });
    QVERIFY(done);
    QCOMPARE(waiting(device), QStringList{u"bare : title"_s});
    QCOMPARE(device.value(u"SELECT count(*) FROM bare"_s).toInt(), 1);
    QVERIFY(device.digestHolds());
}

void TestCapture::rolledBackSavepointsLeaveNoTrace()
{
    Device device(schema);
    device.exec(u"INSERT INTO bare VALUES (1, 'one'), (2, 'two')"_s);
    acknowledge(device);
    QVERIFY(device.tryExec({u"SAVEPOINT s"_s, u"UPDATE bare SET title = 'x'"_s, u"INSERT INTO bare VALUES (3, 'three')"_s,
                            u"ROLLBACK TO s"_s, u"UPDATE bare SET title = 'kept' WHERE id = 2"_s, u"RELEASE s"_s}));
    QCOMPARE(device.replica().pendingCount(), 1);
    QCOMPARE(device.value(u"SELECT group_concat(title) FROM bare"_s).toString(), u"one,kept"_s);
    QVERIFY(device.digestHolds());
}

void TestCapture::failedWorkRollsEverythingBack()
{
    Device device(schema);
    device.exec(u"INSERT INTO bare VALUES (1, 'one')"_s);
    QVERIFY(!device.tryExec({u"INSERT INTO bare VALUES (2, 'two')"_s, u"INSERT INTO nowhere VALUES (1)"_s}));
    QCOMPARE(device.value(u"SELECT count(*) FROM bare"_s).toInt(), 1);
    QCOMPARE(device.replica().pendingCount(), 1);
    QVERIFY(device.digestHolds());
    device.exec(u"INSERT INTO bare VALUES (3, 'three')"_s);
    QVERIFY(device.digestHolds());
}

void TestCapture::writesBehindTheEngineAreRefused()
{
    Device device(schema);
    QSqlDatabase database = device.replica().database();
    QSqlQuery(database).exec(u"INSERT INTO bare VALUES (1, 'unseen')"_s);
    QCOMPARE(device.value(u"SELECT count(*) FROM bare"_s).toInt(), 0);
    device.exec(u"INSERT INTO bare VALUES (2, 'seen')"_s);
    QCOMPARE(device.replica().pendingCount(), 1);
}

void TestCapture::oneTransactionOneStamp()
{
    Device device(schema);
    QVERIFY(device.tryExec({u"INSERT INTO bare VALUES (1, 'one')"_s, u"INSERT INTO lists VALUES ('b', 'B')"_s}));
    const auto push = device.replica().nextPush("home", 1, {});
    QCOMPARE((*push)->push.changes.size(), 2);
    RowRecord first;
    RowRecord second;
    QVERIFY(decodeRecord((*push)->push.changes[0].record, first));
    QVERIFY(decodeRecord((*push)->push.changes[1].record, second));
    QCOMPARE(first.life.hlc, second.life.hlc);
    QCOMPARE(first.life.site, device.replica().site());
    QCOMPARE(hlcMs(first.life.hlc), device.wallMs);
}

void TestCapture::clockNeverStopsAWrite()
{
    Device device(schema);
    device.exec(u"INSERT INTO bare VALUES (1, 'now')"_s);
    device.wallMs -= 365LL * 86'400'000;
    device.exec(u"UPDATE bare SET title = 'a year back'"_s);
    device.reopen();
    device.exec(u"UPDATE bare SET title = 'and again'"_s);
    const auto push = device.replica().nextPush("home", 1, {});
    RowRecord record;
    QVERIFY(decodeRecord((*push)->push.changes[0].record, record));
    QVERIFY(record.cells.at(0).stamp.hlc > record.life.hlc);
}

void TestCapture::spaceOfARowIsFixed()
{
    Device device("CREATE TABLE t(id INTEGER PRIMARY KEY, space TEXT DEFAULT 'home', x); SELECT sheaf_sync('t');");
    device.exec(u"INSERT INTO t VALUES (1, 'team', 'x')"_s);
    const auto moved = device.tryExec({u"UPDATE t SET space = 'home'"_s});
    QVERIFY(!moved);
    QCOMPARE(moved.error().code, u"space_fixed"_s);
    QCOMPARE(device.value(u"SELECT space FROM t"_s).toString(), u"team"_s);
    QCOMPARE(device.replica().outbox()->first().space, "team"_ba);
}

void TestCapture::commitsAreAnnounced()
{
    Device device(schema);
    device.exec(u"INSERT INTO lists VALUES ('a', 'A')"_s);
    QVERIFY(device.lastCommit.tables.value("lists").value(0).born);
    device.exec(u"UPDATE lists SET name = 'B'"_s);
    QCOMPARE(device.lastCommit.tables.value("lists").value(0).columns, 2ULL);
    QVERIFY(!device.lastCommit.remote);
    device.exec(u"INSERT INTO log VALUES ('x')"_s);
    QVERIFY(device.lastCommit.tables.contains("log"));
    QVERIFY(!device.lastCommit.tables.contains("lists"));
}

QTEST_GUILESS_MAIN(TestCapture)
#include "tst_capture.moc"
