// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "jsonvalues.h"

#include "crdt/rowkey.h"

#include <vector>

namespace Sheaf {

using namespace Qt::StringLiterals;

QJsonArray toJson(const QVariantList &row)
{
    QJsonArray array;
    for (const QVariant &value : row)
        array.append(toJson(value));
    return array;
}

QJsonArray toJson(const QList<QVariantList> &rows)
{
    QJsonArray array;
    for (const QVariantList &row : rows)
        array.append(toJson(row));
    return array;
}

Result<QVariant> fromJson(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Null:
        return QVariant();
    case QJsonValue::Bool:
        return QVariant(value.toBool() ? 1 : 0);
    case QJsonValue::String:
        return QVariant(value.toString());
    case QJsonValue::Double:
        return value.toVariant();
    case QJsonValue::Object: {
        const QJsonValue blob = value.toObject().value("$blob"_L1);
        if (blob.isString() && value.toObject().size() == 1) {
            if (auto bytes = QByteArray::fromBase64Encoding(blob.toString().toLatin1()); bytes)
                return QVariant(*bytes);
        }
        break;
    }
    default:
        break;
    }
    return fail(u"bad_request"_s, u"A parameter must be null, a number, a string, true, false or {\"$blob\":\"base64\"}."_s);
}

Result<QVariant> answerFromJson(const QJsonValue &value)
{
    const QJsonObject object = value.toObject();
    if (object.isEmpty() || object.contains("$blob"_L1))
        return fromJson(value);
    QVariantMap map;
    for (auto it = object.begin(); it != object.end(); ++it) {
        const auto part = fromJson(it.value());
        if (!part)
            return part;
        map.insert(it.key(), *part);
    }
    return QVariant(map);
}

Result<QByteArray> keyFromJson(const QJsonArray &values)
{
    if (values.isEmpty())
        return fail(u"bad_request"_s, u"\"pk\" must be an array with the values of the primary key."_s);
    QByteArray key;
    for (const QJsonValue &json : values) {
        const auto value = fromJson(json);
        if (!value)
            return fail(value.error());
        const QByteArray bytes = value->typeId() == QMetaType::QByteArray ? value->toByteArray() : value->toString().toUtf8();
        ValueView view;
        switch (value->typeId()) {
        case QMetaType::UnknownType:
            break;
        case QMetaType::QByteArray:
            view = ValueView::ofBlob(bytes);
            break;
        case QMetaType::QString:
            view = ValueView::ofText(bytes);
            break;
        case QMetaType::Double:
            view = ValueView::ofReal(value->toDouble());
            break;
        default:
            view = ValueView::ofInteger(value->toLongLong());
        }
        encodeKey({&view, 1}, key);
    }
    return key;
}

Result<Statement> statementFromJson(const QJsonObject &object)
{
    Statement statement;
    statement.sql = object.value("sql"_L1).toString();
    if (statement.sql.isEmpty())
        return fail(u"bad_request"_s, u"\"sql\" is missing."_s);
    const QJsonValue params = object.value("params"_L1);
    if (params.isArray()) {
        const QJsonArray array = params.toArray();
        for (const QJsonValue &param : array) {
            const auto value = fromJson(param);
            if (!value)
                return fail(value.error());
            statement.params.push_back(*value);
        }
    } else if (params.isObject()) {
        const QJsonObject named = params.toObject();
        for (auto it = named.begin(); it != named.end(); ++it) {
            const auto value = fromJson(it.value());
            if (!value)
                return fail(value.error());
            statement.namedParams.insert(it.key(), *value);
        }
    } else if (!params.isUndefined() && !params.isNull()) {
        return fail(u"bad_request"_s, u"\"params\" must be an array or an object."_s);
    }
    return statement;
}

} // namespace Sheaf
