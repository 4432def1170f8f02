// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace Sheaf {

/// First element of every message, PROTOCOL.md "Messages".
enum class MessageType : quint8 {
    Hello = 1,
    Welcome = 2,
    Refused = 3,
    Subscribe = 4,
    Changes = 5,
    Push = 6,
    Ack = 7,
    Mark = 8,
    Marked = 9,
    Ping = 10,
    Pong = 11,
    Plugin = 12,
    Opened = 13,
    Closed = 14,
    Leave = 15,
    Seen = 16,
    Collected = 17,
    Subscribed = 18,
};

} // namespace Sheaf
