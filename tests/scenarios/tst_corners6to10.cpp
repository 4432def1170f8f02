// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"
#include "replica/liveresult.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QtTest>

#include <map>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// The corner cases that a sync most easily gets wrong, the last five: pruning, handshakes, the outbox, poison, and tables that
/// are not synced. What a filter keeps back and what becomes visible or is withdrawn is in tst_selectivesync and tst_spaces.
class TestCorners6To10 : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void corner6ForgettingKeepsWhatMergesNeed();
    void corner6WhoWasAwayTooLongStartsAnewAndLosesNoEdit();
    void corner7EveryConnectionBeginsWithAHandshake_data();
    void corner7EveryConnectionBeginsWithAHandshake();
    void corner8AnEditSurvivesDeathBeforeItsAck();
    void corner8NothingCountsTwiceWhenAcksAreLost();
    void corner8EditsDuringAFailedSendStay();
    void corner9APoisonedChangeHarmsNoOther();
    void corner9NamesAreNeverSql();
    void corner9WhatANewerAppWritesIsKeptAndPassedOn();
    void corner10LocalTablesSearchAndViewsAreFollowedAndNotSynced();
    void corner10ATransactionOfManyRowsIsOneNotice();
    void corner10TiesHaveOneOrderEverywhere();

private:
    static bool exec(SpaceDevice &device, const QString &sql, const QVariantList &params = {});
};

/// One statement, whatever characters are in it.
bool TestCorners6To10::exec(SpaceDevice &device, const QString &sql, const QVariantList &params)
{
    const auto done = device.replica->write([&](QSqlDatabase &database) -> Result<void> {
        QSqlQuery query(database);
        query.prepare(sql);
        for (const QVariant &value : params)
            query.addBindValue(value);
        if (!query.exec())
            return fail(u"sql_error"_s, query.lastError().text());
        return {};
    });
    device.reconnector->localChangesCommitted();
    return done.has_value();
}

namespace {

constexpr qint64 hourMs = 3'600'000;

/// Deletes are forgotten an hour after all have seen them, and nobody is waited for longer than two days.
void forgetSoon(Household &home)
{
    home.house.core->setRetention({.silenceMs = 48 * hourMs, .delayMs = hourMs});
}

[[nodiscard]] Sequence forgottenBy(Household &home)
{
    return (*(*home.house.storage->begin())->space("home"))->forgotten.sequence;
}

} // namespace

/// A device that is away holds on to what its merges need: nothing comes back, and no old write wins.
void TestCorners6To10::corner6ForgettingKeepsWhatMergesNeed()
{
    Household home(0);
    forgetSoon(home);
    for (int i = 0; i < 3; ++i)
        home.add();
    home[0].write(
        u"INSERT INTO notes(id, title, votes, labels) VALUES ('n', 'one', 1, '[\"x\",\"y\"]'), ('gone', 'x', 0, NULL)"_s);
    home.run();
    home.cutOff(2);
    home[2].write(u"UPDATE notes SET title = 'old', votes = votes + 1, labels = '[\"y\"]' WHERE id = 'n'"_s);
    home.run(1'000);
    home[0].write(u"UPDATE notes SET title = 'newer', votes = votes + 10 WHERE id = 'n'; DELETE FROM notes WHERE id = 'gone'"_s);
    home.run(10 * hourMs);
    QCOMPARE(home[0].count(u"sheaf_rows"_s), 2); // it is not forgotten while somebody may come and edit it
    home.bringBack(2);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title || votes || labels FROM notes"_s), QStringList(3, u"newer12[\"y\"]"_s).join(u'|'));
    home.run(10 * hourMs);
    QVERIFY(forgottenBy(home) > 0);
    for (int i = 0; i < 3; ++i)
        QCOMPARE(home[i].count(u"sheaf_rows"_s), 1);
    QCOMPARE(home.difference(), QString());
}

void TestCorners6To10::corner6WhoWasAwayTooLongStartsAnewAndLosesNoEdit()
{
    Household home(0);
    forgetSoon(home);
    for (int i = 0; i < 2; ++i)
        home.add();
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('1', 'x'), ('2', 'x'), ('3', 'x')"_s);
    home.run(2 * hourMs);
    home[1].reconnector->disconnect();
    home[1].write(u"UPDATE notes SET title = 'edited' WHERE id = '2'; INSERT INTO notes(id) VALUES ('4')"_s);
    home[0].write(u"DELETE FROM notes WHERE id IN ('1', '2')"_s);
    home.run(60 * hourMs);
    QCOMPARE(home[0].count(u"sheaf_rows"_s), 1);
    home[1].connect(home[1].token);
    home.run();
    QCOMPARE(home[1].reports, QStringList{u"swept"_s});
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home[0].read(u"SELECT id || coalesce(title, '') FROM notes ORDER BY id"_s),
             (QStringList{u"2edited"_s, u"3x"_s, u"4"_s}));
}

