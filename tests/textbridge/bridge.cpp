// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bridge.h"

#include "jsonvalues.h"
#include "text/updatealgebra.h"

#include <chrono>

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

Text::Doc::Options optionsOf(const QJsonObject &made)
{
    return {static_cast<quint64>(made.value(u"client"_s).toInteger(1)), made.value(u"gc"_s).toBool(true), false};
}

Text::Text rootOf(const QJsonObject &command, Text::Doc &doc)
{
    return doc.text(command.value(u"root"_s).toString(u"text"_s));
}

qint64 milliseconds()
{
    using namespace std::chrono;
    return duration_cast<std::chrono::milliseconds>(steady_clock::now().time_since_epoch()).count();
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
    if (what == u"new")
        return make(name, command);
    static const QStringList ofUpdates{u"merge"_s, u"diff"_s, u"convert"_s};
    if (ofUpdates.contains(what) || (what == u"state_vector" && command.contains(u"update"_s)))
        return algebra(what, command);
    const auto found = m_documents.find(name);
    if (found == m_documents.end())
        return fail(u"no_document"_s, u"There is no document of that name."_s);
    Document &document = found->second;
    document.now = milliseconds();
    if (what == u"updates")
        return QJsonValue(QJsonArray::fromStringList(std::exchange(document.updatesOf(format(command)), {})));
    if (what == u"changes")
        return QJsonValue(std::exchange(document.changes, {}));
    if (what == u"replay") {
        // Listeners would be measured along.
        document.undo.reset();
        document.doc = std::make_shared<Text::Doc>(optionsOf(document.made));
        document.log.clear();
        return replay(*document.doc, command.value(u"trace"_s).toString());
    }
    if (what == u"undo" || what == u"redo" || what == u"stop_capturing")
        return revert(what, document);
    static const QStringList changing{u"insert"_s, u"embed"_s, u"delete"_s, u"format"_s, u"apply_delta"_s, u"apply"_s, u"gc"_s};
    if (changing.contains(what)) {
        if (!document.undo)
            document.log.emplace_back(document.now, command);
        return change(what, command, document);
    }
    if (what == u"restore")
        return restore(command, *document.doc);
    return read(what, command, *document.doc);
}

Result<QJsonValue> Bridge::make(const QString &name, const QJsonObject &command)
{
    m_documents.erase(name);
    Document &document = m_documents[name];
    document.made = command;
    fill(document, command.value(u"undo"_s).toBool());
    return QJsonValue(true);
}

void Bridge::fill(Document &document, bool withUndo)
{
    document.undo.reset();
    document.doc = std::make_shared<Text::Doc>(optionsOf(document.made));
    for (const Text::Format format : {Text::Format::V1, Text::Format::V2}) {
        const auto note = [&document, format](const QByteArray &update, bool, quint64) {
            if (!document.quiet)
                document.updatesOf(format).append(QString::fromLatin1(update.toBase64()));
        };
        document.doc->onUpdate(note, format);
    }
    // Who does not ask for changes gets none; some deletions then go another way.
    if (document.made.value(u"watch"_s).toBool(true))
        document.doc->onChange(document.doc->text(), [&document](const Text::TextChange &change) {
            if (!document.quiet)
                document.changes.append(QJsonObject{{u"delta"_s, deltaToJson(change.delta)},
                                                    {u"local"_s, change.local},
                                                    {u"origin"_s, static_cast<qint64>(change.origin)}});
        });
    if (!withUndo)
        return;
    Text::UndoManager::Options options;
    options.captureTimeoutMs = document.made.value(u"capture_timeout"_s).toInteger(options.captureTimeoutMs);
    options.now = [&document] { return document.now; };
    document.undo = std::make_unique<Text::UndoManager>(*document.doc, std::vector{document.doc->text()}, options);
}

Result<QJsonValue> Bridge::revert(const QString &what, Document &document)
{
    if (!document.undo) {
        document.quiet = true;
        const qint64 now = document.now;
        fill(document, true);
        for (const auto &[time, command] : std::exchange(document.log, {})) {
            document.now = time;
            if (const auto done = change(command.value(u"do"_s).toString(), command, document); !done)
                continue; // It failed the first time too and changed nothing.
        }
        document.now = now;
        document.quiet = false;
    }
    if (what == u"undo")
        return QJsonValue(document.undo->undo());
    if (what == u"redo")
        return QJsonValue(document.undo->redo());
    document.undo->stopCapturing();
    return QJsonValue(true);
}

