// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/textedit_p.h"

#include <algorithm>

namespace Sheaf::Text {

static bool hasSurrogates(QStringView text)
{
    return std::ranges::any_of(text, [](QChar unit) { return unit.isSurrogate(); });
}

QStringView wholePairs(QStringView text, QString &room)
{
    if (!hasSurrogates(text) || text.isValidUtf16())
        return text;
    room.clear();
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar unit = text[i];
        if (unit.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate())
            room.append(unit).append(text[++i]);
        else
            room.append(unit.isSurrogate() ? QChar(QChar::ReplacementCharacter) : unit);
    }
    return room;
}

void TextEditor::forward(Position &at) const
{
    const Item &item = m_store.items[at.right];
    if (!item.isDeleted()) {
        if (item.ref == Ref::Format)
            applyFormat(at.attributes, m_store.formatOf(item));
        else
            at.index += item.length;
    }
    at.left = at.right;
    at.right = item.next;
}

/// The gap in front of a unit: left of it the item of the unit before, split where needed.
TextEditor::Position TextEditor::seek(quint32 index)
{
    Position at;
    const Store::Type &type = m_store.types[m_type];
    at.right = type.start;
    if (index == 0 || at.right == None)
        return at;
    if (index > type.length && type.hasFormatting) // behind the last formats, too
        return seekEnd();
    at.index = std::min(index, type.length);
    if (at.index == 0)
        return at;
    if (type.hasFormatting || !seekFromCursor(at)) {
        const Sequence::Hit hit = m_store.sequence.find(type.root, at.index - 1);
        at.left = hit.item;
        m_store.cursorType = m_type;
        m_store.cursorItem = hit.item;
        m_store.cursorIndex = at.index - 1 - hit.offset;
    }
    if (const quint32 units = at.index - m_store.cursorIndex; units < m_store.items[at.left].length)
        (void)m_store.split(at.left, units);
    if (type.hasFormatting) {
        at.attributes = m_store.sequence.attributesAt(at.left);
        m_store.cursorItem = None; // what formats do to the places around it is not followed
    }
    at.right = m_store.items[at.left].next;
    return at;
}

TextEditor::Position TextEditor::seekEnd() const
{
    Position at;
    at.right = m_store.sequence.lastItem(m_store.types[m_type].root);
    at.index = m_store.types[m_type].length - m_store.items[at.right].visible();
    at.attributes = m_store.sequence.attributesAt(at.right);
    forward(at);
    return at;
}

/// Typing goes on next to where it was: look a few items around the last place before asking the tree.
bool TextEditor::seekFromCursor(Position &at)
{
    if (m_store.cursorItem == None || m_store.cursorType != m_type)
        return false;
    quint32 item = m_store.cursorItem;
    quint32 start = m_store.cursorIndex;
    for (int steps = 0; steps < 8 && item != None; ++steps) {
        const quint32 visible = m_store.items[item].visible();
        if (at.index <= start) {
            item = m_store.items[item].left;
            start -= item == None ? 0 : m_store.items[item].visible();
        } else if (at.index > start + visible) {
            start += visible;
            item = m_store.items[item].next;
        } else {
            at.left = item;
            m_store.cursorItem = item;
            m_store.cursorIndex = start;
            return true;
        }
    }
    return false;
}

quint32 TextEditor::place(Position &at, Ref ref, quint32 length, quint32 content, quint8 flags)
{
    const quint32 index = m_store.newItem();
    Item &item = m_store.items[index];
    item.client = m_client;
    item.clock = m_store.clients[m_client].state;
    item.length = length;
    item.ref = ref;
    item.flags = flags;
    item.content = content;
    item.capacity = ref == Ref::String ? length : 0;
    item.left = at.left;
    item.next = at.right;
    item.parent = m_type;
    if (at.left != None)
        item.origin = m_store.items[at.left].lastId();
    if (at.right != None)
        item.right = m_store.items[at.right].id();
    m_store.integrate(index);
    at.right = index;
    return index;
}

void TextEditor::placeFormat(Position &at, const QString &key, const Value &value)
{
    Extra extra;
    extra.key = m_store.keyIndex(key);
    extra.value = value;
    (void)place(at, Ref::Format, 1, m_store.newExtra(std::move(extra)), 0);
    forward(at);
}

