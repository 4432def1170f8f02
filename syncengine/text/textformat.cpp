// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/textedit_p.h"

#include <QSet>

#include <algorithm>

namespace Sheaf::Text {

void TextEditor::format(Position &at, quint32 length, const Attributes &attributes)
{
    // At the very end there is nothing to format.
    if (at.right == None)
        return;
    m_store.cursorItem = None;
    skipEqualFormats(at, attributes);
    Attributes negated = openFormats(at, attributes);
    while (at.right != None) {
        const Item &item = m_store.items[at.right];
        if (length == 0 && (negated.empty() || !(item.isDeleted() || item.ref == Ref::Format)))
            break;
        if (!item.isDeleted() && item.ref == Ref::Format) {
            const FormatView found = m_store.formatOf(item);
            if (!hasAttribute(attributes, found.key)) {
                setAttribute(at.attributes, found.key, found.value);
            } else {
                if (attributeOf(attributes, found.key).sameAttribute(found.value)) {
                    eraseAttribute(negated, found.key);
                } else {
                    if (length == 0)
                        break;
                    setAttribute(negated, found.key, found.value);
                }
                m_store.remove(at.right);
            }
        } else if (!item.isDeleted()) {
            if (length < item.length)
                (void)m_store.split(at.right, length);
            length -= m_store.items[at.right].length;
        }
        forward(at);
    }
    if (length > 0) {
        const auto content = static_cast<quint32>(m_store.text.size());
        m_store.text.append(length, u'\n');
        (void)place(at, Ref::String, length, content, Item::Countable);
        forward(at);
    }
    closeFormats(at, std::move(negated));
    m_store.cursorItem = None;
}

quint32 TextEditor::cleanGap(quint32 start, quint32 current, const Attributes &startAttributes, Attributes &attributes)
{
    quint32 end = start;
    QHash<quint32, quint32> last; // by key
    while (end != None && !m_store.items[end].isVisible()) {
        const Item &item = m_store.items[end];
        if (!item.isDeleted() && item.ref == Ref::Format)
            last[m_store.extras[item.content].key] = end;
        end = item.next;
    }
    quint32 cleaned = 0;
    bool reached = false;
    for (; start != end; start = m_store.items[start].next) {
        reached = reached || start == current;
        const Item &item = m_store.items[start];
        if (item.isDeleted() || item.ref != Ref::Format)
            continue;
        const FormatView format = m_store.formatOf(item);
        const Value &value = format.value;
        const Value before = attributeOf(startAttributes, format.key);
        if (last.value(m_store.extras[item.content].key, None) != start || isSameInstance(before, value)) {
            m_store.remove(start);
            ++cleaned;
            if (!reached && isSameInstance(attributeOf(attributes, format.key), value) && !isSameInstance(before, value)) {
                if (before.isNull())
                    eraseAttribute(attributes, format.key);
                else
                    setAttribute(attributes, format.key, before);
            }
        } else if (!reached) {
            applyFormat(attributes, format);
        }
    }
    return cleaned;
}

quint32 TextEditor::cleanAll()
{
    quint32 cleaned = 0;
    Cleaning at;
    for (const quint32 first : m_store.sequence.idleFormats(m_store.types[m_type].root)) {
        const quint32 leaf = m_store.items[first].leaf;
        if (at.start == None || (m_store.items[at.start].leaf != leaf && m_store.sequence.isBefore(at.start, first))) {
            // From the gap on that reaches into the leaf.
            at.start = first;
            while (!m_store.items[at.start].isVisible() && m_store.items[at.start].left != None)
                at.start = m_store.items[at.start].left;
            at.startAttributes = m_store.sequence.attributesAt(at.start);
            at.current = at.startAttributes;
        } else if (m_store.items[at.start].leaf != leaf) {
            continue; // inside of a gap that is clean
        }
        if (!cleanLeaf(at, leaf, cleaned))
            break;
    }
    return cleaned;
}

/// Cleans from where the last cleaning ended to the end of the gap that leaves the leaf; false at the end of the text,
/// where what has nothing behind it stays.
bool TextEditor::cleanLeaf(Cleaning &at, quint32 leaf, quint32 &cleaned)
{
    bool inside = false;
    for (quint32 end = at.start; end != None; end = m_store.items[end].next) {
        const Item &item = m_store.items[end];
        inside = inside || item.leaf == leaf;
        if (item.isDeleted())
            continue;
        if (item.ref == Ref::Format) {
            applyFormat(at.current, m_store.formatOf(item));
            continue;
        }
        cleaned += cleanGap(at.start, end, at.startAttributes, at.current);
        at.startAttributes = at.current;
        at.start = end;
        if (inside && item.leaf != leaf)
            return true;
    }
    return false;
}

void TextEditor::cleanAround(quint32 item)
{
    const auto inGap = [&](quint32 at) { return at != None && !m_store.items[at].isVisible(); };
    while (inGap(m_store.items[item].next))
        item = m_store.items[item].next;
    QSet<quint32> seen;
    for (; inGap(item); item = m_store.items[item].left) {
        const Item &one = m_store.items[item];
        if (one.isDeleted() || one.ref != Ref::Format)
            continue;
        const quint32 key = m_store.extras[one.content].key;
        if (seen.contains(key))
            m_store.remove(item);
        else
            seen.insert(key);
    }
}

void Store::formatsToClean(std::vector<quint32> &full, std::vector<Id> &gaps) const
{
    QSet<quint32> whole;
    const auto needs = [&](quint32 type) {
        if (!whole.contains(type))
            full.push_back(type);
        whole.insert(type);
    };
    for (const quint32 number : touchedClients) {
        const Client &client = clients[number];
        StructList::Place place = client.structs.find(client.before);
        do {
            const Item &item = items[client.structs.at(place)];
            if (item.ref == Ref::Format && !item.isDeleted())
                needs(item.parent);
        } while (client.structs.next(place));
    }
    // Clients in the order in which they lost something, each by its clocks: the reference's order decides what is cleaned.
    std::vector<quint32> order;
    for (const auto &[client, range] : deleted) {
        if (std::ranges::find(order, client) == order.end())
            order.push_back(client);
    }
    auto ranges = deleted;
    std::ranges::sort(ranges, {}, [&](const auto &one) {
        return std::pair(std::ranges::find(order, one.first) - order.begin(), one.second.clock);
    });
    for (const auto &[client, range] : ranges) {
        const StructList &structs = clients[client].structs;
        StructList::Place place = structs.find(range.clock);
        do {
            const Item &item = items[structs.at(place)];
            if (item.clock >= range.end())
                break;
            if (item.ref == Ref::Gc || !types[item.parent].hasFormatting || whole.contains(item.parent))
                continue;
            if (item.ref == Ref::Format)
                needs(item.parent);
            else
                gaps.push_back(item.id());
        } while (structs.next(place));
    }
}

} // namespace Sheaf::Text
