// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/undomanager.h"

#include "text/store.h"

#include <algorithm>

namespace Sheaf::Text {

void UndoManager::Ranges::add(quint32 client, ClockRange range)
{
    const auto found = std::ranges::find(clients, client, &std::pair<quint32, std::vector<ClockRange>>::first);
    if (found != clients.end())
        found->second.push_back(range);
    else
        clients.push_back({client, {range}});
}

void UndoManager::Ranges::tidy()
{
    for (auto &[client, ranges] : clients)
        normalise(ranges);
}

bool UndoManager::Ranges::contains(Id id) const
{
    return std::ranges::any_of(
        clients, [&](const auto &one) { return one.first == id.client && Sheaf::Text::contains(one.second, id.clock); });
}

UndoManager::UndoManager(Doc &doc, const std::vector<Text> &scope, Options options)
    : m_doc(doc), m_store(*doc.m_store), m_options(std::move(options))
{
    for (const Text &text : scope)
        m_scope.push_back(text.m_type);
    m_options.trackedOrigins.push_back(m_options.origin);
    m_doc.m_undoManagers.push_back(this);
    m_doc.noteWatchers();
}

UndoManager::~UndoManager()
{
    std::erase(m_doc.m_undoManagers, this);
    m_doc.noteWatchers();
}

bool UndoManager::undo()
{
    return pop(m_undo, Doing::Undoing);
}

bool UndoManager::redo()
{
    return pop(m_redo, Doing::Redoing);
}

void UndoManager::clear()
{
    m_doc.transact([this] {
        release(m_undo);
        release(m_redo);
    });
}

/// Splits at the ends of the ranges and visits what lies inside.
template<typename Visit>
void UndoManager::forEachItem(const Ranges &ranges, Visit visit)
{
    for (const auto &[client, list] : ranges.clients) {
        for (const ClockRange &range : list) {
            StructList &structs = m_store.clients[client].structs;
            for (quint32 clock = range.clock; clock < range.end();) {
                const quint32 item = m_store.itemStartingAt({client, clock});
                if (m_store.items[item].end() > range.end() && m_store.items[item].ref != Ref::Gc)
                    (void)m_store.split(item, range.end() - m_store.items[item].clock);
                clock = m_store.items[structs.at(structs.find(clock))].end();
                visit(item);
            }
        }
    }
}

bool UndoManager::inScope(quint32 item) const
{
    while (item != None && m_store.items[item].parent != None) {
        const quint32 type = m_store.items[item].parent;
        if (std::ranges::find(m_scope, type) != m_scope.end())
            return true;
        item = m_store.types[type].item;
    }
    return false;
}

bool UndoManager::touchedScope() const
{
    return std::ranges::any_of(m_store.touchedTypes, [this](quint32 type) {
        return std::ranges::find(m_scope, type) != m_scope.end() || inScope(m_store.types[type].item);
    });
}

void UndoManager::keep(quint32 item, bool wanted)
{
    while (item != None && m_store.items[item].ref != Ref::Gc &&
           static_cast<bool>(m_store.items[item].flags & Item::Keep) != wanted) {
        m_store.items[item].flags ^= Item::Keep;
        item = m_store.types[m_store.items[item].parent].item;
    }
}

void UndoManager::release(std::vector<Step> &stack)
{
    for (const Step &step : std::exchange(stack, {})) {
        forEachItem(step.deletions, [this](quint32 item) {
            if (inScope(item))
                keep(item, false);
        });
    }
}

void UndoManager::record()
{
    if (std::ranges::find(m_options.trackedOrigins, m_store.transaction.origin) == m_options.trackedOrigins.end() ||
        !touchedScope())
        return;
    const bool recording = m_doing == Doing::Recording;
    if (m_doing == Doing::Undoing)
        stopCapturing();
    else if (recording)
        release(m_redo);
    Step step;
    for (const quint32 client : m_store.touchedClients) {
        const Store::Client &one = m_store.clients[client];
        if (one.state > one.before)
            step.insertions.add(client, {one.before, one.state - one.before});
    }
    for (const auto &[client, range] : m_store.deleted)
        step.deletions.add(client, range);
    step.deletions.tidy();
    forEachItem(step.deletions, [this](quint32 item) {
        if (inScope(item))
            keep(item, true);
    });
    std::vector<Step> &stack = m_doing == Doing::Undoing ? m_redo : m_undo;
    const qint64 now = m_options.now ? m_options.now() : 0;
    if (recording && m_capturing && m_options.now && now - m_lastChange < m_options.captureTimeoutMs && !stack.empty()) {
        Step &last = stack.back();
        for (const auto &[from, to] :
             {std::pair(&step.insertions, &last.insertions), std::pair(&step.deletions, &last.deletions)}) {
            for (const auto &[client, ranges] : from->clients) {
                for (const ClockRange &range : ranges)
                    to->add(client, range);
            }
            to->tidy();
        }
    } else {
        stack.push_back(std::move(step));
    }
    if (recording) {
        m_lastChange = now;
        m_capturing = true;
    }
}

bool UndoManager::pop(std::vector<Step> &stack, Doing doing)
{
    if (m_doc.m_depth > 0 || m_doing != Doing::Recording || stack.empty())
        return false;
    m_doing = doing;
    bool changed = false;
    m_doc.transact(
        [&] {
            // Steps of which nothing is left to take back are passed over.
            while (!changed && !stack.empty()) {
                Step step = std::move(stack.back());
                stack.pop_back();
                changed = revert(std::move(step));
            }
            m_store.cursorItem = None;
        },
        m_options.origin);
    m_doing = Doing::Recording;
    return changed;
}

bool UndoManager::revert(Step step)
{
    std::vector<quint32> toDelete;
    forEachItem(step.insertions, [&](quint32 item) {
        // Successors are split at the end of the chain only: pieces that have successors never join again.
        quint32 offset = 0;
        while (m_store.items[item].flags & Item::Redone) {
            const Id next = m_store.redone.at(item);
            item = m_store.itemAt({next.client, next.clock + offset});
            offset = next.clock + offset - m_store.items[item].clock;
        }
        if (offset > 0)
            item = m_store.itemStartingAt({m_store.items[item].client, m_store.items[item].clock + offset});
        if (!m_store.items[item].isDeleted() && inScope(item))
            toDelete.push_back(item);
    });
    std::vector<quint32> toRedo;
    forEachItem(step.deletions, [&](quint32 item) {
        if (inScope(item) && !step.insertions.contains(m_store.items[item].id()))
            toRedo.push_back(item);
    });
    const std::unordered_set<quint32> wanted(toRedo.begin(), toRedo.end());
    bool changed = !toDelete.empty();
    for (const quint32 item : toRedo)
        changed = redo(item, wanted, step.insertions) != None || changed;
    // Backwards, so that children go before their parents.
    for (size_t i = toDelete.size(); i-- > 0;)
        m_store.remove(toDelete[i]);
    return changed;
}

quint32 UndoManager::redoneOf(quint32 item)
{
    return m_store.items[item].flags & Item::Redone ? m_store.itemStartingAt(m_store.redone.at(item)) : None;
}

bool UndoManager::deletedByAStack(Id id) const
{
    const auto in = [&](const std::vector<Step> &stack) {
        return std::ranges::any_of(stack, [&](const Step &step) { return step.deletions.contains(id); });
    };
    return in(m_undo) || in(m_redo);
}

/// The nearest item on one side that lives below the owner, itself or as one of its redone successors.
quint32 UndoManager::liveNeighbour(quint32 item, quint32 owner, bool leftwards)
{
    const auto ownerOf = [&](quint32 one) {
        const quint32 parent = m_store.items[one].parent;
        return parent == None ? None - 1 : m_store.types[parent].item;
    };
    while (item != None) {
        quint32 trace = item;
        while (trace != None && ownerOf(trace) != owner)
            trace = redoneOf(trace);
        if (trace != None)
            return trace;
        item = leftwards ? m_store.items[item].left : m_store.items[item].next;
    }
    return None;
}

/// Where a map entry is written again; false if somebody else has written the key since.
bool UndoManager::placeOfEntry(quint32 item, quint32 type, const Ranges &insertions, quint32 &left)
{
    const quint32 sub = m_store.items[item].sub;
    const auto value = [&] {
        const auto found = m_store.types[type].map.find(sub);
        return found == m_store.types[type].map.end() ? None : found->second;
    };
    if (m_store.items[item].next == None) {
        left = value();
    } else {
        left = item;
        for (quint32 next = m_store.items[left].next; next != None; next = m_store.items[left].next) {
            const Id id = m_store.items[next].id();
            if (!(m_store.items[next].flags & Item::Redone) && !insertions.contains(id) && !deletedByAStack(id))
                break;
            left = next;
            while (m_store.items[left].flags & Item::Redone)
                left = redoneOf(left);
        }
        if (m_store.items[left].next != None)
            return false;
    }
    if (left != None && m_store.items[left].parent != type)
        left = value();
    return true;
}

quint32 UndoManager::copyOf(quint32 item)
{
    const quint32 fresh = m_store.newItem();
    const Item source = m_store.items[item];
    Item &copy = m_store.items[fresh];
    copy.ref = source.ref;
    copy.length = source.length;
    copy.flags = source.ref == Ref::Deleted ? Item::Deleted : source.ref == Ref::Format ? 0 : Item::Countable;
    if (source.ref == Ref::String) {
        copy.content = static_cast<quint32>(m_store.text.size());
        copy.capacity = source.length;
        m_store.text.resize(m_store.text.size() + source.length);
        std::copy_n(m_store.text.data() + source.content, source.length, m_store.text.data() + copy.content);
    } else if (hasElements(source.ref)) {
        copy.content = static_cast<quint32>(m_store.values.size());
        copy.capacity = source.length;
        m_store.values.resize(m_store.values.size() + source.length);
        std::copy_n(m_store.values.begin() + source.content, source.length, m_store.values.begin() + copy.content);
    } else if (hasExtra(source.ref)) {
        Extra extra = m_store.extras[source.content];
        if (source.ref == Ref::Type) {
            const quint8 wire = m_store.types[extra.type].wire;
            extra.type = static_cast<quint32>(m_store.types.size());
            m_store.types.emplace_back().wire = wire;
        }
        const quint32 content = m_store.newExtra(std::move(extra));
        m_store.items[fresh].content = content;
    }
    return fresh;
}

/// Writes a deleted item again as a new one; None if that cannot be. Parents are written again first.
quint32 UndoManager::redo(quint32 item, const std::unordered_set<quint32> &wanted, const Ranges &insertions)
{
    if (const quint32 done = redoneOf(item); done != None)
        return done;
    if (m_store.items[item].ref == Ref::Gc)
        return None;
    quint32 type = m_store.items[item].parent;
    quint32 owner = m_store.types[type].item;
    if (owner != None && m_store.items[owner].isDeleted()) {
        if (!(m_store.items[owner].flags & Item::Redone) && (!wanted.contains(owner) || redo(owner, wanted, insertions) == None))
            return None;
        while (m_store.items[owner].flags & Item::Redone)
            owner = redoneOf(owner);
        if (m_store.items[owner].ref != Ref::Type)
            return None;
        type = m_store.extras[m_store.items[owner].content].type;
    }
    const quint32 sub = m_store.items[item].sub;
    quint32 left = None;
    quint32 right = None;
    if (sub == None) {
        left = liveNeighbour(m_store.items[item].left, owner, true);
        right = liveNeighbour(item, owner, false);
    } else if (!placeOfEntry(item, type, insertions, left)) {
        return None;
    }
    const quint32 fresh = copyOf(item);
    const quint32 client = m_doc.ownClient();
    Item &copy = m_store.items[fresh];
    copy.client = client;
    copy.clock = m_store.clients[client].state;
    copy.parent = type;
    copy.sub = sub;
    copy.left = left;
    copy.next = right;
    if (left != None)
        copy.origin = m_store.items[left].lastId();
    if (right != None)
        copy.right = m_store.items[right].id();
    m_store.items[item].flags |= Item::Redone;
    m_store.redone[item] = copy.id();
    keep(fresh, true);
    m_store.integrate(fresh);
    return fresh;
}

} // namespace Sheaf::Text
