// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/sequence.h"

#include <utility>

namespace Sheaf::Text {

static_assert(Sequence::leafMax <= FormatSum::keysMax, "a leaf's formats are always summed up");

/// What is not known has nothing known above it, so that the way up ends where somebody went before.
void Sequence::forgetFormats(quint32 leaf)
{
    if (leaf >= m_leafFormats.size() || !std::exchange(m_leafFormats[leaf].known, false))
        return;
    for (quint32 node = m_leaves[leaf].parent; node != None && node < m_nodeFormats.size(); node = m_nodes[node].parent) {
        if (!std::exchange(m_nodeFormats[node].known, false))
            return;
    }
}

/// Level 0 are the leaves.
const FormatSum &Sequence::formats(quint32 level, quint32 index) const
{
    KnownFormats &formats = level == 0 ? m_leafFormats[index] : m_nodeFormats[index];
    if (!std::exchange(formats.known, true))
        formats.sum = sumOfFormats(level, index);
    return formats.sum;
}

FormatSum Sequence::sumOfFormats(quint32 level, quint32 index) const
{
    FormatSum sum;
    if (level == 0) {
        quint32 item = m_leaves[index].first;
        for (quint32 i = 0; i < m_leaves[index].count; ++i, item = m_items[item].next)
            addFormat(sum, m_items[item]);
    } else {
        for (quint32 i = 0; i < m_nodes[index].count; ++i)
            sum.append(m_formats, formats(level - 1, m_nodes[index].child[i]));
    }
    return sum;
}

void Sequence::addFormat(FormatSum &sum, const Item &item) const
{
    if (item.isVisible())
        sum.addVisible();
    else if (item.ref == Ref::Format && !item.isDeleted())
        sum.addFormat(m_formats, item.content);
}

void Sequence::prepareFormats() const
{
    m_leafFormats.resize(m_leaves.size());
    m_nodeFormats.resize(m_nodes.size());
}

void Sequence::passFormats(quint32 level, quint32 index, FormatSum::Front &front) const
{
    const FormatSum &sum = formats(level, index);
    if (!sum.isTooWide())
        return sum.moveFront(m_formats, front);
    for (quint32 i = 0; i < m_nodes[index].count; ++i)
        passFormats(level - 1, m_nodes[index].child[i], front);
}

Attributes Sequence::attributesAt(quint32 item) const
{
    prepareFormats();
    std::vector<std::pair<quint32, quint32>> way; // nodes with the slots below which the item stands
    const quint32 leaf = m_items[item].leaf;
    quint32 child = leaf;
    for (quint32 node = m_leaves[leaf].parent; node != None; child = node, node = m_nodes[node].parent)
        way.emplace_back(node, slotOf(node, child));
    FormatSum::Front front;
    for (auto step = way.crbegin(); step != way.crend(); ++step) {
        const Node &node = m_nodes[step->first];
        for (quint32 slot = 0; slot < step->second; ++slot)
            passFormats(node.level - 1U, node.child[slot], front);
    }
    FormatSum inLeaf;
    for (quint32 at = m_leaves[leaf].first; at != item; at = m_items[at].next)
        addFormat(inLeaf, m_items[at]);
    inLeaf.moveFront(m_formats, front);
    return std::move(front.inForce);
}

void Sequence::collectIdleFormats(quint32 level, quint32 index, FormatSum::Front &front, std::vector<quint32> &found) const
{
    const FormatSum &sum = formats(level, index);
    const bool mayBeIdle = sum.isTooWide() || sum.mayBeIdle(m_formats, front);
    if (!mayBeIdle || level == 0) {
        sum.moveFront(m_formats, front);
        if (mayBeIdle)
            found.push_back(m_leaves[index].first);
        return;
    }
    for (quint32 i = 0; i < m_nodes[index].count; ++i)
        collectIdleFormats(level - 1, m_nodes[index].child[i], front, found);
}

std::vector<quint32> Sequence::idleFormats(quint32 root) const
{
    prepareFormats();
    std::vector<quint32> found;
    FormatSum::Front front;
    if (root != None)
        collectIdleFormats(m_nodes[root].level, root, front, found);
    return found;
}

bool Sequence::areFormatsRight(quint32 level, quint32 index) const
{
    const std::vector<KnownFormats> &all = level == 0 ? m_leafFormats : m_nodeFormats;
    const bool known = index < all.size() && all[index].known;
    for (quint32 i = 0; level > 0 && i < m_nodes[index].count; ++i) {
        const quint32 child = m_nodes[index].child[i];
        const std::vector<KnownFormats> &below = level == 1 ? m_leafFormats : m_nodeFormats;
        if ((known && !below[child].known) || !areFormatsRight(level - 1, child))
            return false;
    }
    return !known || all[index].sum == sumOfFormats(level, index);
}

} // namespace Sheaf::Text
