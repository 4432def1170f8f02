// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/changes_p.h"
#include "text/doc.h"
#include "text/textdiff.h"
#include "text/textedit_p.h"

#include <algorithm>

namespace Sheaf::Text {

quint32 positionAfter(const Delta &delta, quint32 position, bool withLeft)
{
    quint32 at = 0; // in the text as it becomes; what lies before has been accounted for
    for (const DeltaOp &op : delta) {
        if (at > position)
            break;
        if (op.kind == DeltaOp::Retain) {
            at += op.length;
        } else if (op.kind == DeltaOp::Delete) {
            position = std::max(at, position - std::min(position, op.length));
        } else {
            const auto units = op.kind == DeltaOp::Embed ? 1U : static_cast<quint32>(op.text.size());
            if (at < position || !withLeft)
                position += units;
            at += units;
        }
    }
    return position;
}

quint32 Text::length() const
{
    return m_doc->m_store->types[m_type].length;
}

QString Text::toString() const
{
    const Store &store = *m_doc->m_store;
    QString out(store.types[m_type].length, Qt::Uninitialized); // room for what is not text, too
    auto *const begin = reinterpret_cast<char16_t *>(out.data());
    char16_t *to = begin;
    for (quint32 at = store.types[m_type].start; at != None; at = store.items[at].next) {
        const Item &item = store.items[at];
        if (item.ref == Ref::String && !item.isDeleted())
            to = std::copy_n(store.text.data() + item.content, item.length, to);
    }
    out.truncate(to - begin);
    return out;
}

QString Text::slice(quint32 position, quint32 units) const
{
    const Store &store = *m_doc->m_store;
    QString out;
    if (position >= length() || units == 0)
        return out;
    units = std::min(units, length() - position);
    out.reserve(units);
    Sequence::Hit hit = store.sequence.find(store.types[m_type].root, position);
    for (; hit.item != None && out.size() < units; hit = {store.items[hit.item].next, 0}) {
        const Item &item = store.items[hit.item];
        if (!item.isVisible())
            continue;
        const qsizetype wanted = std::min<qsizetype>(item.length - hit.offset, units - out.size());
        if (item.ref == Ref::String)
            out.append(store.textOf(item).sliced(hit.offset, wanted));
        else
            out.resize(out.size() + wanted, QChar::ObjectReplacementCharacter);
    }
    return out;
}

Delta Text::toDelta() const
{
    const Store &store = *m_doc->m_store;
    Delta delta;
    Attributes attributes;
    for (quint32 at = store.types[m_type].start; at != None; at = store.items[at].next) {
        const Item &item = store.items[at];
        if (item.isDeleted())
            continue;
        if (item.ref == Ref::Format) {
            applyFormat(attributes, store.formatOf(item));
        } else if (item.ref == Ref::String) {
            if (!delta.empty() && delta.back().kind == DeltaOp::Insert && delta.back().attributes == attributes)
                delta.back().text.append(store.textOf(item));
            else
                delta.push_back({DeltaOp::Insert, store.textOf(item).toString(), {}, 0, attributes});
        } else {
            for (quint32 unit = 0; unit < item.visible(); ++unit)
                delta.push_back({DeltaOp::Embed, {}, embedOf(store, item, unit), 0, attributes});
        }
    }
    return delta;
}

quint32 Text::snapped(quint32 position, bool up) const
{
    const Store &store = *m_doc->m_store;
    if (!m_doc->m_options.snapToPairs || !store.hasPairs || position == 0 || position >= length())
        return position;
    const Sequence::Hit hit = store.sequence.find(store.types[m_type].root, position);
    const Item &item = store.items[hit.item];
    if (hit.offset == 0 || item.ref != Ref::String || !QChar::isLowSurrogate(store.text[item.content + hit.offset]) ||
        !QChar::isHighSurrogate(store.text[item.content + hit.offset - 1]))
        return position;
    return up ? position + 1 : position - 1;
}

template<typename Work>
void Text::edit(quint32 position, Work work)
{
    m_doc->begin(true, 0);
    TextEditor editor(*m_doc->m_store, m_type, m_doc->ownClient());
    TextEditor::Position at = editor.seek(position);
    work(editor, at);
    m_doc->commit();
}

void Text::insert(quint32 position, QStringView text)
{
    if (text.isEmpty())
        return;
    QString room;
    text = wholePairs(text, room);
    m_doc->begin(true, 0);
    if (!m_doc->m_store->typeAtCursor(m_type, m_doc->ownClient(), position, text))
        edit(snapped(position, false), [&](TextEditor &editor, auto &at) { editor.insert(at, text, nullptr, nullptr); });
    m_doc->commit();
}

void Text::insert(quint32 position, QStringView text, const Attributes &attributes)
{
    if (text.isEmpty())
        return;
    QString room;
    text = wholePairs(text, room);
    edit(snapped(position, false), [&](TextEditor &editor, auto &at) { editor.insert(at, text, nullptr, &attributes); });
}

void Text::insertEmbed(quint32 position, const Value &embed, const Attributes &attributes)
{
    edit(snapped(position, false), [&](TextEditor &editor, auto &at) { editor.insert(at, {}, &embed, &attributes); });
}

void Text::remove(quint32 position, quint32 units)
{
    if (units == 0 || position >= length())
        return;
    units = std::min(units, length() - position);
    m_doc->begin(true, 0);
    if (!m_doc->m_store->eraseAtCursor(m_type, position, units)) {
        const quint32 end = snapped(position + units, true);
        position = snapped(position, false);
        edit(position, [&](TextEditor &editor, auto &at) { editor.remove(at, end - position); });
    }
    m_doc->commit();
}

void Text::format(quint32 position, quint32 units, const Attributes &attributes)
{
    if (units == 0)
        return;
    const quint32 end = snapped(position + units, true);
    position = snapped(position, false);
    edit(position, [&](TextEditor &editor, auto &at) { editor.format(at, end - position, attributes); });
}

void Text::applyDelta(const Delta &delta)
{
    QString room;
    edit(0, [&](TextEditor &editor, auto &at) {
        for (const DeltaOp &op : delta) {
            switch (op.kind) {
            case DeltaOp::Insert:
                if (!op.text.isEmpty())
                    editor.insert(at, wholePairs(op.text, room), nullptr, &op.attributes);
                break;
            case DeltaOp::Embed:
                editor.insert(at, {}, &op.embed, &op.attributes);
                break;
            case DeltaOp::Retain: {
                const quint32 units = std::min(op.length, length() - at.index);
                const quint32 end = snapped(at.index + units, false);
                if (end > at.index && op.attributes.empty())
                    at = editor.seek(end);
                else if (end > at.index)
                    editor.format(at, end - at.index, op.attributes);
                break;
            }
            case DeltaOp::Delete:
                if (const quint32 units = std::min(op.length, length() - at.index); units > 0)
                    editor.remove(at, snapped(at.index + units, true) - at.index);
                break;
            }
        }
    });
}

void Text::replaceWith(QStringView wanted)
{
    // Embeds are units of the document but not of the string: they stay, and move places behind them.
    std::vector<qsizetype> embeds; // their places in the string, ascending
    QString current;
    const Store &store = *m_doc->m_store;
    for (quint32 at = store.types[m_type].start; at != None; at = store.items[at].next) {
        const Item &item = store.items[at];
        if (item.ref == Ref::String && !item.isDeleted())
            current.append(store.textOf(item));
        else
            embeds.insert(embeds.end(), item.visible(), current.size());
    }
    const auto place = [&](qsizetype before, auto first) { return static_cast<quint32>(before + (first - embeds.begin())); };
    QString room;
    wanted = wholePairs(wanted, room);
    m_doc->begin(true, 0);
    const std::vector<TextEdit> edits = diffText(current, wanted);
    for (auto edit = edits.crbegin(); edit != edits.crend(); ++edit) { // from the back: places before stay true
        if (edit->removed == 0)
            insert(place(edit->position, std::lower_bound(embeds.begin(), embeds.end(), edit->position)), edit->inserted);
        for (qsizetype end = edit->position + edit->removed; end > edit->position;) {
            const auto next = std::lower_bound(embeds.begin(), embeds.end(), end);
            const qsizetype start = next == embeds.begin() ? edit->position : std::max(edit->position, *(next - 1));
            // What replaces text stands where that stood, behind an embed before it. It is entered behind the old text
            // before that goes: so what is replaced again and again lies in the order of its clocks, and its remains merge.
            if (start == edit->position)
                insert(place(end, next), edit->inserted);
            remove(place(start, next), static_cast<quint32>(end - start));
            end = start;
        }
    }
    m_doc->commit();
}

} // namespace Sheaf::Text
