// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>
#include <QString>

namespace Sheaf::Server {

/// Reads the headers of RFC 6455 frames in a stream of bytes and keeps the budgets of a peer.
class FrameCounter
{
public:
    /// Takes the next bytes of the stream; false when the peer has gone too far.
    [[nodiscard]] bool take(QByteArrayView bytes, qint64 nowMs);

private:
    /// So many at once, then so many each second.
    struct Budget {
        double burst;
        double perSecond;
        double left;
        qint64 atMs = 0;
        bool spend(qint64 nowMs);
    };

    [[nodiscard]] bool frameBegins(qint64 nowMs);

    unsigned char m_header[14] = {};
    int m_headerBytes = 0;
    quint64 m_payloadLeft = 0;
    int m_fragments = 0;
    Budget m_controls{5, 1, 5};  ///< pings, pongs and closes
    Budget m_empties{10, 10, 10};
};

} // namespace Sheaf::Server
