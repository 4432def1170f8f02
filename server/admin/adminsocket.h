// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/admin/adminorders.h"

#include <QLocalServer>

namespace Sheaf::Server {

/// Orders to the running server from its own machine and user: it alone may write its database.
/// One JSON object a line, answered by one: see AdminOrders.
class AdminSocket final : public QObject
{
public:
    explicit AdminSocket(AdminOrders orders) : m_orders(std::move(orders)) {}
    Result<void> listen(const QString &dataFolder);

private:
    void answer(class QLocalSocket *peer);

    AdminOrders m_orders;
    QLocalServer m_server;
};

/// Gives an order to the server that runs on this folder; nothing when none runs.
Result<std::optional<QJsonObject>> askRunningServer(const QString &dataFolder, const QJsonObject &order);

} // namespace Sheaf::Server
