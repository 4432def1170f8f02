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

QTEST_GUILESS_MAIN(TestLargeTexts)
#include "tst_largetexts.moc"
