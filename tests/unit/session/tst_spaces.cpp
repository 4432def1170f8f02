// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QJsonDocument>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Spaces that are granted, taken away and granted again under devices that are at work. Names with a corner are of the ten
/// corner cases that syncs get wrong: the tenth is visibility that changes.
class TestSpaces : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }
    void aGrantOpensASpaceInTheSession();
    void corner10RowsThatBecomeVisibleLateArriveWhole();
    void corner10AnUnsharedSpaceIsWithdrawnAndNothingIsDeleted();
    void unsentEditsGoIntoQuarantine();
    void aDeviceThatWasAwayLearnsOfItsRevocation();
    void absenceIsNoRevocation();
    void aReGrantLosesNothing();
    void aReGrantAfterARestartAndARename();
    void newerWordsOfOthersStand();
    void olderWordsOfOthersAreInTheLog();
    void whatTheServerTookBeforeCountsOnce();
    void aRowThatWasDeletedMeanwhileComesBack();
    void aDeleteThatWaitedGoesOn();
    void aViewerKeepsHisQuarantine();
    void aViewersEditsAreRefusedOneByOne();
    void quarantineByHand();
    void leaveAndJoinInOneSession();
    void leavingOfflineAndForgetting();
    void aSpaceThatIsNotGrantedIsClosedAlone();
    void conflictsKeepWhatTheUserLost();
    void whatIsClosedIsNotUndone();
    void manyTurns();
};

void TestSpaces::aGrantOpensASpaceInTheSession()
{
    m_house->grant("a", "club", Role::Viewer);
    m_house->run();
    QCOMPARE(m_a->news, QStringList{u"opened club 1"_s});
    QCOMPARE(m_a->replica->space("club").role, Role::Viewer);
    m_house->grant("a", "club", Role::Owner);
    m_house->run();
    QCOMPARE(m_a->news.last(), u"role club 3"_s);
    QVERIFY(m_a->isProven());
    QCOMPARE(m_house->core->sessionCount(), 2);
    QCOMPARE(m_a->reconnector->figures().reconnects, 0);
}

void TestSpaces::corner10RowsThatBecomeVisibleLateArriveWhole()
{
    SpaceDevice late(*m_house, 2);
    late.connect(m_house->token("late", {"home"}));
    m_b->write(u"UPDATE notes SET title = 'two', votes = votes + 1, body = 'text and more', labels = '[\"x\",\"y\"]'"_s);
    m_house->run();
    QCOMPARE(late.read(u"SELECT id FROM notes"_s), QStringList{u"mine"_s});
    m_house->grant("late", "team", Role::Viewer);
    m_house->run();
    QCOMPARE(late.value(u"SELECT title || body || votes || labels FROM notes WHERE id = 'n'"_s),
             u"twotext and more6[\"x\",\"y\"]"_s);
    QVERIFY(late.isProven());
}

