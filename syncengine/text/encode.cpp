// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"
#include "text/updatealgebra.h"
#include "text/updatewriter.h"

#include <algorithm>

namespace Sheaf::Text {
namespace {

/// The units of an item from offset to end. Where a pair is cut in two, its halves are replaced.
QString cutText(QStringView text, quint32 offset, quint32 end)
{
    QString part = text.mid(offset, end - offset).toString();
    if (offset > 0 && part.front().isLowSurrogate())
        part.front() = QChar::ReplacementCharacter;
    if (end < static_cast<quint32>(text.size()) && part.back().isHighSurrogate())
        part.back() = QChar::ReplacementCharacter;
    return part;
}

void writeItem(const Store &store, UpdateWriter &out, const Item &item, quint32 offset, quint32 end)
{
    if (item.ref == Ref::Gc)
        return out.gc(end - offset);
    const bool origin = offset > 0 || !item.origin.isNone();
    const bool right = !item.right.isNone();
    const auto wire = [&](Id id) { return WireId{store.clients[id.client].id, id.clock}; };
    out.info(static_cast<quint8>(static_cast<int>(item.ref) | (origin ? 0x80 : 0) | (right ? 0x40 : 0) |
                                 (item.sub != None ? 0x20 : 0)));
    if (origin)
        out.leftId(wire(offset > 0 ? Id{item.client, item.clock + offset - 1} : item.origin));
    if (right)
        out.rightId(wire(item.right));
    if (!origin && !right) {
        const Store::Type &type = store.types[item.parent];
        if (type.item == None)
            out.parentName(type.name);
        else
            out.parentId(wire(store.items[type.item].id()));
        if (item.sub != None)
            out.string(store.keys[item.sub]);
    }
    if (item.ref == Ref::Deleted)
        return out.length(end - offset);
    if (hasElements(item.ref))
        return out.elements(item.ref, store.elementsOf(item).subspan(offset, end - offset));
    if (hasExtra(item.ref)) {
        const Extra &extra = store.extras[item.content];
        return out.content(item.ref, extra.value, extra.key == None ? QStringView() : store.keys[extra.key],
                           item.ref == Ref::Type ? store.types[extra.type].wire : 0);
    }
    if (offset == 0 && end == item.length)
        out.string(store.textOf(item));
    else
        out.string(cutText(store.textOf(item), offset, end));
}

} // namespace

/// The structs of some clients from a clock on each.
void Store::writeClients(UpdateWriter &out, std::vector<std::pair<const Client *, quint32>> wanted) const
{
    std::sort(wanted.begin(), wanted.end(), [](const auto &a, const auto &b) { return a.first->id > b.first->id; });
    out.clientCount(wanted.size());
    for (const auto &[client, clock] : wanted) {
        const StructList &structs = client->structs;
        const StructList::Place first = structs.find(clock);
        StructList::Place place = first;
        quint64 count = 1;
        if (clock == 0) {
            count = structs.size();
        } else {
            while (structs.next(place))
                ++count;
        }
        out.block(count, client->id, clock);
        place = first;
        quint32 offset = clock - items[structs.at(place)].clock;
        do {
            writeItem(*this, out, items[structs.at(place)], offset, items[structs.at(place)].length);
            offset = 0;
        } while (structs.next(place));
    }
}

QByteArray Store::encode(const StateVector &from, const DeleteSet &deletions, Format format) const
{
    std::vector<std::pair<const Client *, quint32>> wanted;
    for (const Client &client : clients) {
        const auto known = from.find(client.id);
        const quint32 clock = known == from.end() ? 0 : known->second;
        if (client.state > clock)
            wanted.emplace_back(&client, clock);
    }
    UpdateWriter out(format);
    writeClients(out, std::move(wanted));
    out.deleteSet(deletions);
    return out.finish();
}

QByteArray Store::encodeTransaction(Format format) const
{
    std::vector<std::pair<const Client *, quint32>> wanted;
    for (const quint32 number : touchedClients) {
        if (clients[number].state > clients[number].before)
            wanted.emplace_back(&clients[number], clients[number].before);
    }
    DeleteSet deletions;
    for (const auto &[client, range] : deleted)
        deletions[clients[client].id].push_back(range);
    normalise(deletions);
    UpdateWriter out(format);
    writeClients(out, std::move(wanted));
    out.deleteSet(deletions);
    return out.finish();
}

QByteArray Store::encodeAt(const StateVector &until, const DeleteSet &deletions, Format format) const
{
    UpdateWriter out(format);
    out.clientCount(static_cast<quint64>(std::ranges::count_if(until, [](const auto &one) { return one.second > 0; })));
    for (const auto &[id, clock] : until) {
        if (clock == 0)
            continue;
        const StructList &structs = clients[findClient(id)].structs;
        const StructList::Place last = structs.find(clock - 1);
        StructList::Place place;
        quint64 count = 1;
        for (; place != last; (void)structs.next(place))
            ++count;
        out.block(count, id, 0);
        place = {};
        for (quint64 i = 0; i < count; ++i, (void)structs.next(place)) {
            const Item &item = items[structs.at(place)];
            writeItem(*this, out, item, 0, std::min(item.length, clock - item.clock));
        }
    }
    out.deleteSet(deletions);
    return out.finish();
}

DeleteSet Store::deleteSet() const
{
    DeleteSet set;
    for (const Client &client : clients) {
        std::vector<ClockRange> ranges;
        client.structs.forEach([&](quint32 index) {
            const Item &item = items[index];
            if (!item.isDeleted())
                return;
            if (!ranges.empty() && ranges.back().end() == item.clock)
                ranges.back().length += item.length;
            else
                ranges.push_back({item.clock, item.length});
        });
        if (!ranges.empty())
            set[client.id] = std::move(ranges);
    }
    return set;
}

QByteArray Store::encodeState(const StateVector &from, Format format) const
{
    const QByteArray own = encode(from, deleteSet(), format);
    if (pending.empty() && pendingDeletions.empty())
        return own;
    // What waits for its predecessors goes along, so that a relay loses nothing.
    std::vector<QByteArray> parts{own};
    const auto add = [&](const QByteArray &v1) {
        if (const auto converted = convertUpdate(v1, Format::V1, format))
            parts.push_back(*converted);
    };
    if (!pendingDeletions.empty()) {
        UpdateWriter out(Format::V1);
        out.clientCount(0);
        out.deleteSet(pendingDeletions);
        add(out.finish());
    }
    if (!pending.empty()) {
        // One after the other, as the reference parks them: it decides which of two forms of a struct stays.
        Result<QByteArray> merged = pending.front();
        for (size_t i = 1; i < pending.size() && merged; ++i)
            merged = mergeUpdates({*merged, pending[i]}, Format::V1);
        if (merged) {
            if (const auto rest = diffUpdate(*merged, from, Format::V1))
                add(*rest);
        }
    }
    const auto merged = mergeUpdates(parts, format);
    return merged ? *merged : own;
}

} // namespace Sheaf::Text
