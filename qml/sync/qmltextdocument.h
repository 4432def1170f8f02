// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "texteditor.h"

#include <QtQml/qqml.h>

namespace Sheaf {

/// TextDocument for QML: with an editor that shows it.
class QmlTextDocument : public Sheaf::TextDocument // the whole name, for the tools of QML
{
    Q_OBJECT
    QML_NAMED_ELEMENT(TextDocument)
    /// A TextArea or TextEdit with plain text; its own undo is turned off.
    Q_PROPERTY(QQuickItem *editor READ editor WRITE setEditor NOTIFY editorChanged FINAL)
    /// Where what is dragged over the editor would go, -1 for nowhere: show a caret there.
    Q_PROPERTY(int dropPlace READ dropPlace NOTIFY dropPlaceChanged FINAL)

public:
    using TextDocument::TextDocument;

    [[nodiscard]] QQuickItem *editor() const { return m_item; }
    void setEditor(QQuickItem *editor);
    [[nodiscard]] int dropPlace() const { return m_dropPlace; }
    /// Words as people count them: runs without white space. Costs the length of the text.
    Q_INVOKABLE [[nodiscard]] int countWords() const;

Q_SIGNALS:
    void editorChanged();
    void dropPlaceChanged();

private:
    void setDropPlace(int place);

    int m_dropPlace = -1;
    QPointer<QQuickItem> m_item;
    std::unique_ptr<TextEditor> m_editor;
};

} // namespace Sheaf
