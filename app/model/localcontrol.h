// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/storecommands.h"

#include <QLocalServer>

class QLocalSocket;

namespace Sheaf {

/// The door through which sheaf-cli uses the replica of a running app, as a replica has one writer.
/// A socket in the profile's folder that only its owner can use; JSON lines. A request of
/// StoreCommands with an "id" is answered by any number of {"id":…,"progress":{…}} and then one
/// {"id":…,"ok":{…}} or {"id":…,"error":{"code":…,"message":…}}.
class LocalControl : public QObject
{
    Q_OBJECT

public:
    /// Lives in the engine's owner thread.
    LocalControl(SyncEngine &engine, Profile profile, QObject *parent = nullptr);
    ~LocalControl() override;

    /// How `sync` with a server connects; without one the engine is told alone.
    void setConnector(SyncRun::Connector connector) { m_connector = std::move(connector); }
    /// Call it when the replica is open: whoever has that may take over the socket of a crashed app.
    /// Errors: `control_failed`.
    [[nodiscard]] Result<void> listen();

    static constexpr qint64 lineBytesMax = 16 * 1024 * 1024; ///< bounds what a client can make us hold

private:
    void accept();
    void read(QLocalSocket *socket, StoreCommands *commands);

    SyncEngine &m_engine;
    Profile m_profile;
    SyncRun::Connector m_connector;
    QLocalServer m_server;
};

} // namespace Sheaf