void TestSpaces::corner10AnUnsharedSpaceIsWithdrawnAndNothingIsDeleted()
{
    m_b->write(u"INSERT INTO tasks(id, space, note) VALUES ('t', 'team', 'n')"_s);
    m_house->run();
    QCOMPARE(m_a->count(u"tasks"_s), 1);
    m_a->gone = 0;
    m_house->grant("a", "team", Role::None);
    m_house->run();
    QCOMPARE(m_a->news, QStringList{u"closed team revoked"_s});
    QCOMPARE(m_a->read(u"SELECT id FROM notes"_s), QStringList{u"mine"_s});
    QCOMPARE(m_a->read(u"SELECT id FROM found"_s), QStringList{u"mine"_s}); // triggers see to what belongs to a row
    QCOMPARE(m_a->count(u"tasks"_s), 0);
    QVERIFY(m_a->gone >= 2); // live queries hear of it
    QCOMPARE(m_a->count(u"sheaf_rows"_s), 1);
    QCOMPARE(m_a->count(u"sheaf_outbox"_s), 0);
    QCOMPARE(m_a->count(u"sheaf_texts"_s) + m_a->count(u"sheaf_parts"_s) + m_a->count(u"sheaf_parked"_s), 0);
    QVERIFY(m_a->quarantine().isEmpty());
    QVERIFY(m_a->isProven());
    QCOMPARE(m_house->rowCount("team"), 2);
    QCOMPARE(m_b->count(u"notes"_s), 1);
    QCOMPARE(m_a->replica->space("team").closedCode, u"revoked"_s);
    m_b->write(u"UPDATE notes SET title = 'later'"_s);
    m_house->run(60'000);
    QCOMPARE(m_a->count(u"notes"_s), 1);
}

void TestSpaces::unsentEditsGoIntoQuarantine()
{
    m_house->network.faults(0).partitioned = true;
    m_a->write(u"UPDATE notes SET title = 'mine', body = 'my text' WHERE id = 'n'"_s);
    m_a->write(u"INSERT INTO notes(id, space, title) VALUES ('new', 'team', 'born')"_s);
    m_a->write(u"UPDATE notes SET title = 'home again' WHERE id = 'mine'"_s);
    m_house->grant("a", "team", Role::None);
    m_house->network.heal(0);
    m_house->network.faults(0).partitioned = false;
    m_house->run();
    QCOMPARE(m_a->read(u"SELECT title FROM notes"_s), QStringList{u"home again"_s});
    const QList<QuarantinedChange> kept = m_a->quarantine();
    QCOMPARE(kept.size(), 2);
    QCOMPARE(kept[0].space, "team"_ba);
    QCOMPARE(kept[0].code, u"revoked"_s);
    QCOMPARE(kept[0].kind, RejectedChange::Kind::Edit);
    QCOMPARE(kept[0].values, (QList<NamedValue>{{"title", u"mine"_s}, {"body", u"my text"_s}}));
    QVERIFY(kept[0].atMs > 0);
    QCOMPARE(kept[1].kind, RejectedChange::Kind::Birth);
    QCOMPARE(toJson(kept[1])["values"_L1]["title"_L1].toString(), u"born"_s);
    m_a->stop();
    m_a->start();
    QCOMPARE(m_a->quarantine().size(), 2);
    m_house->run();
    QVERIFY(m_a->isProven());
    QCOMPARE(m_house->rowCount("team"), 1);
    QVERIFY(m_a->replica->discardQuarantined(kept[1].number));
    QCOMPARE(m_a->replica->discardQuarantined(kept[1].number).error().code, u"no_entry"_s);
    QCOMPARE(m_a->quarantine().size(), 1);
}

void TestSpaces::aDeviceThatWasAwayLearnsOfItsRevocation()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'offline' WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 2);
    m_a->connect(m_a->token);
    m_house->run();
    QCOMPARE(m_a->news, QStringList{u"closed team revoked"_s});
    QCOMPARE(m_a->count(u"notes"_s), 1);
    QCOMPARE(m_a->quarantine().size(), 1);
    m_a->connect(m_a->token); // and it is said once
    m_house->run();
    QCOMPARE(m_a->news.size(), 1);
    QCOMPARE(m_a->quarantine().size(), 1);
}

void TestSpaces::absenceIsNoRevocation()
{
    // The same server under another device's token, and a server that was set up anew.
    m_a->reconnector->disconnect();
    QVERIFY(m_a->replica->renewSite());
    m_a->connect(m_house->token("other", {"home"}));
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 2);
    m_a->reconnector->disconnect();
    m_house->replaceServer();
    m_a->connect(m_house->token("a", {"home"}));
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 2);
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QCOMPARE(m_house->rowCount("team"), 1); // what nobody else has any more
    QVERIFY(m_a->isProven());
}

void TestSpaces::aReGrantLosesNothing()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'mine', votes = votes + 10, body = 'text, mine', labels = '[\"x\",\"mine\"]' "
               "WHERE id = 'n'; INSERT INTO notes(id, space, title, votes) VALUES ('new', 'team', 'born', 1)"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    QCOMPARE(m_a->quarantine().size(), 2);
    m_b->write(u"UPDATE notes SET votes = votes + 100, body = 'their text', labels = '[\"theirs\"]' WHERE id = 'n'"_s);
    m_house->run();
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QVERIFY(m_a->quarantine().isEmpty());
    QVERIFY(m_a->isProven() && m_b->isProven());
    const QString all = u"SELECT title || votes || labels FROM notes WHERE id = 'n'"_s;
    QCOMPARE(m_a->value(all), u"mine115[\"mine\",\"theirs\"]"_s);
    QCOMPARE(m_b->value(all), m_a->value(all));
    const QString text = m_b->value(u"SELECT body FROM notes WHERE id = 'n'"_s);
    QVERIFY2(text.contains(u"their "_s) && text.contains(u", mine"_s), qPrintable(text));
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'new'"_s), u"born"_s);
    QVERIFY(m_a->reports.isEmpty());
}

