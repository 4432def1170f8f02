// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "twodevices.h"

#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// What an app chooses to sync, through SyncEngine and over a real server.
class TestSelection : public TwoDevices
{
    Q_OBJECT

private Q_SLOTS:
    void filtersHoldAndHide();
    void tablesAreChosen();
    void syncWhereSendsWhatWasChosen();
    void syncWhereIsProvenOnARestoredServer();
    void whatStaysHeldIsTold();
    void whatStaysHeldIsLetGo();
};

void TestSelection::filtersHoldAndHide()
{
    SyncFilters filters;
    filters.send = [](const FilteredRow &row) { return row.value("title").toString() != u"draft"_s; };
    filters.show = [](const FilteredRow &row) { return row.value("title").toString() != u"spam"_s; };
    QVERIFY(await(a->engine().setFilters(filters))->has_value());
    connectBoth();
    a->addNote(u"1"_s, u"draft"_s);
    a->addNote(u"2"_s, u"done"_s);
    b->addNote(u"3"_s, u"spam"_s);
    b->addNote(u"4"_s, u"ham"_s);
    QVERIFY(a->waitSynced() && b->waitSynced() && a->waitSynced()); // proven, but for what is held
    QTRY_COMPARE_WITH_TIMEOUT(b->value(u"SELECT group_concat(id) FROM (SELECT id FROM notes ORDER BY id)"_s).toString(),
                              u"2,3,4"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(a->value(u"SELECT group_concat(id) FROM (SELECT id FROM notes ORDER BY id)"_s).toString(),
                              u"1,2,4"_s, patienceMs);
    QCOMPARE(a->engine().pending(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().held(), 1, patienceMs);
    QCOMPARE(await(a->engine().why(u"notes"_s, {u"1"_s}))->value().state, RowAnswer::State::Held);
    QVERIFY(await(a->engine().setFilters({}))->has_value());
    verifyProven();
    QCOMPARE(a->value(u"SELECT count(*) FROM notes"_s).toInt(), 4);
    QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 4);
}

void TestSelection::tablesAreChosen()
{
    QVERIFY(await(a->engine().subscribeTables(u"home"_s, {u"pages"_s}))->has_value());
    connectBoth();
    b->addNote(u"1"_s, u"not wanted"_s);
    b->write(u"INSERT INTO pages(id, body) VALUES ('p', 'text')"_s);
    QVERIFY(b->waitSynced() && a->waitSynced());
    QTRY_COMPARE_WITH_TIMEOUT(a->value(u"SELECT body FROM pages"_s).toString(), u"text"_s, patienceMs);
    QCOMPARE(a->value(u"SELECT count(*) FROM notes"_s).toInt(), 0);
    QVERIFY(await(a->engine().subscribeTables(u"home"_s, {}))->has_value());
    QTRY_COMPARE_WITH_TIMEOUT(a->titleOf(u"1"_s), u"not wanted"_s, patienceMs);
    verifyProven();
}

void TestSelection::syncWhereSendsWhatWasChosen()
{
    connectBoth();
    QVERIFY(a->waitSynced() && b->waitSynced());
    a->engine().pause();
    for (int i = 0; i < 5; ++i)
        a->write(u"INSERT INTO notes(id, title, votes) VALUES (?, 'note', ?)"_s, {QString::number(i), i});
    const auto synced =
        await(a->engine().syncWhere({.table = "notes", .where = u"votes >= ?"_s, .params = {3}, .tagsColumn = {}, .tags = {}}));
    QVERIFY(synced && synced->has_value());
    QCOMPARE(synced->value().pushed, 2);
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Paused, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 2, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().pending(), 3, patienceMs);
    QCOMPARE(await(a->engine().syncWhere({.table = "nothing", .where = {}, .params = {}}))->error().code, u"bad_selection"_s);
    a->engine().resume();
    verifyProven();
    QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 5);
}