void TestCorners6To10::corner7EveryConnectionBeginsWithAHandshake_data()
{
    QTest::addColumn<QString>("fault");
    for (const char *fault :
         {"closed in peace", "lost", "half open", "no server at first", "lost before the welcome", "no welcome", "killed"})
        QTest::newRow(fault) << QString::fromLatin1(fault);
}

void TestCorners6To10::corner7EveryConnectionBeginsWithAHandshake()
{
    QFETCH(QString, fault);
    Household home(2);
    std::map<quint64, bool> greeted; ///< connections of device 0: whether a hello came first
    int spoilt = fault.contains(u"welcome"_s) ? 1 : 0;
    home.house.network.setTap([&](int client, quint64 connection, Direction direction, const QByteArray &frame) {
        if (client != 0)
            return QList{frame};
        if (direction == Direction::ToServer && !greeted.contains(connection)) {
            const auto message = Household::messageIn(frame);
            greeted[connection] = message && std::holds_alternative<Hello>(*message);
        }
        if (direction == Direction::ToClient && spoilt > 0) {
            --spoilt;
            if (fault == u"lost before the welcome")
                home.house.network.cutAll(0, false);
            return QList<QByteArray>();
        }
        return QList{frame};
    });
    if (fault == u"closed in peace")
        home.house.core->stop([] {});
    if (fault == u"closed in peace" || fault == u"killed") {
        home.run(5'000);
        home.restartServer();
    } else if (fault == u"no server at first") {
        home[0].stop();
        home.house.network.faults(0).partitioned = true;
        home[0].start();
        home.run(90'000);
        QCOMPARE(home[0].reconnector->status().phase, SyncStatus::Phase::Waiting);
        home.house.network.faults(0).partitioned = false;
    } else {
        home.house.network.cutAll(0, fault == u"half open");
    }
    home[0].write(u"INSERT INTO notes(id) VALUES ('from here')"_s);
    home[1].write(u"INSERT INTO notes(id) VALUES ('to here')"_s);
    home.run(fault == u"half open" ? 60'000 : 20'000); // who is silent for 45 s is gone, a welcome comes within 10 s
    QCOMPARE(home.values(u"SELECT count(*) FROM notes"_s), u"2|2"_s);
    QCOMPARE(home.difference(), QString());
    QCOMPARE(spoilt, 0);
    QVERIFY(!greeted.empty());
    QVERIFY(std::ranges::all_of(greeted, [](const auto &each) { return each.second; }));
}

void TestCorners6To10::corner8AnEditSurvivesDeathBeforeItsAck()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, votes) VALUES ('n', 1)"_s);
    home.run();
    home.cutOff(0);
    home[0].write(u"UPDATE notes SET title = 'unsent', votes = votes + 1"_s);
    home[0].stop();
    home[0].start();
    QCOMPARE(home[0].replica->pendingCount(), 1);
    home.bringBack(0);
    QVERIFY(home.runUntil([&] { return home[1].value(u"SELECT votes FROM notes"_s) == u"2"_s; }));
    // Sent, and merged by the server; the ack is still on its way, or not.
    home[0].stop();
    home[0].start();
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title || votes FROM notes"_s), u"unsent2|unsent2"_s);
}

void TestCorners6To10::corner8NothingCountsTwiceWhenAcksAreLost()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, body, labels) VALUES ('n', '', '[]')"_s);
    home.run();
    int lost = 0;
    home.house.network.setTap([&](int client, quint64, Direction direction, const QByteArray &frame) {
        const auto message = Household::messageIn(frame);
        if (client == 0 && direction == Direction::ToClient && lost < 5 && message && std::holds_alternative<Ack>(*message)) {
            ++lost;
            home.house.network.cutAll(0, false);
            return QList<QByteArray>();
        }
        return QList{frame};
    });
    for (int i = 0; i < 8; ++i) {
        home[0].write(
            u"UPDATE notes SET votes = votes + 1, body = body || '%1', labels = json_insert(labels, '$[#]', %1)"_s.arg(i));
        home.run(300);
    }
    QCOMPARE(home.difference(), QString());
    QCOMPARE(lost, 5);
    QCOMPARE(home.values(u"SELECT votes || body || labels FROM notes"_s),
             QStringList(2, u"801234567[0,1,2,3,4,5,6,7]"_s).join(u'|'));
}

