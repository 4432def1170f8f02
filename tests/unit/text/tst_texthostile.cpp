// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "support/patience.h"
#include "text/bytes.h"
#include "text/doc.h"

#include <QtTest>

#include <ctime>
#include <limits>

using namespace Qt::StringLiterals;
using namespace Sheaf::Text;

/// Updates made to hurt: an answer within 10 ms and 16 MB, and the document as it was or sound.
class TestTextHostile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bombs_data()
    {
        QTest::addColumn<QByteArray>("update");
        QTest::addColumn<Format>("format");
        const auto row = [](const char *name, const QByteArray &update, Format format) {
            QTest::newRow(name) << update << format;
        };
        row("nothing at all", {}, Format::V1);
        row("nothing at all, v2", {}, Format::V2);
        row("blocks without end", number(huge), Format::V1);
        row("structs without end", number(1) + number(huge) + number(1) + number(0), Format::V1);
        row("deletions without end", number(0) + number(huge) + number(1) + number(huge), Format::V1);
        row("a collected struct of all clocks",
            number(1) + number(1) + number(1) + number(0) + "\0"_ba + number(huge) + number(0), Format::V1);
        row("empty structs", number(1) + number(1000) + number(1) + number(0) + QByteArray(2000, '\0'), Format::V1);
        row("a string longer than the update",
            number(1) + number(1) + number(1) + number(0) + "\x04\x01"_ba + number(1) + "t" + number(huge), Format::V1);
        QByteArray nested = number(1) + number(1) + number(1) + number(0) + "\x08\x01"_ba + number(1) + "t" + number(1);
        for (int i = 0; i < 100'000; ++i)
            nested += "\x75\x01"_ba; // an array with one element
        row("values within values", nested, Format::V1);
        const QByteArray forever = "\x41"_ba + number(huge); // a run of ones
        row("run-length structs", columns({}, forever, "\0"_ba, forever, number(1) + number(huge) + number(0) + number(0)),
            Format::V2);
        row("run-length strings", columns({}, forever, "\x04"_ba, forever, number(1) + number(huge) + number(0) + number(0)),
            Format::V2);
        row("run-length clients", columns({}, forever, "\0"_ba, forever, number(huge) + QByteArray(4000, '\x01')), Format::V2);
        row("run-length values",
            columns({}, forever, "\x08"_ba, "\x80\x80\x80\x80\x80\x01"_ba, number(1) + number(1) + number(0)), Format::V2);
    }

    void bombs()
    {
        QFETCH(QByteArray, update);
        QFETCH(Format, format);
        double least = std::numeric_limits<double>::infinity();
        for (int i = 0; i < 3; ++i) {
            Doc doc({1, true, true});
            doc.text().insert(0, u"mine");
            const QByteArray before = doc.encode();
            const double start = cpuMs();
            const auto applied = doc.apply(update, format);
            least = std::min(least, cpuMs() - start);
            QVERIFY(!applied);
            QCOMPARE(applied.error().code, u"text_bad_update"_s);
            QCOMPARE(doc.encode(), before);
            QCOMPARE(doc.check(), QString());
            QVERIFY2(doc.memory() < 16U << 20, qPrintable(QString::number(doc.memory())));
        }
        QVERIFY2(least <= 10 * Sheaf::patience, qPrintable(QString::number(least)));
    }

private:
    static constexpr quint64 huge = quint64{1} << 50;

    static QByteArray number(quint64 value)
    {
        ByteWriter out;
        out.varUint(value);
        return out.take();
    }

    /// An update of format v2 with four of its columns filled.
    static QByteArray columns(const QByteArray &strings, const QByteArray &clients, const QByteArray &infos,
                              const QByteArray &lengths, const QByteArray &rest)
    {
        ByteWriter out;
        out.varUint(0);
        for (const QByteArray &column :
             {QByteArray(), clients, QByteArray(), QByteArray(), infos, strings, QByteArray(), QByteArray(), lengths})
            out.varBuf(column);
        out.raw(rest);
        return out.take();
    }

    static double cpuMs()
    {
        timespec now{};
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
    }
};

QTEST_GUILESS_MAIN(TestTextHostile)
#include "tst_texthostile.moc"
