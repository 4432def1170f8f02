// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Texts of which no message takes the whole.
class TestLargeTexts : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }
    void aTextOfManyEditsComesWholeToANewDevice();
    void itGoesOnWhileItComes();
    void whatIsTooLargeStaysWithItsAuthor();

private:
    /// More edits than the server keeps apart, each of 40 KB.
    void writeMuch()
    {
        for (int i = 0; i < 80; ++i) {
            m_a->write(u"UPDATE notes SET body = body || '[%1]' || hex(randomblob(20000)) WHERE id = 'n'"_s.arg(i));
            m_house->run(200);
        }
        m_house->run(30'000);
        QVERIFY(m_a->isProven() && m_b->isProven());
    }
    const QString m_body = u"SELECT body FROM notes WHERE id = 'n'"_s;
};

void TestLargeTexts::aTextOfManyEditsComesWholeToANewDevice()
{
    writeMuch();
    const QString body = m_a->value(m_body);
    QCOMPARE(body.size(), 4 + 80 * 40'000 + 10 * 3 + 70 * 4);
    QCOMPARE(m_b->value(m_body), body);
    SpaceDevice late(*m_house, 2);
    late.connect(m_house->token("late", {"team"}));
    m_house->run(60'000);
    QVERIFY(late.isProven());
    QCOMPARE(late.value(m_body).size(), body.size());
    QVERIFY(late.value(m_body) == body);
}

void TestLargeTexts::itGoesOnWhileItComes()
{
    writeMuch();
    SpaceDevice late(*m_house, 2);
    late.connect(m_house->token("late", {"team"}));
    for (int i = 0; i < 20; ++i) {
        m_house->run(5);
        m_b->write(u"UPDATE notes SET body = body || '(%1)', title = 't%1' WHERE id = 'n'"_s.arg(i));
    }
    m_house->run(60'000);
    QVERIFY(late.isProven() && m_b->isProven());
    QVERIFY(late.value(m_body).endsWith(u"(18)(19)"));
    QVERIFY(late.value(m_body) == m_b->value(m_body));
}

/// The server takes no more than its limit; the rest stays with who wrote it, through a retry too.
void TestLargeTexts::whatIsTooLargeStaysWithItsAuthor()
{
    for (int i = 0; i < 80 && m_a->replica->rejected()->isEmpty(); ++i) {
        m_a->write(u"UPDATE notes SET body = body || '[%1]' || hex(randomblob(60000)) WHERE id = 'n'"_s.arg(i));
        m_house->run(500);
    }
    m_house->run(60'000);
    const auto rejected = m_a->replica->rejected();
    QVERIFY(rejected);
    QCOMPARE(rejected->size(), 1);
    const RejectedChange refused = rejected->first();
    QCOMPARE(refused.code, u"too_large"_s);
    QVERIFY(m_a->isProven() && m_b->isProven());
    const QString taken = m_b->value(m_body);
    QVERIFY(taken.size() > 8'000'000);
    QVERIFY(m_a->value(m_body) == taken);
    QCOMPARE(refused.values.size(), 1);
    const QString typed = refused.values.first().value.toString();
    QVERIFY(typed.startsWith(taken) && typed.size() > taken.size() + 120'000);

    // What was deleted is in the server's updates still, so there is no room: refused again, and kept again.
    m_b->write(u"UPDATE notes SET body = 'short' WHERE id = 'n'"_s);
    m_house->run(60'000);
    QVERIFY(m_a->replica->retryRejected(refused.number));
    m_a->reconnector->localChangesCommitted();
    m_house->run(60'000);
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->value(m_body), u"short"_s);
    QCOMPARE(m_b->value(m_body), u"short"_s);
    const auto again = m_a->replica->rejected();
    QVERIFY(again && again->size() == 1);
    QVERIFY(again->first().values.first().value.toString().contains(typed.sliced(taken.size())));
}

QTEST_GUILESS_MAIN(TestLargeTexts)
#include "tst_largetexts.moc"
