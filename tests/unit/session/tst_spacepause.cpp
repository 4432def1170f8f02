// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// A space that is paused while something is on its way to the real server.
class TestSpacePause : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }
    void aPauseInTheMiddleOfATransaction();
};

/// The server takes a transaction when its last part has come. Parts that were sent in vain do not count: a server that
/// has fewer at the next welcome would be taken for one that has lost some.
void TestSpacePause::aPauseInTheMiddleOfATransaction()
{
    m_a->write(u"INSERT INTO notes(id, space) VALUES ('a', 'team')"_s);
    m_house->run();
    const quint64 acknowledged = m_a->replica->space("team").lastPush;
    QCOMPARE(acknowledged, 1U);
    m_a->write(
        u"INSERT INTO notes(id, space, title) WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
        " SELECT 'n' || i, 'team', hex(randomblob(250)) FROM n"_s);
    for (int waited = 0; m_a->reconnector->figures().bytesSent < 1'000'000; ++waited) {
        QVERIFY(waited < 1'000);
        m_house->run(1);
    }
    QCOMPARE(m_house->rowCount("team"), 2);
    m_a->reconnector->setSpacePaused("team", true);
    m_house->run();
    QCOMPARE(m_house->rowCount("team"), 2);
    m_a->reconnector->setSpacePaused("team", false);
    QCOMPARE(m_a->replica->space("team").lastPush, acknowledged);
    m_house->run(10'000);
    QCOMPARE(m_house->rowCount("team"), 12'002);
    QVERIFY(m_a->isProven() && m_b->isProven());
    QCOMPARE(m_a->reconnector->figures().reconnects, 0);
    QVERIFY(m_a->reports.isEmpty());
}

QTEST_GUILESS_MAIN(TestSpacePause)
#include "tst_spacepause.moc"
