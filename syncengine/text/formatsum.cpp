// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/formatsum.h"

#include <algorithm>

namespace Sheaf::Text {
namespace {

quint32 keyOf(const FormatSum::Formats &formats, quint32 format)
{
    return formats.extras[format].key;
}

const QString &nameOf(const FormatSum::Formats &formats, quint32 format)
{
    return formats.keys[keyOf(formats, format)];
}

const Value &valueOf(const FormatSum::Formats &formats, quint32 format)
{
    return formats.extras[format].value;
}

} // namespace

std::vector<FormatSum::Effect>::iterator FormatSum::find(const Formats &formats, const Effect &other)
{
    return std::ranges::find_if(
        m_effects, [&](const Effect &effect) { return keyOf(formats, effect.first) == keyOf(formats, other.first); });
}

void FormatSum::addVisible()
{
    m_visible = true;
    for (Effect &effect : m_effects)
        effect.trailing = false;
}

void FormatSum::addFormat(const Formats &formats, quint32 format)
{
    const Effect effect{format, format, valueOf(formats, format).isNull(), true, true};
    noteRepeat(formats, effect);
    join(formats, effect);
}

void FormatSum::noteRepeat(const Formats &formats, const Effect &next)
{
    const auto found = find(formats, next);
    if (found != m_effects.end() &&
        ((found->trailing && next.leading) || isSameInstance(valueOf(formats, found->last), valueOf(formats, next.first))))
        m_mayBeIdle = true;
}

/// The order is that of a map which keeps the place of a key until it is taken out.
void FormatSum::join(const Formats &formats, const Effect &next)
{
    const auto found = find(formats, next);
    if (found == m_effects.end()) {
        m_effects.push_back(next);
        m_effects.back().leading = next.leading && !m_visible;
        return;
    }
    const bool staysInPlace = !next.cleared && !valueOf(formats, found->last).isNull();
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

void FormatSum::append(const Formats &formats, const FormatSum &next)
{
    m_tooWide = m_tooWide || next.m_tooWide;
    m_mayBeIdle = m_mayBeIdle || next.m_mayBeIdle;
    for (const Effect &effect : next.m_effects)
        noteRepeat(formats, effect);
    if (next.m_visible)
        std::ranges::for_each(m_effects, [](Effect &effect) { effect.trailing = false; });
    for (const Effect &effect : next.m_effects)
        join(formats, effect);
    m_visible = m_visible || next.m_visible;
    if (m_effects.size() > keysMax)
        m_tooWide = true;
    if (m_tooWide)
        m_effects.clear();
}

void FormatSum::applyTo(const Formats &formats, Attributes &attributes) const
{
    for (const Effect &effect : m_effects) {
        if (effect.cleared)
            eraseAttribute(attributes, nameOf(formats, effect.last));
    }
    for (const Effect &effect : m_effects) {
        if (!valueOf(formats, effect.last).isNull())
            setAttribute(attributes, nameOf(formats, effect.last), valueOf(formats, effect.last));
    }
}

bool FormatSum::mayBeIdle(const Formats &formats, const Front &front) const
{
    const auto repeats = [&](const Effect &effect) {
        const auto isSameKey = [&](quint32 format) { return keyOf(formats, format) == keyOf(formats, effect.first); };
        return isSameInstance(attributeOf(front.inForce, nameOf(formats, effect.first)), valueOf(formats, effect.first)) ||
               (effect.leading && std::ranges::any_of(front.gap, isSameKey));
    };
    return m_mayBeIdle || std::ranges::any_of(m_effects, repeats);
}

void FormatSum::moveFront(const Formats &formats, Front &front) const
{
    applyTo(formats, front.inForce);
    if (m_visible)
        front.gap.clear();
    for (const Effect &effect : m_effects) {
        if (effect.trailing)
            front.gap.push_back(effect.last);
    }
}

} // namespace Sheaf::Text
