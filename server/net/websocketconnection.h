// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/yjsconnection.h"
#include "server/net/framereader.h"

#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <functional>
#include <memory>

namespace Sheaf::Server {

/// Puts the header of a WebSocket frame before a payload. Remembers the last one: a broadcast sends
/// the same bytes to everybody, and all queues share them.
class FrameWrapper
{
public:
    [[nodiscard]] QByteArray wrap(const QByteArray &payload);

private:
    QByteArray m_payload;
    QByteArray m_wrapped;
};

/// The server's end of a WebSocket, after its handshake, behind the port Connection. Our own RFC 6455 and
/// not QtWebSockets', which (6.4) neither bounds what a peer that does not read makes it queue, nor counts
/// pings and fragments, and copies each message for each receiver.
class WebSocketConnection final : public QObject, public YjsConnection
{
public:
    /// What its frames hold, and so how large they may be and how a fault is told. Yjs clients are also pinged, because they
    /// may have nothing to say for hours.
    enum class Speech : quint8 { Sheaf, Yjs };

    /// `answered` is called once, when the first frame is sent.
    WebSocketConnection(std::unique_ptr<QTcpSocket> socket, Speech speech, std::shared_ptr<FrameWrapper> wrapper,
                        std::function<void()> answered);
    ~WebSocketConnection() override;

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override;
    [[nodiscard]] qint64 unsentBytes() const override;
    void close() override;
    void close(YjsEnd code, const QString &reason) override;
    void drop() override;

    /// Ends the connection at once; the observer hears closed().
    void evict(const QString &reason) { endLater(reason); }

private:
    enum class State : quint8 { Open, Closing, Over };
    void read();
    void written();
    [[nodiscard]] bool take(FrameReader::Kind kind, const QByteArray &payload);
    void fault(const FrameFault &fault);
    [[nodiscard]] qsizetype sendNow(const QByteArray &bytes);
    void sayGoodbye(quint16 closeCode, const QString &reason = {});
    void keepAlive();
    void endLater(const QString &reason);

    std::unique_ptr<QTcpSocket> m_socket;
    Speech m_speech;
    std::shared_ptr<FrameWrapper> m_wrapper;
    std::function<void()> m_answered;
    Observer *m_observer = nullptr;
    FrameReader m_reader;
    State m_state = State::Open;
    qint64 m_ignored = 0; ///< bytes that came after our close frame
    QTimer m_pings;
    qint64 m_heardMs = 0;
};

} // namespace Sheaf::Server
