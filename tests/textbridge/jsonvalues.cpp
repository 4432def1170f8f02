// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "jsonvalues.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace Sheaf::TextBridge {

Text::Value toValue(const QJsonValue &json)
{
    switch (json.type()) {
    case QJsonValue::Null:
        return Text::Value::null();
    case QJsonValue::Bool:
        return Text::Value(json.toBool());
    case QJsonValue::Double:
        return Text::Value(json.toDouble());
    case QJsonValue::String:
        return Text::Value(json.toString());
    case QJsonValue::Array: {
        Text::Value::Array elements;
        for (const QJsonValue element : json.toArray())
            elements.push_back(toValue(element));
        return Text::Value(std::move(elements));
    }
    case QJsonValue::Object: {
        Text::Value::Object members;
        const QJsonObject object = json.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            members.emplace_back(it.key(), toValue(it.value()));
        return Text::Value(std::move(members));
    }
    default:
        return {};
    }
}

QJsonValue valueToJson(const Text::Value &value)
{
    // One text form of values exists already; QJsonDocument reads it back.
    const QByteArray text = "[" + Text::toJson(value).toUtf8() + "]";
    return QJsonDocument::fromJson(text).array().at(0);
}

Text::Attributes toAttributes(const QJsonObject &json)
{
    Text::Attributes attributes;
    for (auto it = json.begin(); it != json.end(); ++it)
        attributes.emplace_back(it.key(), toValue(it.value()));
    return attributes;
}

Text::Delta toDelta(const QJsonArray &json)
{
    Text::Delta delta;
    for (const QJsonValue value : json) {
        const QJsonObject one = value.toObject();
        Text::DeltaOp op;
        op.attributes = toAttributes(one.value(u"attributes"_s).toObject());
        const QJsonValue inserted = one.value(u"insert"_s);
        if (one.contains(u"retain"_s) || one.contains(u"delete"_s)) {
            op.kind = one.contains(u"retain"_s) ? Text::DeltaOp::Retain : Text::DeltaOp::Delete;
            op.length = static_cast<quint32>(one.value(op.kind == Text::DeltaOp::Retain ? u"retain"_s : u"delete"_s).toInteger());
        } else if (inserted.isString()) {
            op.text = inserted.toString();
        } else {
            op.kind = Text::DeltaOp::Embed;
            op.embed = toValue(inserted);
        }
        delta.push_back(std::move(op));
    }
    return delta;
}

QJsonArray deltaToJson(const Text::Delta &delta)
{
    QJsonArray result;
    for (const Text::DeltaOp &op : delta) {
        QJsonObject one;
        switch (op.kind) {
        case Text::DeltaOp::Insert:
            one.insert(u"insert"_s, op.text);
            break;
        case Text::DeltaOp::Embed:
            one.insert(u"insert"_s, valueToJson(op.embed));
            break;
        case Text::DeltaOp::Retain:
            one.insert(u"retain"_s, static_cast<qint64>(op.length));
            break;
        case Text::DeltaOp::Delete:
            one.insert(u"delete"_s, static_cast<qint64>(op.length));
            break;
        }
        QJsonObject attributes;
        for (const auto &[key, value] : op.attributes)
            attributes.insert(key, valueToJson(value));
        if (!attributes.isEmpty())
            one.insert(u"attributes"_s, attributes);
        result.append(one);
    }
    return result;
}

} // namespace Sheaf::TextBridge
