// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "qmlpresence.h"

#include <QMetaProperty>

namespace Sheaf {

QmlPresence::QmlPresence(QObject *parent) : Presence(parent)
{
    connect(this, &Presence::documentChanged, this, &QmlPresence::caretMoved);
}

void QmlPresence::setEditor(QQuickItem *editor)
{
    if (m_editor == editor)
        return;
    if (m_editor)
        m_editor->disconnect(this);
    m_editor = editor;
    if (editor) {
        const QMetaMethod slot = staticMetaObject.method(staticMetaObject.indexOfSlot("caretMoved()"));
        const QMetaObject *meta = editor->metaObject();
        for (const char *name : {"cursorPosition", "selectionStart", "selectionEnd", "focus"}) {
            const int property = meta->indexOfProperty(name);
            if (property < 0) {
                qWarning("Presence: its editor must be a TextArea or TextEdit");
                return;
            }
            connect(editor, meta->property(property).notifySignal(), this, slot);
        }
    }
    Q_EMIT editorChanged();
    caretMoved();
}

void QmlPresence::caretMoved()
{
    if (!m_editor || !m_editor->hasFocus())
        return clearCaret();
    const int head = m_editor->property("cursorPosition").toInt();
    const int start = m_editor->property("selectionStart").toInt();
    const int end = m_editor->property("selectionEnd").toInt();
    setCaret(head == start ? end : start, head);
}

} // namespace Sheaf
