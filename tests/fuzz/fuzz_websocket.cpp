// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "protocol/limits.h"
#include "server/net/framereader.h"
#include "server/net/upgrade.h"

using namespace Sheaf;
using namespace Sheaf::Server;

namespace {

enum Mode : quint8 { Upgraded = 1, Welcomed = 2 };

struct Heard {
    QList<std::pair<FrameReader::Kind, QByteArray>> events;
    std::optional<QString> fault;
    friend bool operator==(const Heard &, const Heard &) = default;
};

Heard read(QByteArrayView stream, qint64 payloadMax, qsizetype piece)
{
    FrameReader reader;
    reader.setPayloadMax(payloadMax);
    Heard heard;
    while (!stream.isEmpty() && !heard.fault) {
        const QByteArrayView front = stream.first(std::min(piece, stream.size()));
        stream = stream.sliced(front.size());
        const auto fault = reader.take(front, 1000, [&](FrameReader::Kind kind, const QByteArray &payload) {
            SHEAF_CHECK(payload.size() <= payloadMax);
            heard.events.append({kind, payload});
            return true;
        });
        if (fault)
            heard.fault = fault->code;
    }
    return heard;
}

/// What was answered is one whole head, and no byte of the request is in it.
void checkUpgrade(const QByteArray &head)
{
    const UpgradeAnswer answer = judgeUpgrade(head, {QStringLiteral("https://notes.example")});
    SHEAF_CHECK(answer.bytes.startsWith(answer.isAccepted ? "HTTP/1.1 101 " : "HTTP/1.1 4"));
    SHEAF_CHECK(answer.bytes.indexOf("\r\n\r\n") == answer.bytes.size() - 4);
    if (answer.isAccepted)
        SHEAF_CHECK(head.toLower().contains("websocket") && head.contains(answer.yjsTarget.isEmpty() ? "sheaf.1" : "/yjs/"));
}

} // namespace

Fuzz::Budget Fuzz::budget()
{
    return {};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    QByteArray headers("\0GET / HTTP/1.1\r\n", 17);
    while (headers.size() + 10 <= 8 * 1024) // the newcomer reads no longer head
        headers += "Upgrade:,\r\n";
    QByteArray fragments("\3", 1);
    fragments += QByteArray("\2\x81\0\0\0\0a", 7);
    while (fragments.size() + 8 <= inputBytesMax)
        fragments += QByteArray("\0\x81\0\0\0\0a", 7);
    return {headers, fragments};
}

/// A byte of Mode, and then the head of a request, or the bytes behind it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    const quint8 mode = input.byte();
    if ((mode & Upgraded) == 0) {
        checkUpgrade(input.rest().toByteArray());
        return 0;
    }
    const qint64 payloadMax = (mode & Welcomed) != 0 ? Limits::frameBytesMax : Limits::frameBytesMaxBeforeWelcome;
    const QByteArrayView stream = input.rest();
    const Heard whole = read(stream, payloadMax, stream.size());
    SHEAF_CHECK(read(stream, payloadMax, 1 + (mode >> 2)) == whole); // pieces do not matter
    return 0;
}
