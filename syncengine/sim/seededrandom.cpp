// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sim/seededrandom.h"

namespace Sheaf {

quint64 SeededRandom::next()
{
    // Source: Sebastiano Vigna, splitmix64.
    m_state += 0x9e3779b97f4a7c15ULL;
    quint64 z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

SeededRandom SeededRandom::branch(quint64 seed, Purpose purpose, int number)
{
    constexpr int purposeBits = 32;
    SeededRandom parent(seed);
    return SeededRandom(parent.next() ^
                        SeededRandom((static_cast<quint64>(purpose) << purposeBits) + static_cast<quint64>(number)).next());
}

} // namespace Sheaf
