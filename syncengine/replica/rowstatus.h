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
    bool isHeld = false;       ///< and not to be sent for now
    qint64 waitingSinceMs = 0; ///< this device's wall clock at the oldest change of it that waits
    QString rejectedCode = {}; ///< of its newest refused change; empty: none
    QString rejectedReason = {};
};

/// Where a row stands on its way to the server; `key` is encodeKey(). A table or row that is not there is no error.
Result<RowStatus> rowStatus(const Replica &replica, const QByteArray &table, const QByteArray &key);

/// What of a space the server does not have.
struct WaitingRows {
    qint64 pending = 0;     ///< rows that wait for an acknowledgement
    qint64 held = 0;        ///< rows that are not to be sent for now
    qint64 quarantined = 0; ///< entries of the quarantine
};

/// By space; one that is missing has none.
Result<QHash<QByteArray, WaitingRows>> waitingBySpace(const Replica &replica);

} // namespace Sheaf
