// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"

#include <algorithm>
#include <utility>

namespace Sheaf::Text {

void Store::begin(bool local, quint64 origin)
{
    ++epoch;
    transaction.local = local;
    transaction.origin = origin;
    touchedClients.clear();
    touchedTypes.clear();
    deleted.clear();
    splits.clear();
}

void Store::touchClient(quint32 client)
{
    Client &one = clients[client];
    if (one.epoch == epoch)
        return;
    one.epoch = epoch;
    one.before = one.state;
    touchedClients.push_back(client);
}

void Store::touchType(quint32 type)
{
    if (types[type].changed == epoch)
        return;
    types[type].changed = epoch;
    touchedTypes.push_back(type);
}

/// Replaces an item below a collected type by a GC struct.
void Store::makeGc(quint32 index)
{
    Item &item = items[index];
    dropContent(item);
    Item gc;
    gc.client = item.client;
    gc.clock = item.clock;
    gc.length = item.length;
    gc.flags = Item::Deleted;
    item = gc;
    redone.erase(index);
}

void Store::collectChildren(quint32 type)
{
    std::vector<quint32> open{type};
    while (!open.empty()) {
        Type &one = types[open.back()];
        open.pop_back();
        std::vector<quint32> children;
        for (quint32 child = one.start; child != None; child = items[child].next)
            children.push_back(child);
        for (const auto &[key, last] : one.map) {
            for (quint32 child = last; child != None; child = items[child].left)
                children.push_back(child);
        }
        sequence.drop(one.root);
        one.start = None;
        one.length = 0;
        one.map.clear();
        for (const quint32 child : children) {
            if (items[child].ref == Ref::Type)
                open.push_back(extras[items[child].content].type);
            makeGc(child);
        }
    }
    cursorItem = None;
}

void Store::collectDeleted()
{
    for (const auto &[client, range] : deleted) {
        StructList &structs = clients[client].structs;
        StructList::Place place = structs.find(range.clock);
        do {
            const quint32 index = structs.at(place);
            Item &item = items[index];
            if (item.clock >= range.end())
                break;
            if (!item.isDeleted() || (item.flags & Item::Keep) || item.ref == Ref::Gc || item.ref == Ref::Deleted)
                continue;
            if (item.ref == Ref::Type)
                collectChildren(extras[item.content].type);
            dropContent(items[index]);
            items[index].ref = Ref::Deleted;
            items[index].flags &= static_cast<quint8>(~Item::Countable);
        } while (structs.next(place));
    }
}

void Store::mergeRange(quint32 client, ClockRange range)
{
    StructList &structs = clients[client].structs;
    StructList::Place place = structs.find(range.end() - 1);
    (void)structs.next(place);
    while (items[structs.at(place)].clock >= range.clock) {
        StructList::Place before = place;
        if (!structs.previous(before))
            return;
        (void)mergeWithLeft(client, place);
        place = before;
    }
}

void Store::mergeNewStructs(quint32 client)
{
    StructList &structs = clients[client].structs;
    const quint32 floor = clients[client].before;
    StructList::Place place = structs.lastPlace();
    while (items[structs.at(place)].end() > floor) {
        StructList::Place before = place;
        if (!structs.previous(before))
            return;
        (void)mergeWithLeft(client, place);
        place = before;
    }
}

void Store::mergeSplits()
{
    for (size_t i = splits.size(); i-- > 0;) {
        const Id id = splits[i];
        StructList &structs = clients[id.client].structs;
        const StructList::Place place = structs.find(id.clock);
        StructList::Place after = place;
        if (structs.next(after))
            (void)mergeWithLeft(id.client, after);
        (void)mergeWithLeft(id.client, place);
    }
}

void Store::compactText()
{
    std::u16string packed;
    packed.reserve(text.size() - m_deadText + 4096);
    for (const Client &client : clients) {
        client.structs.forEach([&](quint32 index) {
            Item &item = items[index];
            if (item.ref != Ref::String)
                return;
            const auto at = static_cast<quint32>(packed.size());
            packed.append(text, item.content, item.length);
            item.content = at;
            item.capacity = item.length;
        });
    }
    text = std::move(packed);
    m_deadText = 0;
}

/// Brings the store to its canonical form: collects what was deleted, then merges what can be merged.
void Store::commit()
{
    if (deleted.size() > 1)
        std::sort(deleted.begin(), deleted.end(), [](const auto &a, const auto &b) {
            return a.first != b.first ? a.first < b.first : a.second.clock < b.second.clock;
        });
    if (collects)
        collectDeleted();
    for (size_t i = deleted.size(); i-- > 0;)
        mergeRange(deleted[i].first, deleted[i].second);
    // Text that grew in place has nothing new beside it.
    for (const quint32 client : touchedClients) {
        if (clients[client].appended == epoch)
            mergeNewStructs(client);
    }
    mergeSplits();
    if (m_deadText > 65'536 && m_deadText > text.size() / 2)
        compactText();
}

/// Collects everything deleted that nobody keeps, outside of a transaction.
void Store::collectAll()
{
    begin(true, 0);
    for (quint32 number = 0; number < clients.size(); ++number) {
        clients[number].structs.forEach([&](quint32 index) {
            if (items[index].isDeleted() && items[index].ref != Ref::Gc)
                deleted.push_back({number, {items[index].clock, items[index].length}});
        });
    }
    const bool before = std::exchange(collects, true);
    commit();
    collects = before;
    deleted.clear();
}

} // namespace Sheaf::Text
