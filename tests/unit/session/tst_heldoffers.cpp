// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// What is offered to a restored server and kept here by a selection or a filter: what that server has of it is known, so that
/// equality is proven while it is held, and nothing is exchanged for it.
class TestHeldOffers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void aSelectionLeavesOffersHere();
    void aFilterHoldsWhatAnEarlierCopyHasInPart();
    void aRestartForgetsNothing();
    void leavingAndJoiningForgetsNothing();
    void whatWasNeverOnThisServerIsNoMissedDelete();
    void whatAHeldRowLostUnseenIsKnown();

private:
    /// The server is put back to before all that b had not, which offers it first.
    void restore();
    void holdAll(bool hold)
    {
        SyncFilters filters;
        filters.send = [hold](const FilteredRow &) { return !hold; };
        QVERIFY(m_a->replica->setFilters(filters));
    }
    void letGo()
    {
        holdAll(false);
        m_a->reconnector->localChangesCommitted();
        m_house->run();
    }
    /// The server forgets what b has taken out; who is silent is not waited for.
    void forgetGone()
    {
        m_house->core->setRetention({.silenceMs = 50'000, .delayMs = 1'000});
        for (int i = 0; i < 4; ++i) { // a floor, and then what is below it
            m_house->run(60'000);
            m_b->write(u"UPDATE notes SET title = 'title %1' WHERE id = 'gone'"_s.arg(i));
            m_house->core->collect();
        }
        m_house->run();
    }
    /// Proven, and nothing had to be exchanged for it: neither by itself nor by a repair that somebody wanted.
    void verifyProven(bool deep = false)
    {
        QVERIFY(m_a->isProven());
        QVERIFY2(m_a->reports.isEmpty(), qPrintable(m_a->reports.join(u' ')));
        m_a->reconnector->beginRepair(deep);
        m_house->run(20'000);
        const RepairCount home = m_a->reconnector->endRepair().spaces.value("home");
        QVERIFY(home.isProven && m_a->isProven());
        QCOMPARE(home.rangesExchanged + home.rowsOffered + home.rowsMended, 0);
        QCOMPARE(m_a->reconnector->figures().digestMismatches, 0);
        QCOMPARE(m_a->reconnector->figures().bucketsRepaired, 0);
        QVERIFY2(m_a->reports.isEmpty(), qPrintable(m_a->reports.join(u' ')));
    }

    const QString m_all = u"SELECT id || coalesce(title, '') || coalesce(body, '') || votes || coalesce(labels, '') FROM notes"
                          " ORDER BY id"_s;
    std::unique_ptr<SpaceHouse> m_house;
    std::unique_ptr<SpaceDevice> m_a;
    std::unique_ptr<SpaceDevice> m_b;
};

/// Two rows that both have, of which one was edited since by a, one that only a has, and one that only a has seen the end of.
void TestHeldOffers::init()
{
    m_house = std::make_unique<SpaceHouse>();
    m_a = std::make_unique<SpaceDevice>(*m_house, 0);
    m_b = std::make_unique<SpaceDevice>(*m_house, 1);
    m_a->connect(m_house->token("a", {"home"}));
    m_b->connect(m_house->token("b", {"home"}));
    m_b->write(u"INSERT INTO notes(id, title, body, votes, labels) VALUES ('1', 'one', 'text', 5, '[\"x\"]'), ('2', 'two', '', 0,"
               " '[]'), ('gone', '', '', 0, '[]')"_s);
    m_house->run();
    m_b->reconnector->disconnect();
    m_a->write(
        u"UPDATE notes SET title = 'newer', body = 'text, edited', votes = votes + 2, labels = '[\"y\"]' WHERE id = '1'"_s);
    m_a->write(u"INSERT INTO notes(id, title, body, votes, labels) VALUES ('3', 'three', 'new', 1, '[\"z\"]')"_s);
    m_a->write(u"UPDATE notes SET body = 'new, edited' WHERE id = '3'; DELETE FROM notes WHERE id = 'gone'"_s);
    m_house->run();
    QVERIFY(m_a->isProven() && m_a->reports.isEmpty());
}

void TestHeldOffers::cleanup()
{
    m_a.reset();
    m_b.reset();
    m_house.reset();
}

void TestHeldOffers::restore()
{
    m_a->reconnector->disconnect();
    m_house->replaceServer();
    m_b->connect(m_house->token("b", {"home"}));
    m_house->run();
    QVERIFY(m_b->isProven());
    QCOMPARE(m_house->rowCount("home"), 3);
    m_a->token = m_house->token("a", {"home"});
}

void TestHeldOffers::aSelectionLeavesOffersHere()
{
    m_a->reconnector->disconnect();
    m_house->replaceServer();
    m_a->connect(m_house->token("a", {"home"}));
    m_a->reconnector->pause();
    m_a->write(u"INSERT INTO notes(id, votes) VALUES ('chosen', 9)"_s);
    QVERIFY(m_a->replica->holdAllBut({.table = "notes", .where = u"votes > 8"_s, .params = {}, .tagsColumn = {}, .tags = {}}));
    m_a->reconnector->syncOnce();
    m_house->run();
    QVERIFY2(m_a->reports.isEmpty(), qPrintable(m_a->reports.join(u' ')));
    QCOMPARE(m_a->reconnector->status().phase, SyncStatus::Phase::Paused); // the one sync is over: all was proven
    QCOMPARE(m_a->reconnector->figures().digestMismatches, 0);
    QCOMPARE(m_house->rowCount("home"), 1);
    QCOMPARE(m_a->replica->heldCount(), 4);
    m_a->reconnector->resume(); // while they are held still
    m_house->run();
    verifyProven();
    QCOMPARE(m_house->rowCount("home"), 1);

    QVERIFY(m_a->replica->releaseSelection());
    m_a->reconnector->localChangesCommitted();
    m_house->run();
    QCOMPARE(m_house->rowCount("home"), 4);
    verifyProven();
    m_b->connect(m_house->token("b", {"home"}));
    m_house->run();
    QCOMPARE(m_b->read(m_all), m_a->read(m_all));
    QCOMPARE(m_b->count(u"notes"_s), 4);
    QVERIFY(m_b->isProven() && m_b->reports.isEmpty());
}

void TestHeldOffers::aFilterHoldsWhatAnEarlierCopyHasInPart()
{
    restore();
    holdAll(true);
    m_a->connect(m_a->token);
    m_house->run();
    verifyProven();
    m_b->write(u"UPDATE notes SET title = 'theirs', body = 'the text', votes = votes + 1"_s); // and what goes on there
    m_b->write(u"DELETE FROM notes WHERE id = '2'"_s);
    m_house->run();
    verifyProven();
    m_a->write(u"UPDATE notes SET title = 'mine', votes = votes + 10, labels = '[\"mine\"]'"_s); // nor is an edit of one
    m_house->run();
    verifyProven(true);
    QCOMPARE(m_b->read(m_all), (QStringList{u"1theirsthe text6[\"x\"]"_s, u"gonetheirsthe text1[]"_s}));

    letGo();
    verifyProven();
    QCOMPARE(m_b->read(m_all), m_a->read(m_all));
    const QStringList rows = m_b->read(u"SELECT id || votes || labels FROM notes ORDER BY id"_s);
    QVERIFY2(rows.contains(u"118[\"mine\"]"_s) && rows.contains(u"311[\"mine\"]"_s), qPrintable(rows.join(u' ')));
    QVERIFY(m_b->isProven() && m_b->reports.isEmpty());
}

void TestHeldOffers::aRestartForgetsNothing()
{
    restore();
    holdAll(true);
    m_a->connect(m_a->token);
    m_house->run();
    m_a->write(u"UPDATE notes SET votes = votes + 10 WHERE id = '3'"_s); // another place in the outbox
    m_house->run();
    m_a->stop();
    m_a->start();
    holdAll(true);
    m_house->run();
    verifyProven();
    QCOMPARE(m_house->rowCount("home"), 3);
    letGo();
    QCOMPARE(m_house->rowCount("home"), 3); // one more and one less
    verifyProven();
    QCOMPARE(m_b->read(m_all), m_a->read(m_all));
}

void TestHeldOffers::leavingAndJoiningForgetsNothing()
{
    restore();
    holdAll(true);
    m_a->connect(m_a->token);
    m_house->run();
    m_a->write(u"UPDATE notes SET votes = votes + 10"_s); // else nobody would miss them
    m_house->run();
    QVERIFY(m_a->reconnector->leaveSpace("home"));
    m_house->run();
    QCOMPARE(m_a->quarantine().size(), 3);
    QVERIFY(m_a->reconnector->joinSpace("home"));
    m_house->run();
    QCOMPARE(m_a->replica->heldCount(), 3);
    verifyProven();
    letGo();
    verifyProven();
    QCOMPARE(m_b->read(m_all), m_a->read(m_all));
    QCOMPARE(m_b->value(u"SELECT title || body || votes || labels FROM notes WHERE id = '3'"_s), u"threenew, edited11[\"z\"]"_s);
}

/// A sweep takes what the server has no more for deleted. What it never had, or had only in part, was deleted by nobody.
void TestHeldOffers::whatWasNeverOnThisServerIsNoMissedDelete()
{
    restore();
    m_b->write(u"DELETE FROM notes WHERE id = '2'"_s);
    forgetGone();
    holdAll(true);
    m_a->connect(m_a->token);
    m_house->run();
    QVERIFY(m_a->isProven());
    QVERIFY(m_a->reconnector->setTables("home", {"tasks"}));
    m_house->run();
    QVERIFY(m_a->reconnector->setTables("home", {})); // deletes may have been missed meanwhile
    m_house->run(60'000);
    QCOMPARE(m_a->reports, QStringList{u"swept"_s});
    QVERIFY(m_a->isProven());
    letGo();
    QVERIFY(m_a->isProven() && m_b->isProven());
    QVERIFY(!m_a->reports.contains(u"digest_mismatch"_s)); // the delete that is offered comes late, and is stamped anew
    QCOMPARE(m_b->read(m_all), m_a->read(m_all));
    QCOMPARE(m_b->read(u"SELECT title || body FROM notes WHERE id IN ('1', '3') ORDER BY id"_s),
             (QStringList{u"newertext, edited"_s, u"threenew, edited"_s}));
}

/// What is held is an edit of a row whose elements were taken out, and that is forgotten: the server has them no more.
void TestHeldOffers::whatAHeldRowLostUnseenIsKnown()
{
    m_a->write(u"INSERT INTO notes(id, title) VALUES ('gone', 'again')"_s);
    m_b->connect(m_b->token);
    m_b->write(u"UPDATE notes SET labels = '[\"u\",\"v\",\"w\"]' WHERE id = '1'"_s);
    m_house->run();
    QCOMPARE(m_a->value(u"SELECT json_array_length(labels) FROM notes WHERE id = '1'"_s), u"4"_s);
    holdAll(true);
    m_a->write(u"UPDATE notes SET title = 'held' WHERE id = '1'"_s);
    m_house->run();
    m_a->reconnector->disconnect();
    m_b->write(u"UPDATE notes SET labels = '[]' WHERE id = '1'"_s);
    forgetGone();
    m_a->connect(m_a->token);
    m_house->run(60'000);
    QCOMPARE(m_a->replica->heldCount(), 1);
    QVERIFY(m_a->isProven());
    QCOMPARE(m_a->reports, QStringList{u"swept"_s});
    QCOMPARE(m_a->value(u"SELECT title || labels FROM notes WHERE id = '1'"_s), u"held[]"_s);
    letGo();
    QCOMPARE(m_b->read(m_all), m_a->read(m_all));
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->reports, QStringList{u"swept"_s});
}

QTEST_GUILESS_MAIN(TestHeldOffers)
#include "tst_heldoffers.moc"
