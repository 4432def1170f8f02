// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/uuid.h"

#include <QtEndian>

namespace Sheaf {

QByteArray timeOrderedUuid(qint64 wallMs, quint64 randomHigh, quint64 randomLow)
{
    const quint64 high = (static_cast<quint64>(wallMs) << 16) | 0x7000 | (randomHigh & 0x0FFF);
    const quint64 low = 0x8000000000000000 | (randomLow >> 2);
    char raw[16];
    qToBigEndian(high, raw);
    qToBigEndian(low, raw + 8);
    QByteArray hex = QByteArray(raw, sizeof raw).toHex();
    for (const qsizetype dash : {8, 13, 18, 23})
        hex.insert(dash, '-');
    return hex;
}

} // namespace Sheaf