void TestSpaces::aReGrantAfterARestartAndARename()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'mine', votes = votes + 10, body = 'text, mine' WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    m_a->stop();
    m_a->start();
    m_house->run();
    m_a->reconnector->disconnect();
    QVERIFY(m_a->replica->renewSite()); // it turns out to be a copy
    m_house->grant("a", "team", Role::Editor);
    m_a->connect(m_a->token);
    m_house->run();
    m_a->write(u"UPDATE notes SET votes = votes + 1, body = body || '!' WHERE id = 'n'"_s);
    m_house->run();
    QVERIFY(m_a->isProven() && m_b->isProven());
    const QString all = u"SELECT title || votes || body FROM notes WHERE id = 'n'"_s;
    QCOMPARE(m_a->value(all), u"mine16text, mine!"_s);
    QCOMPARE(m_b->value(all), m_a->value(all));
}

void TestSpaces::newerWordsOfOthersStand()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'mine' WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    m_b->write(u"UPDATE notes SET title = 'theirs, later' WHERE id = 'n'"_s);
    m_house->run();
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QCOMPARE(m_a->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"theirs, later"_s);
    const auto conflicts = m_a->replica->conflicts();
    QVERIFY(conflicts);
    QCOMPARE(conflicts->size(), 1);
    QCOMPARE(conflicts->first().mine.toString(), u"mine"_s);
    QCOMPARE(conflicts->first().winner, Conflict::Side::Theirs);
    QVERIFY(m_a->quarantine().isEmpty());
    QVERIFY(m_a->replica->undoConflict(conflicts->first().number));
    m_a->reconnector->localChangesCommitted();
    m_house->run();
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"mine"_s);
}

