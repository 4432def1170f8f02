// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/changes_p.h"
#include "text/textedit_p.h"

#include <algorithm>
#include <optional>

namespace Sheaf::Text {
namespace {

/// Adds steps to a delta, joining what belongs together.
class DeltaBuilder
{
public:
    void insert(QStringView text, const Attributes &attributes)
    {
        if (!m_delta.empty() && m_delta.back().kind == DeltaOp::Insert && m_delta.back().attributes == attributes)
            m_delta.back().text.append(text);
        else
            m_delta.push_back({DeltaOp::Insert, text.toString(), {}, 0, attributes});
    }
    void embed(const Value &value, const Attributes &attributes)
    {
        m_delta.push_back({DeltaOp::Embed, {}, value, 0, attributes});
    }
    void retain(quint32 length, const Attributes &attributes) { count(DeltaOp::Retain, length, attributes); }
    void remove(quint32 length) { count(DeltaOp::Delete, length, {}); }

    [[nodiscard]] Delta finish()
    {
        while (!m_delta.empty() && m_delta.back().kind == DeltaOp::Retain && m_delta.back().attributes.empty())
            m_delta.pop_back();
        return std::move(m_delta);
    }

private:
    void count(DeltaOp::Kind kind, quint32 length, const Attributes &attributes)
    {
        if (length == 0)
            return;
        if (!m_delta.empty() && m_delta.back().kind == kind && m_delta.back().attributes == attributes)
            m_delta.back().length += length;
        else
            m_delta.push_back({kind, {}, {}, length, attributes});
    }
    Delta m_delta;
};

quint32 stateBefore(const Store &store, quint32 client)
{
    const Store::Client &one = store.clients[client];
    return one.epoch == store.epoch ? one.before : one.state;
}

/// Units of an item that were there before the transaction. An item that typing made longer has both kinds.
quint32 oldUnits(const Store &store, const Item &item)
{
    const quint32 before = stateBefore(store, item.client);
    return before <= item.clock ? 0 : std::min(item.length, before - item.clock);
}

void insertUnits(DeltaBuilder &out, const Store &store, const Item &item, quint32 offset, const Attributes &attributes)
{
    if (item.ref == Ref::String)
        return out.insert(store.textOf(item).mid(offset), attributes);
    for (quint32 unit = offset; unit < item.length; ++unit)
        out.embed(embedOf(store, item, unit), attributes);
}

Delta plainChanges(const Store &store, quint32 type)
{
    struct Piece {
        quint32 index; ///< visible units in front
        bool inserted; ///< at one place deletions come first: what is inserted would stand in front of later ones
        quint32 item;
        quint32 offset;
        quint32 length;
    };
    std::vector<Piece> pieces;
    const auto belongs = [&](const Item &item) { return item.ref != Ref::Gc && item.parent == type && item.sub == None; };
    for (const quint32 number : store.touchedClients) {
        const Store::Client &client = store.clients[number];
        if (client.state == client.before)
            continue;
        StructList::Place place = client.structs.find(client.before);
        do {
            const quint32 index = client.structs.at(place);
            const Item &item = store.items[index];
            const quint32 old = oldUnits(store, item);
            if (belongs(item) && item.isVisible() && old < item.length)
                pieces.push_back({store.sequence.indexOf(index) + old, true, index, old, item.length - old});
        } while (client.structs.next(place));
    }
    for (const auto &[client, range] : store.deleted) {
        // What was deleted may have been split afterwards.
        for (quint32 clock = range.clock; clock < range.end();) {
            const quint32 index = store.itemAt({client, clock});
            const Item &item = store.items[index];
            const quint32 old = oldUnits(store, item);
            clock = item.end();
            if (belongs(item) && old > 0 && (item.flags & Item::Countable))
                pieces.push_back({store.sequence.indexOf(index), false, index, 0, old});
        }
    }
    std::ranges::sort(pieces, {}, [](const Piece &piece) { return std::pair(piece.index, piece.inserted); });
    DeltaBuilder out;
    quint32 at = 0;
    for (const Piece &piece : pieces) {
        out.retain(piece.index - at, {});
        at = piece.index;
        if (piece.inserted) {
            insertUnits(out, store, store.items[piece.item], piece.offset, {});
            at += piece.length;
        } else {
            out.remove(piece.length);
        }
    }
    return out.finish();
}

/// Items of a list that the open transaction made, made longer or deleted, in order. Nothing if they are so many that
/// walking over the whole list costs less than putting them in order.
std::optional<std::vector<quint32>> changedItems(const Store &store, quint32 type)
{
    constexpr size_t share = 16; // about what comparing two places costs against a step of the walk
    std::vector<quint32> changed;
    const auto note = [&](quint32 index) {
        const Item &item = store.items[index];
        if (item.ref != Ref::Gc && item.parent == type && item.sub == None)
            changed.push_back(index);
        return changed.size() * share <= store.structs();
    };
    for (const quint32 number : store.touchedClients) {
        const Store::Client &client = store.clients[number];
        if (client.state == client.before)
            continue;
        StructList::Place place = client.structs.find(client.before);
        do {
            if (!note(client.structs.at(place)))
                return std::nullopt;
        } while (client.structs.next(place));
    }
    for (const auto &[client, range] : store.deleted) {
        for (quint32 clock = range.clock; clock < range.end();) {
            const quint32 index = store.itemAt({client, clock});
            clock = store.items[index].end();
            if (!note(index))
                return std::nullopt;
        }
    }
    std::ranges::sort(changed, [&](quint32 a, quint32 b) { return store.sequence.isBefore(a, b); });
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    return changed;
}

/// The walk over a formatted text: what is in force, what was in force, and what retained units must take on. Where those
/// are equal and nothing is to be taken on, it goes on at the next change.
class FormattedWalk
{
public:
    FormattedWalk(const Store &store, quint32 type) : m_store(store), m_type(type)
    {
        for (const auto &[client, range] : store.deleted)
            m_deleted[client].push_back(range);
        for (auto &[client, ranges] : m_deleted)
            normalise(ranges);
    }

