// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "editorselection.h"

#include "editableunits.h"
#include "engine/textdocument.h"

#include <QQuickItem>

namespace Sheaf {

EditorSelection EditorSelection::of(const QQuickItem &editor)
{
    const int caret = editor.property("cursorPosition").toInt();
    const int start = editor.property("selectionStart").toInt();
    const int end = editor.property("selectionEnd").toInt();
    return {caret == start ? end : start, caret};
}

void EditorSelection::applyTo(QQuickItem &editor) const
{
    if (of(editor) != *this)
        QMetaObject::invokeMethod(&editor, "select", Q_ARG(int, anchor), Q_ARG(int, caret));
}

int outsidePairs(const TextDocument &document, int place)
{
    return place > 0 && EditableUnits::cutsPair(document.slice(place - 1, 2), 1) ? place - 1 : place;
}

} // namespace Sheaf