void TestSpaces::olderWordsOfOthersAreInTheLog()
{
    m_a->reconnector->disconnect();
    m_house->run(10);
    m_b->write(u"UPDATE notes SET title = 'theirs, earlier' WHERE id = 'n'"_s);
    m_house->run();
    m_a->write(u"UPDATE notes SET title = 'mine' WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"mine"_s);
    const auto conflicts = m_a->replica->conflicts();
    QVERIFY(conflicts);
    QCOMPARE(conflicts->size(), 1);
    QCOMPARE(conflicts->first().theirs.toString(), u"theirs, earlier"_s);
}

void TestSpaces::whatTheServerTookBeforeCountsOnce()
{
    m_house->network.faults(0).delayUsMax = 200'000;
    m_a->write(u"UPDATE notes SET votes = votes + 1, body = 'text!' WHERE id = 'n'"_s);
    // The push arrives and its ack does not.
    for (int i = 0; i < 1'000 && m_b->value(u"SELECT votes FROM notes WHERE id = 'n'"_s) == u"5"_s; ++i)
        m_house->run(1);
    QCOMPARE(m_b->value(u"SELECT votes FROM notes WHERE id = 'n'"_s), u"6"_s);
    m_house->network.faults(0).partitioned = true;
    QCOMPARE(m_a->replica->pendingCount(), 1);
    m_house->network.cutAll(0, false);
    m_house->grant("a", "team", Role::None);
    m_house->run(1'000);
    m_house->network.heal(0);
    m_house->run(10'000);
    QCOMPARE(m_a->quarantine().size(), 1);
    m_house->grant("a", "team", Role::Editor);
    m_house->run(5'000);
    QVERIFY(m_a->quarantine().isEmpty());
    QCOMPARE(m_a->value(u"SELECT votes || body FROM notes WHERE id = 'n'"_s), u"6text!"_s);
    QCOMPARE(m_b->value(u"SELECT votes || body FROM notes WHERE id = 'n'"_s), u"6text!"_s);
    QVERIFY(m_a->isProven() && m_b->isProven());
}

void TestSpaces::aRowThatWasDeletedMeanwhileComesBack()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'kept' WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    m_b->write(u"DELETE FROM notes WHERE id = 'n'"_s);
    m_house->run();
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"kept"_s); // as after an edit offline
    QVERIFY(m_a->isProven() && m_b->isProven());
}

void TestSpaces::aDeleteThatWaitedGoesOn()
{
    m_a->reconnector->disconnect();
    m_a->write(u"DELETE FROM notes WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    QCOMPARE(m_a->quarantine().first().kind, RejectedChange::Kind::Delete);
    QCOMPARE(m_b->count(u"notes"_s), 1); // nobody may delete what he may not see
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QCOMPARE(m_b->count(u"notes"_s), 0);
    QVERIFY(m_a->isProven() && m_b->isProven());
}

void TestSpaces::aViewerKeepsHisQuarantine()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'mine', votes = votes + 1 WHERE id = 'n'"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    m_house->grant("a", "team", Role::Viewer);
    m_house->run();
    QCOMPARE(m_a->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"one"_s);
    QCOMPARE(m_a->quarantine().size(), 1);
    QVERIFY(m_a->isProven());
    m_house->grant("a", "team", Role::Editor); // in the same session
    m_house->run();
    QVERIFY(m_a->quarantine().isEmpty());
    QCOMPARE(m_b->value(u"SELECT title || votes FROM notes WHERE id = 'n'"_s), u"mine6"_s);
    QVERIFY(m_a->isProven() && m_b->isProven());
}

void TestSpaces::aViewersEditsAreRefusedOneByOne()
{
    m_house->grant("a", "team", Role::Viewer);
    m_house->run();
    m_a->write(u"UPDATE notes SET title = 'not allowed' WHERE id = 'n'"_s);
    m_a->write(u"UPDATE notes SET title = 'allowed' WHERE id = 'mine'"_s);
    m_house->run();
    QVERIFY(m_a->isProven());
    const auto rejected = m_a->replica->rejected();
    QCOMPARE(rejected->size(), 1);
    QCOMPARE(rejected->first().code, u"no_permission"_s);
    QCOMPARE(m_a->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"one"_s);
    m_a->stop(); // a refused push counts: the next session offers nothing anew
    m_a->start();
    m_house->run();
    QCOMPARE(m_a->replica->rejected()->size(), 1);
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QVERIFY(m_a->replica->retryRejected(rejected->first().number));
    m_a->reconnector->localChangesCommitted();
    m_house->run();
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"not allowed"_s);
}

void TestSpaces::quarantineByHand()
{
    m_a->reconnector->disconnect();
    m_a->write(u"INSERT INTO notes(id, space, title) VALUES ('new', 'team', 'first')"_s);
    m_house->grant("a", "team", Role::None);
    m_a->connect(m_a->token);
    m_house->run();
    const qint64 number = m_a->quarantine().first().number;
    QCOMPARE(m_a->replica->restoreQuarantined(number).error().code, u"closed_space"_s);
    QCOMPARE(m_a->replica->restoreQuarantined(77).error().code, u"no_entry"_s);
    // The same key again, while nobody hears of it: what is in quarantine cannot go on by itself.
    m_a->write(u"INSERT INTO notes(id, space, title) VALUES ('new', 'team', 'second')"_s);
    m_house->grant("a", "team", Role::Editor);
    m_house->run();
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'new'"_s), u"second"_s);
    QCOMPARE(m_a->quarantine().size(), 1);
    QVERIFY(m_a->replica->restoreQuarantined(number));
    m_a->reconnector->localChangesCommitted();
    m_house->run();
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'new'"_s), u"first"_s);
    QVERIFY(m_a->quarantine().isEmpty());
    QVERIFY(m_a->isProven());
}

void TestSpaces::leaveAndJoinInOneSession()
{
    m_a->write(u"UPDATE notes SET title = 'unsent' WHERE id = 'n'"_s);
    QVERIFY(m_a->reconnector->leaveSpace("team"));
    m_a->write(u"UPDATE notes SET title = 'goes on' WHERE id = 'mine'"_s);
    m_house->run();
    QCOMPARE(m_a->news, QStringList{u"closed team left"_s});
    QCOMPARE(m_a->read(u"SELECT title FROM notes"_s), QStringList{u"goes on"_s});
    QVERIFY(m_a->isProven());
    m_b->write(u"INSERT INTO notes(id, space) VALUES ('meanwhile', 'team')"_s);
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 1);
    m_a->stop(); // remembered
    m_a->start();
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 1);
    QVERIFY(m_a->reconnector->joinSpace("team"));
    m_house->run();
    QCOMPARE(m_a->news.last(), u"opened team 2"_s);
    QCOMPARE(m_a->count(u"notes"_s), 3);
    QCOMPARE(m_b->value(u"SELECT title FROM notes WHERE id = 'n'"_s), u"unsent"_s);
    QVERIFY(m_a->reconnector->leaveSpace("team"));
    QVERIFY(m_a->reconnector->joinSpace("team")); // before the server has heard of either
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 3);
    QVERIFY(m_a->isProven());
    QCOMPARE(m_a->reconnector->figures().reconnects, 0);
}

