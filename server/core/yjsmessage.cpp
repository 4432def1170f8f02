// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/yjsmessage.h"

#include "base/check.h"
#include "text/bytes.h"

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using Kind = YjsMessage::Kind;

namespace {

// The numbers of y-websocket, y-protocols/sync and y-protocols/auth.
enum Envelope : quint8 { Sync = 0, Awareness = 1, Auth = 2, QueryAwareness = 3 };
enum SyncType : quint8 { Step1 = 0, Step2 = 1, Update = 2 };
enum AuthType : quint8 { PermissionDenied = 0 };

} // namespace

Result<YjsMessage> readYjsMessage(QByteArrayView frame)
{
    Text::ByteReader reader(frame);
    YjsMessage message;
    const quint64 envelope = reader.varUint();
    if (reader.ok() && envelope > QueryAwareness)
        return message;
    switch (envelope) {
    case Sync: {
        const quint64 type = reader.varUint();
        if (type > Update)
            reader.setFailed();
        message.kind = type == Step1 ? Kind::SyncStep1 : type == Step2 ? Kind::SyncStep2 : Kind::Update;
        message.payload = reader.varBuf();
        break;
    }
    case Awareness:
        message.kind = Kind::Awareness;
        message.payload = reader.varBuf();
        break;
    case QueryAwareness:
        message.kind = Kind::QueryAwareness;
        break;
    default: // a client has nothing to deny
        return message;
    }
    if (!reader.ok() || !reader.atEnd())
        return fail(u"bad_message"_s, u"A message is malformed."_s);
    return message;
}

QByteArray writeYjsMessage(const YjsMessage &message)
{
    Text::ByteWriter writer;
    switch (message.kind) {
    case Kind::SyncStep1:
    case Kind::SyncStep2:
    case Kind::Update:
        writer.u8(Sync);
        writer.u8(message.kind == Kind::SyncStep1 ? Step1 : message.kind == Kind::SyncStep2 ? Step2 : Update);
        break;
    case Kind::Awareness:
        writer.u8(Awareness);
        break;
    case Kind::QueryAwareness:
        writer.u8(QueryAwareness);
        return writer.take();
    case Kind::Denied:
        writer.u8(Auth);
        writer.u8(PermissionDenied);
        break;
    case Kind::Unknown:
        SHEAF_CHECK(false);
    }
    writer.varBuf(message.payload); // a varString is one of UTF-8
    return writer.take();
}

} // namespace Sheaf::Server
