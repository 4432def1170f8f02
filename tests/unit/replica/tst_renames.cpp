// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char first[] = "CREATE TABLE todo(id TEXT PRIMARY KEY, title TEXT, deadline TEXT, body TEXT NOT NULL DEFAULT '', votes "
                         "INTEGER NOT NULL DEFAULT 0);"
                         "SELECT sheaf_sync('todo', '{\"columns\":{\"body\":\"text\",\"votes\":\"counter\"}}');";
constexpr char second[] = "ALTER TABLE todo RENAME COLUMN deadline TO due;"
                          "ALTER TABLE todo RENAME COLUMN body TO text;"
                          "ALTER TABLE todo RENAME COLUMN votes TO likes;"
                          "ALTER TABLE todo RENAME TO tasks;"
                          "SELECT sheaf_sync('tasks', "
                          "'{\"was\":\"todo\",\"renames\":{\"due\":\"deadline\",\"text\":\"body\",\"likes\":\"votes\"}}');";
/// What the second version looks like to somebody who begins with it.
constexpr char whole[] = "CREATE TABLE tasks(id TEXT PRIMARY KEY, title TEXT, due TEXT, text TEXT NOT NULL DEFAULT '', likes "
                         "INTEGER NOT NULL DEFAULT 0);"
                         "SELECT sheaf_sync('tasks', '{\"was\":\"todo\",\"columns\":{\"text\":\"text\",\"likes\":\"counter\"},"
                         "\"renames\":{\"due\":\"deadline\",\"text\":\"body\",\"likes\":\"votes\"}}');";

} // namespace

/// Tables and columns under new names: versions of an app that know the old ones go on converging with those that do not.
class TestRenames : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oldAndNewVersionsConverge_data();
    void oldAndNewVersionsConverge();
    void whatWaitsGoesUnderItsOldName();
    void aRenamedTableThatWasParkedIsFound();
    void anotherColumnMayTakeTheOldName();
    void aSecondRenameFollowsTheFirst();
    void listsSpeakOfTheNewNames();
    void deletedRowsInConflictsHaveTheNewNames();
    void whatIsInQuarantineComesBackUnderTheNewNames();
    void aNewThingMayHaveAnotherNameOnTheWire();
    void anotherTableOnTheWireMayBeCalledAsOneHere_data();
    void anotherTableOnTheWireMayBeCalledAsOneHere();
    void wrongRenamesAreErrors_data();
    void wrongRenamesAreErrors();
    void noNameOnTheWireIsGivenTwice_data();
    void noNameOnTheWireIsGivenTwice();

private:
    static void upgrade(Device &device, const QList<QByteArray> &scripts)
    {
        device.close();
        device.setSchema(scripts);
        const auto opened = device.open();
        if (!opened)
            qFatal("%s", qPrintable(opened.error().message));
    }
    static void verifyEqual(Relay &relay, Device &old, Device &fresh)
    {
        for (Device *device : {&old, &fresh, &old, &fresh})
            relay.sync(*device);
        QCOMPARE(old.replica().pendingCount() + fresh.replica().pendingCount(), 0);
        QVERIFY(old.digestHolds() && fresh.digestHolds());
        QCOMPARE(*old.replica().digest("home"), *fresh.replica().digest("home"));
        QCOMPARE(*old.replica().visibleDigest("home"), *fresh.replica().visibleDigest("home"));
    }
};

void TestRenames::oldAndNewVersionsConverge_data()
{
    QTest::addColumn<QList<QByteArray>>("scripts");
    QTest::newRow("upgraded") << QList<QByteArray>{first, second};
    QTest::newRow("begun with the new names") << QList<QByteArray>{whole};
}

