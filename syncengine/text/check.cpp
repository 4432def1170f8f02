// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"
#include "text/undomanager.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Text {

/// What was written again knows as what, and nothing else does.
QString Store::checkRedone() const
{
    size_t marked = 0;
    for (const Client &client : clients) {
        client.structs.forEach([&](quint32 index) { marked += (items[index].flags & Item::Redone) ? 1 : 0; });
    }
    const bool known = std::ranges::all_of(redone, [this](const auto &entry) {
        const Id target = entry.second;
        return (items[entry.first].flags & Item::Redone) && target.client < clients.size() &&
               target.clock < clients[target.client].state;
    });
    return known && marked == redone.size() ? QString() : u"an item that was written again has no successor"_s;
}

/// Walks every invariant of the store; empty means all hold.
QString Store::check() const
{
    for (quint32 number = 0; number < clients.size(); ++number) {
        const Client &client = clients[number];
        quint32 clock = 0;
        QString wrong;
        size_t count = 0;
        client.structs.forEach([&](quint32 index) {
            const Item &item = items[index];
            ++count;
            if (item.client != number || item.clock != clock || item.length == 0)
                wrong = u"clocks of a client have a hole"_s;
            clock = item.end();
            if (item.ref == Ref::Gc)
                return;
            if (item.ref == Ref::String && (item.capacity < item.length || item.content + item.capacity > text.size()))
                wrong = u"text of an item lies outside of the buffer"_s;
            if (hasElements(item.ref) && (item.capacity < item.length || item.content + item.capacity > values.size()))
                wrong = u"elements of an item lie outside of the buffer"_s;
            if (item.left != None && items[item.left].next != index)
                wrong = u"left neighbour does not know its right one"_s;
            if (item.next != None && (items[item.next].left != index || items[item.next].parent != item.parent))
                wrong = u"right neighbour does not know its left one"_s;
            if ((item.sub == None) != (item.leaf != None))
                wrong = u"only list items stand in the tree"_s;
            if (const auto key = types[item.parent].map.find(item.sub);
                item.sub != None && item.next == None && (key == types[item.parent].map.end() || key->second != index))
                wrong = u"the last item of a key is not its value"_s;
        });
        if (clock != client.state || count != client.structs.size())
            wrong = u"the state of a client is not the end of its structs"_s;
        if (!wrong.isEmpty())
            return wrong;
        StructList::Place place;
        for (size_t i = 0; i < count; ++i) {
            const Item &item = items[client.structs.at(place)];
            if (client.structs.find(item.clock) != place || client.structs.find(item.end() - 1) != place)
                return u"searching a clock misses its struct"_s;
            (void)client.structs.next(place);
        }
    }
    for (const Type &type : types) {
        quint32 visible = 0;
        for (quint32 item = type.start; item != None; item = items[item].next)
            visible += items[item].visible();
        if (visible != type.length)
            return u"the length of a type is wrong"_s;
        if (QString wrong = sequence.check(type.root, type.start, visible); !wrong.isEmpty())
            return wrong;
    }
    if (cursorItem != None &&
        (items[cursorItem].leaf == None || items[cursorItem].parent != cursorType || sequence.indexOf(cursorItem) != cursorIndex))
        return u"the cursor cache is stale"_s;
    return checkRedone();
}

QString UndoManager::checkRanges(const Ranges &ranges) const
{
    for (const auto &[client, list] : ranges.clients) {
        quint32 end = 0;
        for (const ClockRange &range : list) {
            if (range.length == 0 || range.clock < end)
                return u"ranges of an undo step overlap or are out of order"_s;
            end = range.end();
        }
        if (client >= m_store.clients.size() || end > m_store.clients[client].state)
            return u"an undo step names units that are not there"_s;
    }
    return {};
}

/// Whether everything that a step deleted from a root text is deleted, and still there to be written again.
bool UndoManager::keepsWhatIsDeleted(const Ranges &deletions) const
{
    for (const auto &[client, list] : deletions.clients) {
        for (const ClockRange &range : list) {
            for (quint32 clock = range.clock; clock < range.end();) {
                const Item &item = m_store.items[m_store.itemAt({client, clock})];
                clock = item.end();
                if (!item.isDeleted())
                    return false;
                if (item.ref != Ref::Gc && std::ranges::find(m_scope, item.parent) != m_scope.end() && !(item.flags & Item::Keep))
                    return false;
            }
        }
    }
    return true;
}

QString UndoManager::check() const
{
    if (m_doc.m_depth == 0 && m_doing != Doing::Recording)
        return u"an undo has not come to its end"_s;
    // Of two managers one may let go of what the other would bring back.
    const bool alone = m_doc.m_undoManagers.size() == 1;
    for (const std::vector<Step> *stack : {&m_undo, &m_redo}) {
        for (const Step &step : *stack) {
            for (const Ranges *ranges : {&step.insertions, &step.deletions}) {
                if (QString wrong = checkRanges(*ranges); !wrong.isEmpty())
                    return wrong;
            }
            if (alone && !keepsWhatIsDeleted(step.deletions))
                return u"an undo step cannot bring back what it deleted"_s;
        }
    }
    return {};
}

} // namespace Sheaf::Text
