// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QHash>

namespace Sheaf {

class Replica;

/// What a replica knows about the way of one row to the server.
struct RowStatus {
    bool isTableSynced = false;
    bool isKnown = false; ///< the row is here, or that it was deleted is
    QByteArray space;
    bool isWaiting = false;    ///< in the outbox
    qint64 waitingSinceMs = 0; ///< this device's wall clock at the oldest change of it that waits
    QString rejectedCode = {}; ///< of its newest refused change; empty: none
    QString rejectedReason = {};
};

/// Where a row stands on its way to the server; `key` is encodeKey(). A table or row that is not there is no error.
Result<RowStatus> rowStatus(const Replica &replica, const QByteArray &table, const QByteArray &key);

/// How many rows of each space wait for an acknowledgement; a space that is missing has none.
Result<QHash<QByteArray, qint64>> pendingBySpace(const Replica &replica);

} // namespace Sheaf
