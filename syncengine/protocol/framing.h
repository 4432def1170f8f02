// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "protocol/compression.h"

#include <optional>

namespace Sheaf {

/// Cuts a message into binary WebSocket frames of at most Limits::frameBytesMax, PROTOCOL.md "Frames".
[[nodiscard]] QList<QByteArray> frameMessage(const QByteArray &message);

/// The same, packed first when a compression is agreed (not null) and it pays. Errors: `compression_failed`.
Result<QList<QByteArray>> frameMessage(const QByteArray &message, const Compression *compression);

/// Puts the frames of one direction together again. One per connection.
class FrameAssembler
{
public:
    /// Before the welcome only tiny messages are taken.
    void setWelcomed(bool welcomed) { m_welcomed = welcomed; }
    /// What was agreed; until then no compressed message is taken. Null: none ever.
    void setCompression(std::shared_ptr<const Compression> compression) { m_compression = std::move(compression); }

    /// Takes one frame; a whole message when it completes one. After an error the connection must
    /// end. Errors: `bad_frame`, `too_large`, `compression_failed`.
    Result<std::optional<QByteArray>> take(QByteArrayView frame);

private:
    std::shared_ptr<const Compression> m_compression;
    QByteArray m_partial;
    int m_frames = 0; ///< of the message that is open
    bool m_compressed = false;
    bool m_open = false;
    bool m_welcomed = false;
};

} // namespace Sheaf
