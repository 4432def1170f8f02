// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/columnmerge.h"
#include "crdt/digest.h"
#include "crdt/forgetparts.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr Hlc hlc(int at)
{
    return makeHlc(1'700'000'000'000 + at);
}

/// A row of one column, with its parts in the order of their names.
struct Row {
    explicit Row(QByteArray base, int baseAt = 0) : m_base(std::move(base)), m_baseAt(baseAt) {}

    void put(const QByteArray &name, int at, const ValueView &value) { m_parts.insert(name, {at, Bytes::encodedValue(value)}); }
    void add(const char *element, char dot, int at, bool stands = true)
    {
        put(element + QByteArray(8, dot), at, stands ? ValueView::ofInteger(1) : ValueView::null());
    }
    [[nodiscard]] RowRecord record() const
    {
        RowRecord record{
            .length = 1, .life = {hlc(m_baseAt), 1}, .cells = {{1, {hlc(m_baseAt), 1}, Bytes::decodedValue(m_bytes)}}};
        for (auto part = m_parts.cbegin(); part != m_parts.cend(); ++part)
            record.parts.push_back({1, part.key(), {hlc(part->first), 2}, Bytes::decodedValue(part->second)});
        return record;
    }
    /// The names of what is left, those of dots without zeros and all.
    [[nodiscard]] QByteArrayList left(int upTo) const
    {
        RowRecord kept = record();
        forgetParts(kept, hlc(upTo));
        QByteArrayList names;
        for (const PartCell &part : kept.parts)
            names.append(part.part.toByteArray());
        return names;
    }

private:
    QByteArray m_base;
    int m_baseAt;
    QByteArray m_bytes =
        m_base.isNull() ? Bytes::encodedValue(ValueView::null()) : Bytes::encodedValue(ValueView::ofText(m_base));
    QMap<QByteArray, std::pair<int, QByteArray>> m_parts;
};

QByteArray shown(const RowRecord &record, MergeType type)
{
    std::vector<PartView> parts;
    for (const PartCell &part : record.parts)
        parts.push_back({part.part, part.value});
    return ColumnMerge(type).fold(record.cells.front().value, parts);
}

QByteArray dotted(const char *element, char dot)
{
    return element + QByteArray(8, dot);
}

} // namespace

/// Which parts that were taken out may be forgotten, and that nobody sees a difference.
class TestForgetParts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatWasTakenOutGoes();
    void whatIsYoungStays();
    void oneOfAColumnStays();
    void elementsOfTheBaseStayOut();
    void aLaterBaseNeedsNoneOfThem();
    void keysOfTheBaseStayOut();
    void columnsDoNotMix();
    void digestsDoNotTell();
    void nobodySeesADifference_data();
    void nobodySeesADifference();
};

void TestForgetParts::whatWasTakenOutGoes()
{
    Row row({});
    row.add("\"a\"", 1, 5);
    row.add("\"a\"", 2, 3, false);
    row.add("\"b\"", 3, 4, false);
    QCOMPARE(row.left(4), QByteArrayList{dotted("\"a\"", 1)});
    QCOMPARE(row.left(0).size(), 3);
}

void TestForgetParts::whatIsYoungStays()
{
    Row row({});
    row.add("\"a\"", 1, 5, false);
    row.add("\"a\"", 2, 3, false);
    QCOMPARE(row.left(4), QByteArrayList{dotted("\"a\"", 1)});
}

void TestForgetParts::oneOfAColumnStays()
{
    Row row({}); // an empty set, which is not the NULL of its base
    row.add("\"a\"", 1, 1, false);
    row.add("\"b\"", 2, 2, false);
    RowRecord record = row.record();
    QCOMPARE(shown(record, MergeType::Set), Bytes::encodedValue(ValueView::ofText("[]")));
    QVERIFY(forgetParts(record, hlc(9)));
    QCOMPARE(record.parts.size(), 1U);
    QCOMPARE(shown(record, MergeType::Set), Bytes::encodedValue(ValueView::ofText("[]")));
    QVERIFY(!forgetParts(record, hlc(9)));
}

void TestForgetParts::elementsOfTheBaseStayOut()
{
    Row row("[\"a\", 1.0]");
    row.add("\"a\"", 1, 3, false);
    row.add("\"a\"", 2, 4, false);
    row.add("1", 3, 4, false); // the same number in other words
    row.add("\"c\"", 4, 4, false);
    const QByteArrayList left = row.left(9);
    QCOMPARE(left, (QByteArrayList{dotted("\"a\"", 1), dotted("1", 3)}));
    row.add("\"a\"", 5, 5); // speaks of it, too
    QCOMPARE(row.left(9), (QByteArrayList{dotted("\"a\"", 5), dotted("1", 3)}));
}

