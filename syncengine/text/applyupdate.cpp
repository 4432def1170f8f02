// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/limits.h"
#include "text/store.h"
#include "text/updatealgebra.h"

#include <algorithm>
#include <utility>

namespace Sheaf::Text {

/// One pass of integrating a decoded update: clients from the highest id down, a stack for what must come first.
class UpdateApplier
{
public:
    UpdateApplier(Store &store, RawUpdate &raw) : m_store(store), m_raw(raw) {}

    void run()
    {
        m_store.sequence.setDeferring(true);
        if (!runInOrder())
            runQueues();
        deletions();
        m_store.buildSequences();
    }

    [[nodiscard]] bool hasRest() const { return m_hasRest; }
    /// What could not be integrated, as an update of its own.
    [[nodiscard]] QByteArray rest() const
    {
        std::vector<std::pair<quint64, std::vector<const RawStruct *>>> left;
        for (const Queue &queue : m_queues) {
            if (queue.parkedFrom < queue.structs.size())
                left.emplace_back(queue.client, std::vector<const RawStruct *>(queue.structs.begin() +
                                                                                   static_cast<std::ptrdiff_t>(queue.parkedFrom),
                                                                               queue.structs.end()));
        }
        return writeStructs(m_raw, left);
    }

private:
    /// News of one client that lack nothing: nearly all updates. What was integrated before something turned
    /// out to be missing is known to the queues.
    bool runInOrder()
    {
        if (m_raw.blocks.size() > 1)
            return false;
        for (const RawUpdate::Block &block : m_raw.blocks) {
            quint32 index = m_store.findClient(block.client);
            bool first = true; // what an update keeps apart, something was written in between
            for (quint32 i = block.begin; i < block.end; ++i) {
                const RawStruct &one = m_raw.structs[i];
                const quint32 state = index == None ? 0 : m_store.clients[index].state;
                quint64 needed = 0;
                if (one.ref == Ref::Skip || one.clock + one.length <= state) {
                    cutPairs(one);
                    continue;
                }
                if (one.clock > state || lacks(one, block.client, needed))
                    return false;
                if (index == None)
                    index = m_store.clientIndex(block.client);
                if (one.clock != state || !std::exchange(first, false) || !continues(index, one))
                    integrate(index, one, state - one.clock);
            }
        }
        return true;
    }

    /// Whether the struct is typing that goes on right behind the client's last one, which then grows in place.
    bool continues(quint32 client, const RawStruct &one)
    {
        const Store::Client &author = m_store.clients[client];
        if (one.ref != Ref::String || !(one.flags & RawStruct::HasOrigin) || author.state == 0 ||
            one.origin.clock + 1 != author.state || one.origin.client != author.id)
            return false;
        const quint32 last = author.structs.last();
        const Item &item = m_store.items[last];
        const bool hasRight = one.flags & RawStruct::HasRight;
        if (item.ref != Ref::String || hasRight == item.right.isNone() || hasRight == (item.next == None))
            return false;
        // The right neighbour must be the one that both were typed in front of.
        if (hasRight && (m_store.items[item.next].id() != item.right || item.right.clock != one.right.clock ||
                         m_store.clients[item.right.client].id != one.right.client))
            return false;
        return m_store.extend(last, m_raw.view(one.content, one.length));
    }

    void runQueues()
    {
        openQueues();
        while (!m_open.empty()) {
            Queue &queue = m_queues[m_open.back()];
            if (queue.at >= queue.structs.size()) {
                m_open.pop_back();
                continue;
            }
            step(m_open.back());
        }
    }

    struct Queue {
        quint64 client = 0;
        quint32 index = None;
        size_t at = 0;
        size_t parkedFrom = SIZE_MAX;
        bool onStack = false;
        std::vector<RawStruct *> structs;
    };

    void openQueues()
    {
        for (const RawUpdate::Block &block : m_raw.blocks) {
            auto found = std::find_if(m_queues.begin(), m_queues.end(), [&](const Queue &q) { return q.client == block.client; });
            if (m_raw.blocks.size() > 16) {
                const auto known = m_byClient.constFind(block.client);
                found = known == m_byClient.constEnd() ? m_queues.end() : m_queues.begin() + static_cast<std::ptrdiff_t>(*known);
            }
            if (found == m_queues.end()) {
                m_byClient.insert(block.client, m_queues.size());
                m_queues.push_back({block.client, m_store.findClient(block.client), 0, SIZE_MAX, false, {}});
                found = std::prev(m_queues.end());
            }
            for (quint32 i = block.begin; i < block.end; ++i)
                found->structs.push_back(&m_raw.structs[i]);
        }
        std::sort(m_queues.begin(), m_queues.end(), [](const Queue &a, const Queue &b) { return a.client < b.client; });
        for (size_t i = 0; i < m_queues.size(); ++i) {
            m_byClient.insert(m_queues[i].client, i);
            m_open.push_back(i);
        }
    }

