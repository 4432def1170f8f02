// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/bytes.h"
#include "crdt/columnmerge.h"
#include "crdt/jsonscalar.h"
#include "crdt/rowrecord.h"

#include <QtTest>

#include <limits>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 most = std::numeric_limits<qint64>::max();
constexpr qint64 least = std::numeric_limits<qint64>::min();
constexpr double mostReal = std::numeric_limits<double>::max();

ValueView integer(qint64 value)
{
    return ValueView::ofInteger(value);
}

ValueView text(QByteArrayView value)
{
    return ValueView::ofText(value);
}

/// A column of one site's writes: base, parts, and what it shows.
struct Column {
    Column(MergeType type, QByteArray baseBytes) : merge(type), base(std::move(baseBytes)) {}
    Column(MergeType type, const ValueView &value) : merge(type) { Bytes::appendValue(base, value); }

    [[nodiscard]] std::vector<PartView> parts() const
    {
        std::vector<PartView> all;
        for (const auto &[part, value] : values)
            all.push_back({part, Bytes::Reader(value).value()});
        return all;
    }
    [[nodiscard]] QByteArray shown() const { return merge.fold(Bytes::Reader(base).value(), parts()); }
    [[nodiscard]] bool shows(const ValueView &value) const
    {
        const QByteArray now = shown();
        return sameValue(Bytes::Reader(now).value(), value);
    }
    Result<void> write(const ValueView &value, SiteId site = 1)
    {
        const QByteArray before = shown();
        const auto edits = merge.edit(Bytes::Reader(base).value(), parts(), Bytes::Reader(before).value(), value,
                                      {site, [this] { return ++random; }});
        if (!edits)
            return fail(edits.error());
        for (const PartEdit &edit : *edits)
            values[edit.part] = edit.value;
        return {};
    }
    void put(const QByteArray &part, const ValueView &value)
    {
        values[part].clear();
        Bytes::appendValue(values[part], value);
    }

    ColumnMerge merge;
    QByteArray base;
    std::map<QByteArray, QByteArray> values;
    quint64 random = 100;
};

} // namespace

class TestColumnMerge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void typesHaveNames();
    void scalarsHaveOneForm_data();
    void scalarsHaveOneForm();
    void scalarsAreOrdered();
    void valuesAreOrderedAsInSqlite();
    void counterNeverWraps();
    void counterTakesReals();
    void counterRefusesOthers();
    void extremesIgnoreNull();
    void setsAreShownSorted();
    void setsRefuseWhatIsNoArray_data();
    void setsRefuseWhatIsNoArray();
    void mapsKeepBigIntegers();
    void birthsAreParts();
    void malformedPartsAreIgnored();
};

void TestColumnMerge::typesHaveNames()
{
    for (quint8 number = 0; number <= 6; ++number) {
        const auto type = static_cast<MergeType>(number);
        QVERIFY(mergeTypeOf(nameOf(type)) == type);
    }
    QVERIFY(!mergeTypeOf(u"Counter") && !mergeTypeOf(u""));
}

void TestColumnMerge::scalarsHaveOneForm_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("form");
    const auto same = [](const char *json) { QTest::newRow(json) << QByteArray(json) << QByteArray(json); };
    for (const char *json : {"null", "true", "false", "0", "-7", "9007199254740993", "9223372036854775807",
                             "-9223372036854775808", "0.1", "1e+19", "\"\"", "\"a\"", "\"\xC3\xA4\"", "\"\\n\\\"\\\\\\u0001\""})
        same(json);
    const auto becomes = [](const char *json, const char *form) { QTest::newRow(json) << QByteArray(json) << QByteArray(form); };
    becomes("1.0", "1");
    becomes("-0.0", "0");
    becomes("-0", "0");
    becomes("1e2", "100");
    becomes(" 5 ", "5");
    becomes("9223372036854775808", "9.223372036854775808e+18");
    becomes("\"\\u0061\\/\\u000a\"", "\"a/\\n\"");
    for (const char *json : {"", "[]", "{}", "1,2", "1],[2", "nul", "\"a", "1e999", "\"\xFF\"", "\"\\ud800\"", "'a'"})
        becomes(json, "");
}

