// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/item.h"

#include <vector>

namespace Sheaf::Text {

/// The structs of one client in order of their clocks: chunks with binary search, so that a split in the
/// middle of a long history moves a few hundred bytes only.
class StructList
{
public:
    struct Entry {
        quint32 clock;
        quint32 item;
    };
    struct Place {
        quint32 chunk = 0;
        quint32 slot = 0;
        friend auto operator<=>(const Place &, const Place &) = default;
    };

    [[nodiscard]] bool isEmpty() const { return m_chunks.empty(); }
    [[nodiscard]] size_t size() const { return m_size; }
    /// The struct that contains the clock, which must be below the client's state.
    [[nodiscard]] Place find(quint32 clock) const { return holds(m_hint, clock) ? m_hint : search(clock); }
    [[nodiscard]] quint32 at(Place place) const { return m_chunks[place.chunk][place.slot].item; }
    [[nodiscard]] quint32 last() const { return m_chunks.back().back().item; }
    [[nodiscard]] Place lastPlace() const
    {
        return {static_cast<quint32>(m_chunks.size() - 1), static_cast<quint32>(m_chunks.back().size() - 1)};
    }
    [[nodiscard]] bool next(Place &place) const;
    [[nodiscard]] bool previous(Place &place) const;

    void append(quint32 clock, quint32 item);
    void insertAfter(Place place, quint32 clock, quint32 item);
    /// Takes out so many structs behind one.
    void eraseBehind(Place place, size_t count);
    /// Moves the start of a struct, which stays between its neighbours.
    void setClock(Place place, quint32 clock)
    {
        m_chunks[place.chunk][place.slot].clock = clock;
        if (place.slot == 0)
            m_first[place.chunk] = clock;
    }

    template<typename Visit>
    void forEach(Visit visit) const
    {
        for (const auto &chunk : m_chunks) {
            for (const Entry &entry : chunk)
                visit(entry.item);
        }
    }

private:
    static constexpr size_t chunkMax = 256;
    [[nodiscard]] Place search(quint32 clock) const;
    [[nodiscard]] bool holds(Place place, quint32 clock) const
    {
        if (place.chunk >= m_chunks.size())
            return false;
        const auto &entries = m_chunks[place.chunk];
        if (place.slot >= entries.size() || entries[place.slot].clock > clock)
            return false;
        if (place.slot + 1 < entries.size())
            return clock < entries[place.slot + 1].clock;
        return place.chunk + 1 == m_first.size() || clock < m_first[place.chunk + 1];
    }

    mutable Place m_hint; ///< of the last search: the next one is often for the same struct or the one after
    std::vector<std::vector<Entry>> m_chunks;
    std::vector<quint32> m_first; ///< first clock of each chunk
    size_t m_size = 0;
};

} // namespace Sheaf::Text
