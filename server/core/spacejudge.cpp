// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/space.h"

#include <algorithm>

/// What a space does not take because its author did not know enough: PROTOCOL.md "Forgetting deletes".
namespace Sheaf::Server {

using namespace Qt::StringLiterals;

/// Also of a row that is not known: its author keeps what it deleted, and others may make a row of that key.
Space::Refusal Space::judgeDelete() const
{
    if (!isForgotten(m_incoming.length, m_incoming.life, m_stored.forgotten.floorStamp) || !m_outcome.clockChanged)
        return {};
    return std::pair(u"clock_behind"_s, u"The delete is stamped earlier than deletes may be by now."_s);
}

/// Only those that stand here have been seen by others, who must hear of it before it is forgotten.
Space::Refusal Space::judgeGoneParts() const
{
    if (m_incoming.length != m_old.length)
        return {};
    const auto isTooLate = [&](size_t winner) {
        const PartCell &part = m_incoming.parts[winner];
        if (!isGone(part) || part.stamp.hlc > m_stored.forgotten.floorStamp)
            return false;
        const auto old = std::ranges::lower_bound(m_old.parts, placeOf(part), {}, [](const PartCell &p) { return placeOf(p); });
        return old != m_old.parts.end() && placeOf(*old) == placeOf(part) && !isGone(*old);
    };
    if (!std::ranges::any_of(m_outcome.partWinners, isTooLate))
        return {};
    return std::pair(u"clock_behind"_s, u"An element or key was taken out earlier than that may be by now."_s);
}

/// Half a row must never become one; and of two lives that were begun in ignorance of each other none is the later one, so
/// their author has to join the one that stands.
Space::Refusal Space::judgeLife() const
{
    if (!isAlive(m_incoming.length) || m_incoming.length == m_old.length)
        return {};
    if (isEdit(m_incoming)) {
        if (m_incoming.length < m_old.length)
            return {};
        return std::pair(u"no_row"_s, u"The row of the edit is not there."_s);
    }
    if (!isAlive(m_old.length) || !isUnawareBirth(std::max(m_old.length, m_incoming.length)))
        return {};
    return std::pair(u"born_apart"_s, u"The key has a row already, which was begun without knowledge of this one."_s);
}

} // namespace Sheaf::Server
