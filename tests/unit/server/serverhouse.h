// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/framing.h"
#include "server/core/servercore.h"
#include "server/storage/memorystorage.h"
#include "sim/nodeclock.h"

#include <deque>
#include <memory>

namespace Sheaf::Test {

/// A server core on the strict storage in memory, under a clock that moves when the test says so.
class ServerHouse
{
public:
    ServerHouse();

    /// Lets time pass, and everything due in it happen.
    void run(qint64 ms = 0) { queue.runUntil(queue.nowUs() + ms * 1000); }
    [[nodiscard]] QByteArray token(const QByteArray &device, const QList<QByteArray> &spaces = {});
    /// Gives every grant of a device another role.
    void setRole(const QByteArray &device, Role role);
    [[nodiscard]] Server::StoredSpace space(const QByteArray &name);
    [[nodiscard]] Server::StoredDevice device(const QByteArray &name);
    /// The digest of what is stored, computed afresh.
    [[nodiscard]] SpaceDigest freshDigest(const QByteArray &name);
    [[nodiscard]] qsizetype rowCount(const QByteArray &name);

    EventQueue queue{1};
    qint64 skewMs = 0;
    NodeClock clock{queue, skewMs};
    SeededRandom random{2};
    Server::MemoryStorage storage{77};
    std::unique_ptr<Server::ServerCore> core;
};

/// One client of the house, message by message. Its network takes everything until stopReading().
class Caller
{
public:
    explicit Caller(ServerHouse &house);

    void send(const Message &message);
    void sendRaw(const QByteArray &frame);
    /// Greets; the answer is to be taken.
    void hello(const QByteArray &token, SiteId site, const QByteArray &lease = {});
    /// Greets and is welcomed, or the test ends.
    Welcome welcomed(const QByteArray &token, SiteId site, const QByteArray &lease = {});
    void hangUp();

    void stopReading() { m_wire->isRead = false; }
    /// Reads what has queued up, and goes on.
    void readAgain();
    [[nodiscard]] qint64 unsentBytes() const { return m_wire->unsentBytes; }
    [[nodiscard]] bool isOver() const { return m_wire->isOver; } ///< closed or dropped by the server

    /// The messages of type T that nobody has taken yet, in order.
    template<typename T>
    QList<T> take()
    {
        QList<T> found;
        for (auto message = m_wire->messages.begin(); message != m_wire->messages.end();) {
            if (auto *known = std::get_if<T>(&*message)) {
                found.append(std::move(*known));
                message = m_wire->messages.erase(message);
            } else {
                ++message;
            }
        }
        return found;
    }
    /// Everything that nobody has taken yet, in order.
    QList<Message> takeAll();
    /// The code of the one Refused that came; empty when none did.
    [[nodiscard]] QString refusal();

private:
    struct Wire {
        Connection::Observer *observer = nullptr;
        FrameAssembler assembler;
        std::deque<Message> messages;
        qint64 unsentBytes = 0;
        bool isRead = true;
        bool isOver = false;
    };
    class End;

    ServerHouse &m_house;
    std::shared_ptr<Wire> m_wire = std::make_shared<Wire>();
};

/// A change of the table `t` with the columns a, b, …: one stamp for the row and its cells.
[[nodiscard]] Change rowOf(const QByteArray &key, Stamp stamp, const QList<QByteArray> &values, CausalLength length = 1);
[[nodiscard]] Push pushOf(quint64 number, const QList<Change> &changes, bool more = false);

} // namespace Sheaf::Test
