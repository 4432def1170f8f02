// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <compare>

namespace Sheaf {

/// Identity of one replica file; random, never 0 for a real replica.
using SiteId = quint64;

/// Hybrid logical clock reading: 48 bits of milliseconds since 1970, 16 bits of counter.
/// Source: Kulkarni et al., "Logical Physical Clocks", 2014.
using Hlc = quint64;

constexpr int hlcCounterBits = 16;

/// Clock readings from outside stay below this many milliseconds (the year 6429): between it and the
/// end of an Hlc is room for local ticks that no peer can use up.
constexpr qint64 clockMsLimit = 1LL << 47;

constexpr Hlc makeHlc(qint64 ms, quint16 counter = 0)
{
    return (static_cast<quint64>(ms) << hlcCounterBits) | counter;
}

constexpr qint64 hlcMs(Hlc hlc)
{
    return static_cast<qint64>(hlc >> hlcCounterBits);
}

/// Whether a reading that came from outside may be taken over.
constexpr bool isPlausible(Hlc hlc)
{
    return hlc != 0 && hlcMs(hlc) < clockMsLimit;
}

/// When and where a cell was written. Ordered by time, then site: the later one wins a register.
struct Stamp {
    Hlc hlc = 0;
    SiteId site = 0;

    friend constexpr auto operator<=>(const Stamp &, const Stamp &) = default;
};

/// Number of life changes of a row: odd = alive, even = deleted, 0 = never existed.
using CausalLength = quint32;

constexpr bool isAlive(CausalLength length)
{
    return (length & 1U) != 0;
}

/// The next life of a row whose last one was `length`, for whoever knew that one.
constexpr CausalLength rebornAbove(CausalLength length)
{
    return (length + 1) | 3U;
}

/// A life that begins without knowledge of the key, above deletes of up to `length` that are forgotten. Such lives are told from
/// others by their length, so that two of one key can be united: PROTOCOL.md "Merging".
constexpr CausalLength bornAbove(CausalLength length)
{
    return ((length + 3) & ~3U) + 1;
}

constexpr bool isUnawareBirth(CausalLength length)
{
    return (length & 3U) == 1;
}

} // namespace Sheaf
