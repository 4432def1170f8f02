// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "protocol/framing.h"
#include "protocol/limits.h"

using namespace Sheaf;

Fuzz::Budget Fuzz::budget()
{
    return {};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    QByteArray crumbs("\1"); // the smallest frames, and as many messages
    while (crumbs.size() + 4 <= inputBytesMax)
        crumbs += QByteArray("\2\0\1x", 4);
    QByteArray zeros =
        frameMessage(QByteArray(8 * (inputBytesMax - 100), '\0'), builtinCompressions().constFirst().get())->first();
    const auto size = static_cast<quint16>(zeros.size());
    return {crumbs, "\3" + QByteArray(1, static_cast<char>(size)) + QByteArray(1, static_cast<char>(size >> 8)) + zeros};
}

namespace {

/// What was put together comes apart into frames that give it again.
void checkRoundTrip(const QByteArray &message, bool compress)
{
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    const auto zstd = builtinCompressions().constFirst();
    assembler.setCompression(zstd);
    const auto frames = frameMessage(message, compress ? zstd.get() : nullptr);
    SHEAF_CHECK(frames);
    for (qsizetype i = 0; i < frames->size(); ++i) {
        SHEAF_CHECK((*frames)[i].size() <= Limits::frameBytesMax);
        const auto taken = assembler.take((*frames)[i]);
        SHEAF_CHECK(taken && taken->has_value() == (i + 1 == frames->size()));
        if (taken->has_value())
            SHEAF_CHECK(**taken == message);
    }
}

} // namespace

/// Frames one after another, each behind its length in two bytes. The first byte: bit 0 = welcomed,
/// bit 1 = compress on the way back.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    const quint8 mode = input.byte();
    const bool welcomed = (mode & 1) != 0;
    FrameAssembler assembler;
    assembler.setWelcomed(welcomed);
    if (welcomed)
        assembler.setCompression(builtinCompressions().constFirst());
    while (!input.atEnd()) {
        const quint16 length = input.word();
        const auto taken = assembler.take(input.take(length));
        if (!taken)
            return 0;
        if (!taken->has_value())
            continue;
        const QByteArray &message = **taken;
        SHEAF_CHECK(message.size() <= (welcomed ? Limits::messageBytesMax : Limits::messageBytesMaxBeforeWelcome));
        if (!message.isEmpty())
            checkRoundTrip(message, (mode & 2) != 0);
    }
    return 0;
}
