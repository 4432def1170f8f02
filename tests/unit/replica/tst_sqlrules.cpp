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
CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT);
SELECT sheaf_sync('notes');
CREATE TABLE settings(name TEXT PRIMARY KEY, value);
CREATE VIRTUAL TABLE found USING fts5(title, content=notes, content_rowid=id);
CREATE TRIGGER finds AFTER INSERT ON notes BEGIN INSERT INTO found(rowid, title) VALUES (new.id, new.title); END;
CREATE VIEW titles AS SELECT title FROM notes;
)";

} // namespace

/// What SQL of the app may do in a write, and what it must not.
class TestSqlRules : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void harmIsRefused_data();
    void harmIsRefused();
    void restIsAllowed_data();
    void restIsAllowed();
    void refusalCannotBeIgnored();
    void refusalIsOfItsOwnWriteAlone();
    void statementsKeptFromBeforeAreNoWayAround();
    void keptStatementsGoOn();
    void temporaryTriggersDoNotReachTheEngine();
    void migrationsMayDoEverything();
};

void TestSqlRules::harmIsRefused_data()
{
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QString>("named");
    const auto row = [](const char *statement, const char *named) {
        QTest::newRow(statement) << QString::fromLatin1(statement) << QString::fromLatin1(named);
    };
    row("DROP TABLE notes", "migration");
    row("DROP TABLE settings", "migration");
    row("DROP TABLE found", "migration");
    row("DROP VIEW titles", "migration");
    row("DROP TRIGGER finds", "migration");
    row("DROP TRIGGER sheaf_guard_1_all", "migration");
    row("DROP INDEX sheaf_guard_1_0", "migration");
    row("ALTER TABLE notes RENAME TO others", "migration");
    row("ALTER TABLE notes RENAME COLUMN title TO name", "migration");
    row("ALTER TABLE notes ADD COLUMN more", "migration");
    row("ALTER TABLE notes DROP COLUMN title", "migration");
    row("ALTER TABLE settings RENAME TO others", "migration");
    row("ALTER TABLE sheaf_outbox RENAME TO others", "migration");
    row("CREATE TABLE more(x)", "migration");
    row("CREATE TABLE IF NOT EXISTS notes(x)", "migration");
    row("CREATE TABLE copy AS SELECT * FROM notes", "migration");
    row("CREATE INDEX by_title ON notes(title)", "migration");
    row("CREATE VIEW more AS SELECT 1", "migration");
    row("CREATE TRIGGER more AFTER DELETE ON notes BEGIN SELECT 1; END", "migration");
    row("CREATE VIRTUAL TABLE more USING fts5(x)", "migration");
    row("DELETE FROM sheaf_outbox", "sheaf_outbox");
    row("DELETE FROM Sheaf_Outbox WHERE n = 1", "sheaf_outbox");
    row("UPDATE sheaf_rows SET clock = x''", "sheaf_rows");
    row("INSERT INTO sheaf_sites(n, site) VALUES (9, 9)", "sheaf_sites");
    row("REPLACE INTO main.sheaf_state(id, format, site) VALUES (1, 1, 1)", "sheaf_state");
    row("WITH x AS (SELECT 1) DELETE FROM sheaf_buckets", "sheaf_buckets");
    row("ATTACH ':memory:' AS other", "connection of its own");
    row("DETACH main", "connection of its own");
    row("PRAGMA user_version = 77", "user_version");
    row("PRAGMA main.user_version(77)", "user_version");
    row("PRAGMA application_id = 1", "application_id");
    row("PRAGMA synchronous = OFF", "synchronous");
    row("PRAGMA foreign_keys = OFF", "foreign_keys");
    row("PRAGMA writable_schema = ON", "writable_schema");
    row("PRAGMA journal_mode = DELETE", "journal_mode");
    row("PRAGMA recursive_triggers = ON", "recursive_triggers");
    row("COMMIT", "SAVEPOINT");
    row("ROLLBACK", "SAVEPOINT");
    row("BEGIN", "SAVEPOINT");
    row("CREATE TEMP TABLE notes(x)", "another name");
    row("CREATE TABLE temp.Notes(x)", "another name");
    row("CREATE TEMP VIEW notes AS SELECT 1", "another name");
    row("CREATE TEMP TABLE sheaf_outbox(x)", "another name");
    row("CREATE TEMP TRIGGER t AFTER INSERT ON sheaf_outbox BEGIN SELECT 1; END", "live query");
}

