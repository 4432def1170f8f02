// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/websocketconnection.h"

#include "protocol/codec.h"
#include "protocol/framing.h"
#include "protocol/limits.h"
#include "server/core/tuning.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 readBufferBytes = 128 * 1024;
constexpr qsizetype directBytesMax = 16 * 1024;  // larger frames wait for the event loop's turn
constexpr qint64 lateBytesMax = 4 * 1024 * 1024; // of a peer that talks on after our goodbye
constexpr auto goodbyeTime = 2s;                 // for our last words to arrive
constexpr quint16 normalClosure = 1000;
constexpr quint16 tooBig = 1009;
constexpr qsizetype reasonBytesMax = 123; // RFC 6455, 5.5: with the code a control frame's 125
constexpr unsigned char closeFrame = 0x88;
constexpr unsigned char pingFrame = 0x89;
constexpr unsigned char pongFrame = 0x8a;
constexpr unsigned char binaryFrame = 0x82;

qint64 nowMs()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Payloads of at most Limits::frameBytesMax, in one frame, not masked: a server's.
QByteArray framed(unsigned char firstByte, const QByteArray &payload)
{
    QByteArray out;
    out.reserve(payload.size() + 10);
    out.append(static_cast<char>(firstByte));
    const qsizetype size = payload.size();
    const int sizeBytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    out.append(static_cast<char>(sizeBytes == 0 ? size : sizeBytes == 2 ? 126 : 127));
    for (int shift = (sizeBytes - 1) * 8; shift >= 0; shift -= 8)
        out.append(static_cast<char>(size >> shift));
    return out + payload;
}

/// At most so many bytes of UTF-8, cut between characters.
QByteArray cut(QByteArray utf8, qsizetype max)
{
    qsizetype size = std::min(utf8.size(), max);
    while (size > 0 && size < utf8.size() && (static_cast<unsigned char>(utf8.at(size)) & 0xc0) == 0x80)
        --size;
    utf8.truncate(size);
    return utf8;
}

} // namespace

QByteArray FrameWrapper::wrap(const QByteArray &payload)
{
    // Our copy keeps the bytes of the last payload alive, so an equal address means the same payload.
    if (payload.constData() != m_payload.constData() || payload.size() != m_payload.size()) {
        m_payload = payload;
        m_wrapped = framed(binaryFrame, payload);
    }
    return m_wrapped;
}

WebSocketConnection::WebSocketConnection(std::unique_ptr<QTcpSocket> socket, Speech speech, std::shared_ptr<FrameWrapper> wrapper,
                                         std::function<void()> answered)
    : m_socket(std::move(socket)), m_speech(speech), m_wrapper(std::move(wrapper)), m_answered(std::move(answered))
{
    // A Yjs client has shown its token before its first frame is read, and cannot cut its messages.
    m_reader.setPayloadMax(speech == Speech::Yjs ? Sheaf::Limits::messageBytesMax : Sheaf::Limits::frameBytesMaxBeforeWelcome);
    if (speech == Speech::Yjs) {
        m_heardMs = nowMs();
        connect(&m_pings, &QTimer::timeout, this, &WebSocketConnection::keepAlive);
        m_pings.start(Sheaf::Limits::pingIntervalMs);
    }
    m_socket->setReadBufferSize(readBufferBytes);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &WebSocketConnection::read);
    connect(m_socket.get(), &QTcpSocket::bytesWritten, this, &WebSocketConnection::written);
    connect(m_socket.get(), &QTcpSocket::disconnected, this, [this] { endLater(u"The connection has ended."_s); });
    QMetaObject::invokeMethod(this, &WebSocketConnection::read, Qt::QueuedConnection); // what came with the request
}

WebSocketConnection::~WebSocketConnection()
{
    drop();
}

void WebSocketConnection::sendFrame(const QByteArray &frame)
{
    if (m_state != State::Open)
        return;
    if (m_answered) {
        if (m_speech == Speech::Sheaf)
            m_reader.setPayloadMax(Sheaf::Limits::frameBytesMax);
        std::exchange(m_answered, {})();
    }
    if (unsentBytes() > Sheaf::Limits::unsentBytesMax)
        return endLater(u"The peer does not read."_s);
    const QByteArray bytes = m_wrapper->wrap(frame);
    const qsizetype sent = bytes.size() <= directBytesMax && unsentBytes() == 0 ? sendNow(bytes) : 0;
    if (sent < bytes.size())
        m_socket->write(sent == 0 ? bytes : bytes.sliced(sent));
}

