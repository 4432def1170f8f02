// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/retention.h"

#include <QDateTime>
#include <QRandomGenerator>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr qint64 minute = 60'000;
constexpr qint64 hour = 60 * minute;
constexpr qint64 day = 24 * hour;
/// Some Saturday at noon.
const qint64 now = QDateTime(QDate(2026, 11, 21), QTime(12, 0), Qt::UTC).toMSecsSinceEpoch();

/// Versions that are so old, named by their place.
QList<VersionTime> aged(const QList<qint64> &ages)
{
    QList<VersionTime> versions;
    for (qsizetype i = 0; i < ages.size(); ++i)
        versions.append({QString::number(i), now - ages[i]});
    return versions;
}

QList<VersionTime> without(const QList<VersionTime> &versions, const QStringList &ids)
{
    QList<VersionTime> left;
    std::copy_if(versions.begin(), versions.end(), std::back_inserter(left),
                 [&](const VersionTime &version) { return !ids.contains(version.id); });
    return left;
}

} // namespace

class TestRetention : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thinned_data();
    void thinned();
    void choices();
    void names();
    void aYearOfWriting();
    void devicesThatKnowDifferentVersions();
};

void TestRetention::thinned_data()
{
    QTest::addColumn<QList<qint64>>("ages");
    QTest::addColumn<QStringList>("dropped");
    // The oldest is number 0 and always stays.
    QTest::newRow("none") << QList<qint64>{} << QStringList{};
    QTest::newRow("all of a day") << QList<qint64>{300 * day, 23 * hour, 23 * hour - 1, 2, 1, 0} << QStringList{};
    QTest::newRow("the last of an hour") << QList<qint64>{300 * day, 30 * hour - 1, 30 * hour - 2, 29 * hour - 5 * minute}
                                         << QStringList{u"1"_s};
    QTest::newRow("the last of a day") << QList<qint64>{300 * day, 8 * day + 11 * hour, 8 * day + 2 * hour, 8 * day, 7 * day + 5}
                                       << QStringList{u"1"_s, u"2"_s};
    QTest::newRow("the last of a month") << QList<qint64>{300 * day, 120 * day, 95 * day, 94 * day, 91 * day}
                                         << QStringList{u"2"_s, u"3"_s};
    QTest::newRow("the first text") << QList<qint64>{94 * day, 93 * day, 92 * day, 1} << QStringList{u"1"_s};
    QTest::newRow("of a wrong clock, from the future") << QList<qint64>{2, 1, -5 * day, -6 * day} << QStringList{};
}

void TestRetention::thinned()
{
    QFETCH(const QList<qint64>, ages);
    QFETCH(const QStringList, dropped);
    QCOMPARE(versionsToDrop(aged(ages), Retention::Thinned, now), dropped);
}

void TestRetention::choices()
{
    const QList<VersionTime> versions = aged({400 * day, 31 * day, 30 * day, 29 * day + 2, 29 * day + 1, hour});
    QCOMPARE(versionsToDrop(versions, Retention::Everything, now), QStringList());
    QCOMPARE(versionsToDrop(versions, Retention::Month, now), QStringList({u"0"_s, u"1"_s, u"2"_s, u"3"_s}));
    QCOMPARE(versionsToDrop(versions, Retention::None, now).size(), versions.size());
}

void TestRetention::names()
{
    for (const Retention retention : {Retention::Everything, Retention::Thinned, Retention::Month, Retention::None})
        QCOMPARE(retentionOf(retentionName(retention)), retention);
    QCOMPARE(retentionOf(u"nonsense"_s), std::nullopt);
}

/// Thinned over and over as a year goes by, no more is gone than if it had been thinned once: at the borders between
/// hours, days and months the versions that stay are of the same day.
void TestRetention::aYearOfWriting()
{
    QList<VersionTime> kept;
    QList<VersionTime> all;
    for (qint64 at = now; at < now + 366 * day; at += 40 * minute) {
        all.append({QString::number(at), at});
        kept.append(all.last());
        if ((at - now) % (24 * hour) == 0)
            kept = without(kept, versionsToDrop(kept, Retention::Thinned, at));
    }
    const qint64 end = all.last().atMs;
    kept = without(kept, versionsToDrop(kept, Retention::Thinned, end));
    const qsizetype most = 24 * 3 / 2 + 6 * 24 + 84 + 12;
    QVERIFY2(kept.size() <= most && kept.size() > most - 5, qPrintable(QString::number(kept.size())));
    const QStringList ids = versionsToDrop(all, Retention::Thinned, end);
    const QSet<QString> gone(ids.begin(), ids.end());
    for (const VersionTime &version : std::as_const(all)) {
        const bool stands = gone.contains(version.id) || std::any_of(kept.begin(), kept.end(), [&](const VersionTime &other) {
                                return qAbs(other.atMs - version.atMs) < day;
                            });
        QVERIFY2(stands, qPrintable(version.id));
    }
}

/// Each hour keeps its last version, whichever of them a device knew when it thinned.
void TestRetention::devicesThatKnowDifferentVersions()
{
    QRandomGenerator random(7);
    for (int round = 0; round < 200; ++round) {
        QList<qint64> ages;
        for (int i = 0; i < 60; ++i)
            ages.append(static_cast<qint64>(random.bounded(quint64(200 * day))));
        std::sort(ages.rbegin(), ages.rend());
        const QList<VersionTime> all = aged(ages);
        QSet<QString> dropped;
        for (int device = 0; device < 3; ++device) {
            QList<VersionTime> known;
            std::copy_if(all.begin(), all.end(), std::back_inserter(known),
                         [&random](const VersionTime &) { return random.bounded(2) == 0; });
            const QStringList ids = versionsToDrop(known, Retention::Thinned, now);
            dropped += QSet<QString>(ids.begin(), ids.end());
        }
        const QStringList right = versionsToDrop(all, Retention::Thinned, now);
        const QSet<QString> mayGo(right.begin(), right.end());
        QVERIFY2(mayGo.contains(dropped), "a version went that all together would have kept");
    }
}

QTEST_GUILESS_MAIN(TestRetention)
#include "tst_retention.moc"
