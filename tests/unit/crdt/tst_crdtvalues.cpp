// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/digest.h"
#include "crdt/hybridclock.h"
#include "crdt/orderkey.h"
#include "crdt/rowclock.h"
#include "crdt/rowkey.h"
#include "crdt/rowrecord.h"
#include "crdt/uuid.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

RowRecord sampleRecord()
{
    return {.length = 3,
            .life = {100, 1},
            .cells = {{1, {100, 1}, ValueView::ofText("grün")},
                      {2, {101, 2}, ValueView::ofInteger(INT64_MIN)},
                      {4, {100, 1}, ValueView::ofReal(-0.0)},
                      {7, {100, 1}, ValueView::ofBlob(QByteArrayView("\0\1", 2))},
                      {9, {100, 1}, ValueView::null()}},
            .texts = {{4, {100, 1}, QByteArrayView("\0update", 7)}, {4, {90, 2}, {}}, {5, {91, 0}, "x"}}};
}

std::vector<TextCell> manyTexts(SiteId count)
{
    std::vector<TextCell> texts;
    for (SiteId site = 1; site <= count; ++site)
        texts.push_back({1, {1, site}, {}});
    return texts;
}

} // namespace

class TestCrdtValues : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void recordsComeBackAsTheyWere();
    void recordsWithoutTextsEndWithTheirCells();
    void brokenRecordsAreErrors();
    void clocksComeBackAsTheyWere();
    void clocksStoreASharedStampOnce();
    void registersOfAClockAreTakenAndGiven();
    void keysComeBackAsTheyWere();
    void hybridClockOnlyGoesForward();
    void hybridClockOutrunsAFullCounter();
    void digestIgnoresNumbersAndOrder();
    void digestSeesEveryStamp();
    void orderKeysFitBetween();
    void orderKeysOfTwoDevicesDiffer();
    void orderKeysStayShortAtTheEnds();
    void impossiblePlacesAreErrors();
    void uuidsAreOrderedByTime();
};

void TestCrdtValues::recordsComeBackAsTheyWere()
{
    const RowRecord record = sampleRecord();
    QByteArray bytes;
    encodeRecord(record, bytes);
    RowRecord decoded;
    QVERIFY(decodeRecord(bytes, decoded));
    QCOMPARE(decoded.length, record.length);
    QVERIFY(decoded.life == record.life);
    QCOMPARE(decoded.cells.size(), record.cells.size());
    for (size_t i = 0; i < record.cells.size(); ++i) {
        QCOMPARE(decoded.cells[i].column, record.cells[i].column);
        QVERIFY(decoded.cells[i].stamp == record.cells[i].stamp);
        QVERIFY(sameValue(decoded.cells[i].value, record.cells[i].value));
    }
    QCOMPARE(decoded.texts.size(), record.texts.size());
    for (size_t i = 0; i < record.texts.size(); ++i) {
        QCOMPARE(decoded.texts[i].column, record.texts[i].column);
        QVERIFY(decoded.texts[i].stamp == record.texts[i].stamp);
        QCOMPARE(decoded.texts[i].update, record.texts[i].update);
    }
    QCOMPARE(latestStamp(record), 101U);
    QCOMPARE(latestStamp({.length = 1, .life = {5, 1}, .cells = {}, .texts = {{1, {7, 1}, {}}}}), 7U);
}

void TestCrdtValues::recordsWithoutTextsEndWithTheirCells()
{
    RowRecord record = sampleRecord();
    QByteArray with;
    encodeRecord(record, with);
    record.texts.clear();
    QByteArray without;
    encodeRecord(record, without);
    QVERIFY(with.startsWith(without));
    RowRecord decoded = sampleRecord(); // what was there before is gone
    QVERIFY(decodeRecord(without, decoded) && decoded.texts.empty());
    QVERIFY(!decodeRecord(without + '\0', decoded)); // one form
}

