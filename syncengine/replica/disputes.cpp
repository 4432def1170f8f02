// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/disputes.h"

#include "replica/variants.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

QJsonObject toJson(const QList<NamedValue> &values)
{
    QJsonObject object;
    for (const NamedValue &value : values)
        object.insert(QString::fromUtf8(value.column), toJson(value.value));
    return object;
}

QVariantMap toMap(const QList<NamedValue> &values)
{
    QVariantMap map;
    for (const NamedValue &value : values)
        map.insert(QString::fromUtf8(value.column), value.value);
    return map;
}

QJsonObject toJson(const RejectedChange &change)
{
    static const QString kinds[] = {u"edit"_s, u"birth"_s, u"delete"_s};
    return {{u"n"_s, change.number},
            {u"space"_s, QString::fromUtf8(change.space)},
            {u"table"_s, QString::fromUtf8(change.table)},
            {u"pk"_s, keyToJson(change.key)},
            {u"code"_s, change.code},
            {u"reason"_s, change.reason},
            {u"kind"_s, kinds[static_cast<int>(change.kind)]},
            {u"values"_s, toJson(change.values)},
            {u"at_ms"_s, change.atMs}};
}

namespace {

/// Of a group an object by column.
QJsonValue sideToJson(const QVariant &value)
{
    if (value.typeId() != QMetaType::QVariantMap)
        return toJson(value);
    QJsonObject object;
    const QVariantMap values = value.toMap();
    for (auto it = values.cbegin(); it != values.cend(); ++it)
        object.insert(it.key(), toJson(it.value()));
    return object;
}

} // namespace

QJsonObject toJson(const Conflict &conflict)
{
    static const QString kinds[] = {u"edit"_s, u"birth"_s, u"delete"_s};
    const bool row = conflict.kind == Conflict::Kind::Delete;
    const auto side = [row](const QVariant &value, const QList<NamedValue> &values) -> QJsonValue {
        if (!row)
            return sideToJson(value);
        return values.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(toJson(values));
    };
    return {
        {u"n"_s, conflict.number},
        {u"space"_s, QString::fromUtf8(conflict.space)},
        {u"table"_s, QString::fromUtf8(conflict.table)},
        {u"pk"_s, keyToJson(conflict.key)},
        {u"kind"_s, kinds[static_cast<int>(conflict.kind)]},
        {u"column"_s, conflict.column.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(QString::fromUtf8(conflict.column))},
        {u"mine"_s, side(conflict.mine, conflict.mineRow)},
        {u"theirs"_s, side(conflict.theirs, conflict.theirsRow)},
        {u"winner"_s, conflict.winner == Conflict::Side::Mine ? u"mine"_s : u"theirs"_s},
        {u"site"_s, QString::number(conflict.site, 16).rightJustified(16, u'0')},
        {u"written_ms"_s, conflict.writtenMs},
        {u"at_ms"_s, conflict.atMs},
        {u"open"_s, conflict.open}};
}

} // namespace Sheaf
