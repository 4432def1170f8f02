// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/upgrade.h"

#include "server/core/yjsaddress.h"

#include <QCryptographicHash>

#include <algorithm>
#include <optional>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr auto subprotocol = "sheaf.1";
constexpr auto acceptSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
constexpr qsizetype keyBytes = 16;

/// The value of a header, several joined by commas; nothing when there is none.
std::optional<QByteArray> headerValue(const QList<QByteArray> &lines, QByteArrayView lowerName)
{
    std::optional<QByteArray> value;
    for (const QByteArray &line : lines) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.left(colon).trimmed().toLower() == lowerName)
            value = (value ? *value + ',' : QByteArray()) + line.mid(colon + 1).trimmed();
    }
    return value;
}

bool lists(const std::optional<QByteArray> &value, QByteArrayView wanted, Qt::CaseSensitivity sensitivity = Qt::CaseInsensitive)
{
    const QList<QByteArray> words = value.value_or(QByteArray()).split(',');
    return std::any_of(words.begin(), words.end(),
                       [&](const QByteArray &word) { return word.trimmed().compare(wanted, sensitivity) == 0; });
}

UpgradeAnswer denied(const QByteArray &status, const QByteArray &more = {})
{
    return {"HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: 0\r\n" + more + "\r\n", false, {}};
}

} // namespace

UpgradeAnswer judgeUpgrade(const QByteArray &head, const QStringList &origins)
{
    QList<QByteArray> lines = head.split('\n');
    const QByteArray request = lines.takeFirst().trimmed();
    // No browser but those that were named, so that no web page can use a server of its visitor's network.
    const auto origin = headerValue(lines, "origin");
    if (origin && !origins.contains(QString::fromLatin1(*origin)))
        return denied("403 Forbidden"_ba);
    if (!request.startsWith("GET ") || !request.endsWith(" HTTP/1.1") || !lists(headerValue(lines, "upgrade"), "websocket") ||
        !lists(headerValue(lines, "connection"), "upgrade"))
        return denied("426 Upgrade Required"_ba, "Upgrade: websocket\r\n"_ba);
    if (headerValue(lines, "sec-websocket-version") != "13"_ba)
        return denied("426 Upgrade Required"_ba, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"_ba);
    const QByteArray key = headerValue(lines, "sec-websocket-key").value_or(QByteArray());
    const QByteArray target = request.split(' ').value(1);
    const bool isYjs = isYjsTarget(target);
    if (QByteArray::fromBase64(key).size() != keyBytes ||
        (!isYjs && !lists(headerValue(lines, "sec-websocket-protocol"), subprotocol, Qt::CaseSensitive)))
        return denied("400 Bad Request"_ba);
    const QByteArray accept = QCryptographicHash::hash(key + acceptSalt, QCryptographicHash::Sha1).toBase64();
    QByteArray answer =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + accept +
        "\r\n";
    if (!isYjs)
        answer += "Sec-WebSocket-Protocol: "_ba + subprotocol + "\r\n";
    return {answer + "\r\n", true, isYjs ? target : QByteArray()};
}

} // namespace Sheaf::Server