/// What a restored server lost is offered to it, but not with what was chosen: that is proven without it.
void TestSelection::syncWhereIsProvenOnARestoredServer()
{
    connectBoth();
    a->addNote(u"1"_s, u"in the backup"_s);
    verifyProven();
    server->terminate();
    const QTemporaryDir backup;
    server->backUp(backup.path());
    server->start();
    b->engine().disconnectFromServer();
    a->write(u"UPDATE notes SET title = 'edited since' WHERE id = '1'"_s);
    a->addNote(u"2"_s, u"lost with the disk"_s);
    QVERIFY(a->waitSynced());
    a->engine().pause();
    server->terminate();
    server->restore(backup.path());
    server->start();

    a->write(u"INSERT INTO notes(id, title, votes) VALUES ('3', 'chosen', 9)"_s);
    QSignalSpy reports(&a->engine(), &SyncEngine::reported);
    const auto synced =
        await(a->engine().syncWhere({.table = "notes", .where = u"votes > 8"_s, .params = {}, .tagsColumn = {}, .tags = {}}));
    QVERIFY(synced && synced->has_value());
    QCOMPARE(synced->value().pushed, 1);
    b->engine().connectToServer(server->url(), tokenB);
    QVERIFY(b->waitSynced());
    QCOMPARE(b->value(u"SELECT group_concat(id || title) FROM (SELECT * FROM notes ORDER BY id)"_s).toString(),
             u"1in the backup,3chosen"_s);
    a->engine().resume();
    verifyProven();
    QCOMPARE(b->value(u"SELECT group_concat(id || title) FROM (SELECT * FROM notes ORDER BY id)"_s).toString(),
             u"1edited since,2lost with the disk,3chosen"_s);
    const auto isMismatch = [](const QVariantList &report) {
        return report.constFirst().value<Error>().code == u"digest_mismatch"_s;
    };
    QVERIFY(std::ranges::none_of(reports, isMismatch));
}

/// A file that cannot be written when the sync has ended: what was left out is not sent, and nobody may take it for sent.
void TestSelection::whatStaysHeldIsTold()
{
    connectBoth();
    QVERIFY(a->waitSynced());
    a->engine().pause();
    a->addNote(u"1"_s, u"chosen"_s);
    a->addNote(u"2"_s, u"left out"_s);
    QSignalSpy reports(&a->engine(), &SyncEngine::reported);
    a->engine().setBeforeSync([this](const SyncPlan &) -> Result<void> {
        QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"other"_s);
        other.setDatabaseName(a->engine().databasePath());
        const bool written = other.open() && QSqlQuery(other).exec(u"CREATE TABLE of_another_program(x)"_s);
        other = {};
        QSqlDatabase::removeDatabase(u"other"_s);
        return fail(written ? u"not_now"_s : u"test"_s, u"The test keeps it back."_s);
    });
    const auto synced =
        await(a->engine().syncWhere({.table = "notes", .where = u"id = 1"_s, .params = {}, .tagsColumn = {}, .tags = {}}));
    QVERIFY(synced && !synced->has_value());
    QCOMPARE(synced->error().code, u"bypassed"_s);
    QTRY_VERIFY_WITH_TIMEOUT(
        std::ranges::any_of(reports,
                            [](const QVariantList &report) { return report.constFirst().value<Error>().code == u"bypassed"_s; }),
        patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().held(), 1, patienceMs);
}

/// The same, but the file can be written again soon: what was left out goes without another selection or a restart.
void TestSelection::whatStaysHeldIsLetGo()
{
    connectBoth();
    QVERIFY(a->waitSynced());
    a->engine().pause();
    a->addNote(u"1"_s, u"chosen"_s);
    a->addNote(u"2"_s, u"left out"_s);
    QSqlDatabase other = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"locking"_s);
    a->engine().setBeforeSync([&](const SyncPlan &) -> Result<void> {
        other.setDatabaseName(a->engine().databasePath());
        const bool locked = other.open() && QSqlQuery(other).exec(u"BEGIN IMMEDIATE"_s);
        return fail(locked ? u"not_now"_s : u"test"_s, u"The test keeps it back."_s);
    });
    const auto synced =
        await(a->engine().syncWhere({.table = "notes", .where = u"id = 1"_s, .params = {}, .tagsColumn = {}, .tags = {}}));
    QVERIFY(synced && !synced->has_value());
    QVERIFY2(synced->error().code != u"not_now"_s, "the rows could not be let go at once");
    QVERIFY(QSqlQuery(other).exec(u"ROLLBACK"_s));
    other = {};
    QSqlDatabase::removeDatabase(u"locking"_s);
    QTRY_COMPARE_WITH_TIMEOUT(a->engine().pending(), 2, patienceMs);
    a->engine().setBeforeSync({});
    a->engine().resume();
    verifyProven();
    QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 2);
}

QTEST_MAIN(TestSelection)
#include "tst_selection.moc"
