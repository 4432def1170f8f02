// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "scriptvalues.h"

#include <QDateTime>
#include <QJsonDocument>

#include <cmath>

namespace Sheaf {

namespace {

QVariant sqlNumber(double number)
{
    constexpr double exactMax = 9'007'199'254'740'992.0; // 2^53
    if (std::abs(number) <= exactMax && std::trunc(number) == number)
        return static_cast<qint64>(number);
    return number;
}

} // namespace

std::optional<QVariant> sqlValue(const QJSValue &value)
{
    if (value.isUndefined() || value.isCallable())
        return {};
    if (value.isNull())
        return QVariant();
    if (value.isBool())
        return QVariant(qint64(value.toBool() ? 1 : 0));
    if (value.isNumber())
        return sqlNumber(value.toNumber());
    if (value.isDate())
        return value.toDateTime().toUTC().toString(Qt::ISODateWithMs);
    QVariant other = value.toVariant();
    if (other.typeId() == QMetaType::QVariantList || other.typeId() == QMetaType::QVariantMap)
        return QString::fromUtf8(QJsonDocument::fromVariant(other).toJson(QJsonDocument::Compact));
    return other;
}

} // namespace Sheaf
