// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "protocol/codec.h"
#include "protocol/framing.h"
#include "protocol/limits.h"

using namespace Sheaf;

Fuzz::Budget Fuzz::budget()
{
    return {};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    const auto filled = [](auto message, auto add) {
        Message whole = message;
        for (quint32 i = 0; i < 5000; ++i) {
            add(message, i);
            if ((i % 64 == 63) && encodeMessage(message).size() > inputBytesMax)
                break;
            whole = message;
        }
        return encodeMessage(whole);
    };
    QByteArray record;
    encodeRecord({.length = 2, .life = {1, 1}, .cells = {}}, record);
    const QByteArray rows = filled(Push{"s", 1, false, {{"t", {}}}, {}}, [&](Push &push, quint32) {
        push.changes.append({0, QByteArray(1, '\0'), record});
    });
    const QByteArray verdicts = filled(Ack{"s", 1, 0, 0, 0, {}}, [](Ack &ack, quint32 i) { ack.verdicts.append({i, {}, {}}); });
    const QByteArray columns = filled(Push{"s", 1, false, {}, {}}, [](Push &push, quint32 i) {
        if (i % 500 == 0)
            push.tables.append({QByteArray::number(i), {}});
        push.tables.last().columns.append({i % 500 + 1, QByteArray::number(10'000 - i)});
    });
    QByteArray bomb =
        frameMessage(QByteArray(8 * (inputBytesMax - 100), '\0'), builtinCompressions().constFirst().get())->first();
    bomb[0] = '\xFF';
    return {rows, verdicts, columns, bomb, QByteArray(inputBytesMax, '\x9F'), QByteArray(inputBytesMax, '\x81')};
}

namespace {

void decode(QByteArrayView bytes)
{
    const auto message = decodeMessage(bytes);
    if (!message) {
        SHEAF_CHECK(!message.error().code.isEmpty() && message.error().code.size() <= Limits::codeBytesMax);
        return;
    }
    // A message has one encoding, so whatever was accepted comes back byte by byte.
    const QByteArray again = encodeMessage(*message);
    SHEAF_CHECK(again == bytes);
    const auto twice = decodeMessage(again);
    SHEAF_CHECK(twice && *twice == *message);
}

} // namespace

/// The bytes of a message; behind a first byte of 0xFF the payload of a compressed one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const QByteArrayView input = Fuzz::viewOf(bytes, size);
    if (size == 0 || bytes[0] != 0xFF) {
        decode(input);
        return 0;
    }
    if (input.size() > Limits::frameBytesMax)
        return 0;
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    assembler.setCompression(builtinCompressions().constFirst());
    const auto unpacked = assembler.take("\3" + input.sliced(1).toByteArray());
    if (!unpacked)
        return 0;
    SHEAF_CHECK(unpacked->has_value());
    SHEAF_CHECK((*unpacked)->size() <= std::min(Limits::messageBytesMax, input.size() * Limits::compressionRatioMax));
    decode(**unpacked);
    return 0;
}
