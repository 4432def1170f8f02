// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/orderkey.h"
#include "crdt/rowkey.h"
#include "fuzz/fuzz.h"

using namespace Sheaf;

Fuzz::Budget Fuzz::budget()
{
    return {};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    return {};
}

/// The first byte: 0 = a row key, else the length of the first of two order keys.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    const quint8 mode = input.byte();
    if (mode != 0) {
        // Order keys come out of cells, so out of anybody's hands.
        const QByteArrayView before = input.take(mode - 1);
        const QByteArrayView after = input.rest();
        const auto key = orderKeyBetween(before, after, 0x9e3779b97f4a7c15ULL + mode);
        if (key)
            SHEAF_CHECK((before.isEmpty() || before < *key) && (after.isEmpty() || *key < after));
        return 0;
    }
    const QByteArrayView key = input.rest();
    std::vector<ValueView> values;
    if (!decodeKey(key, values))
        return 0;
    QByteArray again;
    encodeKey(values, again);
    SHEAF_CHECK(again == key); // equal keys are equal bytes
    return 0;
}
