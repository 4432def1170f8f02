// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/structlist.h"

#include <algorithm>

namespace Sheaf::Text {

StructList::Place StructList::search(quint32 clock) const
{
    if (const Place after{m_hint.chunk, m_hint.slot + 1}; holds(after, clock))
        return m_hint = after;
    // The newest structs are asked for most.
    size_t chunk = m_chunks.size() - 1;
    if (m_first[chunk] > clock)
        chunk = static_cast<size_t>(std::upper_bound(m_first.begin(), m_first.end(), clock) - m_first.begin()) - 1;
    const auto &entries = m_chunks[chunk];
    if (entries.back().clock <= clock)
        return m_hint = {static_cast<quint32>(chunk), static_cast<quint32>(entries.size() - 1)};
    // Halving without a branch: which half it is cannot be foretold.
    quint32 slot = 0;
    for (auto left = static_cast<quint32>(entries.size()); left > 1;) {
        const quint32 half = left / 2;
        slot += entries[slot + half].clock <= clock ? half : 0;
        left -= half;
    }
    return m_hint = {static_cast<quint32>(chunk), slot};
}

bool StructList::next(Place &place) const
{
    if (place.slot + 1 < m_chunks[place.chunk].size()) {
        ++place.slot;
        return true;
    }
    if (place.chunk + 1 >= m_chunks.size())
        return false;
    place = {place.chunk + 1, 0};
    return true;
}

bool StructList::previous(Place &place) const
{
    if (place.slot > 0) {
        --place.slot;
        return true;
    }
    if (place.chunk == 0)
        return false;
    place = {place.chunk - 1, static_cast<quint32>(m_chunks[place.chunk - 1].size() - 1)};
    return true;
}

void StructList::append(quint32 clock, quint32 item)
{
    if (m_chunks.empty() || m_chunks.back().size() >= chunkMax) {
        m_chunks.emplace_back();
        m_first.push_back(clock);
    }
    m_chunks.back().push_back({clock, item});
    ++m_size;
}

void StructList::insertAfter(Place place, quint32 clock, quint32 item)
{
    auto &chunk = m_chunks[place.chunk];
    chunk.insert(chunk.begin() + place.slot + 1, Entry{clock, item});
    ++m_size;
    if (chunk.size() <= chunkMax)
        return;
    const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
    std::vector<Entry> upper(middle, chunk.end());
    chunk.erase(middle, chunk.end());
    m_first.insert(m_first.begin() + place.chunk + 1, upper.front().clock);
    m_chunks.insert(m_chunks.begin() + place.chunk + 1, std::move(upper));
}

void StructList::eraseBehind(Place place, size_t count)
{
    m_size -= count;
    auto &first = m_chunks[place.chunk];
    const size_t inFirst = std::min(count, first.size() - place.slot - 1);
    first.erase(first.begin() + place.slot + 1, first.begin() + place.slot + 1 + static_cast<std::ptrdiff_t>(inFirst));
    count -= inFirst;
    quint32 end = place.chunk + 1; // chunks up to here go whole
    for (; count > 0 && count >= m_chunks[end].size(); ++end)
        count -= m_chunks[end].size();
    if (count > 0) {
        auto &last = m_chunks[end];
        last.erase(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(count));
        m_first[end] = last.front().clock;
    }
    m_chunks.erase(m_chunks.begin() + place.chunk + 1, m_chunks.begin() + end);
    m_first.erase(m_first.begin() + place.chunk + 1, m_first.begin() + end);
}

} // namespace Sheaf::Text
