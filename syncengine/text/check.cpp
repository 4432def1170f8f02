// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/store.h"

using namespace Qt::StringLiterals;

namespace Sheaf::Text {

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
    return {};
}

} // namespace Sheaf::Text
