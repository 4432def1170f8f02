// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"

#include <algorithm>
#include <utility>

namespace Sheaf::Text {

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

/// Merges a struct with those left of it as far as they merge, also beyond what the transaction touched: pairs that an
/// earlier one left apart join here and only here. How many went; place is then where they went. They join from the left
/// on, so that each unit moves once.
quint32 Store::mergeLefts(quint32 client, StructList::Place &place)
{
    StructList &structs = clients[client].structs;
    quint32 count = 0;
    for (StructList::Place before = place; structs.previous(before) && isContinued(structs.at(before), structs.at(place));
         ++count)
        place = before;
    StructList::Place next = place;
    for (quint32 i = 0; i < count && structs.next(next); ++i)
        join(structs.at(place), structs.at(next));
    if (count > 0)
        structs.eraseBehind(place, count);
    return count;
}

void Store::mergeRange(quint32 client, ClockRange range)
{
    const StructList &structs = clients[client].structs;
    StructList::Place place = structs.find(range.end() - 1);
    (void)structs.next(place);
    while (items[structs.at(place)].clock >= range.clock) {
        (void)mergeLefts(client, place);
        if (!structs.previous(place))
            return;
    }
}

void Store::mergeNewStructs(quint32 client)
{
    const StructList &structs = clients[client].structs;
    const quint32 floor = clients[client].before;
    StructList::Place place = structs.lastPlace();
    while (items[structs.at(place)].end() > floor) {
        (void)mergeLefts(client, place);
        if (!structs.previous(place))
            return;
    }
}

void Store::mergeSplits()
{
    for (size_t i = splits.size(); i-- > 0;) {
        const Id id = splits[i];
        const StructList &structs = clients[id.client].structs;
        StructList::Place place = structs.find(id.clock);
        StructList::Place after = place;
        if (structs.next(after) && mergeLefts(id.client, after) > 1)
            continue;
        (void)mergeLefts(id.client, place);
    }
}

/// Makes a buffer anew out of what items have in it.
template<typename Buffer, typename IsInBuffer>
void Store::compact(Buffer &buffer, size_t &dead, IsInBuffer isInBuffer)
{
    Buffer packed;
    packed.reserve(buffer.size() - dead + 4096);
    for (const Client &client : clients) {
        client.structs.forEach([&](quint32 index) {
            Item &item = items[index];
            if (!isInBuffer(item.ref))
                return;
            const auto at = static_cast<quint32>(packed.size());
            const auto from = buffer.begin() + static_cast<std::ptrdiff_t>(item.content);
            packed.insert(packed.end(), std::move_iterator(from), std::move_iterator(from + item.length));
            item.content = at;
            item.capacity = item.length;
        });
    }
    buffer = std::move(packed);
    dead = 0;
}

void Store::compactSparse()
{
    const auto isSparse = [](const auto &buffer, size_t dead) { return dead > deadUnitsFloor && dead > buffer.size() / 2; };
    if (isSparse(text, m_deadText))
        compact(text, m_deadText, [](Ref ref) { return ref == Ref::String; });
    if (isSparse(values, m_deadValues))
        compact(values, m_deadValues, hasElements);
}

/// Collects what was deleted, then merges what can be merged.
void Store::tidy()
{
    const auto byClock = [](const auto &a, const auto &b) {
        return a.first != b.first ? a.first < b.first : a.second.clock < b.second.clock;
    };
    if (!std::ranges::is_sorted(deleted, byClock)) // it is after loading
        std::ranges::sort(deleted, byClock);
    if (collects && m_removed)
        collectDeleted();
    for (size_t i = deleted.size(); i-- > 0;) {
        const auto &[client, range] = deleted[i];
        if (!isNew(client, range.clock))
            mergeRange(client, range);
    }
    // Text that grew in place has nothing new beside it.
    for (const quint32 client : touchedClients) {
        if (clients[client].appended == epoch)
            mergeNewStructs(client);
    }
    mergeSplits();
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
    m_untidy = true;
    m_removed = true;
    const bool before = std::exchange(collects, true);
    commit();
    collects = before;
    deleted.clear();
}

} // namespace Sheaf::Text
