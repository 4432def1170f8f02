// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/yjsconnection.h"
#include "server/core/yjsmessage.h"
#include "serverhouse.h"
#include "text/doc.h"

#include <deque>

namespace Sheaf::Test {

/// A Yjs client of the house: y-websocket's provider with a document, message by message.
class YjsCaller
{
public:
    /// Connects; `clientId` is that of its document.
    YjsCaller(ServerHouse &house, const QByteArray &target, quint64 clientId);
    ~YjsCaller() { hangUp(); }
    Q_DISABLE_COPY_MOVE(YjsCaller)

    /// The target of the text `d` of the row `k` in the table `t` of the space `home`.
    [[nodiscard]] static QByteArray target(const QByteArray &token);

    void send(Server::YjsMessage::Kind kind, const QByteArray &payload);
    void sendRaw(const QByteArray &frame);
    /// Asks for what the document lacks.
    void ask();
    /// What a provider does: takes all that has come, and answers questions.
    void settle();
    /// Writes at a place, and sends it.
    void type(quint32 at, const QString &text);
    void hangUp();

    [[nodiscard]] QString text() { return doc.text().toString(); }
    [[nodiscard]] bool isSynced() const { return m_isSynced; }
    /// The payloads of one kind that nobody has taken yet, in order; applies nothing.
    QList<QByteArray> take(Server::YjsMessage::Kind kind);
    [[nodiscard]] int closeCode() const { return m_wire->closeCode; } ///< 0: open
    [[nodiscard]] bool isOver() const { return m_wire->isOver; }

    /// What is sent waits from now on.
    void stopReading() { m_wire->isRead = false; }
    [[nodiscard]] qint64 unsentBytes() const { return m_wire->unsentBytes; }
    void readAgain();

    Text::Doc doc;

private:
    struct Wire {
        Connection::Observer *observer = nullptr;
        std::deque<QByteArray> frames;
        qint64 unsentBytes = 0;
        bool isRead = true;
        bool isOver = false;
        int closeCode = 0;
    };
    class End;

    ServerHouse &m_house;
    std::shared_ptr<Wire> m_wire = std::make_shared<Wire>();
    bool m_isSynced = false;
    bool m_isRemote = false; ///< what the document does now came from the server
};

} // namespace Sheaf::Test
