// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTextDocumentLayout>

namespace Sheaf {

/// Lays out a document of plain text: paragraphs below one another, each wrapped to the width of the text, with air
/// between lines. Qt's own layout looks at every block behind an edit; here an edit costs its own blocks only, however
/// long the text is. Heights are kept where the document counts the lines of blocks, which is a tree: a "line" of it is
/// a pixel. Pages, frames, tables, lists, indents and margins are not looked at.
class PlainTextLayout final : public QAbstractTextDocumentLayout
{
    Q_OBJECT

public:
    /// `lineFactor` is the height of a line in heights of its font, `roomBelow` stays free below the last one.
    PlainTextLayout(QTextDocument *document, qreal lineFactor, qreal roomBelow = 0);

    [[nodiscard]] int hitTest(const QPointF &point, Qt::HitTestAccuracy accuracy) const override;
    [[nodiscard]] int pageCount() const override { return 1; }
    [[nodiscard]] QSizeF documentSize() const override;
    [[nodiscard]] QRectF frameBoundingRect(QTextFrame *frame) const override;
    [[nodiscard]] QRectF blockBoundingRect(const QTextBlock &block) const override;
    /// Nothing: Qt Quick makes nodes of the lines by itself.
    void draw(QPainter *painter, const PaintContext &context) override;

protected:
    void documentChanged(int from, int charsRemoved, int charsAdded) override;

private:
    void layOut(QTextBlock block) const;
    [[nodiscard]] qreal textHeight() const;

    qreal m_lineFactor;
    qreal m_roomBelow;
    QSizeF m_size; ///< as told last
};

} // namespace Sheaf
