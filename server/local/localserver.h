// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "ports/transport.h"
#include "protocol/compression.h"

#include <QList>
#include <QThread>
#include <QUrl>

#include <functional>
#include <memory>

namespace Sheaf::Server {

/// The sync server inside a process, without sockets: engines of the same process sync through it, and with a file it
/// carries spaces from one place to another, on a stick or in a folder that something else copies. It is the real
/// server, in a thread of its own; whoever connects needs a token of it.
///
///     auto server = LocalServer::open(path);
///     options.transport = (*server)->transports();            // of the SyncEngine
///     engine.connectToServer(LocalServer::url(), *(*server)->addDevice("laptop", {"home"}));
///
/// An engine that goes from one server to another takes everything along: it offers each what that one lacks. To a server
/// that saw it before it comes back under another site id, as a copy would: which of the two it is cannot be known.
class LocalServer
{
public:
    using Transports = std::function<std::unique_ptr<Transport>()>;

    /// Opens or makes the file; an empty path keeps everything in memory. Errors: `locked`, and those of openDatabase().
    static Result<std::unique_ptr<LocalServer>> open(const QString &path,
                                                     const Compressions &compressions = builtinCompressions());
    /// Ends all connections. What was acknowledged is in the file, and nothing else lies beside it.
    ~LocalServer();
    Q_DISABLE_COPY_MOVE(LocalServer)

    /// Makes a device that may edit these spaces, which are made if missing, and returns its token.
    Result<QByteArray> addDevice(const QByteArray &name, const QList<QByteArray> &spaces);

    /// For SyncEngine::Options::transport. May be called in any thread, and outlive this.
    [[nodiscard]] Transports transports() const;
    /// An address for SyncEngine::connectToServer(); which one it is does not matter here.
    [[nodiscard]] static QUrl url();

private:
    class House;
    struct Door;

    LocalServer();
    template<typename Work>
    auto inHouse(Work work);

    QThread m_thread;
    House *m_house = nullptr; ///< lives in the thread
    std::shared_ptr<Door> m_door;
};

} // namespace Sheaf::Server
