// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/formatsum.h"

#include <algorithm>

namespace Sheaf::Text {
namespace {

const QString &keyOf(const FormatSum::Extras &extras, quint32 format)
{
    return extras[format].key;
}

const Value &valueOf(const FormatSum::Extras &extras, quint32 format)
{
    return extras[format].values.front();
}

} // namespace

std::vector<FormatSum::Effect>::iterator FormatSum::find(const Extras &extras, const Effect &other)
{
    return std::ranges::find_if(m_effects,
                                [&](const Effect &effect) { return keyOf(extras, effect.first) == keyOf(extras, other.first); });
}

void FormatSum::addVisible()
{
    m_visible = true;
    for (Effect &effect : m_effects)
        effect.trailing = false;
}

void FormatSum::addFormat(const Extras &extras, quint32 format)
{
    const Effect effect{format, format, valueOf(extras, format).isNull(), true, true};
    noteRepeat(extras, effect);
    join(extras, effect);
}

void FormatSum::noteRepeat(const Extras &extras, const Effect &next)
{
    const auto found = find(extras, next);
    if (found != m_effects.end() &&
        ((found->trailing && next.leading) || isSameInstance(valueOf(extras, found->last), valueOf(extras, next.first))))
        m_mayBeIdle = true;
}

/// The order is that of a map which keeps the place of a key until it is taken out.
void FormatSum::join(const Extras &extras, const Effect &next)
{
    const auto found = find(extras, next);
    if (found == m_effects.end()) {
        m_effects.push_back(next);
        m_effects.back().leading = next.leading && !m_visible;
        return;
    }
    const bool staysInPlace = !next.cleared && !valueOf(extras, found->last).isNull();
    Effect joined = *found;
    joined.last = next.last;
    joined.trailing = next.trailing;
    joined.cleared = joined.cleared || !staysInPlace;
    if (staysInPlace) {
        *found = joined;
    } else {
        m_effects.erase(found);
        m_effects.push_back(joined);
    }
}

void FormatSum::append(const Extras &extras, const FormatSum &next)
{
    m_tooWide = m_tooWide || next.m_tooWide;
    m_mayBeIdle = m_mayBeIdle || next.m_mayBeIdle;
    for (const Effect &effect : next.m_effects)
        noteRepeat(extras, effect);
    if (next.m_visible)
        std::ranges::for_each(m_effects, [](Effect &effect) { effect.trailing = false; });
    for (const Effect &effect : next.m_effects)
        join(extras, effect);
    m_visible = m_visible || next.m_visible;
    if (m_effects.size() > keysMax)
        m_tooWide = true;
    if (m_tooWide)
        m_effects.clear();
}

void FormatSum::applyTo(const Extras &extras, Attributes &attributes) const
{
    for (const Effect &effect : m_effects) {
        if (effect.cleared)
            eraseAttribute(attributes, keyOf(extras, effect.last));
    }
    for (const Effect &effect : m_effects) {
        if (!valueOf(extras, effect.last).isNull())
            setAttribute(attributes, keyOf(extras, effect.last), valueOf(extras, effect.last));
    }
}

bool FormatSum::mayBeIdle(const Extras &extras, const Front &front) const
{
    const auto repeats = [&](const Effect &effect) {
        const QString &key = keyOf(extras, effect.first);
        return isSameInstance(attributeOf(front.inForce, key), valueOf(extras, effect.first)) ||
               (effect.leading && std::ranges::any_of(front.gap, [&](quint32 format) { return keyOf(extras, format) == key; }));
    };
    return m_mayBeIdle || std::ranges::any_of(m_effects, repeats);
}

void FormatSum::moveFront(const Extras &extras, Front &front) const
{
    applyTo(extras, front.inForce);
    if (m_visible)
        front.gap.clear();
    for (const Effect &effect : m_effects) {
        if (effect.trailing)
            front.gap.push_back(effect.last);
    }
}

} // namespace Sheaf::Text
