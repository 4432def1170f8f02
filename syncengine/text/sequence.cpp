// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/sequence.h"

#include <tuple>
#include <utility>

using namespace Qt::StringLiterals;

namespace Sheaf::Text {

quint32 Sequence::newLeaf()
{
    if (!m_freeLeaves.empty()) {
        const quint32 leaf = m_freeLeaves.back();
        m_freeLeaves.pop_back();
        m_leaves[leaf] = {};
        if (leaf < m_leafFormats.size())
            m_leafFormats[leaf] = {};
        return leaf;
    }
    m_leaves.emplace_back();
    return static_cast<quint32>(m_leaves.size() - 1);
}

quint32 Sequence::newNode()
{
    if (!m_freeNodes.empty()) {
        const quint32 node = m_freeNodes.back();
        m_freeNodes.pop_back();
        m_nodes[node] = {};
        if (node < m_nodeFormats.size())
            m_nodeFormats[node] = {};
        return node;
    }
    m_nodes.emplace_back();
    return static_cast<quint32>(m_nodes.size() - 1);
}

quint32 Sequence::slotOf(quint32 node, quint32 child) const
{
    const Node &parent = m_nodes[node];
    quint32 slot = 0;
    while (parent.child[slot] != child)
        ++slot;
    return slot;
}

// Sums wrap around on purpose: a negative delta is its two's complement.
void Sequence::addToParents(quint32 node, quint32 child, quint32 delta) const
{
    while (node != None) {
        m_nodes[node].sum[slotOf(node, child)] += delta;
        child = node;
        node = m_nodes[node].parent;
    }
}

/// Brings the sums above the leaf of the last edits up to date.
void Sequence::settle() const
{
    if (m_lateDelta != 0)
        addToParents(m_leaves[m_late].parent, m_late, std::exchange(m_lateDelta, 0));
}

void Sequence::insert(quint32 &root, quint32 item)
{
    Item &one = m_items[item];
    if (m_deferring && root == None) {
        one.leaf = Deferred;
        return;
    }
    quint32 leaf = None;
    if (one.left != None) {
        leaf = m_items[one.left].leaf;
    } else if (one.next != None) {
        leaf = m_items[one.next].leaf;
        m_leaves[leaf].first = item;
    } else {
        leaf = newLeaf();
        root = newNode();
        m_nodes[root].count = 1;
        m_nodes[root].child[0] = leaf;
        m_leaves[leaf].parent = root;
        m_leaves[leaf].first = item;
    }
    one.leaf = leaf;
    if (!m_leafFormats.empty())
        forgetFormats(leaf);
    if (const quint32 visible = one.visible(); visible > 0)
        addVisible(item, visible);
    if (++m_leaves[leaf].count > leafMax)
        splitLeaf(root, leaf);
}

/// Level by level, each node three quarters full so that the next insertions split none.
void Sequence::build(quint32 &root, quint32 start)
{
    std::vector<std::pair<quint32, quint32>> level; // with their sums
    for (quint32 item = start; item != None;) {
        const quint32 index = newLeaf();
        Leaf &leaf = m_leaves[index];
        leaf.first = item;
        for (; item != None && leaf.count < leafMax * 3 / 4; item = m_items[item].next) {
            m_items[item].leaf = index;
            leaf.sum += m_items[item].visible();
            ++leaf.count;
        }
        level.emplace_back(index, leaf.sum);
    }
    for (quint16 height = 1; height == 1 || level.size() > 1; ++height) {
        std::vector<std::pair<quint32, quint32>> above;
        for (size_t at = 0; at < level.size();) {
            const quint32 index = newNode();
            Node &node = m_nodes[index];
            node.level = height;
            quint32 sum = 0;
            for (; at < level.size() && node.count < fanout * 3 / 4; ++at) {
                std::tie(node.child[node.count], node.sum[node.count]) = level[at];
                sum += level[at].second;
                ++node.count;
            }
            setParent(node, index);
            above.emplace_back(index, sum);
        }
        level = std::move(above);
    }
    root = level.front().first;
}

void Sequence::splitLeaf(quint32 &root, quint32 leaf)
{
    settle();
    const quint32 keep = m_leaves[leaf].count / 2;
    quint32 at = m_leaves[leaf].first;
    quint32 sum = 0;
    for (quint32 i = 0; i < keep; ++i) {
        sum += m_items[at].visible();
        at = m_items[at].next;
    }
    const quint32 fresh = newLeaf();
    Leaf &old = m_leaves[leaf];
    Leaf &upper = m_leaves[fresh];
    upper.first = at;
    upper.count = old.count - keep;
    upper.sum = old.sum - sum;
    upper.parent = old.parent;
    old.count = keep;
    old.sum = sum;
    for (quint32 i = 0; i < upper.count; ++i) {
        m_items[at].leaf = fresh;
        at = m_items[at].next;
    }
    Node &parent = m_nodes[old.parent];
    parent.sum[slotOf(old.parent, leaf)] = sum;
    insertChild(root, old.parent, leaf, fresh, upper.sum);
}

void Sequence::setParent(const Node &node, quint32 self)
{
    for (quint32 i = 0; i < node.count; ++i) {
        if (node.level == 1)
            m_leaves[node.child[i]].parent = self;
        else
            m_nodes[node.child[i]].parent = self;
    }
}

void Sequence::insertChild(quint32 &root, quint32 node, quint32 after, quint32 child, quint32 sum)
{
    if (m_nodes[node].count == fanout) {
        const quint32 fresh = newNode();
        Node &upper = m_nodes[fresh];
        Node &old = m_nodes[node];
        const quint32 lower = node;
        const bool atTop = old.parent == None;
        constexpr quint32 half = fanout / 2;
        upper.level = old.level;
        upper.count = fanout - half;
        quint32 upperSum = 0;
        for (quint32 i = 0; i < upper.count; ++i) {
            upper.child[i] = old.child[half + i];
            upper.sum[i] = old.sum[half + i];
            upperSum += upper.sum[i];
        }
        old.count = half;
        setParent(upper, fresh);
        if (old.parent == None) {
            const quint32 top = newNode();
            quint32 lowerSum = 0;
            for (quint32 i = 0; i < half; ++i)
                lowerSum += m_nodes[node].sum[i];
            Node &above = m_nodes[top];
            above.level = static_cast<quint16>(m_nodes[node].level + 1);
            above.count = 2;
            above.child = {node, fresh};
            above.sum = {lowerSum, upperSum};
            m_nodes[node].parent = top;
            m_nodes[fresh].parent = top;
            root = top;
        } else {
            const quint32 parent = old.parent;
            m_nodes[parent].sum[slotOf(parent, node)] -= upperSum;
            upper.parent = parent;
            insertChild(root, parent, node, fresh, upperSum);
        }
        // The child after which to insert may have moved; its own parent link tells.
        node = m_nodes[node].level == 1 ? m_leaves[after].parent : m_nodes[after].parent;
        // The child's sum is not in either half yet: the parents counted it with the lower one, a new top not at all.
        if (atTop) {
            addToParents(m_nodes[node].parent, node, sum);
        } else if (node == fresh) {
            addToParents(m_nodes[lower].parent, lower, 0U - sum);
            addToParents(m_nodes[fresh].parent, fresh, sum);
        }
    }
    Node &target = m_nodes[node];
    const quint32 slot = slotOf(node, after) + 1;
    for (quint32 i = target.count; i > slot; --i) {
        target.child[i] = target.child[i - 1];
        target.sum[i] = target.sum[i - 1];
    }
    target.child[slot] = child;
    target.sum[slot] = sum;
    ++target.count;
    if (target.level == 1)
        m_leaves[child].parent = node;
    else
        m_nodes[child].parent = node;
}

void Sequence::removeChild(quint32 &root, quint32 node, quint32 child)
{
    while (true) {
        Node &target = m_nodes[node];
        for (quint32 i = slotOf(node, child) + 1; i < target.count; ++i) {
            target.child[i - 1] = target.child[i];
            target.sum[i - 1] = target.sum[i];
        }
        if (--target.count > 0)
            return;
        const quint32 parent = target.parent;
        m_freeNodes.push_back(node);
        if (parent == None) {
            root = None;
            return;
        }
        child = node;
        node = parent;
    }
}

void Sequence::remove(quint32 &root, quint32 item)
{
    Item &one = m_items[item];
    const quint32 leaf = one.leaf;
    if (!m_leafFormats.empty())
        forgetFormats(leaf);
    if (const quint32 visible = one.visible(); visible > 0)
        addVisible(item, -static_cast<qint64>(visible));
    Leaf &home = m_leaves[leaf];
    if (home.first == item)
        home.first = one.next;
    one.leaf = None;
    if (--home.count > 0)
        return;
    settle();
    const quint32 parent = home.parent;
    m_freeLeaves.push_back(leaf);
    removeChild(root, parent, leaf);
}

Sequence::Hit Sequence::find(quint32 root, quint32 unit) const
{
    if (root == None)
        return {};
    settle();
    quint32 at = root;
    for (quint32 level = m_nodes[root].level; level > 0; --level) {
        const Node &node = m_nodes[at];
        quint32 slot = 0;
        while (slot < node.count && node.sum[slot] <= unit)
            unit -= node.sum[slot++];
        if (slot == node.count)
            return {};
        at = node.child[slot];
    }
    quint32 item = m_leaves[at].first;
    while (true) {
        const quint32 visible = m_items[item].visible();
        if (unit < visible)
            return {item, unit};
        unit -= visible;
        item = m_items[item].next;
    }
}

quint32 Sequence::lastItem(quint32 root) const
{
    if (root == None)
        return None;
    quint32 at = root;
    for (quint32 level = m_nodes[root].level; level > 0; --level)
        at = m_nodes[at].child[m_nodes[at].count - 1U];
    quint32 item = m_leaves[at].first;
    while (m_items[item].next != None)
        item = m_items[item].next;
    return item;
}

quint32 Sequence::indexOf(quint32 item) const
{
    settle();
    quint32 index = 0;
    const quint32 leaf = m_items[item].leaf;
    for (quint32 at = m_leaves[leaf].first; at != item; at = m_items[at].next)
        index += m_items[at].visible();
    quint32 child = leaf;
    for (quint32 node = m_leaves[leaf].parent; node != None; child = node, node = m_nodes[node].parent) {
        for (quint32 slot = 0; m_nodes[node].child[slot] != child; ++slot)
            index += m_nodes[node].sum[slot];
    }
    return index;
}

bool Sequence::isBefore(quint32 a, quint32 b) const
{
    quint32 left = m_items[a].leaf;
    quint32 right = m_items[b].leaf;
    if (left == right) {
        for (quint32 at = a; at != None && m_items[at].leaf == left; at = m_items[at].next) {
            if (at == b)
                return a != b;
        }
        return false;
    }
    quint32 leftNode = m_leaves[left].parent;
    quint32 rightNode = m_leaves[right].parent;
    while (leftNode != rightNode) {
        left = leftNode;
        right = rightNode;
        leftNode = m_nodes[leftNode].parent;
        rightNode = m_nodes[rightNode].parent;
    }
    return slotOf(leftNode, left) < slotOf(leftNode, right);
}

void Sequence::drop(quint32 &root)
{
    settle();
    std::vector<quint32> open;
    if (root != None)
        open.push_back(root);
    while (!open.empty()) {
        const quint32 node = open.back();
        open.pop_back();
        for (quint32 i = 0; i < m_nodes[node].count; ++i)
            (m_nodes[node].level == 1 ? m_freeLeaves : open).push_back(m_nodes[node].child[i]);
        m_freeNodes.push_back(node);
    }
    root = None;
}

QString Sequence::check(quint32 root, quint32 start, quint32 visible) const
{
    if (root == None)
        return start == None && visible == 0 ? QString() : u"a list without a tree"_s;
    settle();
    std::vector<std::pair<quint32, quint32>> leaves;
    const auto walk = [&](const auto &self, quint32 at, quint32 level) -> quint32 {
        if (level == 0) {
            leaves.emplace_back(at, m_leaves[at].count);
            return m_leaves[at].sum;
        }
        quint32 total = 0;
        for (quint32 i = 0; i < m_nodes[at].count; ++i) {
            if (self(self, m_nodes[at].child[i], level - 1) != m_nodes[at].sum[i])
                return None;
            total += m_nodes[at].sum[i];
        }
        return total;
    };
    if (walk(walk, root, m_nodes[root].level) != visible)
        return u"the sums of the tree are wrong"_s;
    if (!areFormatsRight(m_nodes[root].level, root))
        return u"the sums of the formats are wrong"_s;
    quint32 item = start;
    for (const auto &[leaf, count] : leaves) {
        quint32 sum = 0;
        if (m_leaves[leaf].first != item || count == 0)
            return u"a leaf does not start where the one before ends"_s;
        for (quint32 i = 0; i < count; ++i) {
            if (item == None || m_items[item].leaf != leaf)
                return u"an item is not in its leaf"_s;
            sum += m_items[item].visible();
            item = m_items[item].next;
        }
        if (sum != m_leaves[leaf].sum)
            return u"the sum of a leaf is wrong"_s;
    }
    return item == None ? QString() : u"items after the last leaf"_s;
}

} // namespace Sheaf::Text
