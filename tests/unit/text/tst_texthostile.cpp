// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/densetexts.h"
#include "fuzz/heap.h"
#include "support/patience.h"
#include "text/doc.h"

#include <QtTest>

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
    void bombs_data() { addRows(refusedBombs()); }

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

    void densestUpdates_data() { addRows(TextBombs::densestUpdates()); }

    /// As many structs as 64 KiB can name and still be taken.
    void densestUpdates()
    {
        QFETCH(QByteArray, update);
        QFETCH(Format, format);
        QVERIFY(update.size() <= static_cast<qsizetype>(bombBytes));
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
    static constexpr double msMax = 50; ///< what a busy machine takes at most; text.hostile of ./dev bench has the bar of 10

    static void addRows(const std::vector<Bomb> &bombs)
    {
        QTest::addColumn<QByteArray>("update");
        QTest::addColumn<Format>("format");
        for (const Bomb &bomb : bombs)
            QTest::newRow(bomb.name.constData()) << bomb.update << bomb.format;
    }

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
