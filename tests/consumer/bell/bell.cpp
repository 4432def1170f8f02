// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bell.h"

using namespace Qt::StringLiterals;
using namespace Sheaf;

Bell::Bell(SyncEngine &engine, const QString &name, const QString &space) : m_name(name)
{
    connect(&m_plugin, &SyncPlugin::onlineChanged, this, &Bell::introduce);
    connect(&m_plugin, &SyncPlugin::receivedJson, this, &Bell::hear);
    m_plugin.setName(u"bell"_s);
    m_plugin.setSpace(space);
    m_plugin.setEngine(&engine);
}

void Bell::ring()
{
    m_plugin.sendJson({{u"ring"_s, true}});
}

/// Each connection is a new one to the server.
void Bell::introduce()
{
    if (m_plugin.isOnline())
        m_plugin.sendJson({{u"hello"_s, m_name}});
    else
        hear({{u"here"_s, 0}});
}

void Bell::hear(const QJsonObject &message)
{
    if (message.contains("here"_L1)) {
        m_people = message["here"_L1].toInt();
        Q_EMIT peopleChanged();
    } else if (message.contains("rung"_L1)) {
        Q_EMIT rang(message["rung"_L1].toString());
    } else if (message.contains("denied"_L1)) {
        Q_EMIT denied(message["denied"_L1].toString());
    }
}