    [[nodiscard]] quint32 stateOf(quint64 client) const
    {
        const quint32 index = m_store.findClient(client);
        return index == None ? 0 : m_store.clients[index].state;
    }

    void park(size_t queueIndex)
    {
        Queue &queue = m_queues[queueIndex];
        if (queue.parkedFrom == SIZE_MAX) {
            queue.parkedFrom = queue.at;
            queue.at = queue.structs.size();
            m_hasRest = true;
        }
    }

    void noteMissing(quint64 client, quint32 clock)
    {
        const auto [entry, added] = m_store.missing.try_emplace(client, clock);
        if (!added)
            entry->second = std::min(entry->second, clock);
    }

    /// Client whose structs the given one needs and that are not here yet.
    [[nodiscard]] bool lacks(const RawStruct &one, quint64 own, quint64 &client) const
    {
        const auto absent = [&](RawStruct::Flag flag, const WireId &id) {
            if (!(one.flags & flag) || id.client == own || id.clock < stateOf(id.client))
                return false;
            client = id.client;
            return true;
        };
        return absent(RawStruct::HasOrigin, one.origin) || absent(RawStruct::HasRight, one.right) ||
               ((one.flags & RawStruct::ParentId) && absent(RawStruct::ParentId, m_raw.parentOf(one).id));
    }

    /// Works on one client until its queue waits for another or is done.
    void step(size_t first)
    {
        std::vector<size_t> stack{first};
        m_queues[first].onStack = true;
        while (!stack.empty()) {
            Queue &queue = m_queues[stack.back()];
            quint64 needed = 0;
            if (queue.at >= queue.structs.size()) {
                queue.onStack = false;
                stack.pop_back();
                continue;
            }
            RawStruct &one = *queue.structs[queue.at];
            const quint32 state = stateOf(queue.client);
            if (one.ref == Ref::Skip || one.clock + one.length <= state) {
                cutPairs(one);
                ++queue.at;
            } else if (one.clock > state) {
                noteMissing(queue.client, one.clock - 1);
                parkAll(stack);
            } else if (lacks(one, queue.client, needed)) {
                const auto other = m_byClient.constFind(needed);
                if (other == m_byClient.constEnd() || m_queues[*other].at >= m_queues[*other].structs.size() ||
                    m_queues[*other].onStack) {
                    noteMissing(needed, stateOf(needed));
                    parkAll(stack);
                } else {
                    m_queues[*other].onStack = true;
                    stack.push_back(*other);
                }
            } else {
                if (queue.index == None)
                    queue.index = m_store.clientIndex(queue.client);
                integrate(queue.index, one, state - one.clock);
                ++queue.at;
                if (stack.size() > 1) { // go back as soon as the waiting struct may have what it needs
                    queue.onStack = false;
                    stack.pop_back();
                }
            }
        }
    }

    void parkAll(std::vector<size_t> &stack)
    {
        for (const size_t index : stack) {
            park(index);
            m_queues[index].onStack = false;
        }
        stack.clear();
    }

    /// A struct that is known already may lie beside half a pair: its writer has cut that in two, and so does everybody, or
    /// their texts would differ.
    void cutPairs(const RawStruct &one)
    {
        if (!m_store.hasPairs)
            return;
        if (one.flags & RawStruct::HasOrigin)
            cutPair(one.origin, 1);
        if (one.flags & RawStruct::HasRight)
            cutPair(one.right, 0);
    }

    void cutPair(const WireId &id, quint32 behind)
    {
        if (id.clock >= stateOf(id.client))
            return;
        const Id place{m_store.findClient(id.client), id.clock + behind};
        const Item &item = m_store.items[m_store.itemAt({place.client, id.clock})];
        if (item.ref == Ref::String && place.clock > item.clock && place.clock < item.end() &&
            QChar::isHighSurrogate(m_store.text[item.content + (place.clock - item.clock) - 1]))
            (void)m_store.itemStartingAt(place);
    }