void TestSqlRules::harmIsRefused()
{
    QFETCH(QString, statement);
    QFETCH(QString, named);
    Device device(schema);
    device.exec(u"INSERT INTO notes VALUES (1, 'one')"_s);
    const auto outbox = device.rows(u"SELECT n, tbl, pk, txn, mask FROM sheaf_outbox"_s);
    const auto done = device.tryExec({u"INSERT INTO notes VALUES (2, 'two')"_s, statement});
    QVERIFY(!done);
    QCOMPARE(done.error().code, u"sql_refused"_s);
    QVERIFY2(done.error().message.contains(named), qPrintable(done.error().message));
    QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), 1); // the whole write
    QCOMPARE(device.rows(u"SELECT n, tbl, pk, txn, mask FROM sheaf_outbox"_s), outbox);
    device.reopen();
    device.exec(u"INSERT INTO notes VALUES (3, 'three')"_s);
    QCOMPARE(device.replica().pendingCount(), 2);
    QVERIFY(device.digestHolds());
}

void TestSqlRules::restIsAllowed_data()
{
    QTest::addColumn<QStringList>("statements");
    QTest::newRow("temporary table") << QStringList{
        u"CREATE TEMP TABLE chosen AS SELECT id FROM notes"_s, u"CREATE INDEX temp.chosen_id ON chosen(id)"_s,
        u"UPDATE notes SET title = 'x' WHERE id IN (SELECT id FROM chosen)"_s, u"DROP TABLE chosen"_s};
    QTest::newRow("temporary view") << QStringList{u"CREATE TEMP VIEW v AS SELECT id FROM notes"_s, u"SELECT * FROM v"_s,
                                                   u"DROP VIEW v"_s};
    QTest::newRow("temporary trigger") << QStringList{
        u"CREATE TEMP TRIGGER t AFTER UPDATE ON notes BEGIN INSERT INTO settings VALUES ('t', new.title); END"_s,
        u"UPDATE notes SET title = 'x' WHERE id = 1"_s, u"DROP TRIGGER t"_s};
    QTest::newRow("temporary virtual table")
        << QStringList{u"CREATE VIRTUAL TABLE temp.f USING fts5(x)"_s, u"INSERT INTO f VALUES ('word')"_s, u"DROP TABLE f"_s};
    QTest::newRow("commands of fts5") << QStringList{
        u"INSERT INTO found(found) VALUES ('rebuild')"_s, u"INSERT INTO found(found) VALUES ('optimize')"_s,
        u"INSERT INTO found(found, rank) VALUES ('automerge', 8)"_s, u"SELECT rowid FROM found WHERE found MATCH 'one'"_s};
    QTest::newRow("statistics") << QStringList{u"ANALYZE"_s, u"PRAGMA optimize"_s, u"REINDEX notes"_s};
    QTest::newRow("a look at the schema") << QStringList{u"PRAGMA table_info(notes)"_s, u"PRAGMA user_version"_s,
                                                         u"SELECT * FROM pragma_index_list('notes')"_s,
                                                         u"SELECT sql FROM sqlite_schema"_s};
    QTest::newRow("a look at the engine") << QStringList{u"SELECT * FROM sheaf_outbox"_s};
    QTest::newRow("checks put off") << QStringList{u"PRAGMA defer_foreign_keys = ON"_s};
    QTest::newRow("savepoints") << QStringList{u"SAVEPOINT s"_s, u"DELETE FROM notes"_s, u"ROLLBACK TO s"_s, u"RELEASE s"_s};
    QTest::newRow("names alike") << QStringList{u"CREATE TEMP TABLE sheafs(x)"_s, u"INSERT INTO sheafs VALUES (1)"_s,
                                                u"DROP TABLE sheafs"_s};
}

void TestSqlRules::restIsAllowed()
{
    QFETCH(QStringList, statements);
    Device device(schema);
    device.exec(u"INSERT INTO notes VALUES (1, 'one')"_s);
    const auto done = device.tryExec(statements);
    QVERIFY2(done, done ? "" : qPrintable(done.error().message));
    device.reopen();
    QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), 1);
    QVERIFY(device.digestHolds());
}

void TestSqlRules::refusalCannotBeIgnored()
{
    Device device(schema);
    const auto done = device.replica().write([](QSqlDatabase &database) -> Result<void> {
        QSqlQuery(database).exec(u"DELETE FROM sheaf_outbox"_s);
        QSqlQuery(database).exec(u"INSERT INTO notes VALUES (1, 'one')"_s);
        return {};
    });
    QVERIFY(!done);
    QCOMPARE(done.error().code, u"sql_refused"_s);
    QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), 0);
}