void TestForgetParts::aLaterBaseNeedsNoneOfThem()
{
    Row row("[\"a\"]", 7); // an older version of the app has written the column as a register
    row.add("\"a\"", 1, 3, false);
    row.add("\"b\"", 2, 8);
    QCOMPARE(row.left(9), QByteArrayList{dotted("\"b\"", 2)});
}

void TestForgetParts::keysOfTheBaseStayOut()
{
    Row row("{\"a\":1,\"b\":2}");
    row.put("\"a\"", 3, ValueView::null());
    row.put("\"c\"", 3, ValueView::null());
    row.put("\"d\"", 3, ValueView::ofText("true"));
    QCOMPARE(row.left(9), (QByteArrayList{"\"a\"", "\"d\""}));
}

void TestForgetParts::columnsDoNotMix()
{
    RowRecord record{.length = 1, .life = {hlc(0), 1}, .cells = {{2, {hlc(0), 1}, ValueView::ofText("[\"a\"]")}}};
    const QByteArray a = dotted("\"a\"", 1);
    const QByteArray b = dotted("\"b\"", 1);
    for (const ColumnId column : {1U, 2U, 3U}) {
        record.parts.push_back({column, a, {hlc(3), 1}, ValueView::null()});
        record.parts.push_back({column, b, {hlc(3), 1}, ValueView::ofInteger(1)});
    }
    QVERIFY(forgetParts(record, hlc(9)));
    QCOMPARE(record.parts.size(), 4U); // of the second its base shows the element
    QCOMPARE(record.parts[1].column, 2U);
    QCOMPARE(record.parts[1].part, QByteArrayView(a));
}

void TestForgetParts::digestsDoNotTell()
{
    Row row({});
    row.add("\"a\"", 1, 5);
    row.add("\"b\"", 2, 3, false);
    RowRecord record = row.record();
    const std::vector<NamedColumn> columns{{"labels", 1}};
    const RowFingerprint before = fingerprint("notes", "k", clockOf(record), columns);
    QVERIFY(forgetParts(record, hlc(9)));
    QVERIFY(fingerprint("notes", "k", clockOf(record), columns).hash == before.hash);
    record.parts.front().value = ValueView::null();
    QVERIFY(!(fingerprint("notes", "k", clockOf(record), columns).hash == before.hash));
}

void TestForgetParts::nobodySeesADifference_data()
{
    QTest::addColumn<int>("type");
    QTest::newRow("set") << static_cast<int>(MergeType::Set);
    QTest::newRow("map") << static_cast<int>(MergeType::Map);
}

/// Whatever was written and forgotten in between, edits and merges go on to show the same as where nothing is forgotten.
void TestForgetParts::nobodySeesADifference()
{
    QFETCH(int, type);
    const bool isSet = type == static_cast<int>(MergeType::Set);
    std::mt19937 random(5);
    const auto pick = [&random](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    const char *names[] = {"\"a\"", "\"b\"", "\"c\"", "1", "null"};
    for (int round = 0; round < 2'000; ++round) {
        const char *setBases[] = {"[]", "[\"a\"]", "[\"a\",\"b\",1]", "[\"a\",1.0,null]"};
        const char *mapBases[] = {"{}", "{\"a\":1}", "{\"a\":1,\"b\":2}", "{\"c\":null}"};
        Row all(isSet ? setBases[pick(4)] : mapBases[pick(4)]);
        for (int at = 1; at < 30; ++at) {
            if (isSet)
                all.add(names[pick(5)], static_cast<char>(pick(4)), at, pick(3) == 0);
            else
                all.put(names[pick(3)], at, pick(3) == 0 ? ValueView::ofText("7") : ValueView::null());
        }
        RowRecord whole = all.record();
        RowRecord less = all.record();
        const int upTo = pick(32);
        forgetParts(less, hlc(upTo));
        QCOMPARE(shown(less, static_cast<MergeType>(type)), shown(whole, static_cast<MergeType>(type)));
        const auto old =
            std::ranges::count_if(less.parts, [&](const PartCell &part) { return isGone(part) && part.stamp.hlc <= hlc(upTo); });
        QVERIFY(old <= 4); // no more than its base shows, and one
    }
}

QTEST_GUILESS_MAIN(TestForgetParts)
#include "tst_forgetparts.moc"
