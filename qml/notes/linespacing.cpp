// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "linespacing.h"

#include <QTextCursor>
#include <QTextDocument>

namespace Sheaf {

void LineSpacing::setDocument(QQuickTextDocument *document)
{
    if (m_document == document)
        return;
    m_document = document;
    Q_EMIT documentChanged();
}

void LineSpacing::apply()
{
    if (!m_document)
        return;
    QTextDocument *text = m_document->textDocument();
    QTextBlockFormat format;
    format.setLineHeight(m_factor * 100.0, QTextBlockFormat::ProportionalHeight);
    const bool undo = text->isUndoRedoEnabled();
    text->setUndoRedoEnabled(false);
    QTextCursor cursor(text);
    cursor.select(QTextCursor::Document);
    cursor.mergeBlockFormat(format);
    text->setUndoRedoEnabled(undo);
}

} // namespace Sheaf
