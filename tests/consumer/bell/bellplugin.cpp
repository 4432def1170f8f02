// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bellplugin.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;
using namespace Sheaf;

// Short messages, and nobody rings all the time.
BellPlugin::BellPlugin() : ServerPlugin("bell"_ba, {.payloadBytesMax = 512, .perSecond = 1, .burst = 5})
{
}

Result<void> BellPlugin::received(Peer &peer, const Plugin &message)
{
    const QJsonObject words = QJsonDocument::fromJson(message.payload).object();
    if (words.isEmpty())
        return fail(u"bad_bell"_s, u"A bell hears JSON objects only."_s); // ends the session
    Room &room = m_rooms[message.space];
    if (words.contains("hello"_L1)) {
        room[peer.number()] = {&peer, words["hello"_L1].toString()};
        tellCount(message.space);
    } else if (words.contains("ring"_L1) && room.contains(peer.number())) {
        if (peer.role(message.space) < Role::Editor) {
            say(peer, message.space, {{u"denied"_s, u"Viewers may listen only."_s}});
            return {};
        }
        for (const auto &[number, listener] : room) {
            if (listener.peer != &peer)
                say(*listener.peer, message.space, {{u"rung"_s, room[peer.number()].name}});
        }
    }
    return {}; // anything else is of a newer version
}

void BellPlugin::left(Peer &peer, const QByteArray &space)
{
    const auto room = m_rooms.find(space);
    if (room == m_rooms.end() || room->second.erase(peer.number()) == 0)
        return;
    tellCount(space);
    if (room->second.empty())
        m_rooms.erase(room);
}

void BellPlugin::tellCount(const QByteArray &space)
{
    const Room &room = m_rooms[space];
    for (const auto &[number, listener] : room)
        say(*listener.peer, space, {{u"here"_s, static_cast<int>(room.size())}});
}

void BellPlugin::say(Peer &peer, const QByteArray &space, const QJsonObject &message)
{
    send(peer, space, {}, QJsonDocument(message).toJson(QJsonDocument::Compact));
}
