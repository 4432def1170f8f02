// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>

#include <optional>

namespace Sheaf {

/// Cuts a message into binary WebSocket frames of at most Limits::frameBytesMax, PROTOCOL.md
/// "Frames"; compresses it first when that is agreed and pays.
[[nodiscard]] QList<QByteArray> frameMessage(const QByteArray &message, bool compress);

/// Puts the frames of one direction together again. One per connection.
class FrameAssembler
{
public:
    /// Before the welcome only tiny messages are taken, and no compressed ones.
    void setWelcomed(bool welcomed) { m_welcomed = welcomed; }

    /// Takes one frame; a whole message when it completes one. After an error the connection must
    /// end. Errors: `bad_frame`, `too_large`.
    Result<std::optional<QByteArray>> take(QByteArrayView frame);

private:
    QByteArray m_partial;
    int m_frames = 0; ///< of the message that is open
    bool m_compressed = false;
    bool m_open = false;
    bool m_welcomed = false;
};

} // namespace Sheaf