void TestSpaces::leavingOfflineAndForgetting()
{
    m_a->reconnector->disconnect();
    QVERIFY(m_a->reconnector->leaveSpace("team"));
    QCOMPARE(m_a->news, QStringList{u"closed team left"_s});
    QCOMPARE(m_a->count(u"notes"_s), 1);
    m_a->connect(m_a->token);
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 1);
    m_house->grant("a", "team", Role::None);
    m_house->grant("a", "team", Role::Owner);
    m_house->run();
    QCOMPARE(m_a->count(u"notes"_s), 1); // who has left is not brought back
    QVERIFY(m_a->isProven());
}

void TestSpaces::aSpaceThatIsNotGrantedIsClosedAlone()
{
    QVERIFY(m_a->reconnector->joinSpace("club"));
    m_house->run();
    QCOMPARE(m_a->news, QStringList{u"closed club no_permission"_s});
    m_a->write(u"UPDATE notes SET title = 'goes on' WHERE id = 'n'"_s);
    m_house->run();
    QVERIFY(m_a->isProven());
    m_house->grant("a", "club", Role::Editor);
    m_house->run();
    QCOMPARE(m_a->news.last(), u"opened club 2"_s);
}

void TestSpaces::conflictsKeepWhatTheUserLost()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET title = 'lost' WHERE id = 'n'"_s);
    m_house->run(10);
    m_b->write(u"UPDATE notes SET title = 'secret' WHERE id = 'n'"_s);
    m_house->run();
    m_a->connect(m_a->token);
    m_house->run();
    QCOMPARE(m_a->replica->conflicts()->size(), 1);
    m_house->grant("a", "team", Role::None);
    m_house->run();
    const QList<Conflict> left = *m_a->replica->conflicts();
    QCOMPARE(left.size(), 1);
    QCOMPARE(left.first().mine.toString(), u"lost"_s);
    QVERIFY(!left.first().theirs.isValid());
}

void TestSpaces::whatIsClosedIsNotUndone()
{
    m_a->write(u"UPDATE notes SET title = 'house' WHERE id = 'mine'"_s, UserAction::undoable(u"home"_s));
    m_a->write(u"UPDATE notes SET title = 'team' WHERE id = 'n'"_s, UserAction::undoable(u"team"_s));
    m_house->run();
    QCOMPARE(m_a->replica->undoState().undoText, u"team"_s);
    m_house->grant("a", "team", Role::None);
    m_house->run();
    QCOMPARE(m_a->replica->undoState().undoText, u"home"_s);
    QVERIFY(m_a->replica->undo());
    QVERIFY(!m_a->replica->undoState().canUndo);
    QCOMPARE(m_a->count(u"notes"_s), 1);
    QCOMPARE(m_b->value(u"SELECT title FROM notes"_s), u"team"_s);
}

void TestSpaces::manyTurns()
{
    for (int turn = 0; turn < 20; ++turn) {
        QCOMPARE(m_a->value(u"SELECT count(*) FROM notes WHERE id = 'n'"_s), u"1"_s); // else nothing is written
        m_a->write(u"UPDATE notes SET votes = votes + 1, title = 'turn %1' WHERE id = 'n'"_s.arg(turn));
        m_house->run(turn % 7);
        m_house->grant("a", "team", Role::None);
        m_house->run(turn % 5);
        m_house->grant("a", "team", turn % 3 == 0 ? Role::Owner : Role::Editor);
        m_house->run(turn % 2 == 0 ? 3'000 : 4);
        if (m_a->value(u"SELECT count(*) FROM notes WHERE id = 'n'"_s) != u"1"_s)
            m_house->run(3'000);
    }
    m_house->run(60'000);
    QVERIFY(m_a->quarantine().isEmpty());
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_b->value(u"SELECT title || ' ' || votes FROM notes WHERE id = 'n'"_s), u"turn 19 25"_s);
    QCOMPARE(m_a->value(u"SELECT title || ' ' || votes FROM notes WHERE id = 'n'"_s), u"turn 19 25"_s);
}

QTEST_GUILESS_MAIN(TestSpaces)
#include "tst_spaces.moc"