    Delta run()
    {
        const std::optional<std::vector<quint32>> changed = changedItems(m_store, m_type);
        if (!changed) {
            for (quint32 at = m_store.types[m_type].start; at != None; at = m_store.items[at].next)
                step(m_store.items[at]);
            return m_out.finish();
        }
        for (auto next = changed->begin(); next != changed->end();) {
            jump(*next);
            quint32 at = *next;
            do {
                if (next != changed->end() && at == *next)
                    ++next;
                step(m_store.items[at]);
                at = m_store.items[at].next;
            } while (at != None && !isCalm());
        }
        return m_out.finish();
    }

private:
    [[nodiscard]] bool isDeletedNow(const Item &item) const
    {
        const auto found = m_deleted.find(item.client);
        return found != m_deleted.end() && contains(found->second, item.clock);
    }

    void step(const Item &item)
    {
        const quint32 old = oldUnits(m_store, item);
        m_index += item.visible();
        if (item.ref == Ref::Format)
            format(item, old == 0);
        else if (item.isVisible())
            visible(item, old);
        else if (old > 0 && (item.flags & Item::Countable) && isDeletedNow(item))
            m_out.remove(old);
    }

    /// Over what did not change and takes on nothing.
    void jump(quint32 item)
    {
        const quint32 index = m_store.sequence.indexOf(item);
        m_out.retain(index - m_index, {});
        m_index = index;
        m_current = m_store.sequence.attributesAt(item);
        m_before = m_current;
    }

    [[nodiscard]] bool isCalm() const
    {
        const auto agrees = [](const Attributes &some, const Attributes &others) {
            return std::ranges::all_of(some, [&](const Value::Member &member) {
                return attributeOf(others, member.first).sameAttribute(member.second);
            });
        };
        return m_wanted.empty() && agrees(m_current, m_before) && agrees(m_before, m_current);
    }

    void visible(const Item &item, quint32 old)
    {
        m_out.retain(old, m_wanted);
        if (old < item.length)
            insertUnits(m_out, m_store, item, old, m_current);
    }

    void want(const QString &key, const Value &value) { setAttribute(m_wanted, key, value); }

    void format(const Item &item, bool added)
    {
        const auto [key, value] = m_store.formatOf(item);
        const bool gone = isDeletedNow(item);
        const Value current = attributeOf(m_current, key);
        if (added) {
            if (!gone && !current.sameAttribute(value)) {
                if (value.sameAttribute(attributeOf(m_before, key)))
                    eraseAttribute(m_wanted, key);
                else
                    want(key, value);
            }
        } else if (gone) {
            setAttribute(m_before, key, value);
            if (!current.sameAttribute(value))
                want(key, current);
        } else if (!item.isDeleted()) {
            setAttribute(m_before, key, value);
            if (hasAttribute(m_wanted, key) && !attributeOf(m_wanted, key).sameAttribute(value)) {
                if (value.isNull())
                    eraseAttribute(m_wanted, key);
                else
                    want(key, value);
            }
        }
        if (!item.isDeleted())
            applyFormat(m_current, {key, value});
    }

    const Store &m_store;
    quint32 m_type;
    std::map<quint32, std::vector<ClockRange>> m_deleted;
    Attributes m_current;
    Attributes m_before;
    Attributes m_wanted;
    quint32 m_index = 0; ///< visible units in front of the next item
    DeltaBuilder m_out;
};

} // namespace

Value embedOf(const Store &store, const Item &item, quint32 unit)
{
    if (hasElements(item.ref))
        return store.elementsOf(item)[unit];
    return item.ref == Ref::Embed ? store.extras[item.content].value : Value();
}

Delta changesOf(const Store &store, quint32 type)
{
    return store.types[type].hasFormatting ? FormattedWalk(store, type).run() : plainChanges(store, type);
}

} // namespace Sheaf::Text
