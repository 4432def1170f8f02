// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "linespacing.h"

#include "plaintextlayout.h"

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
    text->setDocumentLayout(new PlainTextLayout(text, m_factor, m_roomBelow));
}

} // namespace Sheaf
