// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/relativejson.h"

#include "text/bytes.h"

#include <optional>

namespace Sheaf::Text {

using namespace Qt::StringLiterals;

namespace {

enum Kind : quint8 { ItemPlace = 0, RootPlace = 1, TypePlace = 2 };

struct PlaceId {
    quint64 client = 0;
    quint64 clock = 0;
};

std::optional<PlaceId> idFrom(const QJsonValue &json)
{
    const qint64 client = json["client"_L1].toInteger(-1);
    const qint64 clock = json["clock"_L1].toInteger(-1);
    if (client < 0 || clock < 0)
        return std::nullopt;
    return PlaceId{static_cast<quint64>(client), static_cast<quint64>(clock)};
}

} // namespace

QJsonObject relativeToJson(QByteArrayView relative)
{
    ByteReader reader(relative);
    QJsonObject json;
    const quint64 kind = reader.varUint();
    if (kind == RootPlace) {
        json["tname"_L1] = reader.varString();
    } else if (kind == ItemPlace || kind == TypePlace) {
        const auto client = static_cast<qint64>(reader.varUint());
        const auto clock = static_cast<qint64>(reader.varUint());
        json[kind == ItemPlace ? "item"_L1 : "type"_L1] = QJsonObject{{u"client"_s, client}, {u"clock"_s, clock}};
    } else {
        return {};
    }
    const ByteReader::Signed assoc = reader.atEnd() ? ByteReader::Signed{} : reader.varInt();
    json["assoc"_L1] = assoc.negative ? -static_cast<qint64>(assoc.magnitude) : static_cast<qint64>(assoc.magnitude);
    return reader.ok() && reader.atEnd() ? json : QJsonObject();
}

QByteArray relativeFromJson(const QJsonObject &json)
{
    ByteWriter writer;
    // Yjs names the type beside the item; the item says enough.
    if (const auto item = idFrom(json["item"_L1])) {
        writer.varUint(ItemPlace);
        writer.varUint(item->client);
        writer.varUint(item->clock);
    } else if (json["tname"_L1].isString()) {
        writer.varUint(RootPlace);
        writer.varString(json["tname"_L1].toString());
    } else if (const auto type = idFrom(json["type"_L1])) {
        writer.varUint(TypePlace);
        writer.varUint(type->client);
        writer.varUint(type->clock);
    } else {
        return {};
    }
    const qint64 assoc = json["assoc"_L1].toInteger();
    writer.varInt(assoc == 0 ? 0 : 1, assoc < 0);
    return writer.take();
}

} // namespace Sheaf::Text
