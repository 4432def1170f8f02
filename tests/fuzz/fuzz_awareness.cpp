// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "text/awareness.h"
#include "text/relativejson.h"

using namespace Sheaf;

Fuzz::Budget Fuzz::budget()
{
    // An input is read five times and written once.
    return {.cpuMs = 40};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    const QByteArray state = "{\"x\":" + QByteArray(90, '[') + QByteArray(90, ']') + '}';
    std::vector<Text::AwarenessEntry> entries;
    for (quint64 client = 0; client < 330; ++client)
        entries.push_back({client, 1, state});
    return {Text::writeAwareness(entries)};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const QByteArrayView input = Fuzz::viewOf(bytes, size);
    // What is read is written again, and means the same.
    const auto entries = Text::readAwareness(input);
    if (entries) {
        const auto again = Text::readAwareness(Text::writeAwareness(*entries));
        SHEAF_CHECK(again && *again == *entries);
    }
    // Whoever takes it once more learns nothing.
    Text::Awareness awareness(1);
    (void)awareness.setOwn("{}");
    const auto change = awareness.apply(input, 0);
    SHEAF_CHECK(change.has_value() == entries.has_value());
    SHEAF_CHECK(awareness.ownState() == "{}");
    const auto again = awareness.apply(input, 1);
    SHEAF_CHECK(!again || (again->present.empty() && again->gone.empty()));
    (void)awareness.expire(1'000'000);
    SHEAF_CHECK(awareness.clients().empty());

    const QByteArray position = Text::relativeFromJson(Text::relativeToJson(input));
    SHEAF_CHECK(Text::relativeFromJson(Text::relativeToJson(position)) == position);
    return 0;
}
