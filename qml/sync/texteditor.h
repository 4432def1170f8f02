// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "editorselection.h"
#include "engine/textdocument.h"
#include "textdrag.h"

#include <QPointer>
#include <QQuickItem>

class QTextDocument;

namespace Sheaf {

/// Keeps a TextArea and a TextDocument equal: keys, pastes and drops become edits of the changed
/// range alone; what others write is put in without moving the caret, the selection or what is on
/// screen, and waits while an input method composes. Undo and redo are those of the TextDocument.
/// Every unit of the text is one place in the editor, also those that an editor cannot show.
class TextEditor final : public QObject
{
    Q_OBJECT

public:
    /// `editor` is a TextArea or TextEdit with plain text.
    TextEditor(TextDocument &document, QQuickItem *editor, TextDrag::Carry carry = TextDrag::carry);
    ~TextEditor() override;

    /// Puts the whole text in.
    void showAll();

Q_SIGNALS:
    /// Where what is dragged over the editor would go, -1 for nowhere.
    void dropPlaceChanged(int place);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private Q_SLOTS:
    void composingChanged();

private:
    /// The place of the first line on screen, and how far the view is scrolled into it.
    struct View {
        QPointer<QQuickItem> flickable;
        int position = 0;
        qreal offset = 0;
    };

    void contentsChanged(int position, int removed, int added);
    void takeEverything();
    void watchLength();
    void show(const Text::Delta &delta, TextDocument::Author author);
    void put(const Text::Delta &delta);
    [[nodiscard]] QString typed(int position, int length) const;
    void leavePairs();
    [[nodiscard]] View view() const;
    void restore(const View &view);

    TextDocument &m_document;
    QPointer<QQuickItem> m_editor;
    QPointer<QTextDocument> m_text;
    std::unique_ptr<TextDrag> m_drag;
    bool m_showing = false; ///< what changes in the editor comes from the document
    bool m_typing = false;  ///< what changes in the document comes from the editor
};

} // namespace Sheaf
