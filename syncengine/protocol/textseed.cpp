// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/textseed.h"

#include <QString>

namespace Sheaf {

QByteArray seedText(const ValueView &value)
{
    switch (value.type) {
    case ValueView::Type::Null:
        return {};
    case ValueView::Type::Integer:
        return QByteArray::number(value.integer);
    case ValueView::Type::Real:
        return QByteArray::number(value.real, 'g', 17);
    case ValueView::Type::Text:
    case ValueView::Type::Blob:
        break;
    }
    return QString::fromUtf8(value.bytes).toUtf8(); // without bytes that are no UTF-8
}

} // namespace Sheaf
