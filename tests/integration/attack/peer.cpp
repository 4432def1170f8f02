// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "peer.h"

#include "crdt/rowkey.h"
#include "crdt/rowrecord.h"
#include "protocol/codec.h"

#include <QDateTime>
#include <QElapsedTimer>

namespace Sheaf::Test {

using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 15'000;
constexpr int closeOpcode = 0x8;

void appendSize(QByteArray &out, quint64 size, int bytes)
{
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
        out.append(static_cast<char>(size >> shift));
}

} // namespace

QByteArray encoded(const WireFrame &frame)
{
    QByteArray out;
    out.append(static_cast<char>((frame.isFinal ? 0x80 : 0) | frame.opcode));
    const quint64 size = frame.declared != 0 ? frame.declared : static_cast<quint64>(frame.payload.size());
    const int mask = frame.isMasked ? 0x80 : 0;
    out.append(static_cast<char>(mask | static_cast<int>(size < 126 ? size : size <= 0xffff ? 126 : 127)));
    if (size >= 126)
        appendSize(out, size, size <= 0xffff ? 2 : 8);
    if (frame.isMasked)
        out.append(4, '\0'); // a mask that leaves the payload as it is
    return out + frame.payload;
}

QByteArray upgradeRequest(const QByteArray &moreHeaders)
{
    return "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sheaf.1\r\n" +
           moreHeaders + "\r\n";
}

bool Peer::upgrade(int receiveBytes)
{
    m_received.clear();
    if (!m_socket.connectTo(m_port, receiveBytes) || m_socket.send(upgradeRequest(), patienceMs) == 0)
        return false;
    QElapsedTimer timer;
    timer.start();
    qsizetype end = -1;
    while ((end = m_received.indexOf("\r\n\r\n")) < 0 && timer.elapsed() < patienceMs && !m_socket.isGone())
        m_received += m_socket.receive(100);
    if (end < 0)
        return false;
    m_httpAnswer = m_received.left(end);
    m_received.remove(0, end + 4);
    m_assembler.setWelcomed(true);
    m_assembler.setCompression(builtinCompressions().constFirst());
    return m_httpAnswer.startsWith("HTTP/1.1 101 ") && m_httpAnswer.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

bool Peer::greet(const QByteArray &token, SiteId site, int receiveBytes)
{
    m_site = site;
    if (!upgrade(receiveBytes))
        return false;
    Hello hello;
    hello.app = u"attack"_s;
    hello.site = site;
    hello.token = token;
    hello.clockMs = QDateTime::currentMSecsSinceEpoch();
    hello.compressions = {"zstd"};
    hello.lease = m_welcome.lease;
    if (!send(hello))
        return false;
    const auto answer = receive(patienceMs);
    if (!answer || !std::holds_alternative<Welcome>(*answer))
        return false;
    m_welcome = std::get<Welcome>(*answer);
    m_number = m_welcome.spaces.isEmpty() ? 0 : m_welcome.spaces.constFirst().lastPush;
    return true;
}

bool Peer::send(const Message &message)
{
    QByteArray bytes;
    const QList<QByteArray> frames = frameMessage(encodeMessage(message));
    for (const QByteArray &frame : frames)
        bytes += encoded({.payload = frame});
    return m_socket.send(bytes, patienceMs) == bytes.size();
}

bool Peer::push(qsizetype size)
{
    ++m_number;
    QByteArray key;
    const ValueView keyValue = ValueView::ofInteger(static_cast<qint64>(m_number));
    const ValueView siteValue = ValueView::ofInteger(static_cast<qint64>(m_site));
    const ValueView keyValues[] = {siteValue, keyValue};
    encodeKey(keyValues, key);
    // Not compressible, so that the bytes are there on the wire too.
    QByteArray body(size, Qt::Uninitialized);
    quint64 state = m_number * 0x9e3779b97f4a7c15ULL + m_site;
    for (char &byte : body) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        byte = static_cast<char>(state >> 56);
    }
    const Stamp stamp{makeHlc(QDateTime::currentMSecsSinceEpoch(), static_cast<quint16>(m_number)), m_site};
    QByteArray record;
    encodeRecord({1, stamp, {{1, stamp, ValueView::ofBlob(body)}}}, record);
    return send(Push{"home", m_number, false, {{"t", {{1, "c"}}}}, {{0, key, record}}});
}

std::optional<qint64> Peer::pushAndWait(qsizetype size, int msMax)
{
    QElapsedTimer timer;
    timer.start();
    if (!push(size))
        return {};
    while (timer.elapsed() < msMax) {
        const auto message = receive(msMax - static_cast<int>(timer.elapsed()));
        if (!message)
            return {};
        if (const auto *ack = std::get_if<Ack>(&*message); ack != nullptr && ack->number == m_number)
            return ack->verdicts.isEmpty() ? std::optional(timer.elapsed()) : std::nullopt;
    }
    return {};
}

std::optional<Message> Peer::receive(int msMax)
{
    QElapsedTimer timer;
    timer.start();
    for (;;) {
        if (auto message = takeFrame())
            return message;
        if (m_closeCode != 0 || m_socket.isGone() || timer.elapsed() >= msMax)
            return {};
        m_received += m_socket.receive(msMax - static_cast<int>(timer.elapsed()));
    }
}

bool Peer::waitForEnd(int msMax)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < msMax && !m_socket.isGone()) {
        m_received += m_socket.receive(100);
        while (takeFrame()) {
        }
    }
    return m_socket.isGone();
}

/// Takes frames off the received bytes until they make a message or there is no whole one left.
std::optional<Message> Peer::takeFrame()
{
    while (m_received.size() >= 2) {
        const auto byteAt = [this](qsizetype i) { return static_cast<quint64>(static_cast<unsigned char>(m_received.at(i))); };
        const int opcode = static_cast<int>(byteAt(0)) & 0x0f;
        quint64 size = byteAt(1) & 0x7f;
        const qsizetype sizeBytes = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (m_received.size() < 2 + sizeBytes)
            return {};
        if (sizeBytes > 0) {
            size = 0;
            for (qsizetype i = 0; i < sizeBytes; ++i)
                size = (size << 8) | byteAt(2 + i);
        }
        const qsizetype end = 2 + sizeBytes + static_cast<qsizetype>(size);
        if (m_received.size() < end)
            return {};
        const QByteArray payload = m_received.mid(2 + sizeBytes, static_cast<qsizetype>(size));
        m_received.remove(0, end);
        if (opcode == closeOpcode && payload.size() >= 2)
            m_closeCode = (static_cast<unsigned char>(payload.at(0)) << 8) | static_cast<unsigned char>(payload.at(1));
        if (opcode != binaryOpcode)
            continue;
        const auto taken = m_assembler.take(payload);
        if (!taken || !taken->has_value())
            continue;
        auto message = decodeMessage(**taken);
        if (!message)
            continue;
        if (const auto *refused = std::get_if<Refused>(&*message))
            m_refusal = refused->code;
        return *std::move(message);
    }
    return {};
}

} // namespace Sheaf::Test
