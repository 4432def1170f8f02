// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QHash>
#include <QObject>

namespace Sheaf {

/// What was counted and measured since the engine was opened.
class SyncFigures
{
    Q_GADGET
    Q_PROPERTY(qint64 pushed MEMBER pushed)
    Q_PROPERTY(qint64 pulled MEMBER pulled)
    Q_PROPERTY(qint64 conflicts MEMBER conflicts)
    Q_PROPERTY(qint64 rejected MEMBER rejected)
    Q_PROPERTY(qint64 retries MEMBER retries)
    Q_PROPERTY(qint64 reconnects MEMBER reconnects)
    Q_PROPERTY(qint64 bytesSent MEMBER bytesSent)
    Q_PROPERTY(qint64 bytesReceived MEMBER bytesReceived)
    Q_PROPERTY(qint64 digestMismatches MEMBER digestMismatches)
    Q_PROPERTY(qint64 bucketsRepaired MEMBER bucketsRepaired)
    Q_PROPERTY(qint64 lastContactMs MEMBER lastContactMs)
    Q_PROPERTY(qint64 roundTripMs MEMBER roundTripMs)

public:
    qint64 pushed = 0;     ///< row changes that the server has taken
    qint64 pulled = 0;     ///< row changes received and merged
    qint64 conflicts = 0;  ///< cells of those that met one of ours which was not acknowledged
    qint64 rejected = 0;   ///< row changes that were refused for good, by the server or because no server could take them
    qint64 retries = 0;    ///< attempts to connect after one that failed
    qint64 reconnects = 0; ///< welcomes after the first
    qint64 bytesSent = 0;  ///< in frames, as they travel
    qint64 bytesReceived = 0;
    qint64 digestMismatches = 0; ///< proofs of equality that failed
    qint64 bucketsRepaired = 0;  ///< ranges of keys, 256 a space, whose rows were exchanged because of that
    qint64 lastContactMs = 0;    ///< wall clock of the last byte of the server, 0 = never
    qint64 roundTripMs = -1;     ///< of the last question, -1 = none was answered yet

    friend bool operator==(const SyncFigures &, const SyncFigures &) = default;
};

/// What the exchange of one space in a repair came to.
struct RepairCount {
    qint64 rangesCompared = 0;  ///< ranges of keys, 256 a space, whose digests were compared with the server's
    qint64 rangesExchanged = 0; ///< of these, all rows were exchanged
    qint64 rowsFetched = 0;     ///< received because of that
    qint64 rowsOffered = 0;     ///< sent because of that
    qint64 rowsMended = 0;      ///< had another value than the server's under the same stamp
    bool isProven = false;      ///< equal in the end
};

/// A repair that is wanted of each session until it is withdrawn.
struct RepairOrder {
    bool isDeep = false; ///< compare all values too
    QHash<QByteArray, RepairCount> spaces;
};

} // namespace Sheaf
