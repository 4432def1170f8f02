// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/forgetparts.h"

#include "crdt/elementset.h"
#include "crdt/jsonscalar.h"

#include <algorithm>
#include <set>

namespace Sheaf {

namespace {

/// What a base shows, and which of it a part speaks of. Nobody says here whether the column is a set or a map: its base does.
class Base
{
public:
    explicit Base(const Cell *cell)
    {
        if (cell == nullptr || (cell->value.type != ValueView::Type::Text && cell->value.type != ValueView::Type::Blob))
            return;
        if (const auto elements = scalarsOfArray(cell->value.bytes)) {
            m_shown.insert(elements->begin(), elements->end());
            return;
        }
        m_isMap = true;
        if (const auto entries = scalarsOfObject(cell->value.bytes)) {
            for (const auto &[key, value] : *entries)
                m_shown.insert({.kind = JsonScalar::Kind::String, .string = key});
        }
    }

    /// Null: of nothing that the base shows.
    [[nodiscard]] const JsonScalar *shownBy(QByteArrayView part) const
    {
        if (m_shown.empty() || (!m_isMap && part.size() <= ElementSet::dotBytes))
            return nullptr;
        const auto subject = JsonScalar::fromJson(m_isMap ? part : part.chopped(ElementSet::dotBytes));
        const auto known = subject ? m_shown.find(*subject) : m_shown.end();
        return known == m_shown.end() ? nullptr : &*known;
    }

private:
    std::set<JsonScalar> m_shown;
    bool m_isMap = false;
};

} // namespace

std::vector<size_t> forgettableParts(std::span<const PartCell> parts, const Cell *base, Hlc upTo)
{
    const auto isOld = [upTo](const PartCell &part) { return isGone(part) && part.stamp.hlc <= upTo; };
    if (std::ranges::none_of(parts, isOld))
        return {};
    const Base shown(base);
    std::set<const JsonScalar *> spokenOf; // by parts that stay
    for (const PartCell &part : parts) {
        if (!isOld(part))
            spokenOf.insert(shown.shownBy(part.part));
    }
    std::vector<size_t> forgettable;
    for (size_t i = 0; i < parts.size(); ++i) {
        if (!isOld(parts[i]))
            continue;
        const JsonScalar *subject = shown.shownBy(parts[i].part);
        const bool isNeeded = subject != nullptr && base->stamp < parts[i].stamp && spokenOf.insert(subject).second;
        if (!isNeeded)
            forgettable.push_back(i);
    }
    if (forgettable.size() == parts.size())
        forgettable.pop_back();
    return forgettable;
}

bool forgetParts(RowRecord &record, Hlc upTo)
{
    std::vector<PartCell> kept;
    kept.reserve(record.parts.size());
    for (auto first = record.parts.begin(); first != record.parts.end();) {
        const auto end =
            std::ranges::find_if(first, record.parts.end(), [&](const PartCell &part) { return part.column != first->column; });
        const auto cell = std::ranges::lower_bound(record.cells, first->column, {}, &Cell::column);
        const bool hasBase = cell != record.cells.end() && cell->column == first->column;
        const auto forgettable = forgettableParts({first, end}, hasBase ? &*cell : nullptr, upTo);
        auto next = forgettable.begin();
        for (auto part = first; part != end; ++part) {
            if (next != forgettable.end() && *next == static_cast<size_t>(part - first))
                ++next;
            else
                kept.push_back(*part);
        }
        first = end;
    }
    const bool isLess = kept.size() < record.parts.size();
    record.parts = std::move(kept);
    return isLess;
}

} // namespace Sheaf