void TestColumnMerge::scalarsHaveOneForm()
{
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, form);
    const auto scalar = JsonScalar::fromJson(json);
    QCOMPARE(scalar.has_value(), !form.isEmpty());
    if (!scalar)
        return;
    if (form != "9.223372036854775808e+18") // its digits are the library's choice
        QCOMPARE(scalar->toJson(), form);
    const auto again = JsonScalar::fromJson(scalar->toJson());
    QVERIFY(again && *again == *scalar);
    QCOMPARE(again->toJson(), scalar->toJson());
}

void TestColumnMerge::scalarsAreOrdered()
{
    const auto all = scalarsOfArray("[null,false,true,-5,-0.5,0,0.5,10,9007199254740992,9007199254740993,1e19,\"\",\"B\",\"a\","
                                    "\"aa\",\"\xC3\xA4\"]");
    QVERIFY(all);
    for (size_t i = 1; i < all->size(); ++i)
        QVERIFY2((*all)[i - 1] < (*all)[i], (*all)[i].toJson().constData());
}

void TestColumnMerge::valuesAreOrderedAsInSqlite()
{
    const ValueView rising[] = {ValueView::null(),
                                ValueView::ofReal(-1e300),
                                integer(least),
                                integer(-1),
                                ValueView::ofReal(-0.5),
                                integer(0),
                                ValueView::ofReal(-0.0),
                                ValueView::ofReal(0.0),
                                integer(9007199254740992),
                                ValueView::ofReal(9007199254740992.0),
                                integer(9007199254740993),
                                integer(most),
                                ValueView::ofReal(9223372036854775808.0),
                                text(""),
                                text("a"),
                                text("a\xFF"),
                                text("b"),
                                ValueView::ofBlob(""),
                                ValueView::ofBlob("a")};
    for (size_t i = 0; i < std::size(rising); ++i) {
        for (size_t j = 0; j < std::size(rising); ++j)
            QVERIFY2(compareValues(rising[i], rising[j]) == (i <=> j), qPrintable(u"%1 %2"_s.arg(i).arg(j)));
    }
}

void TestColumnMerge::counterNeverWraps()
{
    Column column(MergeType::Counter, integer(most - 1));
    QVERIFY(column.write(integer(most)));
    QVERIFY(column.shows(integer(most)));
    column.put(partOfSite(2), integer(most)); // somebody else counts, too
    QVERIFY(column.shows(integer(most)));
    column.put(partOfSite(3), integer(least)); // exact below the surface
    QVERIFY(column.shows(integer(most - 1)));
    column.put(partOfSite(4), integer(least));
    column.put(partOfSite(5), integer(least));
    QVERIFY(column.shows(integer(least)));
    // A part that is full stays full.
    Column full(MergeType::Counter, integer(least));
    QVERIFY(full.write(integer(most)));
    QVERIFY(full.shows(integer(-1)));
    QVERIFY(full.write(integer(0)));
    QVERIFY(full.shows(integer(-1)));
    QVERIFY(full.write(integer(-2)));
    QVERIFY(full.shows(integer(-2)));
}

void TestColumnMerge::counterTakesReals()
{
    Column column(MergeType::Counter, ValueView::null());
    QVERIFY(column.write(integer(2)));
    QVERIFY(column.shows(integer(2)));
    QVERIFY(column.write(ValueView::ofReal(2.0)));
    QVERIFY(column.shows(integer(2))); // nothing was added
    QVERIFY(column.write(ValueView::ofReal(2.5)));
    QVERIFY(column.shows(ValueView::ofReal(2.5)));
    QVERIFY(column.write(integer(4), 2));
    QVERIFY(column.shows(ValueView::ofReal(4.0)));
    QVERIFY(column.write(ValueView::null())); // counts as 0
    QVERIFY(column.shows(ValueView::ofReal(0.0)));
    QVERIFY(column.write(ValueView::ofReal(mostReal)));
    QVERIFY(column.write(ValueView::ofReal(mostReal), 2));
    column.put(partOfSite(3), ValueView::ofReal(mostReal));
    QVERIFY(column.shows(ValueView::ofReal(mostReal)));
    column.put(partOfSite(4), ValueView::ofReal(-std::numeric_limits<double>::infinity()));
    QVERIFY(column.shows(ValueView::ofReal(mostReal)));
}

