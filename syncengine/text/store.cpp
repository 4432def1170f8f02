// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"

#include <algorithm>

namespace Sheaf::Text {

quint32 Store::findClient(quint64 id) const
{
    if (id == m_lastClient && m_lastClientIndex != None)
        return m_lastClientIndex;
    return m_clientIndex.value(id, None);
}

quint32 Store::searchClient(quint64 id)
{
    quint32 index = findClient(id);
    if (index == None) {
        index = static_cast<quint32>(clients.size());
        clients.emplace_back().id = id;
        m_clientIndex.insert(id, index);
    }
    m_lastClient = id;
    m_lastClientIndex = index;
    return index;
}

quint32 Store::rootType(const QString &name)
{
    const auto found = m_roots.constFind(name);
    if (found != m_roots.constEnd())
        return *found;
    types.emplace_back().name = name;
    const auto index = static_cast<quint32>(types.size() - 1);
    m_roots.insert(name, index);
    return index;
}

quint32 Store::keyIndex(QStringView key)
{
    if (m_lastKey < keys.size() && keys[m_lastKey] == key)
        return m_lastKey;
    const auto found = m_keys.constFind(QString::fromRawData(key.data(), key.size()));
    if (found != m_keys.constEnd()) {
        m_lastKey = *found;
    } else {
        m_lastKey = static_cast<quint32>(keys.size());
        keys.push_back(key.toString());
        m_keys.insert(keys.back(), m_lastKey);
    }
    return m_lastKey;
}

quint32 Store::newItem(const Item &item)
{
    if (!m_freeItems.empty()) {
        const quint32 index = m_freeItems.back();
        m_freeItems.pop_back();
        items[index] = item;
        return index;
    }
    items.push_back(item);
    return static_cast<quint32>(items.size() - 1);
}

quint32 Store::newExtra(Extra extra)
{
    if (!m_freeExtras.empty()) {
        const quint32 index = m_freeExtras.back();
        m_freeExtras.pop_back();
        extras[index] = std::move(extra);
        return index;
    }
    extras.push_back(std::move(extra));
    return static_cast<quint32>(extras.size() - 1);
}

void Store::dropContent(Item &item)
{
    if (item.ref == Ref::String) {
        m_deadText += item.length;
    } else if (hasElements(item.ref)) {
        std::fill_n(values.begin() + item.content, item.length, Value());
        m_deadValues += item.length;
    } else if (hasExtra(item.ref)) {
        extras[item.content] = {};
        m_freeExtras.push_back(item.content);
    }
    item.content = 0;
    item.capacity = 0;
}

QStringView Store::textOf(const Item &item) const
{
    return QStringView(text.data() + item.content, static_cast<qsizetype>(item.length));
}

quint32 Store::itemStartingAt(Id id)
{
    const quint32 item = itemAt(id);
    if (items[item].clock == id.clock || items[item].ref == Ref::Gc)
        return item;
    return split(item, id.clock - items[item].clock);
}

quint32 Store::itemEndingAt(Id id)
{
    const quint32 item = itemAt(id);
    if (items[item].end() != id.clock + 1 && items[item].ref != Ref::Gc)
        (void)split(item, id.clock + 1 - items[item].clock);
    return item;
}

quint32 Store::split(quint32 item, quint32 units)
{
    const quint32 fresh = newItem();
    Item &left = items[item];
    Item &right = items[fresh];
    right = left;
    right.clock = left.clock + units;
    right.length = left.length - units;
    right.origin = {left.client, right.clock - 1};
    right.left = item;
    StructList &structs = clients[left.client].structs;
    structs.insertAfter(structs.find(left.clock), right.clock, fresh);
    if (left.ref == Ref::String || hasElements(left.ref)) {
        right.content = left.content + units;
        right.capacity = left.capacity - units;
        left.capacity = units;
    }
    // A pair cut in two becomes two replacement characters, in every replica alike.
    if (left.ref == Ref::String && QChar::isHighSurrogate(text[right.content - 1])) {
        text[right.content - 1] = u'\uFFFD';
        text[right.content] = u'\uFFFD';
    }
    if (left.flags & Item::Redone) {
        const Id id = redone[item];
        redone[fresh] = {id.client, id.clock + units};
    }
    splits.push_back(right.id());
    m_untidy = true;
    Type &type = types[left.parent];
    // The tree counts the item whole; take the right part out of the left's leaf and enter it anew.
    if (left.sub == None && left.isVisible())
        sequence.addVisible(item, -static_cast<qint64>(right.length));
    left.length = units;
    left.next = fresh;
    if (right.next != None)
        items[right.next].left = fresh;
    else if (right.sub != None)
        type.map[right.sub] = fresh;
    if (right.sub == None)
        sequence.insert(type.root, fresh);
    return fresh;
}

namespace {

/// Puts an item's units behind those of its left neighbour, which get more room where they lie or move to the end of the
/// buffer. How many units of it are dead then.
template<typename Buffer>
quint32 joinUnits(Buffer &buffer, Item &left, const Item &right)
{
    if (left.content + left.length == right.content) {
        left.capacity = left.length + right.capacity;
        return 0;
    }
    const auto from = [&](quint32 at) { return buffer.begin() + static_cast<std::ptrdiff_t>(at); };
    const quint32 total = left.length + right.length;
    quint32 dead = right.length;
    if (left.capacity < total && left.content + left.capacity == buffer.size()) {
        buffer.resize(left.content + total);
        left.capacity = total;
    } else if (left.capacity < total) {
        // Doubling keeps the cost of growing an old item in small steps linear.
        const quint32 room = left.length > 64 ? total + left.length : total;
        const auto fresh = static_cast<quint32>(buffer.size());
        buffer.resize(buffer.size() + room);
        std::move(from(left.content), from(left.content + left.length), from(fresh));
        dead += left.length;
        left.content = fresh;
        left.capacity = room;
    }
    std::move(from(right.content), from(right.content + right.length), from(left.content + left.length));
    return dead;
}

} // namespace

/// Whether a struct is the beginning of the one behind it, cut apart by nothing any more.
bool Store::isContinued(quint32 leftIndex, quint32 rightIndex) const
{
    const Item &left = items[leftIndex];
    const Item &right = items[rightIndex];
    if (left.ref != right.ref)
        return false;
    if (left.ref == Ref::Gc)
        return true;
    return (left.ref == Ref::Deleted || left.ref == Ref::String || hasElements(left.ref)) && left.next == rightIndex &&
           right.origin == left.lastId() && left.right == right.right && left.isDeleted() == right.isDeleted() &&
           !((left.flags | right.flags) & Item::Redone);
}

/// Joins a struct to the one that it continues, but for the list of the client's structs.
void Store::join(quint32 leftIndex, quint32 rightIndex)
{
    Item &left = items[leftIndex];
    Item &right = items[rightIndex];
    if (left.ref == Ref::Gc) {
        left.length += right.length;
    } else {
        if (left.ref == Ref::String)
            m_deadText += joinUnits(text, left, right);
        else if (hasElements(left.ref))
            m_deadValues += joinUnits(values, left, right);
        left.flags |= right.flags & Item::Keep;
        Type &type = types[left.parent];
        if (right.sub != None) {
            const auto entry = type.map.find(right.sub);
            if (entry != type.map.end() && entry->second == rightIndex)
                entry->second = leftIndex;
        }
        if (cursorItem == rightIndex) {
            cursorItem = leftIndex;
            cursorIndex -= left.visible();
        }
        const quint32 visible = right.visible();
        if (right.leaf != None)
            sequence.remove(type.root, rightIndex);
        left.next = right.next;
        if (right.next != None)
            items[right.next].left = leftIndex;
        left.length += right.length;
        if (visible > 0 && left.leaf != None)
            sequence.addVisible(leftIndex, visible);
    }
    m_freeItems.push_back(rightIndex);
}

StateVector Store::stateVector() const
{
    StateVector state;
    for (const Client &client : clients) {
        if (client.state > 0)
            state[client.id] = client.state;
    }
    return state;
}

size_t Store::memory() const
{
    size_t bytes = items.capacity() * sizeof(Item) + text.capacity() * sizeof(char16_t) + sequence.memory() +
                   values.capacity() * sizeof(Value) + extras.capacity() * sizeof(Extra) + m_raw.heldBytes();
    for (const Client &client : clients)
        bytes += client.structs.size() * 12;
    return bytes;
}

} // namespace Sheaf::Text