void TestSqlRules::refusalIsOfItsOwnWriteAlone()
{
    Device device(schema);
    QVERIFY(!device.tryExec({u"DROP TABLE notes"_s}));
    const auto other = device.tryExec({u"INSERT INTO nowhere VALUES (1)"_s});
    QVERIFY(!other);
    QCOMPARE(other.error().code, u"sql_error"_s);
    QVERIFY(device.tryExec({u"INSERT INTO notes VALUES (1, 'one')"_s}));
}

/// Outside of a write, and in one that is over.
void TestSqlRules::statementsKeptFromBeforeAreNoWayAround()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes VALUES (1, 'one')"_s);
    QSqlQuery before(device.replica().database());
    QVERIFY(!before.prepare(u"DELETE FROM sheaf_outbox"_s));
    QSqlQuery inside(device.replica().database());
    bool prepared = true;
    const auto keep = [&](QSqlDatabase &) -> Result<void> {
        prepared = inside.prepare(u"DELETE FROM sheaf_outbox"_s);
        return {};
    };
    QVERIFY(!device.replica().write(keep));
    QVERIFY(!prepared);
    const auto done = device.replica().write([&](QSqlDatabase &) -> Result<void> {
        before.exec();
        inside.exec();
        return {};
    });
    QVERIFY(done);
    QCOMPARE(device.replica().pendingCount(), 1);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_outbox"_s).toInt(), 1);
}

/// SQLite prepares a statement anew when the schema has changed under it, and it is judged then as it was before.
void TestSqlRules::keptStatementsGoOn()
{
    Device device(schema);
    QSqlQuery insert(device.replica().database());
    int next = 0;
    const auto write = [&] {
        return device.replica().write([&](QSqlDatabase &) -> Result<void> {
            insert.bindValue(0, ++next);
            return insert.exec() ? Result<void>() : fail(u"sql_error"_s, u"the kept statement failed"_s);
        });
    };
    QVERIFY(insert.prepare(u"INSERT INTO notes(id) VALUES (?)"_s));
    QVERIFY(write());
    device.exec(u"CREATE TEMP TABLE chosen(id)"_s);
    QVERIFY(write());
    device.exec(u"ANALYZE"_s);
    QVERIFY(write());
    QCOMPARE(device.replica().pendingCount(), 3);
    insert.clear();
}

/// The statements of a merge fire them too, and those are the engine's own.
void TestSqlRules::temporaryTriggersDoNotReachTheEngine()
{
    Device device(schema);
    Device other(schema, 2);
    QVERIFY(device.replica().openSpace("home", Role::Editor, 7, 0));
    device.exec(u"INSERT INTO notes VALUES (1, 'waits')"_s);
    device.exec(u"CREATE TEMP TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM sheaf_outbox; END"_s);
    other.exec(u"INSERT INTO notes VALUES (2, 'theirs')"_s);
    const auto own = device.tryExec({u"INSERT INTO notes VALUES (3, 'mine')"_s});
    QVERIFY(!own);
    QCOMPARE(own.error().code, u"sql_refused"_s);
    const auto push = other.replica().nextPush("home", 1, {});
    const Changes batch{
        .space = "home", .sequence = 1, .head = 1, .tables = (*push)->push.tables, .changes = (*push)->push.changes};
    QVERIFY(!device.replica().applyChanges({batch}));
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_outbox"_s).toInt(), 1);
    device.exec(u"DROP TRIGGER t"_s);
    QVERIFY(device.replica().applyChanges({batch}));
    QCOMPARE(device.value(u"SELECT count(*) FROM notes"_s).toInt(), 2);
}

void TestSqlRules::migrationsMayDoEverything()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes VALUES (1, 'one')"_s);
    device.setSchema({schema, "PRAGMA case_sensitive_like = ON; DROP VIEW titles; ALTER TABLE notes ADD COLUMN more;"
                              "CREATE TABLE extra(x); DROP TABLE settings;"});
    device.reopen();
    QCOMPARE(device.replica().schemaVersion(), 2U);
    device.exec(u"UPDATE notes SET more = 1"_s);
    QVERIFY(!device.tryExec({u"DROP TABLE extra"_s}));
}

QTEST_GUILESS_MAIN(TestSqlRules)
#include "tst_sqlrules.moc"
