// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "textcommand.h"

#include "jsonvalues.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Result<Text::DeltaOp> opFromJson(const QJsonObject &object)
{
    Text::DeltaOp op;
    if (object.size() == 1) {
        const qint64 retained = object.value("retain"_L1).toInteger();
        const qint64 deleted = object.value("delete"_L1).toInteger();
        op.text = object.value("insert"_L1).toString();
        const qint64 length = std::max(retained, deleted);
        op.kind = retained > 0 ? Text::DeltaOp::Retain : deleted > 0 ? Text::DeltaOp::Delete : Text::DeltaOp::Insert;
        op.length = static_cast<quint32>(std::clamp<qint64>(length, 0, INT32_MAX));
        if (length > 0 || !op.text.isEmpty())
            return op;
    }
    return fail(u"bad_request"_s, u"An op is {\"retain\":n}, {\"insert\":\"text\"} or {\"delete\":n}."_s);
}

} // namespace

Result<TextCommand> textCommandFromJson(const QJsonObject &command)
{
    TextCommand text{.table = command.value("table"_L1).toString().toUtf8(),
                     .key = {},
                     .column = command.value("column"_L1).toString().toUtf8(),
                     .ops = {}};
    if (text.table.isEmpty() || text.column.isEmpty())
        return fail(u"bad_request"_s, u"\"table\" or \"column\" is missing."_s);
    auto key = keyFromJson(command.value("pk"_L1).toArray());
    if (!key)
        return fail(key.error());
    text.key = *std::move(key);
    const QJsonArray ops = command.value("ops"_L1).toArray();
    for (const QJsonValue &value : ops) {
        auto op = opFromJson(value.toObject());
        if (!op)
            return fail(op.error());
        text.ops.push_back(*std::move(op));
    }
    return text;
}

Result<QString> runTextCommand(Replica &replica, const TextCommand &command, quint64 client, const UserAction &action)
{
    const auto loaded = replica.loadText(command.table, command.key, command.column);
    if (!loaded)
        return fail(loaded.error());
    Text::Doc doc(Text::Doc::Options{.clientId = client});
    if (auto done = doc.apply(*loaded); !done)
        return fail(done.error());
    QByteArray update;
    doc.onUpdate([&update](const QByteArray &made, bool, quint64) { update = made; });
    doc.text().applyDelta(command.ops);
    if (!update.isEmpty()) {
        if (auto done = replica.writeText(command.table, command.key, command.column, update, action); !done)
            return fail(done.error());
    }
    return doc.text().toString();
}

} // namespace Sheaf