    [[nodiscard]] Id known(const WireId &id) { return {m_store.clientIndex(id.client), id.clock}; }

    void fill(Item &item, const RawStruct &one, quint32 offset)
    {
        item.clock = one.clock + offset;
        item.length = one.length - offset;
        item.ref = one.ref;
        if (one.ref == Ref::Deleted || one.ref == Ref::Gc)
            item.flags = Item::Deleted;
        else if (one.ref != Ref::Format)
            item.flags = Item::Countable;
        if (one.ref == Ref::String) {
            item.content = static_cast<quint32>(m_store.text.size());
            item.capacity = item.length;
            m_store.text.append(m_raw.text, one.content + offset, item.length);
            if (offset > 0 && QChar::isLowSurrogate(m_store.text[item.content]) &&
                QChar::isHighSurrogate(m_raw.text[one.content + offset - 1]))
                m_store.text[item.content] = u'\uFFFD';
        } else if (hasElements(one.ref)) {
            item.content = static_cast<quint32>(m_store.values.size());
            item.capacity = item.length;
            const auto from = m_raw.values.begin() + static_cast<std::ptrdiff_t>(one.content);
            m_store.values.insert(m_store.values.end(), std::move_iterator(from + offset), std::move_iterator(from + one.length));
        } else if (hasExtra(one.ref)) {
            RawExtra &raw = m_raw.extras[one.content];
            Extra extra{std::move(raw.value), m_store.keyIndex(m_raw.keyOf(raw)), None};
            if (one.ref == Ref::Type) {
                const auto type = static_cast<quint32>(m_store.types.size());
                m_store.types.emplace_back().wire = one.type;
                extra.type = type;
            }
            item.content = m_store.newExtra(std::move(extra));
        }
    }

    void integrate(quint32 client, const RawStruct &one, quint32 offset)
    {
        Item item;
        item.client = client;
        fill(item, one, offset);
        const quint32 index = m_store.newItem(item);
        if (one.ref != Ref::Gc)
            resolve(index, one, offset);
        m_store.integrate(index);
    }

    /// Finds the neighbours and the parent; leaves the parent at None when any of them is collected.
    void resolve(quint32 index, const RawStruct &one, quint32 offset)
    {
        Id origin;
        Id right;
        if (offset > 0)
            origin = {m_store.items[index].client, one.clock + offset - 1};
        else if (one.flags & RawStruct::HasOrigin)
            origin = known(one.origin);
        if (one.flags & RawStruct::HasRight)
            right = known(one.right);
        const quint32 left = origin.isNone() ? None : m_store.itemEndingAt(origin);
        const quint32 next = right.isNone() ? None : startingAt(right, left);
        quint32 parent = None;
        quint32 sub = None;
        const bool collected =
            (left != None && m_store.items[left].ref == Ref::Gc) || (next != None && m_store.items[next].ref == Ref::Gc);
        if (!collected) {
            if (one.flags & RawStruct::ParentName) {
                const RawParent &named = m_raw.parentOf(one);
                parent = m_store.rootType(m_raw.view(named.name, named.nameLength).toString());
            } else if (one.flags & RawStruct::ParentId) {
                const Item &owner = m_store.items[m_store.itemAt(known(m_raw.parentOf(one).id))];
                parent = owner.ref == Ref::Type ? m_store.extras[owner.content].type : None;
            } else if (left != None || next != None) {
                const Item &neighbour = m_store.items[left != None ? left : next];
                parent = neighbour.parent;
                sub = neighbour.sub;
            }
            if (one.flags & RawStruct::HasSub) {
                const RawParent &named = m_raw.parentOf(one);
                sub = m_store.keyIndex(m_raw.view(named.sub, named.subLength));
            }
        }
        // Hostile neighbours from two lists would tie them together: such a struct is kept as collected.
        const auto foreign = [&](quint32 other) {
            return other != None && (m_store.items[other].parent != parent || m_store.items[other].sub != sub);
        };
        if (foreign(left) || foreign(next) || (left != None && next != None && !ordered(left, next)))
            parent = None;
        Item &item = m_store.items[index];
        item.origin = origin;
        item.right = right;
        item.left = left;
        item.next = next;
        item.parent = parent;
        item.sub = sub;
    }

    /// The item that starts at an id: nearly always the one behind the left neighbour.
    [[nodiscard]] quint32 startingAt(Id id, quint32 left)
    {
        if (left != None) {
            const quint32 next = m_store.items[left].next;
            if (next != None && m_store.items[next].id() == id)
                return next;
        }
        return m_store.itemStartingAt(id);
    }

