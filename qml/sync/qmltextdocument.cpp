// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "qmltextdocument.h"

#include <utility>

namespace Sheaf {

void QmlTextDocument::setEditor(QQuickItem *editor)
{
    if (m_item == editor)
        return;
    m_editor.reset();
    m_item = editor;
    setDropPlace(-1);
    if (editor) {
        m_editor = std::make_unique<TextEditor>(*this, editor);
        connect(m_editor.get(), &TextEditor::dropPlaceChanged, this, &QmlTextDocument::setDropPlace);
    }
    Q_EMIT editorChanged();
}

void QmlTextDocument::setDropPlace(int place)
{
    if (std::exchange(m_dropPlace, place) != place)
        Q_EMIT dropPlaceChanged();
}

int QmlTextDocument::countWords() const
{
    int words = 0;
    bool inside = false;
    const QString all = text();
    for (const QChar unit : all) {
        const bool space = unit.isSpace();
        words += !space && !inside ? 1 : 0;
        inside = !space;
    }
    return words;
}

} // namespace Sheaf
