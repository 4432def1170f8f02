// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/clientplugins.h"

#include <functional>
#include <map>

namespace Sheaf {

/// Carries plugin messages between the session and the SyncPlugin objects of the owner's thread. Lives in the
/// engine's thread; borrows the plugins of the client.
class PluginRelays
{
public:
    using Relay = quint64; ///< numbered by the caller
    /// Called in the engine's thread; they hand on to the owner's.
    struct Outlets {
        std::function<void(Relay relay, bool online)> online;
        std::function<void(Relay relay, const Plugin &message)> received;
    };

    PluginRelays(ClientPlugins &plugins, Outlets outlets) : m_plugins(plugins), m_outlets(std::move(outlets)) {}
    ~PluginRelays();
    Q_DISABLE_COPY_MOVE(PluginRelays)

    /// Hears the messages of one plugin about one space.
    void open(Relay relay, const QByteArray &name, const QByteArray &space);
    void close(Relay relay);

private:
    struct Listener final : ClientPlugin {
        Listener(const Outlets &o, Relay r, QByteArray n, QByteArray s)
            : outlets(o), relay(r), plugin(std::move(n)), space(std::move(s))
        {
        }
        [[nodiscard]] QByteArray name() const override { return plugin; }
        void setOnline(bool online) override { outlets.online(relay, online); }
        void receive(const Plugin &message) override
        {
            if (message.space == space)
                outlets.received(relay, message);
        }

        const Outlets &outlets;
        Relay relay;
        QByteArray plugin;
        QByteArray space;
    };

    ClientPlugins &m_plugins;
    Outlets m_outlets;
    std::map<Relay, Listener> m_listeners;
};

} // namespace Sheaf
