// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/limits.h"
#include "server/core/pluginword.h"
#include "server/core/storage.h"

#include <vector>

namespace Sheaf::Server {

class PluginBench;

/// A session as plugins see it: one connection of one device, from its welcome to its end.
class PluginPeer
{
public:
    [[nodiscard]] virtual quint64 number() const = 0; ///< of the connection; no other one of this server ever has it
    [[nodiscard]] virtual DeviceId device() const = 0;
    [[nodiscard]] virtual SiteId site() const = 0;
    /// In this space; Role::None: it may not see it.
    [[nodiscard]] virtual Role role(const QByteArray &space) const = 0;
    /// Queues a message behind everything queued before. False, and nothing is sent: the peer may not see the space,
    /// or it reads so slowly that much waits already; drained() tells when there is room again.
    virtual bool send(PluginWord &word) = 0;

protected:
    ~PluginPeer() = default;
};

/// What one session may send to one plugin; what is beyond is ignored and counted.
struct PluginLimits {
    qsizetype payloadBytesMax = Limits::pluginPayloadBytesMax; ///< more than the wire takes makes no sense
    double perSecond = 50;
    int burst = 200; ///< at once, after a pause
};

/// The server's half of a plugin: derive from it, and install() it in the ServerCore before anybody connects.
///
/// - One thread, the server's. No call comes inside a call of the plugin to its peers or to tell(). A plugin that
///   waits or computes for long holds up everybody.
/// - A plugin hears of a peer in a space only if the device has a role there: joined(), then received() any number of
///   times, then left(), exactly once each.
/// - Messages of one peer come in the order in which it sent them, and messages to one peer arrive in the order in
///   which they were sent. They are not ordered with changes of rows: a push that was sent before is perhaps not committed yet.
/// - Nothing is stored or repeated: what was on its way when a link broke is lost, and the client comes back as a
///   new peer.
class ServerPlugin
{
public:
    /// `name` is that of the plugin messages, 1 to 128 bytes of UTF-8.
    explicit ServerPlugin(QByteArray name, PluginLimits limits = {});
    virtual ~ServerPlugin();
    Q_DISABLE_COPY_MOVE(ServerPlugin)

    [[nodiscard]] const QByteArray &name() const { return m_name; }
    [[nodiscard]] const PluginLimits &limits() const { return m_limits; }

protected:
    /// The peer was welcomed and may see the space; its client may not know this plugin at all.
    virtual void joined(PluginPeer &peer, const QByteArray &space);
    /// A message of the peer's half. An error ends the session: its code and message are told to the client as a
    /// refusal. Ignore what a newer version of the plugin might send.
    virtual Result<void> received(PluginPeer &peer, const Plugin &message) = 0;
    /// The session is over, or the space was closed to it: send() does nothing any more.
    virtual void left(PluginPeer &peer, const QByteArray &space);
    /// After a send() that was false: there is room again.
    virtual void drained(PluginPeer &peer);
    /// About once a second as long as there are sessions.
    virtual void tick();

    /// Who may see a space, in the order of coming.
    [[nodiscard]] const std::vector<PluginPeer *> &peers(const QByteArray &space) const;
    /// Sends to everybody who may see the space, `except` one; whoever reads too slowly misses it.
    void tell(const QByteArray &space, const QByteArray &topic, const QByteArray &payload, const PluginPeer *except = nullptr);
    /// To one; as PluginPeer::send().
    bool send(PluginPeer &peer, const QByteArray &space, const QByteArray &topic, const QByteArray &payload);
    /// Milliseconds that never go back.
    [[nodiscard]] qint64 nowMs() const;

private:
    friend class PluginBench;

    QByteArray m_name;
    PluginLimits m_limits;
    PluginBench *m_bench = nullptr;
};

} // namespace Sheaf::Server