void TextEditor::skipEqualFormats(Position &at, const Attributes &attributes) const
{
    while (at.right != None) {
        const Item &item = m_store.items[at.right];
        if (!item.isDeleted()) {
            if (item.ref != Ref::Format)
                return;
            const FormatView format = m_store.formatOf(item);
            if (!attributeOf(attributes, format.key).sameAttribute(format.value))
                return;
        }
        forward(at);
    }
}

Attributes TextEditor::openFormats(Position &at, const Attributes &attributes)
{
    Attributes negated;
    for (const auto &[key, value] : attributes) {
        const Value current = attributeOf(at.attributes, key);
        if (current.sameAttribute(value))
            continue;
        setAttribute(negated, key, current);
        placeFormat(at, key, value);
    }
    return negated;
}

void TextEditor::closeFormats(Position &at, Attributes negated)
{
    while (at.right != None) {
        const Item &item = m_store.items[at.right];
        if (!item.isDeleted()) {
            if (item.ref != Ref::Format)
                break;
            const FormatView format = m_store.formatOf(item);
            if (!hasAttribute(negated, format.key) || !attributeOf(negated, format.key).sameAttribute(format.value))
                break;
            eraseAttribute(negated, format.key);
        }
        forward(at);
    }
    for (const auto &[key, value] : negated)
        placeFormat(at, key, value);
}

bool TextEditor::extendTyping(const Position &at, QStringView text)
{
    if (at.left == None)
        return false;
    const Item &item = m_store.items[at.left];
    const Id right = at.right == None ? Id{} : m_store.items[at.right].id();
    return item.client == m_client && item.right == right && m_store.extend(at.left, text);
}

void TextEditor::insert(Position &at, QStringView text, const Value *embed, const Attributes *wanted)
{
    m_store.hasPairs = m_store.hasPairs || hasSurrogates(text);
    Attributes attributes = wanted ? *wanted : at.attributes;
    if (wanted) {
        for (const auto &[key, value] : at.attributes) {
            if (!hasAttribute(attributes, key))
                attributes.emplace_back(key, Value::null());
        }
    }
    skipEqualFormats(at, attributes);
    Attributes negated = openFormats(at, attributes);
    if (!embed && extendTyping(at, text)) {
        at.index += static_cast<quint32>(text.size());
        closeFormatsAfterTyping(at, std::move(negated));
        return;
    }
    const quint32 start = at.index;
    if (embed) {
        Extra extra;
        extra.value = *embed;
        (void)place(at, Ref::Embed, 1, m_store.newExtra(std::move(extra)), Item::Countable);
    } else {
        const auto content = static_cast<quint32>(m_store.text.size());
        m_store.text.append(reinterpret_cast<const char16_t *>(text.utf16()), static_cast<size_t>(text.size()));
        (void)place(at, Ref::String, static_cast<quint32>(text.size()), content, Item::Countable);
    }
    const quint32 placed = at.right;
    forward(at);
    closeFormats(at, std::move(negated));
    m_store.cursorType = m_type;
    m_store.cursorItem = placed;
    m_store.cursorIndex = start;
}

void TextEditor::closeFormatsAfterTyping(Position &at, Attributes negated)
{
    if (m_store.types[m_type].hasFormatting) {
        m_store.cursorItem = None;
        closeFormats(at, std::move(negated));
    }
}

void TextEditor::remove(Position &at, quint32 length)
{
    const Attributes startAttributes = at.attributes;
    const quint32 start = at.right;
    while (length > 0 && at.right != None) {
        const Item &item = m_store.items[at.right];
        if (!item.isDeleted() && (item.ref == Ref::String || item.ref == Ref::Embed || item.ref == Ref::Type)) {
            if (length < item.length)
                (void)m_store.split(at.right, length);
            length -= m_store.items[at.right].length;
            m_store.remove(at.right);
        }
        forward(at);
    }
    if (m_store.types[m_type].hasFormatting && start != None)
        (void)cleanGap(start, at.right, startAttributes, at.attributes);
    // On what is gone: the next deletion, be it forwards or backwards, is beside it.
    if (at.left != None && !m_store.types[m_type].hasFormatting) {
        m_store.cursorType = m_type;
        m_store.cursorItem = at.left;
        m_store.cursorIndex = at.index - m_store.items[at.left].visible();
    }
}

} // namespace Sheaf::Text
