// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"
#include "server/core/storage.h"

#include <QLocalServer>

namespace Sheaf::Server {

/// Orders to the running server from its own machine and user: it alone may write its database.
/// One JSON object a line: {"do":"token_add","name":…,"spaces":[…]} -> {"ok":…} or {"error":…}.
class AdminSocket final : public QObject
{
public:
    AdminSocket(Storage &storage, Random &random) : m_storage(storage), m_random(random) {}
    Result<void> listen(const QString &dataFolder);

private:
    void answer(class QLocalSocket *peer);

    Storage &m_storage;
    Random &m_random;
    QLocalServer m_server;
};

/// Asks the server that runs on this folder for a token; nothing when none runs.
Result<std::optional<QByteArray>> askForToken(const QString &dataFolder, const QString &device, const QStringList &spaces);

} // namespace Sheaf::Server
