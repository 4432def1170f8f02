// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"

namespace Sheaf {

/// Seeded chance of the whole world (splitmix64).
class SeededRandom final : public Random
{
public:
    /// What a generator is for: those of one seed have nothing to do with one another.
    enum class Purpose : quint64 { Features = 1, World, Server, Device, Network, Step, Settling, Disk, Wish };

    explicit SeededRandom(quint64 seed) : m_state(seed) {}
    [[nodiscard]] static SeededRandom branch(quint64 seed, Purpose purpose, int number = 0);
    quint64 next() override;
    /// True once in `times` draws, on average.
    bool oneIn(quint64 times) { return below(times) == 0; }
    /// Uniform in [from, to].
    qint64 between(qint64 from, qint64 to) { return from + static_cast<qint64>(below(static_cast<quint64>(to - from + 1))); }

private:
    quint64 m_state;
};

} // namespace Sheaf
