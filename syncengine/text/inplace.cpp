// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"

#include <algorithm>

namespace Sheaf::Text {

bool Store::extend(quint32 index, QStringView more)
{
    Item &item = items[index];
    Client &client = clients[item.client];
    if (item.end() != client.state || item.ref != Ref::String || item.isDeleted() || (item.flags & Item::Redone) ||
        item.leaf == None || item.content + item.capacity != text.size())
        return false;
    touchClient(item.client);
    touchType(item.parent);
    const auto units = static_cast<quint32>(more.size());
    if (item.capacity > item.length)
        text.resize(item.content + item.length);
    if (units == 1)
        text.push_back(more.front().unicode());
    else
        text.append(reinterpret_cast<const char16_t *>(more.utf16()), units);
    item.length += units;
    item.capacity = item.length;
    client.state += units;
    types[item.parent].length += units;
    sequence.addVisible(index, units);
    if (cursorItem != index)
        cursorItem = None;
    return true;
}

/// Beside units that were collected before only the border between the two moves.
bool Store::shrink(quint32 index, quint32 offset, quint32 units)
{
    Item &item = items[index];
    constexpr quint8 marked = Item::Deleted | Item::Keep | Item::Redone;
    if (!collects || watched || item.ref != Ref::String || (item.flags & marked) || item.leaf == None ||
        types[item.parent].hasFormatting || units == item.length || (offset > 0 && offset + units != item.length))
        return false;
    const quint32 cut = item.content + (offset > 0 ? offset : units);
    if (QChar::isHighSurrogate(text[cut - 1]))
        return false;
    StructList &structs = clients[item.client].structs;
    StructList::Place own = structs.find(item.clock);
    StructList::Place other = own;
    if (!(offset > 0 ? structs.next(other) : structs.previous(other)))
        return false;
    Item &gone = items[structs.at(other)];
    const Item &first = offset > 0 ? item : gone;
    const Item &second = offset > 0 ? gone : item;
    if (gone.ref != Ref::Deleted || (gone.flags & (Item::Keep | Item::Redone)) ||
        first.next != structs.at(std::max(own, other)) || second.origin != first.lastId() || second.right != first.right)
        return false;
    deleted.push_back({item.client, {item.clock + offset, units}});
    item.length -= units;
    gone.length += units;
    if (offset > 0) {
        gone.clock -= units;
        gone.origin.clock -= units;
        structs.setClock(other, gone.clock);
        if (item.content + item.capacity == text.size())
            text.resize(cut);
        else
            m_deadText += units;
        item.capacity = item.length;
    } else {
        item.clock += units;
        item.origin.clock += units;
        structs.setClock(own, item.clock);
        item.content += units;
        item.capacity -= units;
        m_deadText += units;
    }
    types[item.parent].length -= units;
    sequence.addVisible(index, -static_cast<qint64>(units));
    touchType(item.parent);
    if (cursorItem != index)
        cursorItem = None;
    return true;
}

bool Store::typeAtCursor(quint32 type, quint32 client, quint32 position, QStringView more)
{
    if (cursorItem == None || cursorType != type)
        return false;
    const Item &item = items[cursorItem];
    if (item.client != client || item.isDeleted() || position != cursorIndex + item.length)
        return false;
    // What is typed in front of something deleted goes behind that.
    const Id right = item.next == None ? Id{} : items[item.next].id();
    if (item.right != right || (item.next != None && (items[item.next].isDeleted() || items[item.next].ref == Ref::Format)))
        return false;
    if (!extend(cursorItem, more))
        return false;
    hasPairs = hasPairs || std::ranges::any_of(more, [](QChar unit) { return unit.isSurrogate(); });
    return true;
}

bool Store::eraseAtCursor(quint32 type, quint32 position, quint32 units)
{
    if (cursorItem == None || cursorType != type)
        return false;
    quint32 item = cursorItem;
    quint32 start = cursorIndex;
    for (int steps = 0; position < start || position >= start + items[item].visible(); ++steps) {
        const bool back = position < start;
        start += back ? 0 : items[item].visible();
        item = back ? items[item].left : items[item].next;
        if (item == None || steps == 8)
            return false;
        start -= back ? items[item].visible() : 0;
    }
    const quint32 offset = position - start;
    if (units > items[item].length - offset || !shrink(item, offset, units))
        return false;
    cursorItem = item;
    cursorIndex = start;
    return true;
}

} // namespace Sheaf::Text