void TestColumnMerge::counterRefusesOthers()
{
    Column column(MergeType::Counter, integer(1));
    for (const ValueView &value :
         {text("2"), ValueView::ofBlob("2"), ValueView::ofReal(std::numeric_limits<double>::infinity())}) {
        QCOMPARE(column.write(value).error().code, u"bad_value"_s);
        QVERIFY(!column.merge.bear(value, {1, {}}));
    }
    QVERIFY(column.shows(integer(1)) && column.values.empty());
}

void TestColumnMerge::extremesIgnoreNull()
{
    Column greatest(MergeType::Max, ValueView::null());
    QVERIFY(greatest.write(integer(-3)));
    QVERIFY(greatest.write(integer(-5), 2));
    QVERIFY(greatest.shows(integer(-3)) && greatest.values.size() == 1);
    QVERIFY(greatest.write(text("a"), 2)); // texts are above numbers
    QVERIFY(greatest.write(ValueView::null()));
    QVERIFY(greatest.shows(text("a")));
    Column smallest(MergeType::Min, ValueView::null());
    QVERIFY(smallest.write(text("a")));
    QVERIFY(smallest.write(ValueView::ofReal(1.5), 2));
    QVERIFY(smallest.write(integer(2)));
    smallest.put(partOfSite(3), ValueView::null());
    QVERIFY(smallest.shows(ValueView::ofReal(1.5)));
}

void TestColumnMerge::setsAreShownSorted()
{
    Column column(MergeType::Set, ValueView::null());
    QVERIFY(column.write(text(" [\"b\", 10, \"a\", \"a\", 9.0, null, true, 9007199254740993] ")));
    QVERIFY(column.shows(text("[null,true,9,10,9007199254740993,\"a\",\"b\"]")));
    const size_t adds = column.values.size();
    QVERIFY(column.write(ValueView::ofBlob("[\"b\",\"a\"]")));
    QVERIFY(column.shows(text("[\"a\",\"b\"]")) && column.values.size() == adds);
    QVERIFY(column.write(ValueView::null()));
    QVERIFY(column.shows(text("[]")));
    QVERIFY(column.write(text("[\"a\"]")));
    QVERIFY(column.shows(text("[\"a\"]")) && column.values.size() == adds + 1);
    // One that is too long to be the name of a part.
    const QByteArray fits = '"' + QByteArray(partBytesMax - 10, 'x') + '"';
    QVERIFY(column.write(text("[" + fits + "]")));
    QVERIFY(!column.write(text("[\"y" + fits.sliced(1) + "]")));
}

void TestColumnMerge::setsRefuseWhatIsNoArray_data()
{
    QTest::addColumn<QByteArray>("json");
    for (const char *json : {"", "a", "{}", "[", "[1", "[[]]", "[{}]", "[1,]", "[1] 2", "5", "[\"\xFF\"]"})
        QTest::newRow(json) << QByteArray(json);
}

void TestColumnMerge::setsRefuseWhatIsNoArray()
{
    QFETCH(QByteArray, json);
    Column column(MergeType::Set, text("[1]"));
    QCOMPARE(column.write(text(json)).error().code, u"bad_value"_s);
    QCOMPARE(column.write(integer(5)).error().code, u"bad_value"_s);
    QVERIFY(!column.merge.bear(text(json), {1, [] { return 1; }}));
    QVERIFY(column.shows(text("[1]")));
}

