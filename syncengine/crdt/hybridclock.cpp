// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/hybridclock.h"

#include <algorithm>

namespace Sheaf {

Hlc HybridClock::tick(qint64 wallMs)
{
    // One more than a full counter is the next millisecond with counter 0: it borrows by itself.
    // A wall clock thousands of years ahead leaves half of the range to go on in.
    m_last = std::max(makeHlc(std::clamp<qint64>(wallMs, 0, clockMsLimit / 2 - 1)), m_last + 1);
    return m_last;
}

void HybridClock::observe(Hlc seen)
{
    m_last = std::max(m_last, seen);
}

} // namespace Sheaf
