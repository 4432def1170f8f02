// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/heap.h"
#include "fuzz/textbombs.h"
#include "support/patience.h"
#include "text/doc.h"
#include "text/limits.h"

#include <QtTest>

#include <array>
#include <ctime>
#include <limits>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using namespace Sheaf::Text;
using namespace Sheaf::TextBombs;

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
        const QByteArray endless = number(1) + number(huge) + number(0) + number(0);
        row("run-length structs",
            Columns{.client = onesForever(), .info = "\0"_ba, .length = onesForever(), .rest = endless}.update(), Format::V2);
        row("run-length strings",
            Columns{.client = onesForever(), .info = "\x04"_ba, .length = onesForever(), .rest = endless}.update(), Format::V2);
        row("run-length clients",
            Columns{.client = onesForever(),
                    .info = "\0"_ba,
                    .length = onesForever(),
                    .rest = number(huge) + QByteArray(4000, '\x01')}
                .update(),
            Format::V2);
        row("run-length values",
            Columns{.client = onesForever(),
                    .info = "\x08"_ba,
                    .length = "\x80\x80\x80\x80\x80\x01"_ba,
                    .rest = number(1) + number(1) + number(0)}
                .update(),
            Format::V2);
        for (const auto &[name, ref] : emptyKinds) {
            const QByteArray label = "two million "_ba + name + ", padded";
            row(label.constData(), padded(emptyStructs(ref, 2'000'000), size), Format::V2);
        }
    }

    void bombs()
    {
        QFETCH(QByteArray, update);
        QFETCH(Format, format);
        double least = std::numeric_limits<double>::infinity();
        for (int i = 0; i < 5; ++i) {
            Doc doc({1, true, true});
            doc.text().insert(0, u"mine");
            const QByteArray before = doc.encode();
            const Cost cost = costOf([&] {
                const auto applied = doc.apply(update, format);
                QVERIFY(!applied);
                QCOMPARE(applied.error().code, u"text_bad_update"_s);
            });
            least = std::min(least, cost.ms);
            QCOMPARE(doc.encode(), before);
            QCOMPARE(doc.check(), QString());
            QVERIFY2(cost.peak <= 16 << 20, qPrintable(QString::number(cost.peak)));
            QVERIFY2(cost.kept <= 128 << 10, qPrintable(QString::number(cost.kept)));
        }
        QVERIFY2(least <= msMax * Sheaf::patience, qPrintable(QString::number(least)));
    }

    void densestUpdates_data()
    {
        QTest::addColumn<QByteArray>("update");
        QTest::addColumn<Format>("format");
        constexpr quint64 most = Limits::emptyStructsFloor + size / Limits::bytesPerEmptyStruct;
        for (const auto &[name, ref] : emptyKinds) {
            QTest::addRow("%s, v1", name) << smallStructs(ref, ref == Ref::Gc ? (size - 8) / 2 : (size - 8) / 4) << Format::V1;
            QTest::addRow("%s, v2", name) << padded(emptyStructs(ref, most), size) << Format::V2;
        }
        QTest::newRow("one key") << oneKey(8'000) << Format::V1;
    }

    /// As many structs as 64 KiB can name and still be taken.
    void densestUpdates()
    {
        QFETCH(QByteArray, update);
        QFETCH(Format, format);
        QVERIFY(update.size() <= static_cast<qsizetype>(size));
        double least = std::numeric_limits<double>::infinity();
        for (int i = 0; i < 5; ++i) {
            Doc doc({1234, true, true});
            doc.text().insert(0, u"mine");
            const Cost cost = costOf([&] { QVERIFY(doc.apply(update, format)); });
            least = std::min(least, cost.ms);
            QCOMPARE(doc.text().toString(), u"mine"_s);
            QCOMPARE(doc.check(), QString());
            QVERIFY2(cost.peak <= 16 << 20, qPrintable(QString::number(cost.peak)));
        }
        QVERIFY2(least <= msMax * Sheaf::patience, qPrintable(QString::number(least)));
    }

    void whatWasReadIsGivenBack()
    {
        const QString large(1'000'000, u'x');
        Doc source({5, true, true});
        source.text().insert(0, large);
        const QByteArray update = source.encode();
        Doc doc({1, true, true});
        const Cost cost = costOf([&] { QVERIFY(doc.apply(update)); });
        QVERIFY2(cost.kept <= static_cast<qint64>(2 * large.size() + (128 << 10)), qPrintable(QString::number(cost.kept)));
    }

private:
    static constexpr quint64 size = 64 * 1024;
    static constexpr double msMax = 50; ///< 10 on a machine with nothing else to do
    static constexpr std::array<std::pair<const char *, Ref>, 3> emptyKinds{
        {{"collected", Ref::Gc}, {"deleted", Ref::Deleted}, {"types", Ref::Type}}};

    struct Cost {
        double ms = 0;
        qint64 peak = 0; ///< bytes beyond what there was
        qint64 kept = 0;
    };
    template<typename Work>
    static Cost costOf(Work work)
    {
        const qint64 before = Fuzz::Heap::live();
        Fuzz::Heap::resetPeak();
        const double start = cpuMs();
        work();
        return {cpuMs() - start, Fuzz::Heap::peak() - before, Fuzz::Heap::live() - before};
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
