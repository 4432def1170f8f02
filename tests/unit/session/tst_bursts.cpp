// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// How much is sent of much that is written, over a link on which an answer takes its time.
class TestBursts : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        begin();
        m_house->network.setTap([this](int client, quint64, Direction direction, const QByteArray &frame) {
            m_sent += client == 0 && direction == Direction::ToServer ? frame.size() : 0;
            return QList<QByteArray>{frame};
        });
        m_sent = 0;
        m_house->network.faults(0).delayUsMax = 40'000; // there and back 40 ms on an average
    }
    void cleanup() { end(); }
    void typingIsAChangeARoundTrip();
    void aSingleKeyWaitsForNothing();
    void aBulkUploadDoesNotWaitForItsAcks();

private:
    qint64 m_sent = 0; ///< bytes of frames of the first device
};

void TestBursts::typingIsAChangeARoundTrip()
{
    const qint64 before = m_a->reconnector->figures().pushed;
    for (int key = 0; key < 200; ++key) { // a second of it
        m_a->write(u"UPDATE notes SET body = body || 'k' WHERE id = 'n'"_s);
        m_house->run(5);
    }
    m_house->run(1'000);
    QVERIFY(m_a->isProven());
    QCOMPARE(m_b->value(u"SELECT body FROM notes WHERE id = 'n'"_s), u"text"_s + QString(200, u'k'));
    const qint64 pushed = m_a->reconnector->figures().pushed - before;
    QVERIFY2(pushed >= 12 && pushed <= 60, qPrintable(QString::number(pushed)));
    // Nothing of it travels twice.
    QVERIFY2(m_sent < 200 * 40, qPrintable(QString::number(m_sent)));
}

void TestBursts::aSingleKeyWaitsForNothing()
{
    m_house->network.faults(0).delayUsMax = 0;
    m_a->write(u"UPDATE notes SET body = body || 'k' WHERE id = 'n'"_s);
    m_house->run(10);
    QCOMPARE(m_b->value(u"SELECT body FROM notes WHERE id = 'n'"_s), u"textk"_s);
}

void TestBursts::aBulkUploadDoesNotWaitForItsAcks()
{
    constexpr int pushes = 40;
    m_a->write(u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1) "
               "INSERT INTO notes(id, title) SELECT 'bulk' || i, hex(randomblob(32768)) FROM n"_s.arg(pushes * 4));
    const qint64 began = m_house->queue.nowUs();
    while (m_a->replica->pendingCount() > 0 && m_house->queue.nowUs() - began < 10'000'000)
        m_house->run(10);
    const qint64 tookMs = (m_house->queue.nowUs() - began) / 1000;
    QVERIFY2(tookMs < pushes * 40 / 2, qPrintable(QString::number(tookMs)));
}

QTEST_GUILESS_MAIN(TestBursts)
#include "tst_bursts.moc"
