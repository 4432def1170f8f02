// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "plaintextlayout.h"

#include <QTextBlock>
#include <QTextDocument>
#include <QTextLayout>
#include <QtMath>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace Sheaf {

namespace {

/// The last line that begins above `y`.
QTextLine lineAt(const QTextLayout &layout, qreal y)
{
    int first = 0;
    for (int after = layout.lineCount(); after - first > 1;) {
        const int middle = std::midpoint(first, after);
        (layout.lineAt(middle).y() <= y ? first : after) = middle;
    }
    return layout.lineAt(first);
}

/// Alignment on the screen: left and right are said for text that runs from left to right.
Qt::Alignment visualAlignment(Qt::Alignment alignment, Qt::LayoutDirection direction)
{
    if (!(alignment & Qt::AlignHorizontal_Mask))
        alignment |= Qt::AlignLeft;
    if (direction == Qt::RightToLeft && !(alignment & Qt::AlignAbsolute) && (alignment & (Qt::AlignLeft | Qt::AlignRight)))
        alignment ^= Qt::AlignLeft | Qt::AlignRight;
    return alignment | Qt::AlignAbsolute;
}

} // namespace

PlainTextLayout::PlainTextLayout(QTextDocument *document, qreal lineFactor, qreal roomBelow)
    : QAbstractTextDocumentLayout(document), m_lineFactor(lineFactor), m_roomBelow(roomBelow)
{
}

int PlainTextLayout::hitTest(const QPointF &point, Qt::HitTestAccuracy accuracy) const
{
    const qreal y = std::clamp(point.y(), 0.0, std::max(0.0, textHeight() - 1));
    const QTextBlock block = document()->findBlockByLineNumber(static_cast<int>(y));
    const QPointF inside = QPointF(point.x(), y) - blockBoundingRect(block).topLeft();
    const QTextLine line = lineAt(*block.layout(), inside.y());
    if (!line.isValid())
        return block.position();
    if (accuracy == Qt::FuzzyHit)
        return block.position() + line.xToCursor(inside.x());
    if (!line.naturalTextRect().contains(inside))
        return -1;
    return block.position() + line.xToCursor(inside.x(), QTextLine::CursorOnCharacter);
}

qreal PlainTextLayout::textHeight() const
{
    const QTextBlock last = document()->lastBlock();
    return last.firstLineNumber() + last.lineCount();
}

QSizeF PlainTextLayout::documentSize() const
{
    return {std::max(0.0, document()->textWidth()), textHeight() + m_roomBelow};
}

QRectF PlainTextLayout::frameBoundingRect(QTextFrame * /*frame*/) const
{
    return {QPointF(), documentSize()};
}

QRectF PlainTextLayout::blockBoundingRect(const QTextBlock &block) const
{
    if (!block.isValid())
        return {};
    return {0, qreal(block.firstLineNumber()), std::max(0.0, document()->textWidth()), qreal(block.lineCount())};
}

void PlainTextLayout::draw(QPainter * /*painter*/, const PaintContext & /*context*/)
{
}

void PlainTextLayout::documentChanged(int from, int /*charsRemoved*/, int charsAdded)
{
    for (QTextBlock block = document()->findBlock(from); block.isValid() && block.position() <= from + charsAdded;
         block = block.next())
        layOut(block);
    if (const QSizeF size = documentSize(); std::exchange(m_size, size) != size)
        Q_EMIT documentSizeChanged(size);
}

void PlainTextLayout::layOut(QTextBlock block) const
{
    const qreal width = document()->textWidth(); // negative: as wide as the lines are
    const Qt::LayoutDirection direction = block.textDirection();
    QTextOption option = document()->defaultTextOption();
    option.setAlignment(visualAlignment(option.alignment(), direction));
    option.setTextDirection(direction);
    if (width < 0)
        option.setWrapMode(QTextOption::ManualWrap);
    QTextLayout &layout = *block.layout();
    layout.setTextOption(option);
    qreal y = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLeadingIncluded(true);
        line.setLineWidth(width < 0 ? std::numeric_limits<int>::max() : width);
        line.setPosition({0, y});
        y += qCeil(line.height()) * m_lineFactor;
    }
    layout.endLayout();
    block.setLineCount(qCeil(y));
}

} // namespace Sheaf
