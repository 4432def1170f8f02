// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/retention.h"

#include <QDateTime>

#include <utility>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 hourMs = 3'600'000;
constexpr qint64 dayMs = 24 * hourMs;
constexpr qint64 allKeptMs = dayMs;
constexpr qint64 hourlyMs = 7 * dayMs;
constexpr qint64 dailyMs = 90 * dayMs;
constexpr qint64 monthMs = 30 * dayMs;

constexpr std::pair<Retention, QLatin1StringView> names[] = {{Retention::Everything, "all"_L1},
                                                             {Retention::Thinned, "thinned"_L1},
                                                             {Retention::Month, "30days"_L1},
                                                             {Retention::None, "none"_L1}};

/// Of the versions of one hour, day or month the last one stands for them all.
struct Bucket {
    int kind = 0; ///< 0 = one of its own
    qint64 number = 0;
    friend bool operator==(const Bucket &, const Bucket &) = default;
};

Bucket bucketOf(qint64 atMs, qint64 nowMs)
{
    const qint64 age = nowMs - atMs;
    if (age < allKeptMs)
        return {};
    if (age < hourlyMs)
        return {1, atMs / hourMs};
    if (age < dailyMs)
        return {2, atMs / dayMs};
    const QDate day = QDateTime::fromMSecsSinceEpoch(atMs, Qt::UTC).date();
    return {3, qint64(day.year()) * 12 + day.month()};
}

} // namespace

QString retentionName(Retention retention)
{
    for (const auto &[known, name] : names) {
        if (known == retention)
            return name;
    }
    return {};
}

std::optional<Retention> retentionOf(const QString &name)
{
    for (const auto &[retention, known] : names) {
        if (known == name)
            return retention;
    }
    return {};
}

QStringList versionsToDrop(const QList<VersionTime> &versions, Retention retention, qint64 nowMs)
{
    QStringList dropped;
    if (retention == Retention::Everything)
        return dropped;
    for (qsizetype i = 0; i < versions.size(); ++i) {
        const VersionTime &version = versions[i];
        if (retention == Retention::None || (retention == Retention::Month && nowMs - version.atMs >= monthMs)) {
            dropped.append(version.id);
            continue;
        }
        const Bucket bucket = bucketOf(version.atMs, nowMs);
        const bool isLast = i + 1 == versions.size() || bucketOf(versions[i + 1].atMs, nowMs) != bucket;
        if (i > 0 && bucket.kind != 0 && !isLast)
            dropped.append(version.id);
    }
    return dropped;
}

} // namespace Sheaf
