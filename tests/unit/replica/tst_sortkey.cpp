// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/localeorder.h"
#include "replica/resultrow.h"
#include "replica/sortkey.h"
#include "sql/sqlstatement.h"

#include <QtTest>

#include <sqlite3.h>

#include <algorithm>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// The keys compare as SQLite itself does.
class TestSortKey : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersByTheirValue()
    {
        const QCollator collator = localeCollator();
        QVERIFY(collator.compare(u"Week 2", u"Week 10") < 0);
        QVERIFY(collator.compare(u"week 10", u"Week 2") > 0);
    }
    void ordersAsSqlite_data();
    void ordersAsSqlite();
};

void TestSortKey::ordersAsSqlite_data()
{
    QTest::addColumn<QByteArray>("order");
    QTest::addColumn<int>("collation");
    QTest::addColumn<bool>("descending");
    QTest::addColumn<bool>("nullsFirst");
    using Collation = SortTerm::Collation;
    const auto row = [](const char *order, Collation collation, bool descending, bool nullsFirst) {
        QTest::newRow(order) << QByteArray(order) << static_cast<int>(collation) << descending << nullsFirst;
    };
    row("v", Collation::Binary, false, true);
    row("v DESC", Collation::Binary, true, false);
    row("v NULLS LAST", Collation::Binary, false, false);
    row("v DESC NULLS FIRST", Collation::Binary, true, true);
    row("v COLLATE NOCASE", Collation::NoCase, false, true);
    row("v COLLATE NOCASE DESC", Collation::NoCase, true, false);
    row("v COLLATE RTRIM", Collation::RTrim, false, true);
    row("v COLLATE sheaf_locale", Collation::Locale, false, true);
    row("v COLLATE sheaf_locale DESC NULLS FIRST", Collation::Locale, true, true);
}

void TestSortKey::ordersAsSqlite()
{
    QFETCH(QByteArray, order);
    QFETCH(int, collation);
    QFETCH(bool, descending);
    QFETCH(bool, nullsFirst);
    const SortTerm term{static_cast<SortTerm::Collation>(collation), descending, nullsFirst};
    sqlite3 *handle = nullptr;
    QCOMPARE(sqlite3_open(":memory:", &handle), SQLITE_OK);
    registerLocaleOrder(handle);
    const QCollator collator = localeCollator();
    // dense_rank() gives values that SQLite finds equal the same number.
    const QByteArray values =
        "(NULL),(0),(-0.0),(1),(1.0),(1.5),(-1),(-1.5),(2),(10),(9007199254740992),(9007199254740993),"
        "(9007199254740993.0),(9007199254740994),(9223372036854775807),(9223372036854775806),"
        "(9223372036854775000),(9223372036854775808.0),(-9223372036854775808),(-9223372036854775807),"
        "(-9223372036854774785),(-9223372036854775808.0),(1e300),(-1e300),(9e999),(-9e999),(1e-300),"
        "(''),('a'),('A'),('b'),('a '),('a  '),('ab'),('a b'),('aB'),('AB'),('_'),('Z'),('z'),('é'),('É'),('a2'),('a10'),('a02'),"
        "('\xF0\x9F\x98\x80'),('a' || char(0)),('A' || char(0) || 'x'),('a' || char(0) || 'y'),"
        "('a' || char(0) || 'x '),('a' || char(1)),(x''),(x'00'),(x'0000'),(x'00ff'),(x'61'),(x'ff'),(x'ff00')";
    {
        auto select = SqlStatement::prepare(handle, "WITH t(v) AS (VALUES " + values +
                                                        ") SELECT v, dense_rank() OVER (ORDER BY " + order + ") FROM t");
        QVERIFY(select);
        std::vector<SortKey> keys;
        QList<qint64> ranks;
        while (true) {
            const auto row = select->step();
            QVERIFY(row);
            if (!*row)
                break;
            keys.emplace_back();
            keys.back().append(resultValue(*select, 0), term, &collator);
            keys.back().append("\x7F"_ba); // whatever follows, it decides only between equal ones
            ranks.append(select->integer(1));
        }
        QVERIFY(keys.size() > 50);
        for (size_t i = 0; i < keys.size(); ++i) {
            for (size_t k = 0; k < keys.size(); ++k) {
                const qint64 rank = ranks[static_cast<qsizetype>(i)];
                const qint64 other = ranks[static_cast<qsizetype>(k)];
                QCOMPARE(keys[i] < keys[k], rank < other);
                QCOMPARE(keys[i] == keys[k], rank == other);
            }
        }
    }
    sqlite3_close(handle);
}

QTEST_GUILESS_MAIN(TestSortKey)
#include "tst_sortkey.moc"
