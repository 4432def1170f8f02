// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/pluginrelays.h"

namespace Sheaf {

PluginRelays::~PluginRelays()
{
    for (auto &[relay, listener] : m_listeners)
        m_plugins.remove(listener);
}

void PluginRelays::open(Relay relay, const QByteArray &name, const QByteArray &space)
{
    m_plugins.add(m_listeners.try_emplace(relay, m_outlets, relay, name, space).first->second);
}

void PluginRelays::close(Relay relay)
{
    const auto found = m_listeners.find(relay);
    if (found == m_listeners.end())
        return;
    m_plugins.remove(found->second);
    m_listeners.erase(found);
}

} // namespace Sheaf
