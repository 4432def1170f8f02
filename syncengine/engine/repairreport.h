// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "session/syncfigures.h"

#include <QJsonObject>
#include <QList>

namespace Sheaf {

/// What SyncEngine::repair() has found and mended.
struct RepairReport {
    struct Space {
        QByteArray name;
        qint64 rows = 0;             ///< looked at on this device, deleted ones too
        qint64 rangesMiscounted = 0; ///< ranges of keys, 256 a space, whose kept digest was not that of their rows
        qint64 rowsLost = 0;         ///< known, but gone from their table: fetched again if the server has them
        qint64 rowsAdopted = 0;      ///< written into the file past the engine: synced from now on
        RepairCount exchange;        ///< with the server
        Error error;                 ///< why it is not proven equal; empty: it is
    };
    bool isDeep = false;
    QList<Space> spaces;
    Error error; ///< of the exchange as a whole, such as `not_connected`: the rows here were counted all the same
    qint64 durationMs = 0;

    /// Every space is proven equal with the server.
    [[nodiscard]] bool isProven() const;
};

/// As sheaf-replica and sheaf-cli print it; holds no content of rows.
[[nodiscard]] QJsonObject toJson(const RepairReport &report);

} // namespace Sheaf
