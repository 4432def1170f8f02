// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"

namespace Sheaf::Text {

/// The first item of a list, or of the history of a key, which costs its length.
quint32 Store::firstOf(quint32 type, quint32 sub) const
{
    if (sub == None)
        return types[type].start;
    const auto entry = types[type].map.find(sub);
    quint32 first = entry == types[type].map.end() ? None : entry->second;
    while (first != None && items[first].left != None)
        first = items[first].left;
    return first;
}

/// Places an item whose left, next, parent and sub are resolved, and appends it to its client. A parent of
/// None makes it a GC struct.
void Store::integrate(quint32 index)
{
    const quint32 client = items[index].client;
    m_untidy = true;
    touchClient(client);
    clients[client].appended = epoch;
    Item *item = &items[index];
    clients[client].structs.append(item->clock, index);
    clients[client].state = item->end();
    if (item->parent == None) {
        dropContent(*item);
        item->ref = Ref::Gc;
        item->flags = Item::Deleted;
        item->left = item->next = None;
        return;
    }
    Type &type = types[item->parent];
    const quint32 right = item->next;
    quint32 left = item->left;
    const bool conflict = left == None ? (right == None || items[right].left != None) : items[left].next != right;
    // Without a conflict, what has nothing on its left is put in front of what is on its right.
    const quint32 first = left == None && conflict ? firstOf(item->parent, item->sub) : right;
    if (conflict) {
        // Stamps stand for the two sets of the rule: scanned at all, and scanned since the last accepted left.
        if (m_scan > 0xF000'0000U) {
            for (Item &any : items)
                any.scanned = 0;
            m_scan = 0;
        }
        const quint32 scanned = m_scan + 1;
        quint32 conflicting = scanned;
        for (quint32 o = left != None ? items[left].next : first; o != None && o != right; o = items[o].next) {
            Item &other = items[o];
            other.scanned = ++m_scan;
            if (other.origin == item->origin) {
                if (clients[other.client].id < clients[client].id) {
                    left = o;
                    conflicting = m_scan + 1;
                } else if (other.right == item->right) {
                    break;
                }
            } else if (!other.origin.isNone()) {
                const bool isNext = other.left != None && items[other.left].lastId() == other.origin; // of typing it is
                const quint32 origin = items[isNext ? other.left : itemAt(other.origin)].scanned;
                if (origin < scanned)
                    break;
                if (origin < conflicting) {
                    left = o;
                    conflicting = m_scan + 1;
                }
            } else {
                break;
            }
        }
    }
    item->left = left;
    if (left != None) {
        item->next = items[left].next;
        items[left].next = index;
    } else {
        item->next = first;
        if (item->sub == None)
            type.start = index;
    }
    if (item->next != None)
        items[item->next].left = index;
    if (item->sub == None) {
        if (item->isVisible()) {
            type.length += item->length;
            cursorItem = None;
        }
        sequence.insert(type.root, index);
    } else if (item->next == None) {
        type.map[item->sub] = index;
        if (left != None)
            remove(left);
    }
    item = &items[index];
    if (item->ref == Ref::Format)
        types[item->parent].hasFormatting = true;
    if (item->isDeleted())
        deleted.push_back({client, {item->clock, item->length}});
    if (item->ref == Ref::Type)
        types[extras[item->content].type].item = index;
    touchType(item->parent);
    const quint32 owner = types[item->parent].item;
    if ((owner != None && items[owner].isDeleted()) || (item->sub != None && item->next != None))
        remove(index);
}

void Store::buildSequences()
{
    sequence.setDeferring(false);
    for (const quint32 number : touchedTypes) {
        if (Type &type = types[number]; type.root == None && type.start != None)
            sequence.build(type.root, type.start);
    }
}

/// Deletes an item and, when it holds a type, everything inside, with a stack of its own.
void Store::remove(quint32 index)
{
    m_untidy = true;
    std::vector<quint32> open;
    while (true) {
        Item &item = items[index];
        if (!item.isDeleted()) {
            Type &type = types[item.parent];
            if (item.sub == None && (item.flags & Item::Countable)) {
                type.length -= item.length;
                sequence.addVisible(index, -static_cast<qint64>(item.length));
                cursorItem = None;
            }
            item.flags |= Item::Deleted;
            if (item.sub == None)
                sequence.itemDeleted(index);
            m_removed = true;
            deleted.push_back({item.client, {item.clock, item.length}});
            touchType(item.parent);
            if (item.ref == Ref::Type) {
                const Type &inner = types[extras[item.content].type];
                for (quint32 child = inner.start; child != None; child = items[child].next)
                    open.push_back(child);
                for (const auto &[key, last] : inner.map)
                    open.push_back(last);
            }
        } else {
            // Deleted before the type was: its neighbours may now merge with it.
            splits.push_back(item.id());
        }
        if (open.empty())
            return;
        index = open.back();
        open.pop_back();
    }
}

} // namespace Sheaf::Text
