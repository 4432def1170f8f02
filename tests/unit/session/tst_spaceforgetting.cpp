// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Devices that follow something again of which deletes were forgotten meanwhile.
class TestSpaceForgetting : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }
    void aTableIsFollowedAgain();
    void aSpaceIsJoinedAgain();
    void anEditWaitsForWhatAPauseMissed();
    void anEditComesOutOfQuarantine();
    void aRowBeginsAnewBelowAForgottenDelete();
    void anEditOfAnUnfollowedTableBringsTheRowBackWhole();
    void anEditOfAnUnfollowedTableIsNotLost();
    void anEditOfAForgottenLifeLeavesTheNextOneAlone();
    void birthsApartBecomeOneRow_data();
    void birthsApartBecomeOneRow();
    void aBirthApartInAnUnfollowedTableIsRefused();

private:
    /// The other one deletes the row, and the server forgets that it was. Who has left is not waited for after `silenceMs`.
    void forgetDelete(qint64 silenceMs = 365LL * 86'400'000)
    {
        m_house->core->setRetention({.silenceMs = silenceMs, .delayMs = 1'000});
        m_b->write(u"DELETE FROM notes WHERE id = 'n'; INSERT INTO notes(id, space) VALUES ('kept', 'team')"_s);
        for (int i = 0; i < 4; ++i) { // a floor, and then what is below it
            m_house->run(60'000);
            m_b->write(u"UPDATE notes SET votes = votes + 1 WHERE id = 'kept'"_s);
            m_house->core->collect();
        }
        m_house->run();
        auto transaction = m_house->storage->begin();
        QVERIFY((*(*transaction)->space("team"))->forgotten.length == 2);
    }
};

void TestSpaceForgetting::aTableIsFollowedAgain()
{
    QVERIFY(m_a->reconnector->setTables("team", {"tasks"}));
    m_house->run();
    forgetDelete();
    QCOMPARE(m_a->read(u"SELECT id FROM notes ORDER BY id"_s), (QStringList{u"mine"_s, u"n"_s})); // as it was
    QVERIFY(m_a->reconnector->setTables("team", {}));
    m_house->run(60'000);
    QCOMPARE(m_a->read(u"SELECT id FROM notes ORDER BY id"_s), (QStringList{u"kept"_s, u"mine"_s}));
    QCOMPARE(m_b->read(u"SELECT id FROM notes"_s), QStringList{u"kept"_s});
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->reports, QStringList{u"swept"_s});
}

void TestSpaceForgetting::aSpaceIsJoinedAgain()
{
    QVERIFY(m_a->reconnector->leaveSpace("team"));
    m_house->run();
    forgetDelete(50'000);
    QVERIFY(m_a->reconnector->joinSpace("team"));
    m_house->run();
    QCOMPARE(m_a->read(u"SELECT id FROM notes ORDER BY id"_s), (QStringList{u"kept"_s, u"mine"_s}));
    QVERIFY(m_a->isProven());
    QCOMPARE(m_a->reconnector->figures().reconnects, 0);
}

/// When a pause ends, what the server said before it is out of date: half of a row that is no more must not be pushed.
void TestSpaceForgetting::anEditWaitsForWhatAPauseMissed()
{
    m_a->reconnector->setSpacePaused("team", true);
    m_house->run();
    m_a->write(u"UPDATE notes SET title = 'edited' WHERE id = 'n'"_s);
    forgetDelete(50'000);
    m_a->reconnector->setSpacePaused("team", false);
    m_house->run(60'000);
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->reports.count(u"swept"_s), 1);
    QVERIFY(!m_a->reports.contains(u"digest_mismatch"_s));
    const QString all = u"SELECT title || body || votes || labels FROM notes WHERE id = 'n'"_s;
    QCOMPARE(m_b->value(all), u"editedtext5[\"x\"]"_s);
    QCOMPARE(m_a->value(all), m_b->value(all));
}

void TestSpaceForgetting::anEditComesOutOfQuarantine()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'edited' WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    forgetDelete();
    m_house->grant("a", "team", Role::Viewer);
    m_house->run();
    QCOMPARE(m_a->quarantine().size(), 1);
    m_house->grant("a", "team", Role::Editor);
    m_house->run(60'000);
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->reports, QStringList{u"swept"_s}); // and no difference that had to be repaired
    // The edit did not know of the delete: the row is there again, with all that it had.
    const QString all = u"SELECT title || body || votes || labels FROM notes WHERE id = 'n'"_s;
    QCOMPARE(m_b->value(all), u"editedtext5[\"x\"]"_s);
    QCOMPARE(m_a->value(all), m_b->value(all));
}

/// Who was away brings a row back that was deleted twice meanwhile, for it cannot know of the second time. The other one has
/// that delete, and was away when the server forgot it.
void TestSpaceForgetting::aRowBeginsAnewBelowAForgottenDelete()
{
    SpaceDevice c(*m_house, 2);
    c.connect(m_house->token("c", {"home", "team"}));
    m_house->run();
    m_b->reconnector->disconnect();
    m_b->write(u"UPDATE notes SET title = 'edited' WHERE id = 'n'"_s);
    c.write(u"DELETE FROM notes WHERE id = 'n'"_s);
    c.write(u"INSERT INTO notes(id, space) VALUES ('n', 'team')"_s);
    c.write(u"DELETE FROM notes WHERE id = 'n'"_s);
    m_house->run();
    m_a->reconnector->disconnect();
    m_house->core->setRetention({.silenceMs = 50'000, .delayMs = 1'000});
    for (int i = 0; i < 4; ++i) {
        m_house->run(60'000);
        c.write(u"INSERT OR REPLACE INTO notes(id, space) VALUES ('kept', 'team')"_s);
        m_house->run();
        m_house->core->collect();
    }
    for (SpaceDevice *device : {m_b.get(), m_a.get()}) {
        device->connect(device->token);
        m_house->run(60'000);
        QVERIFY(device->isProven());
        QCOMPARE(device->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"edited"_s);
        QCOMPARE(device->reports, QStringList{u"swept"_s});
    }
}

/// Who follows a table no more does not hear of its deletes: half a row must not come of what it edits there.
void TestSpaceForgetting::anEditOfAnUnfollowedTableBringsTheRowBackWhole()
{
    QVERIFY(m_a->reconnector->setTables("team", {"tasks"}));
    m_house->run();
    forgetDelete();
    m_a->write(u"UPDATE notes SET title = 'edited' WHERE id = 'n'"_s);
    m_house->run(60'000);
    const QString all = u"SELECT title || body || votes || labels FROM notes WHERE id = 'n'"_s;
    QCOMPARE(m_b->value(all), u"editedtext5[\"x\"]"_s);
    QCOMPARE(m_a->value(all), m_b->value(all));
    QCOMPARE(m_a->reports, QStringList{u"no_row"_s});
    QCOMPARE(m_a->replica->pendingCount(), 0);
    QCOMPARE(m_a->replica->rejected()->size(), 0);
    const QList<Conflict> conflicts = *m_a->replica->conflicts();
    QCOMPARE(conflicts.size(), 1);
    QCOMPARE(conflicts.first().kind, Conflict::Kind::Delete);
    QCOMPARE(conflicts.first().winner, Conflict::Side::Mine);
    QVERIFY(m_a->reconnector->setTables("team", {}));
    m_house->run(60'000);
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->value(all), u"editedtext5[\"x\"]"_s);
}

/// Where deletes win the row goes, and its words are in the list of conflicts.
void TestSpaceForgetting::anEditOfAnUnfollowedTableIsNotLost()
{
    QVERIFY(m_a->reconnector->setTables("team", {"tasks"}));
    const QByteArray more = "CREATE TABLE plain(id TEXT PRIMARY KEY NOT NULL, space TEXT NOT NULL DEFAULT 'home', title TEXT);"
                            "SELECT sheaf_sync('plain', '{\"deletes\":\"delete_wins\"}');";
    SpaceDevice c(*m_house, 2, more);
    SpaceDevice d(*m_house, 3, more);
    c.connect(m_house->token("c", {"team"}));
    d.connect(m_house->token("d", {"team"}));
    d.write(u"INSERT INTO plain(id, space, title) VALUES ('p', 'team', 'one')"_s);
    m_house->run();
    QVERIFY(c.reconnector->setTables("team", {"notes"}));
    m_house->run();
    d.write(u"DELETE FROM plain"_s);
    m_house->run();
    forgetDelete();
    c.write(u"UPDATE plain SET title = 'edited'"_s);
    m_house->run(60'000);
    QCOMPARE(c.count(u"plain"_s), 0);
    QCOMPARE(d.count(u"plain"_s), 0);
    const QList<Conflict> conflicts = *c.replica->conflicts();
    QCOMPARE(conflicts.size(), 1);
    QCOMPARE(conflicts.first().winner, Conflict::Side::Theirs);
    QCOMPARE(toMap(conflicts.first().mineRow).value(u"title"_s).toString(), u"edited"_s);
    QCOMPARE(c.replica->pendingCount(), 0);
}

/// The next life is of somebody who never knew of the row, so that its length is lower.
void TestSpaceForgetting::anEditOfAForgottenLifeLeavesTheNextOneAlone()
{
    const QByteArray more = "CREATE TABLE plain(id TEXT PRIMARY KEY NOT NULL, space TEXT NOT NULL DEFAULT 'home', title TEXT);"
                            "SELECT sheaf_sync('plain', '{\"deletes\":\"delete_wins\"}');";
    SpaceDevice c(*m_house, 2, more);
    SpaceDevice d(*m_house, 3, more);
    SpaceDevice e(*m_house, 4, more);
    c.connect(m_house->token("c", {"team"}));
    d.connect(m_house->token("d", {"team"}));
    d.write(u"INSERT INTO plain(id, space, title) VALUES ('p', 'team', 'one')"_s);
    d.write(u"DELETE FROM plain"_s);
    d.write(u"INSERT INTO plain(id, space, title) VALUES ('p', 'team', 'two')"_s);
    m_house->run();
    c.reconnector->disconnect();
    c.write(u"UPDATE plain SET title = 'edited' WHERE id = 'p'"_s);
    d.write(u"DELETE FROM plain"_s);
    m_house->core->setRetention({.silenceMs = 50'000, .delayMs = 1'000});
    for (int i = 0; i < 4; ++i) {
        m_house->run(60'000);
        d.write(u"INSERT OR REPLACE INTO plain(id, space) VALUES ('kept', 'team')"_s);
        m_house->run();
        m_house->core->collect();
    }
    e.write(u"INSERT INTO plain(id, space, title) VALUES ('p', 'team', 'anew')"_s);
    e.connect(m_house->token("e", {"team"}));
    m_house->run(60'000);
    c.connect(c.token);
    m_house->run(60'000);
    for (SpaceDevice *device : {&c, &d, &e}) {
        QVERIFY(device->isProven());
        QCOMPARE(device->value(u"SELECT title FROM plain WHERE id = 'p'"_s), u"anew"_s);
    }
    QCOMPARE(c.reports, (QStringList{u"swept"_s, u"no_row"_s}));
}

void TestSpaceForgetting::birthsApartBecomeOneRow_data()
{
    QTest::addColumn<bool>("knowingFirst");
    QTest::newRow("who knows of fewer deletes comes first") << false;
    QTest::newRow("who knows of more deletes comes first") << true;
}

/// Two devices make the same key while apart, and only one of them has heard of the deletes that were forgotten.
void TestSpaceForgetting::birthsApartBecomeOneRow()
{
    QFETCH(bool, knowingFirst);
    m_a->reconnector->disconnect();
    forgetDelete(50'000);
    m_b->reconnector->disconnect();
    SpaceDevice &first = knowingFirst ? *m_b : *m_a;
    SpaceDevice &second = knowingFirst ? *m_a : *m_b;
    const QString insert = u"INSERT INTO notes(id, space, title, body, votes, labels)"
                           " VALUES ('k', 'team', '%1', 'words of %1', 1, '[\"%1\"]')"_s;
    first.write(insert.arg(u"first"_s));
    m_house->run();
    second.write(insert.arg(u"second"_s));
    second.write(u"UPDATE notes SET votes = votes + 2 WHERE id = 'k'"_s);
    first.connect(first.token);
    m_house->run(60'000);
    QCOMPARE(first.replica->pendingCount(), 0);
    second.connect(second.token);
    m_house->run(60'000);
    QVERIFY(m_a->isProven() && m_b->isProven());
    for (const SpaceDevice *device : {m_a.get(), m_b.get()}) {
        const QString text = device->value(u"SELECT body FROM notes WHERE id = 'k'"_s);
        QVERIFY2(text.contains(u"words of first"_s) && text.contains(u"words of second"_s), qPrintable(text));
        QCOMPARE(device->value(u"SELECT title || labels || votes FROM notes WHERE id = 'k'"_s),
                 u"second[\"first\",\"second\"]3"_s);
        QVERIFY(!device->reports.contains(u"digest_mismatch"_s));
    }
    QCOMPARE(second.replica->conflicts()->size(), 1); // of the titles
}

/// What it would join never comes.
void TestSpaceForgetting::aBirthApartInAnUnfollowedTableIsRefused()
{
    QVERIFY(m_a->reconnector->setTables("team", {"tasks"}));
    m_house->run();
    m_b->write(u"INSERT INTO notes(id, space, title) VALUES ('k', 'team', 'of b')"_s);
    forgetDelete();
    m_a->write(u"INSERT INTO notes(id, space, title) VALUES ('k', 'team', 'of a')"_s);
    m_house->run(60'000);
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'k'"_s), u"of b"_s);
    QCOMPARE(m_a->replica->pendingCount(), 0);
    const QList<RejectedChange> rejected = *m_a->replica->rejected();
    QCOMPARE(rejected.size(), 1);
    QCOMPARE(rejected.first().code, u"born_apart"_s);
}

QTEST_GUILESS_MAIN(TestSpaceForgetting)
#include "tst_spaceforgetting.moc"
