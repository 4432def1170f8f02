// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "session/clientplugins.h"

namespace Sheaf {

void ClientPlugins::add(ClientPlugin &plugin)
{
    m_plugins.push_back(&plugin);
    if (m_online)
        plugin.setOnline(true);
}

void ClientPlugins::remove(ClientPlugin &plugin)
{
    std::erase(m_plugins, &plugin);
}

void ClientPlugins::setOnline(bool online)
{
    if (m_online == online)
        return;
    m_online = online;
    for (ClientPlugin *plugin : m_plugins)
        plugin->setOnline(online);
}

void ClientPlugins::receive(const Plugin &message)
{
    bool isWanted = false;
    for (ClientPlugin *plugin : m_plugins) {
        if (plugin->name() != message.name)
            continue;
        isWanted = true;
        plugin->receive(message);
    }
    if (!isWanted)
        ++m_ignored;
}

} // namespace Sheaf