void TestColumnMerge::mapsKeepBigIntegers()
{
    Column column(MergeType::Map, text("{\"old\":1,\"big\":9007199254740993}"));
    QVERIFY(column.write(text("{\"z\":\"\\u00e4\", \"\":null, \"big\":9007199254740993, \"a\\n\":-1.5, \"old\":1}")));
    QVERIFY(column.shows(text("{\"\":null,\"a\\n\":-1.5,\"big\":9007199254740993,\"old\":1,\"z\":\"\xC3\xA4\"}")));
    QCOMPARE(column.values.size(), size_t{3}); // those that were there are still the base's
    QVERIFY(column.write(text("{\"old\":2,\"big\":9007199254740992}")));
    QVERIFY(column.shows(text("{\"big\":9007199254740992,\"old\":2}")));
    for (const char *json : {"[]", "{\"a\":[]}", "{\"a\":{}}", "{", "x", "{\"a\":1e999}"})
        QCOMPARE(column.write(text(json)).error().code, u"bad_value"_s);
}

void TestColumnMerge::birthsAreParts()
{
    for (const auto &[type, value] :
         {std::pair(MergeType::Set, text("[\"a\",\"b\"]")), std::pair(MergeType::Map, text("{\"a\":1}"))}) {
        Column column(type, value);
        quint64 random = 0;
        const auto edits = column.merge.bear(value, {1, [&random] { return random++; }}); // 0 is no dot
        QVERIFY(edits && !column.merge.isPlainBirth(value));
        for (const PartEdit &edit : *edits)
            column.values[edit.part] = edit.value;
        QVERIFY(column.shows(value));
        QVERIFY(column.write(text(type == MergeType::Set ? "[]" : "{}")));
        QVERIFY(column.shows(text(type == MergeType::Set ? "[]" : "{}")));
        QCOMPARE(column.values.size(), edits->size()); // no part beside those of the birth
    }
    for (const MergeType type : {MergeType::Max, MergeType::Min}) {
        const ColumnMerge merge(type);
        const auto edits = merge.bear(integer(5), {1, {}});
        QVERIFY(edits && edits->size() == 1 && !merge.isPlainBirth(integer(5)));
        QVERIFY(sameValue(Bytes::Reader(merge.fold(integer(type == MergeType::Max ? 4 : 6), {}, *edits)).value(), integer(5)));
        QVERIFY(merge.isPlainBirth(ValueView::null()) && merge.bear(ValueView::null(), {1, {}})->empty());
    }
    QVERIFY(ColumnMerge(MergeType::Counter).isPlainBirth(integer(1)));
    QVERIFY(!ColumnMerge(MergeType::Counter).isPlainBirth(text("1")));
}

void TestColumnMerge::malformedPartsAreIgnored()
{
    const QByteArray dot(8, 'x');
    for (const MergeType type : {MergeType::Counter, MergeType::Max, MergeType::Min, MergeType::Set, MergeType::Map}) {
        const ValueView base = type == MergeType::Set ? text("[1]") : type == MergeType::Map ? text("{\"a\":1}") : integer(1);
        Column column(type, base);
        for (const QByteArray &part : {"x"_ba, "123456789"_ba, "[1]"_ba + dot, "\"a"_ba, "{}"_ba, "\xFF"_ba + dot})
            column.put(part, type == MergeType::Counter || type == MergeType::Set ? integer(1) : text("[]"));
        QVERIFY2(column.shows(base), qPrintable(nameOf(type)));
    }
    // A base that is none of the type.
    Column set(MergeType::Set, text("old"));
    QVERIFY(set.shows(text("old"))); // as it is, until somebody writes
    QVERIFY(set.write(text("[1]")));
    QVERIFY(set.shows(text("[1]")));
    Column counter(MergeType::Counter, text("old"));
    QVERIFY(counter.write(integer(4)));
    QVERIFY(counter.shows(integer(4)));
}

QTEST_GUILESS_MAIN(TestColumnMerge)
#include "tst_columnmerge.moc"
