// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"

#include <QRandomGenerator>

namespace Sheaf {

/// Chance from the system.
class SystemRandom final : public Random
{
public:
    quint64 next() override;

private:
    QRandomGenerator m_generator = QRandomGenerator::securelySeeded();
};

} // namespace Sheaf
