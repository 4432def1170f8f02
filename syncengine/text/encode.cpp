// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"
#include "text/updatealgebra.h"
#include "text/updatewriter.h"

#include <algorithm>

namespace Sheaf::Text {
namespace {

void writeItem(const Store &store, UpdateWriter &out, const Item &item, quint32 offset)
{
    if (item.ref == Ref::Gc)
        return out.gc(item.length - offset);
    const bool origin = offset > 0 || !item.origin.isNone();
    const bool right = !item.right.isNone();
    const auto wire = [&](Id id) { return WireId{store.clients[id.client].id, id.clock}; };
    out.info(static_cast<quint8>(static_cast<int>(item.ref) | (origin ? 0x80 : 0) | (right ? 0x40 : 0) | (item.sub != None ? 0x20 : 0)));
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
        return out.length(item.length - offset);
    if (item.ref != Ref::String) {
        const Extra &extra = store.extras[item.content];
        return out.content(item.ref, extra, item.ref == Ref::Type ? store.types[extra.type].wire : 0, offset);
    }
    const QStringView text = store.textOf(item).mid(offset);
    if (offset > 0 && text.front().isLowSurrogate())
        return out.string(QString(QChar(u'\uFFFD')) + text.mid(1).toString());
    out.string(text);
}

} // namespace

QByteArray Store::encode(const StateVector &from, const DeleteSet &deletions, Format format) const
{
    std::vector<std::pair<const Client *, quint32>> wanted;
    for (const Client &client : clients) {
        const auto known = from.find(client.id);
        const quint32 clock = known == from.end() ? 0 : known->second;
        if (client.state > clock)
            wanted.emplace_back(&client, clock);
    }
    std::sort(wanted.begin(), wanted.end(), [](const auto &a, const auto &b) { return a.first->id > b.first->id; });
    UpdateWriter out(format);
    out.clientCount(wanted.size());
    for (const auto &[client, clock] : wanted) {
        const StructList &structs = client->structs;
        StructList::Place place = structs.find(clock);
        quint64 count = 0;
        StructList::Place counter = place;
        if (clock == 0) {
            count = structs.size();
        } else {
            do
                ++count;
            while (structs.next(counter));
        }
        out.block(count, client->id, clock);
        quint32 offset = clock - items[structs.at(place)].clock;
        do {
            writeItem(*this, out, items[structs.at(place)], offset);
            offset = 0;
        } while (structs.next(place));
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
        if (const auto merged = mergeUpdates(pending, Format::V1)) {
            if (const auto rest = diffUpdate(*merged, from, Format::V1))
                add(*rest);
        }
    }
    const auto merged = mergeUpdates(parts, format);
    return merged ? *merged : own;
}

} // namespace Sheaf::Text
