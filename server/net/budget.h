// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

namespace Sheaf::Server {

/// So many at once, then so many each second.
class Budget
{
public:
    Budget(double burst, double perSecond) : m_burst(burst), m_perSecond(perSecond), m_left(burst) {}

    /// False, and nothing spent, when there is nothing left. The time never goes back.
    [[nodiscard]] bool spend(qint64 nowMs);

private:
    double m_burst;
    double m_perSecond;
    double m_left;
    qint64 m_atMs = 0;
};

} // namespace Sheaf::Server
