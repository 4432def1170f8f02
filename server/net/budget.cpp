// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/net/budget.h"

#include <algorithm>

namespace Sheaf::Server {

bool Budget::spend(qint64 nowMs)
{
    m_left = std::min(m_burst, m_left + m_perSecond * static_cast<double>(std::max<qint64>(0, nowMs - m_atMs)) / 1000.0);
    m_atMs = nowMs;
    if (m_left < 1)
        return false;
    m_left -= 1;
    return true;
}

} // namespace Sheaf::Server