    [[nodiscard]] bool ordered(quint32 left, quint32 next)
    {
        if (m_store.items[left].next == next)
            return true;
        if (m_store.sequence.isDeferred(left))
            m_store.buildSequences();
        if (m_store.items[left].leaf != None)
            return m_store.sequence.isBefore(left, next);
        for (quint32 at = left; at != None; at = m_store.items[at].next) {
            if (at == next)
                return left != next;
        }
        return false;
    }

    void deletions()
    {
        for (const auto &[client, range] : m_raw.deletions) {
            const quint32 index = m_store.findClient(client);
            const quint32 state = index == None ? 0 : m_store.clients[index].state;
            if (range.end() > state) {
                const quint32 from = std::max(range.clock, state);
                m_store.pendingDeletions[client].push_back({from, range.end() - from});
            }
            if (range.clock < state)
                removeRange(index, {range.clock, std::min(range.end(), state) - range.clock});
        }
        normalise(m_store.pendingDeletions);
    }

    void removeRange(quint32 client, ClockRange range)
    {
        const auto live = [&](StructList::Place place) {
            return !m_store.items[m_store.clients[client].structs.at(place)].isDeleted();
        };
        StructList::Place place = m_store.clients[client].structs.find(range.clock);
        if (live(place)) {
            const quint32 first = m_store.clients[client].structs.at(place);
            const Item &item = m_store.items[first];
            if (range.end() <= item.end() && m_store.shrink(first, range.clock - item.clock, range.length))
                return;
            (void)m_store.itemStartingAt({client, range.clock});
            place = m_store.clients[client].structs.find(range.clock);
        }
        do {
            const quint32 index = m_store.clients[client].structs.at(place);
            if (m_store.items[index].clock >= range.end())
                break;
            if (!live(place))
                continue;
            if (m_store.items[index].end() > range.end()) {
                (void)m_store.split(index, range.end() - m_store.items[index].clock);
                place = m_store.clients[client].structs.find(m_store.items[index].clock);
            }
            m_store.remove(index);
        } while (m_store.clients[client].structs.next(place));
    }

    Store &m_store;
    RawUpdate &m_raw;
    std::vector<Queue> m_queues;
    QHash<quint64, size_t> m_byClient;
    std::vector<size_t> m_open;
    bool m_hasRest = false;
};

Result<void> Store::apply(QByteArrayView update, Format format)
{
    auto applied = readUpdate(update, format, m_raw);
    if (applied && m_raw.structs.size() > items.size()) { // as when a document is loaded
        items.reserve(items.size() + m_raw.structs.size());
        extras.reserve(extras.size() + m_raw.extras.size());
        values.reserve(values.size() + m_raw.values.size());
        text.reserve(text.size() + m_raw.text.size());
    }
    if (applied)
        applied = applyRead();
    if (m_raw.heldBytes() > Limits::rawBytesKept)
        static_cast<void>(std::exchange(m_raw, {})); // a string to which an empty one is assigned keeps its memory
    return applied;
}

Result<void> Store::applyRead()
{
    hasPairs = hasPairs || m_raw.hasPairs;
    bool again = true;
    bool first = true;
    while (again) {
        // Deletions that were parked are tried with every update.
        if (!pendingDeletions.empty()) {
            for (const auto &[client, ranges] : std::exchange(pendingDeletions, {})) {
                for (const ClockRange &range : ranges)
                    m_raw.deletions.push_back({client, range});
            }
        }
        UpdateApplier applier(*this, m_raw);
        applier.run();
        if (applier.hasRest())
            pending.push_back(applier.rest());
        again = false;
        if (first || !pending.empty()) {
            for (const auto &[client, clock] : missing) {
                const quint32 index = findClient(client);
                again = again || (index != None && clock < clients[index].state);
            }
        }
        first = false;
        if (again) {
            missing.clear();
            const auto merged = mergeUpdates(std::exchange(pending, {}), Format::V1);
            if (!merged || !readUpdate(*merged, Format::V1, m_raw))
                return fail(QStringLiteral("text_bad_pending"), QStringLiteral("The parked updates cannot be read."));
        } else if (pending.size() > Limits::pendingUpdatesMax) {
            if (const auto merged = mergeUpdates(pending, Format::V1))
                pending = {*merged};
        }
    }
    return {};
}

} // namespace Sheaf::Text
