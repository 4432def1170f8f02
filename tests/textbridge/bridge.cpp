// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bridge.h"

#include "jsonvalues.h"
#include "text/updatealgebra.h"

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace Sheaf::TextBridge {
namespace {

QByteArray bytes(const QJsonValue &value)
{
    return QByteArray::fromBase64(value.toString().toLatin1());
}

QJsonValue base64(const QByteArray &value)
{
    return QString::fromLatin1(value.toBase64());
}

Text::Format format(const QJsonObject &command)
{
    return command.value(u"v"_s).toInt(1) == 2 ? Text::Format::V2 : Text::Format::V1;
}

quint32 number(const QJsonObject &command, const QString &key)
{
    return static_cast<quint32>(command.value(key).toInteger());
}

Result<Text::StateVector> stateVector(const QJsonObject &command)
{
    if (!command.contains(u"sv"_s))
        return Text::StateVector{};
    return Text::readStateVector(bytes(command.value(u"sv"_s)));
}

Result<QJsonValue> encoded(const Result<QByteArray> &result)
{
    if (!result)
        return fail(result.error());
    return base64(*result);
}

} // namespace

QJsonObject Bridge::handle(const QJsonObject &command)
{
    QJsonObject answer;
    if (command.contains(u"id"_s))
        answer.insert(u"id"_s, command.value(u"id"_s));
    const auto result = run(command);
    if (result)
        answer.insert(u"ok"_s, *result);
    else
        answer.insert(u"error"_s, QJsonObject{{u"code"_s, result.error().code}, {u"message"_s, result.error().message}});
    return answer;
}

Result<QJsonValue> Bridge::run(const QJsonObject &command)
{
    const QString what = command.value(u"do"_s).toString();
    const QString name = command.value(u"doc"_s).toString();
    if (what == u"new") {
        Text::Doc::Options options;
        options.clientId = static_cast<quint64>(command.value(u"client"_s).toInteger(1));
        options.collectGarbage = command.value(u"gc"_s).toBool(true);
        options.snapToPairs = false;
        auto doc = std::make_shared<Text::Doc>(options);
        m_updates[name].clear();
        doc->onUpdate([this, name](const QByteArray &update, bool, quint64) { m_updates[name].append(QString::fromLatin1(update.toBase64())); });
        m_docs.insert(name, doc);
        return QJsonValue(true);
    }
    if (what == u"merge" || what == u"diff")
        return algebra(what, command);
    const auto doc = m_docs.value(name);
    if (!doc)
        return fail(u"no_document"_s, u"There is no document of that name."_s);
    if (what == u"updates")
        return QJsonValue(QJsonArray::fromStringList(std::exchange(m_updates[name], {})));
    if (what == u"replay") {
        // A listener would be measured along.
        Text::Doc::Options options;
        options.clientId = doc->clientId();
        auto quiet = std::make_shared<Text::Doc>(options);
        m_docs.insert(name, quiet);
        return replay(*quiet, command.value(u"trace"_s).toString());
    }
    if (what == u"insert" || what == u"embed" || what == u"delete" || what == u"format")
        return edit(what, command, *doc);
    return exchange(what, command, *doc);
}

Result<QJsonValue> Bridge::edit(const QString &what, const QJsonObject &command, Text::Doc &doc)
{
    Text::Text text = doc.text();
    const quint32 position = number(command, u"pos"_s);
    const QJsonValue given = command.value(u"attributes"_s);
    const Text::Attributes attributes = toAttributes(given.toObject());
    if (what == u"embed")
        text.insertEmbed(position, toValue(command.value(u"embed"_s)), attributes);
    else if (what == u"delete")
        text.remove(position, number(command, u"len"_s));
    else if (what == u"format")
        text.format(position, number(command, u"len"_s), attributes);
    else if (given.isObject())
        text.insert(position, command.value(u"text"_s).toString(), attributes);
    else
        text.insert(position, command.value(u"text"_s).toString());
    return QJsonValue(true);
}

Result<QJsonValue> Bridge::exchange(const QString &what, const QJsonObject &command, Text::Doc &doc)
{
    if (what == u"text")
        return QJsonValue(doc.text().toString());
    if (what == u"delta")
        return QJsonValue(deltaToJson(doc.text().toDelta()));
    if (what == u"check")
        return QJsonValue(doc.check());
    if (what == u"state_vector")
        return base64(Text::writeStateVector(doc.stateVector()));
    if (what == u"apply") {
        const auto applied = doc.apply(bytes(command.value(u"update"_s)), format(command));
        return applied ? Result<QJsonValue>(QJsonValue(true)) : fail(applied.error());
    }
    if (what == u"encode") {
        const auto known = stateVector(command);
        return known ? base64(doc.encodeSince(*known, format(command))) : Result<QJsonValue>(fail(known.error()));
    }
    if (what == u"snapshot")
        return base64(doc.encodeSnapshot(format(command)));
    if (what == u"relpos")
        return base64(doc.relativePosition(doc.text(), number(command, u"pos"_s), command.value(u"assoc"_s).toInt()));
    if (what == u"abspos") {
        const auto position = doc.absolutePosition(bytes(command.value(u"relpos"_s)));
        if (!position)
            return fail(position.error());
        return *position ? QJsonValue(static_cast<qint64>(**position)) : QJsonValue(QJsonValue::Null);
    }
    return fail(u"unknown_command"_s, u"Unknown command: "_s + what);
}

Result<QJsonValue> Bridge::algebra(const QString &what, const QJsonObject &command)
{
    if (what == u"merge") {
        std::vector<QByteArray> updates;
        for (const QJsonValue update : command.value(u"updates"_s).toArray())
            updates.push_back(bytes(update));
        return encoded(Text::mergeUpdates(updates, format(command)));
    }
    const auto known = stateVector(command);
    if (!known)
        return fail(known.error());
    return encoded(Text::diffUpdate(bytes(command.value(u"update"_s)), *known, format(command)));
}

} // namespace Sheaf::TextBridge