void TestCrdtValues::brokenRecordsAreErrors()
{
    QByteArray bytes;
    encodeRecord(sampleRecord(), bytes);
    RowRecord decoded;
    RowRecord without = sampleRecord();
    without.texts.clear();
    QByteArray cellsOnly;
    encodeRecord(without, cellsOnly);
    for (qsizetype size = 0; size < bytes.size(); ++size)
        QCOMPARE(decodeRecord(bytes.first(size), decoded).has_value(), size == cellsOnly.size());
    QVERIFY(!decodeRecord(bytes + 'x', decoded));
    for (const RowRecord &wrong :
         {RowRecord{.length = 0, .life = {1, 1}, .cells = {}}, RowRecord{.length = 1, .life = {}, .cells = {}},
          RowRecord{.length = 2, .life = {1, 1}, .cells = {{1, {1, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {{2, {1, 1}, {}}, {1, {1, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {{0, {1, 1}, {}}}},
          RowRecord{.length = 2, .life = {1, 1}, .cells = {}, .texts = {{1, {1, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {}, .texts = {{0, {1, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {}, .texts = {{1, {0, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {}, .texts = {{1, {1, 1}, {}}, {1, {2, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {}, .texts = {{2, {1, 1}, {}}, {1, {1, 2}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {}, .texts = {{columnIdMax + 1, {1, 1}, {}}}},
          RowRecord{.length = 1, .life = {1, 1}, .cells = {}, .texts = manyTexts(4097)}}) {
        QByteArray encoded;
        encodeRecord(wrong, encoded);
        QVERIFY(!decodeRecord(encoded, decoded));
    }
    QByteArray most;
    encodeRecord({.length = 1, .life = {1, 1}, .cells = {}, .texts = manyTexts(4096)}, most);
    QVERIFY(decodeRecord(most, decoded));
    std::mt19937 random(1);
    for (int round = 0; round < 20'000; ++round) { // any outcome but a crash
        QByteArray mutated = bytes;
        mutated[static_cast<qsizetype>(random() % static_cast<quint32>(bytes.size()))] = static_cast<char>(random());
        if (decodeRecord(mutated, decoded))
            QVERIFY(decoded.length != 0);
    }
}

void TestCrdtValues::clocksComeBackAsTheyWere()
{
    RowClock clock{.length = 1, .life = {5, 6}, .uniform = 3, .others = {{2, {9, 9}}, {7, {8, 8}}}};
    SiteNumbers sites;
    QByteArray bytes;
    encodeClock(clock, sites, bytes);
    RowClock decoded;
    QVERIFY(decodeClock(bytes, sites, decoded));
    QVERIFY(decoded == clock);
    QVERIFY(!decodeClock(bytes.chopped(1), sites, decoded));
    QVERIFY(!decodeClock(bytes, SiteNumbers(), decoded)); // of another file
    QVERIFY(clock.stampOf(1) == (Stamp{5, 6}));
    QVERIFY(clock.stampOf(2) == (Stamp{9, 9}));
    QVERIFY(clock.stampOf(4) == Stamp{});

    const QByteArray plain = bytes;
    clock.setTextStamp(7, {20, 2});
    clock.setTextStamp(5, {21, 3});
    clock.setTextStamp(7, {22, 1});
    clock.setTextStamp(7, {23, 2});
    QVERIFY(clock.texts == (std::vector<RowClock::Entry>{{5, {21, 3}}, {7, {22, 1}}, {7, {23, 2}}}));
    QCOMPARE(clock.textStampOf(7, 2), 23U);
    QCOMPARE(clock.textStampOf(7, 3), 0U);
    QVERIFY(clock.stampOf(7) == (Stamp{8, 8})); // of the cell
    bytes.clear();
    encodeClock(clock, sites, bytes);
    QVERIFY(bytes.startsWith(plain));
    QVERIFY(decodeClock(bytes, sites, decoded) && decoded == clock);
    for (qsizetype size = plain.size() + 1; size < bytes.size(); ++size) {
        const bool whole = (size - plain.size() - 1) % 4 == 0 && size > plain.size() + 1; // so many texts less
        QCOMPARE(decodeClock(bytes.first(size), sites, decoded).has_value(), whole);
    }
    QVERIFY(decodeClock(plain, sites, decoded) && decoded.texts.empty());
}

void TestCrdtValues::clocksStoreASharedStampOnce()
{
    RowRecord record{.length = 1, .life = {5, 6}, .cells = {}};
    for (ColumnId column = 1; column <= 20; ++column)
        record.cells.push_back({column, record.life, {}});
    SiteNumbers sites;
    QByteArray bytes;
    encodeClock(clockOf(record), sites, bytes);
    const qsizetype plain = bytes.size();
    QVERIFY(plain <= 5);
    RowClock clock = clockOf(record);
    const Stamp later{makeHlc(1'700'000'000'000, 3), 17};
    for (const ColumnId column : {2U, 4U, 5U})
        clock.setStamp(column, later);
    clock.setTextStamp(7, later);
    clock.setPart(8, "part", later, false);
    bytes.clear();
    encodeClock(clock, sites, bytes);
    QCOMPARE(bytes.size(), plain + 3 + 8 + 2 + 1 + 6); // columns, the stamp, two marks, the text, the part with its name
    RowClock decoded;
    QVERIFY(decodeClock(bytes, sites, decoded) && decoded == clock);
    clock = clockOf(record);
    clock.setStamp(3, {7, 7});
    QVERIFY(clock.stampOf(3) == (Stamp{7, 7}) && clock.stampOf(4) == record.life);
    clock.setStamp(3, record.life);
    QVERIFY(clock == clockOf(record));
}

void TestCrdtValues::registersOfAClockAreTakenAndGiven()
{
    const Stamp life{5, 6};
    const Stamp later{7, 6};
    RowClock clock{.length = 3, .life = life, .uniform = 3, .others = {{2, later}, {5, life}, {9, later}}};
    clock.setTextStamp(4, later);
    clock.setPart(8, "part", later, false);
    RowRecord record = clock.registers();
    QCOMPARE(record.length, CausalLength(3));
    QCOMPARE(record.life, life);
    std::vector<std::pair<ColumnId, Stamp>> cells;
    for (const Cell &cell : record.cells)
        cells.emplace_back(cell.column, cell.stamp);
    QVERIFY(cells == (std::vector<std::pair<ColumnId, Stamp>>{{1, life}, {2, later}, {3, life}, {5, life}, {9, later}}));
    RowClock same = clock;
    same.setRegisters(record);
    QVERIFY(same == clock);
    record.length = 5;
    record.life = later;
    std::erase_if(record.cells, [](const Cell &cell) { return cell.column != 2; });
    clock.setRegisters(record);
    QCOMPARE(clock.length, CausalLength(5));
    QCOMPARE(clock.stampOf(1), Stamp());
    QCOMPARE(clock.stampOf(2), later);
    QCOMPARE(clock.stampOf(9), Stamp());
    QVERIFY(clock.texts == same.texts && clock.parts == same.parts);
}

void TestCrdtValues::keysComeBackAsTheyWere()
{
    const std::vector<ValueView> values{ValueView::ofText("a"), ValueView::ofInteger(-1), ValueView::ofBlob("")};
    QByteArray key;
    encodeKey(values, key);
    std::vector<ValueView> decoded;
    QVERIFY(decodeKey(key, decoded));
    QCOMPARE(decoded.size(), values.size());
    for (size_t i = 0; i < values.size(); ++i)
        QVERIFY(sameValue(decoded[i], values[i]));
    QVERIFY(!decodeKey({}, decoded));
    QVERIFY(!decodeKey(key + char(9), decoded));
}

void TestCrdtValues::hybridClockOnlyGoesForward()
{
    HybridClock clock;
    const Hlc first = clock.tick(1000);
    QCOMPARE(hlcMs(first), 1000);
    QVERIFY(clock.tick(1000) > first);
    const Hlc later = clock.tick(900); // set back
    QVERIFY(later > first);
    clock.observe(makeHlc(5000));
    QVERIFY(clock.tick(1001) > makeHlc(5000));
    QVERIFY(clock.tick(-5) > makeHlc(5000));
}

void TestCrdtValues::hybridClockOutrunsAFullCounter()
{
    HybridClock clock;
    Hlc last = 0;
    for (int i = 0; i < 70'000; ++i) {
        const Hlc next = clock.tick(1000);
        QVERIFY(next > last);
        last = next;
    }
    QCOMPARE(hlcMs(last), 1001);
}

void TestCrdtValues::digestIgnoresNumbersAndOrder()
{
    // The same columns under other numbers, and rows added in another order.
    RowClock one{.length = 1, .life = {5, 6}, .uniform = 2, .others = {{2, {9, 9}}}};
    RowClock two{.length = 1, .life = {5, 6}, .uniform = 0, .others = {{3, {9, 9}}, {8, {5, 6}}}};
    const std::vector<NamedColumn> namesOne{{"a", 1}, {"b", 2}};
    const std::vector<NamedColumn> namesTwo{{"a", 8}, {"b", 3}, {"unstamped", 5}};
    const auto rowOne = fingerprint("t", "k", one, namesOne);
    const auto rowTwo = fingerprint("t", "k", two, namesTwo);
    QVERIFY(rowOne.hash == rowTwo.hash);
    const auto other = fingerprint("t", "q", one, namesOne);
    SpaceDigest forward;
    forward.add(rowOne);
    forward.add(other);
    SpaceDigest backward;
    backward.add(other);
    backward.add(rowTwo);
    QVERIFY(forward == backward);
    backward.subtract(other);
    backward.subtract(rowOne);
    QVERIFY(backward == SpaceDigest());
    QVERIFY(SpaceDigest::fromBytes(forward.toBytes()) == forward);
    QCOMPARE(forward.totalBytes().size(), 16);
}

void TestCrdtValues::digestSeesEveryStamp()
{
    const RowClock clock{.length = 1, .life = {5, 6}, .uniform = 2, .others = {}};
    const std::vector<NamedColumn> names{{"a", 1}, {"b", 2}};
    const auto hash = fingerprint("t", "k", clock, names).hash;
    RowClock changed = clock;
    changed.setStamp(2, {5, 7});
    QVERIFY(!(fingerprint("t", "k", changed, names).hash == hash));
    changed = clock;
    changed.length = 3;
    QVERIFY(!(fingerprint("t", "k", changed, names).hash == hash));
    QVERIFY(!(fingerprint("u", "k", clock, names).hash == hash));
    // A text stamp is not that of a cell, nor of another site or column.
    RowClock first = clock;
    first.setTextStamp(1, {5, 6});
    RowClock second = clock;
    second.setTextStamp(1, {5, 7});
    RowClock third = clock;
    third.setTextStamp(2, {5, 6});
    QSet<quint64> different{hash.low};
    for (const RowClock &other : {first, second, third})
        different.insert(fingerprint("t", "k", other, names).hash.low);
    QCOMPARE(different.size(), 4);
    const std::vector<NamedColumn> otherNumbers{{"a", 2}, {"b", 1}};
    RowClock renumbered = clock;
    renumbered.setTextStamp(2, {5, 6});
    QVERIFY(fingerprint("t", "k", renumbered, otherNumbers).hash == fingerprint("t", "k", first, names).hash);
}

void TestCrdtValues::orderKeysFitBetween()
{
    std::mt19937_64 random(3);
    QList<QByteArray> keys{*orderKeyBetween({}, {}, random())};
    for (int i = 0; i < 3000; ++i) {
        const auto at = static_cast<qsizetype>(random() % static_cast<quint64>(keys.size() + 1));
        const QByteArray before = at > 0 ? keys[at - 1] : QByteArray();
        const QByteArray after = at < keys.size() ? keys[at] : QByteArray();
        const auto key = orderKeyBetween(before, after, random());
        QVERIFY(key);
        QVERIFY((before.isEmpty() || before < *key) && (after.isEmpty() || *key < after));
        keys.insert(at, *key);
    }
    QVERIFY(std::is_sorted(keys.begin(), keys.end()));
}

void TestCrdtValues::orderKeysOfTwoDevicesDiffer()
{
    std::mt19937_64 random(4);
    QSet<QByteArray> keys;
    for (int i = 0; i < 500; ++i)
        keys.insert(*orderKeyBetween("a01111", "a02111", random()));
    QVERIFY(keys.size() >= 499);
}

void TestCrdtValues::orderKeysStayShortAtTheEnds()
{
    std::mt19937_64 random(5);
    QByteArray first = *orderKeyBetween({}, {}, random());
    QByteArray last = first;
    for (int i = 0; i < 10'000; ++i) {
        const QByteArray next = *orderKeyBetween(last, {}, random());
        QVERIFY(next > last);
        last = next;
        const QByteArray previous = *orderKeyBetween({}, first, random());
        QVERIFY(previous < first);
        first = previous;
    }
    QVERIFY(last.size() <= 9 && first.size() <= 9);
}

void TestCrdtValues::impossiblePlacesAreErrors()
{
    QVERIFY(!orderKeyBetween("a1", "a1", 1));
    QVERIFY(!orderKeyBetween("b00", "a1", 1));
    QVERIFY(!orderKeyBetween("not a key", {}, 1));
    QVERIFY(!orderKeyBetween({}, "a10", 1)); // a fraction never ends in 0
}

void TestCrdtValues::uuidsAreOrderedByTime()
{
    const QByteArray early = timeOrderedUuid(1000, ~0ULL, ~0ULL);
    const QByteArray late = timeOrderedUuid(1001, 0, 0);
    QVERIFY(early < late);
    QCOMPARE(early.size(), 36);
    QCOMPARE(early[14], '7');
}

QTEST_GUILESS_MAIN(TestCrdtValues)
#include "tst_crdtvalues.moc"