/// What the network takes at once goes past QTcpSocket, which would switch a notifier on and off for
/// each frame, and past a turn of the event loop. Errors are QTcpSocket's to find.
qsizetype WebSocketConnection::sendNow(const QByteArray &bytes)
{
    const auto socket = static_cast<int>(m_socket->socketDescriptor());
    const ssize_t sent = ::send(socket, bytes.constData(), static_cast<size_t>(bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
    return std::max<ssize_t>(0, sent);
}

qint64 WebSocketConnection::unsentBytes() const
{
    return m_state == State::Over ? 0 : m_socket->bytesToWrite();
}

void WebSocketConnection::close()
{
    if (m_state == State::Open)
        sayGoodbye(normalClosure);
}

void WebSocketConnection::close(YjsEnd code, const QString &reason)
{
    if (m_state == State::Open)
        sayGoodbye(static_cast<quint16>(code), reason);
}

void WebSocketConnection::drop()
{
    m_observer = nullptr;
    m_state = State::Over;
    m_pings.stop();
    m_socket->disconnect(this);
    m_socket->abort();
}

/// Without its pongs, a peer that has lost its network would stay for hours.
void WebSocketConnection::keepAlive()
{
    if (m_state != State::Open)
        return;
    if (nowMs() - m_heardMs > Sheaf::Limits::silenceMsMax)
        return endLater(u"The peer is silent."_s);
    if (unsentBytes() < Sheaf::Limits::unsentBytesPause)
        m_socket->write(framed(pingFrame, {}));
}

void WebSocketConnection::read()
{
    std::array<char, 16 * 1024> buffer;
    while (m_state != State::Over) {
        const qint64 got = m_socket->read(buffer.data(), buffer.size());
        if (got <= 0)
            return;
        m_heardMs = nowMs();
        if (m_state == State::Closing) {
            m_ignored += got;
            if (m_ignored > lateBytesMax)
                return endLater(u"The peer talked on after the end."_s);
            continue;
        }
        const auto broken =
            m_reader.take({buffer.data(), got}, nowMs(),
                          [this](FrameReader::Kind kind, const QByteArray &payload) { return take(kind, payload); });
        if (broken)
            fault(*broken);
    }
}

bool WebSocketConnection::take(FrameReader::Kind kind, const QByteArray &payload)
{
    switch (kind) {
    case FrameReader::Kind::Message:
        if (m_observer != nullptr)
            m_observer->frameReceived(payload);
        break;
    case FrameReader::Kind::Ping:
        if (unsentBytes() < Sheaf::Limits::unsentBytesPause)
            m_socket->write(framed(pongFrame, payload));
        break;
    case FrameReader::Kind::Close:
        sayGoodbye(normalClosure);
        break;
    }
    return m_state == State::Open;
}

void WebSocketConnection::written()
{
    if (m_state == State::Closing && m_socket->bytesToWrite() == 0)
        ::shutdown(static_cast<int>(m_socket->socketDescriptor()), SHUT_WR);
    if (m_state == State::Open && m_observer != nullptr)
        m_observer->drained();
}

/// Says why in our own words and in WebSocket's.
void WebSocketConnection::fault(const FrameFault &fault)
{
    if (m_state != State::Open)
        return;
    if (m_speech == Speech::Yjs) {
        // What is too large would only be sent again by a client that comes back.
        const bool isTooLarge = fault.closeCode == tooBig;
        return sayGoodbye(isTooLarge ? static_cast<quint16>(YjsEnd::TooLarge) : fault.closeCode, fault.reason);
    }
    const QList<QByteArray> frames = frameMessage(encodeMessage(Refused{fault.code, fault.reason, Tuning::brokenRetryMs}));
    m_socket->write(framed(binaryFrame, frames.constFirst()));
    sayGoodbye(fault.closeCode);
}

/// Half closes the socket once everything is sent, and waits for the peer to do the same: closing it
/// with bytes unread would reset the connection and take our last words away from the peer.
void WebSocketConnection::sayGoodbye(quint16 closeCode, const QString &reason)
{
    m_state = State::Closing;
    const char code[] = {static_cast<char>(closeCode >> 8), static_cast<char>(closeCode & 0xff)};
    m_socket->write(framed(closeFrame, QByteArray(code, sizeof code) + cut(reason.toUtf8(), reasonBytesMax)));
    QTimer::singleShot(goodbyeTime, this, [this] { endLater(u"The peer did not hang up."_s); });
}

/// Ends without callbacks inside of the caller.
void WebSocketConnection::endLater(const QString &reason)
{
    if (std::exchange(m_state, State::Over) == State::Over)
        return;
    m_socket->disconnect(this);
    QMetaObject::invokeMethod(
        this,
        [this, reason] {
            m_socket->abort();
            if (Observer *observer = std::exchange(m_observer, nullptr))
                observer->closed(reason);
        },
        Qt::QueuedConnection);
}

} // namespace Sheaf::Server
