// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace Sheaf {

/// Chance: a system source in production, a seeded one in simulation.
class Random
{
public:
    virtual ~Random() = default;
    /// 64 uniform bits. One thread, the owner's.
    virtual quint64 next() = 0;
    /// Uniform in [0, bound); 0 when bound is 0.
    quint64 below(quint64 bound) { return bound == 0 ? 0 : next() % bound; }
};

} // namespace Sheaf
