// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Sheaf {

/// How long versions are kept; one choice for all devices of a person.
enum class Retention {
    Everything, ///< all of them, for ever
    Thinned,    ///< all of a day, then the last of each hour for a week, of each day for 90 days, of each month for ever
    Month,      ///< as Thinned, and none that is older than 30 days
    None        ///< no version is made or kept
};

/// As the store and sheaf-cli name it: "all", "thinned", "30days", "none".
[[nodiscard]] QString retentionName(Retention retention);
[[nodiscard]] std::optional<Retention> retentionOf(const QString &name);

struct VersionTime {
    QString id;
    qint64 atMs = 0;
};

/// The ids of those versions of one note that are no longer kept at `nowMs`; `versions` ascend by time and id.
/// Hours, days and months are those of UTC, so that devices in different places choose the same. A version goes only if a
/// later one of its hour, day or month stands (or all of that age go), so devices that know different ones never
/// empty one together. The oldest one that is known stays.
[[nodiscard]] QStringList versionsToDrop(const QList<VersionTime> &versions, Retention retention, qint64 nowMs);

} // namespace Sheaf
