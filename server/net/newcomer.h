// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <functional>
#include <memory>

namespace Sheaf::Server {

/// A socket from accept to the end of its HTTP request, for a few seconds and kilobytes at most.
class Newcomer final : public QObject
{
public:
    using Upgraded = std::function<void(std::unique_ptr<QTcpSocket> socket, const QByteArray &yjsTarget)>;

    /// `upgraded` gets the socket once it speaks WebSocket, with whatever came behind the request
    /// still in it, and UpgradeAnswer::yjsTarget; `gone` is called instead when that does not happen. Both are the last call, and
    /// this object may be deleted later, not inside of them.
    Newcomer(std::unique_ptr<QTcpSocket> socket, QStringList origins, Upgraded upgraded, std::function<void()> gone);
    ~Newcomer() override;

private:
    void read();
    void end();

    std::unique_ptr<QTcpSocket> m_socket;
    QStringList m_origins;
    Upgraded m_upgraded;
    std::function<void()> m_gone;
    QTimer m_timer;
    bool m_isDenied = false;
    qint64 m_ignored = 0; ///< bytes that came after the answer
};

} // namespace Sheaf::Server