Result<QJsonValue> Bridge::change(const QString &what, const QJsonObject &command, Document &document)
{
    Text::Doc &doc = *document.doc;
    if (what == u"gc") {
        doc.collectGarbage();
        return QJsonValue(true);
    }
    if (what == u"apply") {
        // Origin 1 is anybody else: an undo manager leaves it alone.
        const auto origin = static_cast<quint64>(command.value(u"origin"_s).toInteger(1));
        const auto applied = doc.apply(bytes(command.value(u"update"_s)), format(command), origin);
        return applied ? Result<QJsonValue>(QJsonValue(true)) : fail(applied.error());
    }
    Text::Text text = rootOf(command, doc);
    const quint32 position = number(command, u"pos"_s);
    const QJsonValue given = command.value(u"attributes"_s);
    const Text::Attributes attributes = toAttributes(given.toObject());
    doc.transact(
        [&] {
            if (what == u"embed")
                text.insertEmbed(position, toValue(command.value(u"embed"_s)), attributes);
            else if (what == u"delete")
                text.remove(position, number(command, u"len"_s));
            else if (what == u"format")
                text.format(position, number(command, u"len"_s), attributes);
            else if (what == u"apply_delta")
                text.applyDelta(toDelta(command.value(u"delta"_s).toArray()));
            else if (given.isObject())
                text.insert(position, command.value(u"text"_s).toString(), attributes);
            else
                text.insert(position, command.value(u"text"_s).toString());
        },
        static_cast<quint64>(command.value(u"origin"_s).toInteger(0)));
    return QJsonValue(true);
}

/// The document as it was at a snapshot, as a new document.
Result<QJsonValue> Bridge::restore(const QJsonObject &command, const Text::Doc &doc)
{
    const auto snapshot = Text::readSnapshot(bytes(command.value(u"snapshot"_s)), format(command));
    if (!snapshot)
        return fail(snapshot.error());
    const auto update = doc.encodeAt(*snapshot, Text::Format::V2);
    if (!update)
        return fail(update.error());
    const QString name = command.value(u"as"_s).toString();
    if (const auto made = make(name, command); !made)
        return fail(made.error());
    const auto applied = m_documents[name].doc->apply(*update, Text::Format::V2, 1);
    return applied ? Result<QJsonValue>(QJsonValue(true)) : fail(applied.error());
}

Result<QJsonValue> Bridge::read(const QString &what, const QJsonObject &command, Text::Doc &doc)
{
    if (what == u"text")
        return QJsonValue(rootOf(command, doc).toString());
    if (what == u"delta")
        return QJsonValue(deltaToJson(rootOf(command, doc).toDelta()));
    if (what == u"check")
        return QJsonValue(doc.check());
    if (what == u"state_vector")
        return base64(Text::writeStateVector(doc.stateVector()));
    if (what == u"encode") {
        const auto known = stateVector(command);
        return known ? base64(doc.encodeSince(*known, format(command))) : Result<QJsonValue>(fail(known.error()));
    }
    if (what == u"snapshot")
        return base64(Text::writeSnapshot(doc.snapshot(), format(command)));
    if (what == u"relpos")
        return base64(doc.relativePosition(rootOf(command, doc), number(command, u"pos"_s), command.value(u"assoc"_s).toInt()));
    if (what == u"abspos") {
        const auto position = doc.absolutePosition(rootOf(command, doc), bytes(command.value(u"relpos"_s)));
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
    const QByteArray update = bytes(command.value(u"update"_s));
    const Text::Format given = format(command);
    if (what == u"convert")
        return encoded(Text::convertUpdate(update, given, given == Text::Format::V1 ? Text::Format::V2 : Text::Format::V1));
    if (what == u"state_vector") {
        const auto state = Text::stateVectorOfUpdate(update, given);
        return state ? base64(Text::writeStateVector(*state)) : Result<QJsonValue>(fail(state.error()));
    }
    const auto known = stateVector(command);
    if (!known)
        return fail(known.error());
    return encoded(Text::diffUpdate(update, *known, given));
}

} // namespace Sheaf::TextBridge
