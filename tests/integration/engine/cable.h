// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTcpServer>
#include <QUrl>

class QTcpSocket;

namespace Sheaf {

/// The network between a device and a server, which can be pulled.
class Cable : public QObject
{
    Q_OBJECT

public:
    explicit Cable(const QUrl &server);

    /// Where the device finds the server.
    [[nodiscard]] QUrl url() const;
    /// From now on nothing goes through, and neither side is told.
    void pull() { m_pulled = true; }
    /// What was connected before is dead; new connections go through.
    void plug();

private:
    void take(QTcpSocket *device);
    void join(QTcpSocket *from, QTcpSocket *to);

    QTcpServer m_listener;
    quint16 m_port = 0;
    bool m_pulled = false;
    QList<QTcpSocket *> m_sockets;
};

} // namespace Sheaf
