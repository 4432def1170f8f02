// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "presences.h"

#include "jsonvalues.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace Sheaf {

using namespace Qt::StringLiterals;

struct Presences::Room {
    QJsonObject place; ///< as the command named it
    std::unique_ptr<TextDocument> document;
    Presence presence;
    QJsonArray told;
    bool telling = false;
};

Presences::Presences(SyncEngine &engine, Print print) : m_engine(engine), m_print(std::move(print))
{
    room({}, {});
}

Presences::~Presences() = default;

Result<QJsonValue> Presences::show(const QJsonObject &command)
{
    const QJsonValue state = command.value("state"_L1);
    if (!state.isObject() && !state.isNull())
        return fail(u"bad_request"_s, u"\"state\" is missing: an object, or null to show nothing."_s);
    QJsonObject place;
    for (const QLatin1StringView name : {"space"_L1, "table"_L1, "pk"_L1, "column"_L1}) {
        if (command.contains(name))
            place[name] = command.value(name);
    }
    const bool isText = place.contains("table"_L1);
    if (isText != place.contains("column"_L1) || isText != place.contains("pk"_L1))
        return fail(u"bad_request"_s, u"A text is named by \"table\", \"pk\" and \"column\"."_s);
    QVariantList key;
    const QJsonArray values = place.value("pk"_L1).toArray();
    for (const QJsonValue &value : values) {
        const auto part = fromJson(value);
        if (!part)
            return fail(part.error());
        key.append(*part);
    }
    Room &shown = room(place, key);
    shown.presence.setState(state.toObject().toVariantMap());
    if (command.contains("head"_L1)) {
        const int head = command.value("head"_L1).toInt();
        shown.presence.setCaret(command.value("anchor"_L1).toInt(head), head);
    } else {
        shown.presence.clearCaret();
    }
    return QJsonValue(true);
}

Presences::Room &Presences::room(const QJsonObject &place, const QVariantList &key)
{
    std::unique_ptr<Room> &made = m_rooms[QJsonDocument(place).toJson(QJsonDocument::Compact)];
    if (made)
        return *made;
    made = std::make_unique<Room>();
    made->place = place;
    Room &room = *made;
    if (!key.isEmpty()) {
        room.document = std::make_unique<TextDocument>();
        room.document->setTable(place.value("table"_L1).toString());
        room.document->setColumn(place.value("column"_L1).toString());
        room.document->setKey(key);
        room.document->setEngine(&m_engine);
        room.presence.setDocument(room.document.get());
    }
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&room.presence, signal, this, [this, &room] { changed(room); });
    connect(&room.presence, &QAbstractItemModel::dataChanged, this, [this, &room] { changed(room); });
    room.presence.setSpace(place.value("space"_L1).toString());
    room.presence.setEngine(&m_engine);
    return room;
}

/// A turn later, when all of one message is in the model and the carets are looked up.
void Presences::changed(Room &room)
{
    if (std::exchange(room.telling, true))
        return;
    QMetaObject::invokeMethod(
        this, [this, &room] { tell(room); }, Qt::QueuedConnection);
}

void Presences::tell(Room &room)
{
    room.telling = false;
    QJsonArray others;
    for (int row = 0; row < room.presence.count(); ++row) {
        const QModelIndex index = room.presence.index(row);
        QJsonObject other{{u"client"_s, room.presence.data(index, Presence::Client).toLongLong()},
                          {u"state"_s, QJsonObject::fromVariantMap(room.presence.data(index, Presence::State).toMap())}};
        if (room.document && room.presence.data(index, Presence::Head).toInt() >= 0) {
            other.insert(u"anchor"_s, room.presence.data(index, Presence::Anchor).toInt());
            other.insert(u"head"_s, room.presence.data(index, Presence::Head).toInt());
        }
        others.append(other);
    }
    if (std::exchange(room.told, others) == others)
        return;
    QJsonObject event = room.place;
    event.insert(u"event"_s, u"presence"_s);
    event.insert(u"others"_s, others);
    m_print(event);
}

} // namespace Sheaf
