// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/websockettransport.h"

#include "protocol/limits.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QTcpSocket>
#include <QWebSocket>
#include <QWebSocketHandshakeOptions>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Read in slices, so that a session that applies slowly slows the server down instead of filling memory.
constexpr qint64 readSliceBytes = 256 * 1024;

bool isLoopback(const QUrl &url)
{
    const QString host = url.host();
    return host == "localhost"_L1 || QHostAddress(host).isLoopback();
}

QString complaint(const QUrl &url)
{
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "ws"_L1 && url.scheme() != "wss"_L1))
        return u"\"%1\" is not the address of a server: it looks like wss://host or wss://host:port."_s.arg(
            url.toDisplayString());
    if (url.scheme() == "ws"_L1 && !isLoopback(url))
        return u"Only wss:// may be used to reach %1: ws:// is not encrypted and goes to this very machine alone."_s.arg(
            url.host());
    return {};
}

class WebSocketConnection final : public QObject, public Connection
{
public:
    WebSocketConnection(const QUrl &url, Observer *observer) : m_url(url), m_observer(observer)
    {
        connect(&m_socket, &QWebSocket::connected, this, [this] { opened(); });
        connect(&m_socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &frame) {
            if (m_observer)
                m_observer->frameReceived(frame);
        });
        connect(&m_socket, &QWebSocket::textMessageReceived, this,
                [this] { m_socket.close(QWebSocketProtocol::CloseCodeDatatypeNotSupported); });
        connect(&m_socket, &QWebSocket::bytesWritten, this, [this] {
            if (m_observer)
                m_observer->drained();
        });
        // Queued, because both can come out of our own calls.
        connect(
            &m_socket, &QWebSocket::disconnected, this, [this] { ended(); }, Qt::QueuedConnection);
        connect(
            &m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this, [this] { ended(); },
            Qt::QueuedConnection);
        m_socket.setReadBufferSize(readSliceBytes);
        m_socket.setMaxAllowedIncomingFrameSize(Limits::frameBytesMax);
        m_socket.setMaxAllowedIncomingMessageSize(Limits::frameBytesMax);
        m_socket.setOutgoingFrameSize(Limits::frameBytesMax);
        QMetaObject::invokeMethod(
            this, [this] { open(); }, Qt::QueuedConnection);
    }

    ~WebSocketConnection() override { drop(); }

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override { m_socket.sendBinaryMessage(frame); }
    [[nodiscard]] qint64 unsentBytes() const override { return m_socket.bytesToWrite(); }
    void close() override { m_socket.close(); }
    void drop() override
    {
        m_observer = nullptr;
        m_socket.disconnect(this);
        m_socket.abort();
    }

private:
    void open()
    {
        if (!m_observer)
            return;
        if (const QString text = complaint(m_url); !text.isEmpty())
            return finish(text);
        if (isLoopback(m_url))
            m_socket.setProxy(QNetworkProxy::NoProxy);
        QWebSocketHandshakeOptions options;
        options.setSubprotocols({u"sheaf.1"_s});
        m_socket.open(m_url, options);
    }

    void opened()
    {
        if (m_socket.subprotocol() != "sheaf.1"_L1)
            return finish(u"%1 is a web server, but not a Sheaf server."_s.arg(m_url.host()));
        // Edits are small and wanted at once: no waiting for more bytes.
        if (auto *tcp = m_socket.findChild<QTcpSocket *>())
            tcp->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        if (m_observer)
            m_observer->opened();
    }

    void ended()
    {
        const QString text =
            m_socket.error() == QAbstractSocket::UnknownSocketError ? m_socket.closeReason() : m_socket.errorString();
        finish(text.isEmpty() ? u"The server closed the connection."_s : text);
    }

    void finish(const QString &reason)
    {
        Observer *last = std::exchange(m_observer, nullptr);
        drop();
        if (last)
            last->closed(reason);
    }

    QUrl m_url;
    QWebSocket m_socket;
    Observer *m_observer;
};

} // namespace

Result<void> WebSocketTransport::check(const QUrl &url) const
{
    const QString text = complaint(url);
    return text.isEmpty() ? Result<void>() : fail(u"bad_url"_s, text);
}

std::unique_ptr<Connection> WebSocketTransport::connectTo(const QUrl &url, Connection::Observer *observer)
{
    return std::make_unique<WebSocketConnection>(url, observer);
}

} // namespace Sheaf
