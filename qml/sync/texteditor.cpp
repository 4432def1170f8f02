// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "texteditor.h"

#include "edgescroll.h"
#include "editableunits.h"

#include <QKeyEvent>
#include <QMetaProperty>
#include <QQuickTextDocument>
#include <QScopedValueRollback>
#include <QTextCursor>
#include <QTextDocument>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// From this length on an editor makes only what is on screen. It finds out by itself only when its
/// whole text is set.
constexpr int largeText = 10'000;

quint32 unitsOf(const Text::DeltaOp &op)
{
    if (op.kind == Text::DeltaOp::Insert)
        return static_cast<quint32>(op.text.size());
    return op.kind == Text::DeltaOp::Embed ? 1 : op.length;
}

} // namespace

TextEditor::TextEditor(TextDocument &document, QQuickItem *editor, TextDrag::Carry carry) : m_document(document), m_editor(editor)
{
    auto *quickDocument = editor->property("textDocument").value<QQuickTextDocument *>();
    if (!quickDocument) {
        qWarning("TextDocument: its editor must be a TextArea or TextEdit");
        return;
    }
    m_text = quickDocument->textDocument();
    m_text->setUndoRedoEnabled(false);
    connect(m_text, &QTextDocument::contentsChange, this, &TextEditor::contentsChanged);
    connect(&document, &TextDocument::replaced, this, &TextEditor::showAll);
    connect(&document, &TextDocument::edited, this, &TextEditor::show);
    connect(&document, &TextDocument::lengthChanged, this, &TextEditor::watchLength);
    const QMetaObject *meta = editor->metaObject();
    const QMetaProperty composing = meta->property(meta->indexOfProperty("inputMethodComposing"));
    connect(editor, composing.notifySignal(), this, staticMetaObject.method(staticMetaObject.indexOfSlot("composingChanged()")));
    editor->installEventFilter(this);
    m_drag = std::make_unique<TextDrag>(document, *editor, std::move(carry));
    connect(m_drag.get(), &TextDrag::placeChanged, this, &TextEditor::dropPlaceChanged);
    connect(editor, &QObject::destroyed, this, [this] { m_drag.reset(); });
    if (document.isLoaded())
        showAll();
}

TextEditor::~TextEditor()
{
    m_document.setHeld(false);
}

void TextEditor::showAll()
{
    if (!m_text)
        return;
    const QScopedValueRollback guard(m_showing, true);
    QTextCursor cursor(m_text);
    cursor.beginEditBlock();
    cursor.select(QTextCursor::Document);
    cursor.insertText(EditableUnits::shown(m_document.text()));
    cursor.endEditBlock();
    EditorSelection{}.applyTo(*m_editor);
    watchLength();
}

void TextEditor::watchLength()
{
    if (m_editor)
        m_editor->setFlag(QQuickItem::ItemObservesViewport, m_document.length() > largeText);
}

QString TextEditor::typed(int position, int length) const
{
    if (length == 1)
        return EditableUnits::typed(QString(m_text->characterAt(position)));
    QTextCursor cursor(m_text);
    cursor.setPosition(position);
    cursor.setPosition(position + length, QTextCursor::KeepAnchor);
    return EditableUnits::typed(cursor.selectedText());
}

/// The editor names a range that may be larger than what was changed, and also one whose format was.
void TextEditor::contentsChanged(int position, int removed, int added)
{
    if (m_showing || !m_document.isLoaded())
        return;
    const int before = m_document.length();
    const int now = m_text->characterCount() - 1; // without the end of the last block
    removed = std::min(removed, before - position);
    added = std::min(added, now - position);
    if (removed < 0 || added < 0 || before - removed + added != now)
        return takeEverything();
    const QString inserted = added > 0 ? typed(position, added) : QString();
    const QScopedValueRollback guard(m_typing, true);
    if (removed == 0 || added == 0)
        return m_document.replace(position, removed, inserted);
    const auto change = EditableUnits::difference(position, m_document.slice(position, removed), inserted);
    m_document.replace(static_cast<int>(change.position), static_cast<int>(change.removed), change.inserted);
}

/// Only when the editor's account of a change does not add up.
void TextEditor::takeEverything()
{
    const QScopedValueRollback guard(m_typing, true);
    const auto change = EditableUnits::difference(0, m_document.text(), typed(0, m_text->characterCount() - 1));
    m_document.replace(static_cast<int>(change.position), static_cast<int>(change.removed), change.inserted);
}

