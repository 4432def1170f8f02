// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "editableunits.h"

#include <algorithm>

namespace Sheaf::EditableUnits {

namespace {

constexpr QChar beginOfFrame(0xFDD0);
constexpr QChar endOfFrame(0xFDD1);
constexpr QChar zeroWidthSpace(0x200B);

} // namespace

bool cutsPair(QStringView text, qsizetype position)
{
    return position > 0 && position < text.size() && text[position - 1].isHighSurrogate() && text[position].isLowSurrogate();
}

QString shown(QString text)
{
    for (QChar &unit : text) {
        if (unit == u'\r')
            unit = zeroWidthSpace;
        else if (unit == QChar::ParagraphSeparator || unit == beginOfFrame || unit == endOfFrame)
            unit = QChar::LineSeparator;
    }
    return text;
}

QString typed(QString text)
{
    for (QChar &unit : text) {
        if (unit == QChar::ParagraphSeparator || unit == QChar::LineSeparator || unit == beginOfFrame || unit == endOfFrame)
            unit = u'\n';
    }
    return text;
}

Replacement difference(qsizetype position, const QString &before, const QString &after)
{
    const QString old = typed(shown(before));
    const qsizetype shorter = std::min(old.size(), after.size());
    qsizetype start = 0;
    while (start < shorter && old[start] == after[start])
        ++start;
    if (cutsPair(old, start) || cutsPair(after, start))
        --start;
    qsizetype end = 0;
    while (end < shorter - start && old[old.size() - 1 - end] == after[after.size() - 1 - end])
        ++end;
    if (end > 0 && (cutsPair(old, old.size() - end) || cutsPair(after, after.size() - end)))
        --end;
    return {position + start, old.size() - start - end, after.sliced(start, after.size() - start - end)};
}

} // namespace Sheaf::EditableUnits
