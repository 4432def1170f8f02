// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// What readers get: one chain without gaps, as fast as they read and never more than is bounded.
class TestDelivery : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void othersHearAfterTheCommit();
    void catchUpIsOneChain();
    void catchUpGoesOnFromTheCursor();
    void foreignCursorsStartFromTheBeginning_data();
    void foreignCursorsStartFromTheBeginning();
    void liveBatchesHoldOnlyWhatWon();
    void writersWhoReadGetOneChain();
    void slowReadersFallBackToPages();
    void oneLargeTransactionIsBoundedToo();
    void marksAreAnsweredInTheirPlace();
    void unansweredMarksAreBounded();
    void pingsAreAnswered();

private:
    void push(const QList<QByteArray> &keys, qsizetype valueBytes = 10);
    std::unique_ptr<Caller> reader(SiteId site, Sequence cursor = 0, Epoch epoch = 77);
    [[nodiscard]] Stamp stamp() { return {makeHlc(m_house->clock.wallMs(), ++m_counter), 1}; }

    std::unique_ptr<ServerHouse> m_house;
    std::unique_ptr<Caller> m_writer;
    quint64 m_number = 0;
    quint16 m_counter = 0;
};

namespace {

/// Follows batches from `cursor`, checks that they continue one another, and counts their rows.
bool isChain(const QList<Changes> &batches, Sequence &cursor, qsizetype &rows)
{
    for (const Changes &changes : batches) {
        if (changes.previous != cursor || changes.sequence < cursor || changes.head < changes.sequence)
            return false;
        cursor = changes.sequence;
        rows += changes.changes.size();
    }
    return true;
}

} // namespace

void TestDelivery::init()
{
    m_house = std::make_unique<ServerHouse>();
    m_writer = std::make_unique<Caller>(*m_house);
    m_writer->welcomed(m_house->token("writer"), 1);
    m_number = 0;
}

void TestDelivery::cleanup()
{
    m_writer.reset();
    m_house.reset();
}

void TestDelivery::push(const QList<QByteArray> &keys, qsizetype valueBytes)
{
    QList<Change> changes;
    for (const QByteArray &key : keys)
        changes.append(rowOf(key, stamp(), {QByteArray(valueBytes, 'x')}));
    m_writer->send(pushOf(++m_number, changes));
    m_house->run();
}

std::unique_ptr<Caller> TestDelivery::reader(SiteId site, Sequence cursor, Epoch epoch)
{
    auto caller = std::make_unique<Caller>(*m_house);
    caller->welcomed(m_house->token("reader" + QByteArray::number(site)), site);
    caller->send(Subscribe{"home", epoch, cursor});
    return caller;
}

void TestDelivery::othersHearAfterTheCommit()
{
    auto other = reader(2);
    m_writer->send(Subscribe{"home", 77, 0});
    m_writer->send(pushOf(1, {rowOf("k", stamp(), {"v"})}));
    QCOMPARE(other->take<Subscribed>().size(), 1);
    QVERIFY(other->takeAll().isEmpty());
    m_house->run();
    QCOMPARE(other->take<Changes>().size(), 1);
    QCOMPARE(m_writer->take<Ack>().size(), 1);
    QVERIFY(m_writer->take<Changes>().isEmpty()); // the ack is its news
}