void TextEditor::put(const Text::Delta &delta)
{
    QTextCursor cursor(m_text);
    cursor.beginEditBlock();
    int at = 0;
    for (const Text::DeltaOp &op : delta) {
        cursor.setPosition(at);
        const int units = static_cast<int>(unitsOf(op));
        if (op.kind == Text::DeltaOp::Insert) {
            cursor.insertText(EditableUnits::shown(op.text));
        } else if (op.kind == Text::DeltaOp::Embed) {
            cursor.insertText(QString(QChar::ObjectReplacementCharacter));
        } else if (op.kind == Text::DeltaOp::Delete) {
            cursor.setPosition(at + units, QTextCursor::KeepAnchor);
            cursor.removeSelectedText();
            continue;
        }
        at += units;
    }
    cursor.endEditBlock();
}

void TextEditor::show(const Text::Delta &delta, TextDocument::Author author)
{
    if (m_typing || !m_text || !m_editor)
        return;
    const QScopedValueRollback guard(m_showing, true);
    const EditorSelection old = EditorSelection::of(*m_editor);
    if (author == TextDocument::Author::Others) {
        const View seen = view();
        put(delta);
        const bool caretOnly = old.anchor == old.caret;
        const auto after = [&](int place, bool withLeft) {
            return static_cast<int>(Text::positionAfter(delta, static_cast<quint32>(place), withLeft));
        };
        EditorSelection now{after(old.anchor, caretOnly || old.anchor > old.caret),
                            after(old.caret, caretOnly || old.caret > old.anchor)};
        if ((old.anchor < old.caret && now.anchor > now.caret) || (old.anchor > old.caret && now.anchor < now.caret))
            now.anchor = now.caret = std::min(now.anchor, now.caret); // nothing of what was selected is left
        now.applyTo(*m_editor);
        View moved = seen;
        moved.position = after(seen.position, false);
        restore(moved);
        return;
    }
    put(delta);
    // One's own edit takes the caret along.
    int at = 0;
    int end = old.caret;
    for (const Text::DeltaOp &op : delta) {
        at += op.kind == Text::DeltaOp::Delete ? 0 : static_cast<int>(unitsOf(op));
        if (op.kind != Text::DeltaOp::Retain)
            end = at;
    }
    EditorSelection{end, end}.applyTo(*m_editor);
}

TextEditor::View TextEditor::view() const
{
    View view;
    view.flickable = EdgeScroll::viewOf(*m_editor);
    if (!view.flickable)
        return view;
    const qreal top = m_editor->mapFromItem(view.flickable, QPointF()).y();
    QMetaObject::invokeMethod(m_editor, "positionAt", Q_RETURN_ARG(int, view.position), Q_ARG(qreal, 0), Q_ARG(qreal, top));
    QRectF line;
    QMetaObject::invokeMethod(m_editor, "positionToRectangle", Q_RETURN_ARG(QRectF, line), Q_ARG(int, view.position));
    view.offset = top - line.y();
    return view;
}

void TextEditor::restore(const View &view)
{
    if (!view.flickable)
        return;
    QRectF line;
    QMetaObject::invokeMethod(m_editor, "positionToRectangle", Q_RETURN_ARG(QRectF, line), Q_ARG(int, view.position));
    const qreal top = m_editor->mapFromItem(view.flickable, QPointF()).y();
    const qreal move = line.y() + view.offset - top;
    if (qAbs(move) >= 0.5)
        view.flickable->setProperty("contentY", view.flickable->property("contentY").toReal() + move);
}

void TextEditor::composingChanged()
{
    if (m_editor->property("inputMethodComposing").toBool())
        return m_document.setHeld(true);
    // The editor is still at work on the event that ended it.
    QMetaObject::invokeMethod(
        this,
        [this] {
            if (m_editor && !m_editor->property("inputMethodComposing").toBool())
                m_document.setHeld(false);
        },
        Qt::QueuedConnection);
}

/// A program can have put the caret where no key does.
void TextEditor::leavePairs()
{
    const EditorSelection now = EditorSelection::of(*m_editor);
    EditorSelection{outsidePairs(m_document, now.anchor), outsidePairs(m_document, now.caret)}.applyTo(*m_editor);
}

bool TextEditor::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_editor && (event->type() == QEvent::KeyPress || event->type() == QEvent::InputMethod))
        leavePairs();
    const bool override = event->type() == QEvent::ShortcutOverride;
    if (watched != m_editor || (!override && event->type() != QEvent::KeyPress))
        return false;
    auto *key = static_cast<QKeyEvent *>(event);
    const bool readOnly = m_editor->property("readOnly").toBool();
    if (override && readOnly) {
        // Qt 6.4 claims every key for an editor that takes none, and no shortcut of the window works.
        event->ignore();
        return true;
    }
    const bool undo = key->matches(QKeySequence::Undo);
    if (!undo && !key->matches(QKeySequence::Redo))
        return false;
    // With nothing to take back here the key is free for the window.
    const bool can = !readOnly && (undo ? m_document.canUndo() : m_document.canRedo());
    event->setAccepted(can);
    if (can && !override)
        undo ? m_document.undo() : m_document.redo();
    return true;
}

} // namespace Sheaf
