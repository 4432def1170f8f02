// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/messages.h"

#include <vector>

namespace Sheaf {

/// The client's half of a plugin, in the thread of the sessions.
class ClientPlugin
{
public:
    /// Whose messages it hears.
    [[nodiscard]] virtual QByteArray name() const = 0;
    /// A session was welcomed, or is over: what was sent and not answered by then is lost.
    virtual void setOnline(bool online) = 0;
    /// A message of the server's half under this name, about any space; in the order in which they were sent.
    virtual void receive(const Plugin &message) = 0;

protected:
    ~ClientPlugin() = default;
};

/// The plugins of a client: whatever session there is, each hears its own messages. Several may share a name.
/// One thread; borrows the plugins, which are removed before they die and neither add nor remove when they are called.
class ClientPlugins
{
public:
    /// The plugin hears at once when there is a session.
    void add(ClientPlugin &plugin);
    void remove(ClientPlugin &plugin);

    void setOnline(bool online);
    void receive(const Plugin &message);

    [[nodiscard]] bool isOnline() const { return m_online; }
    /// Messages that no plugin wanted.
    [[nodiscard]] quint64 ignored() const { return m_ignored; }

private:
    std::vector<ClientPlugin *> m_plugins;
    bool m_online = false;
    quint64 m_ignored = 0;
};

} // namespace Sheaf
