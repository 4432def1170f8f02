// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QtTest>

#include <algorithm>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

const QString labelsOf = u"SELECT labels FROM notes WHERE id = 'n'"_s;
const QString partsOf = u"SELECT count(*) FROM sheaf_parts WHERE part <> x'' AND column = (SELECT id FROM sheaf_columns"
                        " WHERE name = CAST('labels' AS BLOB))"_s;

} // namespace

/// Elements that were taken out of a set, and everybody has seen it: devices and server forget them, as they forget deletes.
class TestForgetGone : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        begin();
        m_a->reports.clear();
        m_b->reports.clear();
    }
    void cleanup() { end(); }

    void whatCameAndWentLeavesNothing();
    void whatARowWasBornWithStaysOut();
    void theServerWaitsForThoseWhoAreAway();
    void aLateRemovalIsHeardByAll();
    void whoWasAwayForTooLongLosesWhatWasTakenOut();
    void whatWasForgottenCanBeAddedAgain();
    void undoPassesByWhatIsForgotten();

private:
    /// A floor, and then what is below it, for those who are there.
    void forget(qint64 silenceMs = 365LL * 86'400'000)
    {
        m_house->core->setRetention({.silenceMs = silenceMs, .delayMs = 1'000});
        for (int i = 0; i < 4; ++i) {
            m_b->write(u"UPDATE notes SET votes = votes + 1 WHERE id = 'n'"_s);
            m_house->run(60'000); // what waits keeps its parts
            m_house->core->collect();
        }
        m_house->run();
    }
    /// Of the row's set, on the server.
    [[nodiscard]] qsizetype partsOnServer()
    {
        qsizetype count = 0;
        auto transaction = m_house->storage->begin();
        const Server::SpaceId team = (*(*transaction)->space("team"))->id;
        transaction->reset();
        RowRecord record;
        const auto scanned = m_house->storage->scan(team, 0, [&](const Server::RecordView &row) {
            if (decodeRecord(row.record, record))
                count += std::ranges::count_if(record.parts, [](const PartCell &part) { return part.part.size() > 8; });
            return true;
        });
        return scanned ? count : -1;
    }
    void toggle(SpaceDevice &device, int times)
    {
        for (int i = 0; i < times; ++i) {
            device.write(u"UPDATE notes SET labels = '[\"x\",\"y\"]' WHERE id = 'n'"_s);
            device.write(u"UPDATE notes SET labels = '[\"x\"]' WHERE id = 'n'"_s);
        }
        m_house->run();
    }
    [[nodiscard]] bool areEqual(const QString &labels)
    {
        return m_a->isProven() && m_b->isProven() && m_a->value(labelsOf) == labels && m_b->value(labelsOf) == labels;
    }
};

void TestForgetGone::whatCameAndWentLeavesNothing()
{
    toggle(*m_a, 30);
    QCOMPARE(partsOnServer(), 31);
    QCOMPARE(m_b->value(partsOf), u"31"_s);
    forget();
    QVERIFY(areEqual(u"[\"x\"]"_s));
    QCOMPARE(partsOnServer(), 1);
    QCOMPARE(m_a->value(partsOf), u"1"_s);
    QCOMPARE(m_b->value(partsOf), u"1"_s);
    SpaceDevice late(*m_house, 2); // equal to those who knew all of it
    late.connect(m_house->token("late", {"team"}));
    m_house->run();
    QVERIFY(late.isProven());
    QCOMPARE(late.value(labelsOf), u"[\"x\"]"_s);
    QVERIFY(m_a->reports.isEmpty() && m_b->reports.isEmpty() && late.reports.isEmpty());
}

void TestForgetGone::whatARowWasBornWithStaysOut()
{
    for (int i = 0; i < 5; ++i) {
        m_b->write(u"UPDATE notes SET labels = '[]' WHERE id = 'n'"_s);
        m_a->write(u"UPDATE notes SET labels = '[\"x\"]' WHERE id = 'n'"_s);
        m_house->run();
    }
    m_a->write(u"UPDATE notes SET labels = '[]' WHERE id = 'n'"_s);
    m_house->run();
    forget();
    QVERIFY(areEqual(u"[]"_s));
    QCOMPARE(partsOnServer(), 1);
    QCOMPARE(m_a->value(partsOf), u"1"_s);
    SpaceDevice late(*m_house, 2);
    late.connect(m_house->token("late", {"team"}));
    m_house->run();
    QVERIFY(late.isProven());
    QCOMPARE(late.value(labelsOf), u"[]"_s);
}

void TestForgetGone::theServerWaitsForThoseWhoAreAway()
{
    m_a->reconnector->disconnect();
    toggle(*m_b, 3);
    forget();
    QCOMPARE(partsOnServer(), 4);
    m_a->connect(m_a->token);
    m_house->run(60'000);
    forget();
    QVERIFY(areEqual(u"[\"x\"]"_s));
    QCOMPARE(partsOnServer(), 1);
    QVERIFY(m_a->reports.isEmpty());
}

/// It is stamped before the floor: the server could forget it before others have heard of it.
void TestForgetGone::aLateRemovalIsHeardByAll()
{
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET labels = '[]', title = 'early' WHERE id = 'n'"_s);
    m_house->run(5'000);
    m_b->write(u"UPDATE notes SET title = 'late' WHERE id = 'n'"_s);
    forget();
    m_a->connect(m_a->token);
    m_house->run(60'000);
    QCOMPARE(m_a->reports, QStringList{u"clock_behind"_s});
    QVERIFY(areEqual(u"[]"_s));
    const QString title = u"SELECT title FROM notes WHERE id = 'n'"_s;
    QCOMPARE(m_b->value(title), u"late"_s); // only the removal is stamped anew
    QCOMPARE(m_a->value(title), u"late"_s);
    forget();
    QVERIFY(areEqual(u"[]"_s));
}

void TestForgetGone::whoWasAwayForTooLongLosesWhatWasTakenOut()
{
    m_b->write(u"UPDATE notes SET labels = '[\"w\",\"x\",\"y\"]' WHERE id = 'n'"_s);
    m_house->run();
    m_a->reconnector->disconnect();
    m_a->write(u"UPDATE notes SET labels = '[\"mine\",\"w\",\"x\",\"y\"]' WHERE id = 'n'"_s); // waits
    m_b->write(u"UPDATE notes SET labels = '[\"w\"]' WHERE id = 'n'"_s);
    m_house->run();
    forget(50'000);
    QCOMPARE(partsOnServer(), 2); // and what hides the element that the row was born with
    m_a->connect(m_a->token);
    m_house->run(60'000);
    QCOMPARE(m_a->reports, QStringList{u"swept"_s}); // and no difference that had to be repaired
    QVERIFY2(areEqual(u"[\"mine\",\"w\"]"_s), qPrintable(m_a->value(labelsOf) + m_b->value(labelsOf)));
}

void TestForgetGone::whatWasForgottenCanBeAddedAgain()
{
    toggle(*m_a, 2);
    forget();
    m_b->write(u"UPDATE notes SET labels = '[\"x\",\"y\"]' WHERE id = 'n'"_s);
    m_house->run();
    QVERIFY(areEqual(u"[\"x\",\"y\"]"_s));
    m_a->write(u"UPDATE notes SET labels = '[\"y\"]' WHERE id = 'n'"_s);
    m_house->run();
    QVERIFY(areEqual(u"[\"y\"]"_s));
}

void TestForgetGone::undoPassesByWhatIsForgotten()
{
    m_a->write(u"UPDATE notes SET labels = '[\"x\",\"y\"]' WHERE id = 'n'"_s);
    m_a->write(u"UPDATE notes SET labels = '[\"x\"]' WHERE id = 'n'"_s, UserAction::undoable(u"take out"_s));
    m_house->run();
    forget();
    QVERIFY(m_a->replica->undo()); // adds it again, under a name of its own
    m_a->reconnector->localChangesCommitted();
    m_house->run();
    QVERIFY(areEqual(u"[\"x\",\"y\"]"_s));
    QVERIFY(m_a->replica->redo());
    m_a->reconnector->localChangesCommitted();
    m_house->run();
    QVERIFY(areEqual(u"[\"x\"]"_s));
}

QTEST_GUILESS_MAIN(TestForgetGone)
#include "tst_forgetgone.moc"
