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

quint32 Store::keyIndex(const QString &key)
{
    const auto found = m_keys.constFind(key);
    if (found != m_keys.constEnd())
        return *found;
    keys.push_back(key);
    const auto index = static_cast<quint32>(keys.size() - 1);
    m_keys.insert(key, index);
    return index;
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
    } else if (item.hasExtra()) {
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
    if (left.ref == Ref::String) {
        right.content = left.content + units;
        right.capacity = left.capacity - units;
        left.capacity = units;
        // A pair cut in two becomes two replacement characters, in every replica alike.
        if (QChar::isHighSurrogate(text[right.content - 1])) {
            text[right.content - 1] = u'\uFFFD';
            text[right.content] = u'\uFFFD';
        }
    } else if (left.hasExtra()) {
        auto &values = extras[left.content].values;
        Extra rest;
        rest.values.assign(std::make_move_iterator(values.begin() + units), std::make_move_iterator(values.end()));
        values.resize(units);
        const quint32 content = newExtra(std::move(rest));
        right.content = content;
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

bool Store::mergeContent(Item &left, const Item &right)
{
    switch (left.ref) {
    case Ref::Deleted:
        return true;
    case Ref::Json:
    case Ref::Any: {
        auto &target = extras[left.content].values;
        auto &source = extras[right.content].values;
        target.insert(target.end(), std::make_move_iterator(source.begin()), std::make_move_iterator(source.end()));
        extras[right.content] = {};
        m_freeExtras.push_back(right.content);
        return true;
    }
    case Ref::String:
        break;
    default:
        return false;
    }
    const quint32 total = left.length + right.length;
    if (left.content + left.length == right.content) {
        left.capacity = left.length + right.capacity;
        return true;
    }
    if (left.capacity < total) {
        if (left.content + left.capacity == text.size()) {
            text.resize(left.content + total);
            left.capacity = total;
        } else {
            // Doubling keeps the cost of growing an old item in small steps linear.
            const quint32 room = left.length > 64 ? total + left.length : total;
            const auto fresh = static_cast<quint32>(text.size());
            text.resize(text.size() + room);
            std::copy_n(text.data() + left.content, left.length, text.data() + fresh);
            m_deadText += left.length;
            left.content = fresh;
            left.capacity = room;
        }
    }
    std::copy_n(text.data() + right.content, right.length, text.data() + left.content + left.length);
    m_deadText += right.length;
    return true;
}

bool Store::mergeWithLeft(quint32 client, StructList::Place place)
{
    StructList &structs = clients[client].structs;
    const quint32 rightIndex = structs.at(place);
    StructList::Place before = place;
    if (!structs.previous(before))
        return false;
    const quint32 leftIndex = structs.at(before);
    Item &left = items[leftIndex];
    Item &right = items[rightIndex];
    if (left.ref != right.ref)
        return false;
    if (left.ref == Ref::Gc) {
        left.length += right.length;
    } else {
        if (left.next != rightIndex || right.origin != left.lastId() || left.right != right.right ||
            left.isDeleted() != right.isDeleted() || ((left.flags | right.flags) & Item::Redone) || !mergeContent(left, right))
            return false;
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
    structs.erase(place);
    m_freeItems.push_back(rightIndex);
    return true;
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
                   extras.capacity() * sizeof(Extra) + m_raw.heldBytes();
    for (const Client &client : clients)
        bytes += client.structs.size() * 12;
    return bytes;
}

} // namespace Sheaf::Text