void TestRenames::oldAndNewVersionsConverge()
{
    QFETCH(QList<QByteArray>, scripts);
    Relay relay;
    Device old(first, 1);
    Device fresh(scripts.first(), 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    relay.sync(old);
    relay.sync(fresh);
    const auto before = *fresh.replica().digest("home");
    upgrade(fresh, scripts);
    QCOMPARE(*fresh.replica().digest("home"), before);
    verifyEqual(relay, old, fresh);
    QCOMPARE(fresh.value(u"SELECT title || due || text || likes FROM tasks"_s).toString(), u"onemondaytext1"_s);
    old.exec(u"UPDATE todo SET deadline = 'tuesday', body = 'text of old', votes = votes + 10"_s);
    fresh.exec(u"UPDATE tasks SET title = 'two', text = 'some text', likes = likes + 100"_s);
    fresh.exec(u"INSERT INTO tasks VALUES ('2', 'new', 'friday', 'hello', 5)"_s);
    verifyEqual(relay, old, fresh);
    QCOMPARE(fresh.value(u"SELECT title || due || text || likes FROM tasks WHERE id = '1'"_s).toString(),
             u"twotuesdaysome text of old111"_s);
    QCOMPARE(old.value(u"SELECT title || deadline || body || votes FROM todo WHERE id = '2'"_s).toString(), u"newfridayhello5"_s);
    old.exec(u"DELETE FROM todo WHERE id = '2'"_s);
    verifyEqual(relay, old, fresh);
    QCOMPARE(fresh.value(u"SELECT count(*) FROM tasks"_s).toInt(), 1);
    fresh.reopen();
    fresh.exec(u"UPDATE tasks SET due = NULL"_s);
    verifyEqual(relay, old, fresh);
    QVERIFY(old.value(u"SELECT deadline FROM todo"_s).isNull());
}

void TestRenames::whatWaitsGoesUnderItsOldName()
{
    Relay relay;
    Device old(first, 1);
    Device fresh(first, 2);
    fresh.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    upgrade(fresh, {first, second});
    QCOMPARE(fresh.replica().pendingCount(), 1);
    verifyEqual(relay, old, fresh);
    QCOMPARE(old.value(u"SELECT deadline || body || votes FROM todo"_s).toString(), u"mondaytext1"_s);
}

void TestRenames::aRenamedTableThatWasParkedIsFound()
{
    Relay relay;
    Device old(first, 1);
    Device other("CREATE TABLE notes(id TEXT PRIMARY KEY); SELECT sheaf_sync('notes');", 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 0)"_s);
    old.exec(u"UPDATE todo SET votes = votes + 7, body = 'text and more'"_s);
    relay.sync(old);
    relay.sync(other);
    upgrade(other, {"CREATE TABLE notes(id TEXT PRIMARY KEY); SELECT sheaf_sync('notes');", whole});
    QCOMPARE(other.value(u"SELECT title || due || text || likes FROM tasks"_s).toString(), u"onemondaytext and more7"_s);
    old.exec(u"UPDATE todo SET deadline = 'tuesday'"_s);
    for (Device *device : {&old, &other})
        relay.sync(*device);
    QCOMPARE(other.value(u"SELECT due FROM tasks"_s).toString(), u"tuesday"_s);
    QVERIFY(other.digestHolds());
    QCOMPARE(*old.replica().digest("home"), *other.replica().digest("home"));
}

/// A third version has a column of its own under a name that is another thing on the wire.
void TestRenames::anotherColumnMayTakeTheOldName()
{
    Relay relay;
    Device old(first, 1);
    Device fresh(first, 2);
    Device odd("CREATE TABLE todo(id TEXT PRIMARY KEY, due TEXT, deadline TEXT); SELECT sheaf_sync('todo');", 3);
    upgrade(fresh, {first, second});
    odd.exec(u"INSERT INTO todo VALUES ('1', 'their due', 'monday')"_s);
    relay.sync(odd);
    relay.sync(fresh);
    fresh.exec(u"UPDATE tasks SET due = 'tuesday'"_s);
    for (Device *device : {&fresh, &odd, &old, &fresh})
        relay.sync(*device);
    QCOMPARE(odd.value(u"SELECT due || deadline FROM todo"_s).toString(), u"their duetuesday"_s);
    QCOMPARE(old.value(u"SELECT deadline FROM todo"_s).toString(), u"tuesday"_s);
    for (Device *device : {&fresh, &odd, &old}) {
        QVERIFY(device->digestHolds());
        QCOMPARE(*device->replica().digest("home"), *fresh.replica().digest("home"));
    }
}

void TestRenames::aSecondRenameFollowsTheFirst()
{
    Relay relay;
    Device old(first, 1);
    Device fresh(first, 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    upgrade(fresh, {first, second});
    upgrade(fresh, {first, second,
                    "ALTER TABLE tasks RENAME COLUMN due TO until; ALTER TABLE tasks RENAME TO jobs;"
                    "SELECT sheaf_sync('jobs', '{\"was\":\"todo\",\"renames\":{\"until\":\"deadline\"}}');"});
    verifyEqual(relay, old, fresh);
    QCOMPARE(fresh.value(u"SELECT until || text FROM jobs"_s).toString(), u"mondaytext"_s);
}

void TestRenames::listsSpeakOfTheNewNames()
{
    Relay relay;
    Device old(first, 1);
    Device fresh(first, 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    verifyEqual(relay, old, fresh);
    old.exec(u"UPDATE todo SET deadline = 'theirs'"_s);
    fresh.wallMs += 10;
    fresh.exec(u"UPDATE todo SET deadline = 'mine'"_s);
    relay.sync(old);
    relay.pull(fresh);
    QCOMPARE(fresh.replica().conflicts()->size(), 1);
    upgrade(fresh, {first, second});
    const Conflict conflict = fresh.replica().conflicts()->first();
    QCOMPARE(conflict.table, "tasks"_ba);
    QCOMPARE(conflict.column, "due"_ba);
    QCOMPARE(fresh.replica().outbox()->first().table, "tasks"_ba);
    QCOMPARE(fresh.replica().outbox()->first().columns, QList<QByteArray>{"due"});
    QVERIFY(fresh.replica().undoConflict(conflict.number));
    QCOMPARE(fresh.value(u"SELECT due FROM tasks"_s).toString(), u"theirs"_s);
    relay.refuseWith = u"invalid"_s;
    relay.push(fresh);
    relay.refuseWith.clear();
    relay.pull(fresh);
    QCOMPARE(fresh.replica().rejected()->first().table, "tasks"_ba);
    QVERIFY(fresh.replica().retryRejected(fresh.replica().rejected()->first().number));
    verifyEqual(relay, old, fresh);
}

void TestRenames::deletedRowsInConflictsHaveTheNewNames()
{
    Relay relay;
    const QByteArray deletesWin = QByteArray(first).replace("'{\"columns\"", "'{\"deletes\":\"delete_wins\",\"columns\"");
    Device old(deletesWin, 1);
    Device fresh(deletesWin, 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    verifyEqual(relay, old, fresh);
    old.exec(u"DELETE FROM todo"_s);
    relay.sync(old);
    fresh.exec(u"UPDATE todo SET deadline = 'mine'"_s);
    relay.pull(fresh);
    QCOMPARE(fresh.value(u"SELECT count(*) FROM todo"_s).toInt(), 0);
    upgrade(fresh, {deletesWin, second});
    const Conflict conflict = fresh.replica().conflicts()->first();
    QCOMPARE(conflict.kind, Conflict::Kind::Delete);
    QVERIFY(conflict.mineRow.contains({"due"_ba, QVariant(u"mine"_s)}));
    QVERIFY(fresh.replica().undoConflict(conflict.number));
    QCOMPARE(fresh.value(u"SELECT title || due || text FROM tasks"_s).toString(), u"oneminetext"_s);
    verifyEqual(relay, old, fresh);
    QCOMPARE(old.value(u"SELECT deadline FROM todo"_s).toString(), u"mine"_s);
}

/// Access ended, the app was updated, access was given again.
void TestRenames::whatIsInQuarantineComesBackUnderTheNewNames()
{
    Relay relay;
    Device old(first, 1);
    Device fresh(first, 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    verifyEqual(relay, old, fresh);
    fresh.exec(u"UPDATE todo SET deadline = 'tuesday', body = 'text and more', votes = votes + 10"_s);
    QVERIFY(fresh.replica().closeSpace("home", u"no_access"_s, {}));
    upgrade(fresh, {first, second});
    const QList<QuarantinedChange> kept = *fresh.replica().quarantined();
    QCOMPARE(kept.size(), 1);
    QCOMPARE(kept.first().table, "tasks"_ba);
    QVERIFY(kept.first().values.contains({"due"_ba, QVariant(u"tuesday"_s)}));
    QVERIFY(fresh.replica().openSpace("home", Role::Editor, relay.epoch, 0));
    QVERIFY(fresh.replica().quarantined()->isEmpty());
    verifyEqual(relay, old, fresh);
    QCOMPARE(old.value(u"SELECT deadline || body || votes FROM todo"_s).toString(), u"tuesdaytext and more11"_s);
}

/// What an error about a name that is given twice recommends.
void TestRenames::aNewThingMayHaveAnotherNameOnTheWire()
{
    Relay relay;
    Device old(first, 1);
    Device fresh(first, 2);
    old.exec(u"INSERT INTO todo VALUES ('1', 'one', 'monday', 'text', 1)"_s);
    const QList<QByteArray> scripts{
        first, second,
        "ALTER TABLE tasks ADD COLUMN deadline TEXT;"
        "SELECT sheaf_sync('tasks', '{\"renames\":{\"deadline\":\"deadline 2\"}}');"
        "CREATE TABLE todo(id TEXT PRIMARY KEY, what TEXT); SELECT sheaf_sync('todo', '{\"was\":\"todo 2\"}');"};
    Device third(scripts.first(), 3);
    upgrade(fresh, scripts);
    upgrade(third, scripts);
    relay.sync(old);
    relay.sync(fresh);
    fresh.exec(u"UPDATE tasks SET due = 'tuesday', deadline = 'another thing'"_s);
    fresh.exec(u"INSERT INTO todo VALUES ('1', 'of the new table')"_s);
    for (Device *device : {&fresh, &old, &third})
        relay.sync(*device);
    verifyEqual(relay, third, fresh);
    QCOMPARE(*old.replica().digest("home"), *fresh.replica().digest("home"));
    QCOMPARE(old.value(u"SELECT title || deadline FROM todo"_s).toString(), u"onetuesday"_s);
    QCOMPARE(third.value(u"SELECT due || deadline FROM tasks"_s).toString(), u"tuesdayanother thing"_s);
    QCOMPARE(third.value(u"SELECT what FROM todo"_s).toString(), u"of the new table"_s);
}

void TestRenames::anotherTableOnTheWireMayBeCalledAsOneHere_data()
{
    QTest::addColumn<bool>("upgradeFirst");
    QTest::newRow("it comes after the rename") << true;
    QTest::newRow("it was there before") << false;
}

/// What peers call their tables neither stops what is pulled nor a migration; and it finds its place if one comes.
void TestRenames::anotherTableOnTheWireMayBeCalledAsOneHere()
{
    QFETCH(bool, upgradeFirst);
    constexpr char theirs[] = "CREATE TABLE tasks(id TEXT PRIMARY KEY, what TEXT); SELECT sheaf_sync('tasks');";
    constexpr char third[] = "ALTER TABLE tasks RENAME TO jobs; SELECT sheaf_sync('jobs', '{\"was\":\"todo\"}');";
    Relay relay;
    Device odd(theirs, 1);
    Device fresh(first, 2);
    odd.exec(u"INSERT INTO tasks VALUES ('1', 'theirs')"_s);
    relay.sync(odd);
    if (upgradeFirst)
        upgrade(fresh, {first, second});
    relay.sync(fresh);
    if (!upgradeFirst)
        upgrade(fresh, {first, second});
    fresh.exec(u"INSERT INTO tasks(id, title) VALUES ('1', 'mine')"_s);
    for (Device *device : {&fresh, &odd})
        relay.sync(*device);
    QCOMPARE(*odd.replica().digest("home"), *fresh.replica().digest("home"));
    fresh.reopen();
    QVERIFY(fresh.digestHolds());
    odd.exec(u"UPDATE tasks SET what = 'theirs, edited'"_s);
    relay.sync(odd);
    relay.sync(fresh);
    upgrade(fresh, {first, second, third, theirs});
    QCOMPARE(fresh.value(u"SELECT what FROM tasks"_s).toString(), u"theirs, edited"_s);
    QCOMPARE(fresh.value(u"SELECT title FROM jobs"_s).toString(), u"mine"_s);
    fresh.exec(u"UPDATE tasks SET what = 'ours'"_s);
    for (Device *device : {&fresh, &odd})
        relay.sync(*device);
    QCOMPARE(odd.value(u"SELECT what FROM tasks"_s).toString(), u"ours"_s);
    QCOMPARE(*odd.replica().digest("home"), *fresh.replica().digest("home"));
}

void TestRenames::wrongRenamesAreErrors_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::newRow("not renamed yet")
        << "ALTER TABLE todo ADD COLUMN due; SELECT sheaf_sync('todo', '{\"renames\":{\"due\":\"deadline\"}}');"_ba;
    QTest::newRow("twice") << "SELECT sheaf_sync('todo', '{\"renames\":{\"a\":\"deadline\",\"b\":\"deadline\"}}');"_ba;
    QTest::newRow("to the name of another")
        << "ALTER TABLE todo RENAME COLUMN deadline TO due; SELECT sheaf_sync('todo', '{\"renames\":{\"title\":\"deadline\"}}');"_ba;
    QTest::newRow("nothing") << "SELECT sheaf_sync('todo', '{\"renames\":{}}');"_ba;
    QTest::newRow("no name") << "SELECT sheaf_sync('todo', '{\"renames\":{\"x\":\"\"}}');"_ba;
    QTest::newRow("no former table") << "SELECT sheaf_sync('todo', '{\"was\":\"\"}');"_ba;
    QTest::newRow("a table of its own")
        << "CREATE TABLE tasks(id TEXT PRIMARY KEY); SELECT sheaf_sync('tasks'); SELECT sheaf_sync('tasks', '{\"was\":\"todo\"}');"_ba;
}

void TestRenames::wrongRenamesAreErrors()
{
    QFETCH(QByteArray, script);
    Device device(first);
    device.exec(u"INSERT INTO todo(id, deadline) VALUES ('1', 'monday')"_s);
    device.close();
    device.setSchema({first, script});
    const auto opened = device.open();
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, u"schema_error"_s);
    device.setSchema({first, "SELECT 1;"}); // nothing of it stays
    QVERIFY(device.open());
    QCOMPARE(device.value(u"SELECT deadline FROM todo"_s).toString(), u"monday"_s);
    QVERIFY(device.digestHolds());
}

void TestRenames::noNameOnTheWireIsGivenTwice_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<QString>("said");
    QTest::newRow("column") << "ALTER TABLE tasks ADD COLUMN deadline TEXT;"_ba << u"due"_s;
    QTest::newRow("column of a table named again")
        << "ALTER TABLE tasks ADD COLUMN deadline TEXT; SELECT sheaf_sync('tasks', '{\"conflicts\":\"local\"}');"_ba << u"due"_s;
    QTest::newRow("table") << "CREATE TABLE todo(id TEXT PRIMARY KEY, title TEXT); SELECT sheaf_sync('todo');"_ba << u"tasks"_s;
    QTest::newRow("table, in other letters")
        << "CREATE TABLE Todo(id TEXT PRIMARY KEY, title TEXT); SELECT sheaf_sync('Todo');"_ba << u"tasks"_s;
}

/// Every push would be malformed.
void TestRenames::noNameOnTheWireIsGivenTwice()
{
    QFETCH(QByteArray, script);
    QFETCH(QString, said);
    Device device(first);
    device.exec(u"INSERT INTO todo(id, deadline) VALUES ('1', 'monday')"_s);
    upgrade(device, {first, second});
    device.close();
    device.setSchema({first, second, script});
    const auto opened = device.open();
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, u"schema_error"_s);
    QVERIFY2(opened.error().message.contains(said), qPrintable(opened.error().message));
    upgrade(device, {first, second, "SELECT 1;"});
    QCOMPARE(device.value(u"SELECT due FROM tasks"_s).toString(), u"monday"_s);
    QVERIFY(device.digestHolds());
}

QTEST_GUILESS_MAIN(TestRenames)
#include "tst_renames.moc"