void TestCorners6To10::corner8EditsDuringAFailedSendStay()
{
    Household home(2);
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('n', '0')"_s);
    home.run();
    home.house.network.faults(0).delayUsMax = 200'000;
    for (int i = 1; i < 20; ++i) {
        home[0].write(u"UPDATE notes SET title = '%1'; INSERT INTO notes(id) VALUES ('%1')"_s.arg(i));
        home.run(i * 7 % 60);
        home.house.network.cutAll(0, false); // whatever is under way
        home[0].write(u"UPDATE notes SET body = '%1' WHERE id = 'n'"_s.arg(i));
        home[0].reconnector->networkBack();
    }
    QCOMPARE(home.difference(), QString());
    QCOMPARE(home.values(u"SELECT title || body FROM notes WHERE id = 'n'"_s), u"1919|1919"_s);
    QCOMPARE(home[1].count(u"notes"_s), 20);
}

void TestCorners6To10::corner9APoisonedChangeHarmsNoOther()
{
    Household home(2);
    const QString tooMuch(300'000, u'x'); // for the server, not for the device
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('a', 'before')"_s);
    QVERIFY(exec(home[0], u"INSERT INTO notes(id, title) VALUES ('b', ?)"_s, {tooMuch}));
    home[0].write(u"INSERT INTO notes(id, title) VALUES ('c', 'behind')"_s);
    home.run();
    QCOMPARE(home[1].read(u"SELECT id FROM notes ORDER BY id"_s), (QStringList{u"a"_s, u"c"_s}));
    const auto verdicts = *home[0].replica->rejected();
    QCOMPARE(verdicts.size(), 1);
    QCOMPARE(verdicts[0].code, u"too_large"_s);
    QCOMPARE(verdicts[0].values.value(0).value.toString(), tooMuch);
    QCOMPARE(home[0].replica->pendingCount(), 0);
    const qint64 sent = home[0].reconnector->figures().bytesSent;
    for (int i = 0; i < 3; ++i) {
        home.cutOff(0);
        home.bringBack(0);
        home.run();
    }
    QVERIFY(home[0].reconnector->figures().bytesSent - sent < 10'000); // it is not offered again
    home[0].stop();
    home[0].start();
    QCOMPARE(home[0].replica->rejected()->size(), 1); // the verdict is remembered
    QCOMPARE(home.difference(), QString());
}

void TestCorners6To10::corner9NamesAreNeverSql()
{
    // One device really has a table and a column of such names, as a hostile one may say that it has.
    const QByteArray hostile = R"(CREATE TABLE "x""); DELETE FROM notes; --"(id TEXT PRIMARY KEY NOT NULL, "y"" = 1; --'" TEXT);)"
                               R"(SELECT sheaf_sync('x"); DELETE FROM notes; --');)";
    Household home(1, hostile);
    home.add(hostile);
    home.add(); // and this one does not know them
    home[2].write(u"INSERT INTO notes(id, title) VALUES ('n', 'stays')"_s);
    QVERIFY(exec(home[0], uR"(INSERT INTO "x""); DELETE FROM notes; --"(id, "y"" = 1; --'") VALUES (?, ?))"_s,
                 {u"'); DROP TABLE notes; --"_s, u"value"_s}));
    home.run(60'000);
    QCOMPARE(home.values(u"SELECT title FROM notes"_s), u"stays|stays|stays"_s);
    QCOMPARE(home[1].value(uR"(SELECT "y"" = 1; --'" FROM "x""); DELETE FROM notes; --")"_s), u"value"_s);
    for (int i = 0; i < 3; ++i)
        QVERIFY(home[i].isProven());
}

void TestCorners6To10::corner9WhatANewerAppWritesIsKeptAndPassedOn()
{
    const QByteArray newer = "ALTER TABLE notes ADD COLUMN colour TEXT DEFAULT 'red';"
                             "CREATE TABLE extras(id TEXT PRIMARY KEY NOT NULL, label TEXT); SELECT sheaf_sync('extras');";
    Household home(1);
    home.add(newer);
    home[1].write(
        u"INSERT INTO notes(id, title, colour) VALUES ('n', 'one', 'blue'); INSERT INTO extras VALUES ('e', 'label')"_s);
    home.run();
    QCOMPARE(home[0].value(u"SELECT title FROM notes"_s), u"one"_s);
    QVERIFY(home[0].isProven() && home[0].reports.isEmpty());
    // The older app is the only one that still has it.
    home[1].stop();
    home.house.replaceServer();
    home[0].connect(home.house.token("device 0", {"home"}));
    home.run(60'000);
    SpaceDevice &third = home.add(newer);
    home.run(60'000);
    QCOMPARE(third.value(u"SELECT title || colour FROM notes"_s), u"oneblue"_s);
    QCOMPARE(third.value(u"SELECT label FROM extras"_s), u"label"_s);
}

void TestCorners6To10::corner10LocalTablesSearchAndViewsAreFollowedAndNotSynced()
{
    const QByteArray more =
        "CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT);"
        "CREATE VIEW open_notes AS SELECT notes.id, settings.value FROM notes JOIN settings ON name = notes.title;"
        "CREATE VIRTUAL TABLE search USING fts5(title);";
    Household home(2, more);
    const QSqlDatabase reader = home[0].replica->database();
    const auto view = LiveResult::open(reader, u"SELECT id, value FROM open_notes"_s, {});
    const auto search = LiveResult::open(reader, u"SELECT count(*) FROM search WHERE search MATCH 'word'"_s, {});
    QVERIFY(view && search);
    int notices = 0;
    home[0].replica->setCommitObserver([&](const CommitChanges &changes) {
        (*view)->note(changes);
        (*search)->note(changes);
        ++notices;
    });
    const qint64 rows = home[0].count(u"sheaf_rows"_s);
    home[0].write(u"INSERT INTO settings VALUES ('n', 'on'); INSERT INTO search(title) VALUES ('a word')"_s);
    QCOMPARE(home[0].replica->pendingCount(), 0);
    QCOMPARE(home[0].count(u"sheaf_rows"_s), rows);
    QVERIFY((*search)->refresh());
    QCOMPARE((*search)->rows().value(0).value(0).toInt(), 1);
    home[1].write(u"INSERT INTO notes(id, title) VALUES ('1', 'n')"_s); // what is merged is seen through the view
    home.run();
    QVERIFY((*view)->refresh());
    QCOMPARE((*view)->rows().size(), 1);
    home[0].write(u"UPDATE settings SET value = 'off'"_s);
    QVERIFY((*view)->refresh());
    QCOMPARE((*view)->rows().value(0).value(1).toString(), u"off"_s);
    QCOMPARE(notices, 3);
    QCOMPARE(home[1].count(u"settings"_s), 0);
    QCOMPARE(home.difference(), QString());
}

void TestCorners6To10::corner10ATransactionOfManyRowsIsOneNotice()
{
    Household home(2);
    QList<qsizetype> here;
    QList<qsizetype> there;
    home[0].replica->setCommitObserver([&](const CommitChanges &changes) { here.append(changes.tables.value("notes").size()); });
    home[1].replica->setCommitObserver([&](const CommitChanges &changes) { there.append(changes.tables.value("notes").size()); });
    home[0].write(u"INSERT INTO notes(id) VALUES ('1'), ('2'), ('3'); INSERT INTO notes(id) SELECT id || 'x' FROM notes;"
                  " UPDATE notes SET title = 'y'"_s);
    home.run();
    QCOMPARE(here, QList<qsizetype>{6});
    QCOMPARE(there, QList<qsizetype>{6});
}

void TestCorners6To10::corner10TiesHaveOneOrderEverywhere()
{
    // Whatever arrives first, every replica shows what the greatest site wrote.
    QStringList shown;
    for (const QList<int> &order : {QList{0, 1, 2}, QList{2, 1, 0}, QList{1, 2, 0}}) {
        Household home(3);
        home[0].write(u"INSERT INTO notes(id) VALUES ('n')"_s);
        home.run();
        for (int i = 0; i < 3; ++i)
            home.cutOff(i);
        home.run();
        for (int i = 0; i < 3; ++i)
            home[i].write(u"UPDATE notes SET title = '%1', labels = '[\"%1\"]', votes = votes + 1"_s.arg(i));
        for (const int i : order) {
            home.bringBack(i);
            home.run();
        }
        QCOMPARE(home.difference(), QString());
        shown.append(home.values(u"SELECT title || labels || votes FROM notes"_s));
    }
    shown.removeDuplicates();
    QCOMPARE(shown.size(), 1);
    QVERIFY2(shown[0].contains(u"[\"0\",\"1\",\"2\"]3"_s), qPrintable(shown[0]));
}

QTEST_GUILESS_MAIN(TestCorners6To10)
#include "tst_corners6to10.moc"
