// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/stamp.h"

#include <QHash>

#include <optional>
#include <vector>

namespace Sheaf {

/// Small numbers for the sites that one file names: a stamp there takes 9 bytes instead of 16. They mean nothing
/// outside of it, and a number once given stays.
class SiteNumbers
{
public:
    /// The number of a site, given now if it has none.
    [[nodiscard]] quint32 numberOf(SiteId site)
    {
        if (m_sites.size() > m_last && m_sites[m_last] == site)
            return m_last;
        const auto known = m_numbers.constFind(site);
        m_last = known != m_numbers.constEnd() ? *known : static_cast<quint32>(m_sites.size());
        if (known == m_numbers.constEnd())
            append(site);
        return m_last;
    }

    [[nodiscard]] std::optional<SiteId> siteOf(quint64 number) const
    {
        return number < m_sites.size() ? std::optional(m_sites[number]) : std::nullopt;
    }

    /// Gives a new site the next number.
    void append(SiteId site)
    {
        m_numbers.insert(site, static_cast<quint32>(m_sites.size()));
        m_sites.push_back(site);
    }

    /// All of them, by number from 0.
    [[nodiscard]] const std::vector<SiteId> &sites() const { return m_sites; }

private:
    std::vector<SiteId> m_sites;
    QHash<SiteId, quint32> m_numbers;
    quint32 m_last = 0; ///< asked for last: nearly always the next one, too
};

} // namespace Sheaf
