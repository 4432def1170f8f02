// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/formatsum.h"
#include "text/item.h"

#include <array>
#include <vector>

namespace Sheaf::Text {

/// Order statistics over the lists of all types of a store. A leaf is a run of neighbouring items (the list
/// links inside it are the items' own); above the leaves stands a B+tree that sums visible units. A type
/// holds the number of its root. Every operation is logarithmic and touches at most one leaf's items. Edits
/// that follow each other in one leaf reach the nodes above it when somebody asks for a sum, not before. The formats
/// are summed up in the same way, in lists whose formats somebody asks for.
class Sequence
{
public:
    static constexpr quint32 leafMax = 24;

    Sequence(std::vector<Item> &items, FormatSum::Formats formats) : m_items(items), m_formats(formats) {}

    struct Hit {
        quint32 item = None;
        quint32 offset = 0;
    };

    /// Enters an item that is already linked; root is made or replaced as needed.
    void insert(quint32 &root, quint32 item);
    /// While deferring, items of lists that have no tree yet are not entered; build() makes up for it at less cost.
    void setDeferring(bool deferring) { m_deferring = deferring; }
    /// Makes the tree of a list from its first item on.
    void build(quint32 &root, quint32 start);
    [[nodiscard]] bool isDeferred(quint32 item) const { return m_items[item].leaf == Deferred; }
    /// Takes an item out that is still linked.
    void remove(quint32 &root, quint32 item);
    void addVisible(quint32 item, qint64 delta)
    {
        const quint32 leaf = m_items[item].leaf;
        if (leaf == Deferred)
            return;
        m_leaves[leaf].sum += static_cast<quint32>(delta);
        if (leaf != m_late) {
            settle();
            m_late = leaf;
        }
        m_lateDelta += static_cast<quint32>(delta);
    }
    /// The visible item that contains the unit; nothing at or after the end.
    [[nodiscard]] Hit find(quint32 root, quint32 unit) const;
    [[nodiscard]] quint32 lastItem(quint32 root) const;
    /// Visible units in front of the item.
    [[nodiscard]] quint32 indexOf(quint32 item) const;
    [[nodiscard]] bool isBefore(quint32 a, quint32 b) const;
    /// The attributes in force in front of the item.
    [[nodiscard]] Attributes attributesAt(quint32 item) const;
    /// First items of the leaves in which formats may stand that say nothing, in order.
    [[nodiscard]] std::vector<quint32> idleFormats(quint32 root) const;
    /// An item of a list is not any more what it was: seen, or a format that holds.
    void itemDeleted(quint32 item)
    {
        if (!m_leafFormats.empty())
            forgetFormats(m_items[item].leaf);
    }
    void drop(quint32 &root);
    /// Checks sums, counts and links below a root; the text says what is wrong, empty if nothing.
    [[nodiscard]] QString check(quint32 root, quint32 start, quint32 visible) const;
    [[nodiscard]] size_t memory() const
    {
        return m_leaves.capacity() * sizeof(Leaf) + m_nodes.capacity() * sizeof(Node) +
               (m_leafFormats.capacity() + m_nodeFormats.capacity()) * sizeof(KnownFormats);
    }

private:
    static constexpr quint32 Deferred = None - 1;
    static constexpr quint32 fanout = 16;
    struct Leaf {
        quint32 parent = None;
        quint32 first = None;
        quint32 count = 0;
        quint32 sum = 0;
    };
    struct Node {
        quint32 parent = None;
        quint16 count = 0;
        quint16 level = 1; ///< 1: children are leaves
        std::array<quint32, fanout> child{};
        std::array<quint32, fanout> sum{};
    };
    struct KnownFormats {
        FormatSum sum;
        bool known = false;
    };

    quint32 newLeaf();
    quint32 newNode();
    [[nodiscard]] quint32 slotOf(quint32 node, quint32 child) const;
    void addToParents(quint32 node, quint32 child, quint32 delta) const;
    void settle() const;
    void splitLeaf(quint32 &root, quint32 leaf);
    void insertChild(quint32 &root, quint32 node, quint32 after, quint32 child, quint32 sum);
    void removeChild(quint32 &root, quint32 node, quint32 child);
    void setParent(const Node &node, quint32 self);

    // sequenceformats.cpp
    void forgetFormats(quint32 leaf);
    void prepareFormats() const;
    [[nodiscard]] const FormatSum &formats(quint32 level, quint32 index) const;
    [[nodiscard]] FormatSum sumOfFormats(quint32 level, quint32 index) const;
    void addFormat(FormatSum &sum, const Item &item) const;
    void passFormats(quint32 level, quint32 index, FormatSum::Front &front) const;
    void collectIdleFormats(quint32 level, quint32 index, FormatSum::Front &front, std::vector<quint32> &found) const;
    [[nodiscard]] bool areFormatsRight(quint32 level, quint32 index) const;

    std::vector<Item> &m_items;
    FormatSum::Formats m_formats;
    std::vector<Leaf> m_leaves;
    mutable std::vector<Node> m_nodes;
    mutable std::vector<KnownFormats> m_leafFormats;
    mutable std::vector<KnownFormats> m_nodeFormats;
    mutable quint32 m_late = None;   ///< the leaf whose last changes the nodes have not been told
    mutable quint32 m_lateDelta = 0; ///< what the sums above it lack
    bool m_deferring = false;
    std::vector<quint32> m_freeLeaves;
    std::vector<quint32> m_freeNodes;
};

} // namespace Sheaf::Text
