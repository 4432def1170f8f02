// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/bytes.h"

#include <QByteArray>

namespace Sheaf {

/// The name of the plugin that carries awareness updates.
[[nodiscard]] inline QByteArray presencePlugin()
{
    return QByteArrayLiteral("presence");
}

/// Where people meet, PROTOCOL.md "Presence".
struct PresenceTopic {
    QByteArray space;
    QByteArray place; ///< textPlace(); empty: the whole space
    friend bool operator==(const PresenceTopic &, const PresenceTopic &) = default;
    friend auto operator<=>(const PresenceTopic &a, const PresenceTopic &b)
    {
        const int spaces = a.space.compare(b.space);
        return (spaces != 0 ? spaces : a.place.compare(b.place)) <=> 0;
    }
};

/// The place of one text: `key` is encodeKey() of its row's primary key.
[[nodiscard]] inline QByteArray textPlace(QByteArrayView table, QByteArrayView key, QByteArrayView column)
{
    QByteArray place;
    Bytes::appendBytes(place, table);
    Bytes::appendBytes(place, key);
    Bytes::appendBytes(place, column);
    return place;
}

} // namespace Sheaf