void TestDelivery::catchUpIsOneChain()
{
    for (int i = 0; i < 60; ++i)
        push({"a" + QByteArray::number(i), "b" + QByteArray::number(i % 7)}, 20'000);
    auto fresh = reader(2);
    fresh->stopReading();
    fresh->readAgain();
    Sequence cursor = 0;
    qsizetype rows = 0;
    const QList<Changes> pages = fresh->take<Changes>();
    QVERIFY(pages.size() > 3);
    QVERIFY(isChain(pages, cursor, rows));
    QCOMPARE(cursor, m_house->space("home").head);
    QCOMPARE(rows, 67); // each row once, in its newest state
    for (const Changes &page : pages)
        QVERIFY(!page.more);
}

void TestDelivery::catchUpGoesOnFromTheCursor()
{
    push({"a", "b", "c"});
    const Sequence seen = m_house->space("home").head;
    push({"d", "a"});
    const QList<Changes> pages = reader(2, seen)->take<Changes>();
    QCOMPARE(pages.size(), 1);
    QCOMPARE(pages.constFirst().previous, seen);
    QCOMPARE(pages.constFirst().changes.size(), 2);
    QVERIFY(reader(3, m_house->space("home").head)->take<Changes>().isEmpty());
}

void TestDelivery::foreignCursorsStartFromTheBeginning_data()
{
    QTest::addColumn<Epoch>("epoch");
    QTest::addColumn<Sequence>("cursor");
    QTest::newRow("another database") << Epoch(78) << Sequence(2);
    QTest::newRow("from the future") << Epoch(77) << Sequence(1000);
}

void TestDelivery::foreignCursorsStartFromTheBeginning()
{
    QFETCH(Epoch, epoch);
    QFETCH(Sequence, cursor);
    push({"a", "b", "c"});
    const QList<Changes> pages = reader(2, cursor, epoch)->take<Changes>();
    QCOMPARE(pages.size(), 1);
    QCOMPARE(pages.constFirst().previous, Sequence(0));
    QCOMPARE(pages.constFirst().changes.size(), 3);
}

void TestDelivery::liveBatchesHoldOnlyWhatWon()
{
    const Stamp born = stamp();
    m_writer->send(pushOf(++m_number, {rowOf("k", born, {"a", "b"})}));
    m_house->run();
    auto other = reader(2, 1);
    RowRecord edit{1, born, {{1, {makeHlc(5), 1}, ValueView::ofText("loses")}, {2, stamp(), ValueView::ofText("wins")}}};
    Change change = rowOf("k", {}, {});
    change.record.clear();
    encodeRecord(edit, change.record);
    m_writer->send(pushOf(++m_number, {change}));
    m_house->run();
    const QList<Changes> heard = other->take<Changes>();
    QCOMPARE(heard.size(), 1);
    RowRecord record;
    QVERIFY(decodeRecord(heard.constFirst().changes.constFirst().record, record));
    QCOMPARE(record.cells.size(), size_t(1));
    QCOMPARE(record.cells.front().value.bytes.toByteArray(), "wins");
    QCOMPARE(heard.constFirst().tables.constFirst().columns.size(), 1);
    // A newcomer gets the row whole.
    const QList<Changes> pages = reader(3)->take<Changes>();
    QVERIFY(decodeRecord(pages.constFirst().changes.constFirst().record, record));
    QCOMPARE(record.cells.size(), size_t(2));
}

void TestDelivery::writersWhoReadGetOneChain()
{
    auto other = reader(2);
    m_writer->send(Subscribe{"home", 77, 0});
    other->send(pushOf(1, {rowOf("o1", stamp(), {"v"})}));
    m_writer->send(pushOf(1, {rowOf("w1", stamp(), {"v"})}));
    other->send(pushOf(2, {rowOf("o2", stamp(), {"v"}), rowOf("o3", stamp(), {"v"})}));
    m_house->run();
    for (Caller *caller : {m_writer.get(), other.get()}) {
        Sequence cursor = 0;
        for (const Message &message : caller->takeAll()) {
            if (const auto *changes = std::get_if<Changes>(&message)) {
                QCOMPARE(changes->previous, cursor);
                cursor = changes->sequence;
            } else if (const auto *ack = std::get_if<Ack>(&message)) {
                QCOMPARE(ack->previous, cursor);
                cursor = ack->sequence;
            }
        }
        QCOMPARE(cursor, Sequence(4));
    }
}

void TestDelivery::slowReadersFallBackToPages()
{
    auto slow = reader(2);
    slow->stopReading();
    for (int i = 0; i < 100; ++i)
        push({"k" + QByteArray::number(i % 50)}, 200'000); // 20 MB for 10 MB of rows
    QVERIFY(!slow->isOver());
    QVERIFY2(slow->unsentBytes() <= Limits::unsentBytesPause + 2 * Limits::changesMessageBytesTarget,
             QByteArray::number(slow->unsentBytes()).constData());
    Sequence cursor = 0;
    qsizetype rows = 0;
    for (int i = 0; i < 100 && cursor < m_house->space("home").head; ++i) {
        slow->readAgain();
        slow->stopReading();
        QVERIFY(slow->unsentBytes() <= Limits::unsentBytesPause + 2 * Limits::changesMessageBytesTarget);
        QVERIFY(isChain(slow->take<Changes>(), cursor, rows));
    }
    QCOMPARE(cursor, m_house->space("home").head);
    QVERIFY(rows < 70); // what was overwritten meanwhile never left the server
    // And is live again.
    slow->readAgain();
    push({"live"});
    const QList<Changes> heard = slow->take<Changes>();
    QCOMPARE(heard.size(), 1);
    QCOMPARE(heard.constFirst().changes.size(), 1);
}

void TestDelivery::oneLargeTransactionIsBoundedToo()
{
    auto slow = reader(2);
    slow->stopReading();
    constexpr int parts = 50;
    for (int i = 1; i <= parts; ++i)
        m_writer->send(pushOf(++m_number, {rowOf("k" + QByteArray::number(i), stamp(), {QByteArray(200'000, 'x')})}, i < parts));
    m_house->run();
    QCOMPARE(m_house->rowCount("home"), parts);
    QVERIFY2(slow->unsentBytes() <= Limits::unsentBytesPause + 2 * Limits::changesMessageBytesTarget,
             QByteArray::number(slow->unsentBytes()).constData());
    slow->readAgain();
    Sequence cursor = 0;
    qsizetype rows = 0;
    QVERIFY(isChain(slow->take<Changes>(), cursor, rows));
    QCOMPARE(cursor, Sequence(parts));
    QCOMPARE(rows, parts);
}

void TestDelivery::marksAreAnsweredInTheirPlace()
{
    m_writer->send(Subscribe{"home", 77, 0});
    m_writer->send(pushOf(++m_number, {rowOf("k", stamp(), {"v"})}));
    m_writer->send(Mark{"home", 5});
    QCOMPARE(m_writer->take<Subscribed>().size(), 1);
    QVERIFY(m_writer->takeAll().isEmpty());
    m_house->run();
    const QList<Message> heard = m_writer->takeAll();
    QCOMPARE(heard.size(), 2);
    QVERIFY(std::holds_alternative<Ack>(heard.at(0)));
    QCOMPARE(std::get<Marked>(heard.at(1)), (Marked{"home", 5, 1, m_house->freshDigest("home").totalBytes()}));
    // Behind the changes that the asker lacks: only then it has everything.
    for (int i = 0; i < 30; ++i)
        push({"k" + QByteArray::number(i)}, 100'000);
    m_writer->takeAll();
    auto slow = std::make_unique<Caller>(*m_house);
    slow->welcomed(m_house->token("slow"), 9);
    slow->stopReading();
    slow->send(Subscribe{"home", 77, 0});
    slow->send(Mark{"home", 6});
    QVERIFY(slow->take<Marked>().isEmpty());
    for (int i = 0; i < 20; ++i)
        slow->readAgain();
    QCOMPARE(slow->take<Marked>().size(), 1);
}

void TestDelivery::unansweredMarksAreBounded()
{
    m_writer->send(pushOf(++m_number, {})); // its ack is owed until the commit, and no mark is answered before
    for (quint64 id = 0; id < Server::Tuning::marksPerSessionMax; ++id)
        m_writer->send(Mark{"home", id});
    QVERIFY(!m_writer->isOver());
    m_writer->send(Mark{"home", 1000});
    QCOMPARE(m_writer->refusal(), u"too_large"_s);
    QVERIFY(m_writer->isOver());
}

void TestDelivery::pingsAreAnswered()
{
    m_writer->send(Ping{123});
    const QList<Pong> pongs = m_writer->take<Pong>();
    QCOMPARE(pongs.size(), 1);
    QCOMPARE(pongs.constFirst(), (Pong{m_house->clock.wallMs(), 123}));
}

QTEST_GUILESS_MAIN(TestDelivery)
#include "tst_delivery.moc"
