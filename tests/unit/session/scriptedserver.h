// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "ports/random.h"
#include "ports/transport.h"
#include "protocol/framing.h"
#include "protocol/messages.h"
#include "replica/replica.h"

#include <QTemporaryDir>

#include <map>
#include <memory>
#include <vector>

namespace Sheaf {

/// A clock that moves when the test says so.
class ManualClock final : public Clock
{
public:
    [[nodiscard]] qint64 wallMs() const override { return wallBase + m_now; }
    [[nodiscard]] qint64 monotonicMs() const override { return m_now; }
    TimerId start(std::chrono::milliseconds delay, std::function<void()> callback) override;
    void cancel(TimerId timer) override;

    /// Runs everything due up to `ms` from now, in order.
    void advance(qint64 ms);
    /// Runs one thing that is due now, if there is one.
    void turn();
    /// Runs what is due now, and what that makes due now.
    void settle() { advance(0); }

    qint64 wallBase = 1'800'000'000'000;

private:
    struct Entry {
        TimerId timer = 0;
        std::function<void()> callback;
    };
    qint64 m_now = 0;
    TimerId m_last = 0;
    std::multimap<qint64, Entry> m_entries;
};

/// Chance that the test chooses: every reading is `value` (below() takes it modulo the bound).
class FixedRandom final : public Random
{
public:
    quint64 next() override { return value; }
    quint64 value = 0;
};

/// A server that does what the test says, message by message; subscriptions it answers by itself.
class ScriptedServer final : public Transport
{
public:
    explicit ScriptedServer(ManualClock &clock) : m_clock(clock) {}

    // Transport
    [[nodiscard]] Result<void> check(const QUrl &) const override { return fit; }
    std::unique_ptr<Connection> connectTo(const QUrl &url, Connection::Observer *observer) override;

    Result<void> fit; ///< what check() says of any address
    void accept();    ///< the newest connection hears opened()
    void send(const Message &message);
    void sendRaw(const QByteArray &frame);
    void hangUp(const QString &reason); ///< the client hears closed()

    /// Messages of type T that the client sent and nobody has taken yet.
    template<typename T>
    QList<T> take()
    {
        m_clock.settle();
        QList<T> found;
        for (size_t i = 0; i < m_received.size();) {
            if (auto *message = std::get_if<T>(&m_received[i])) {
                found.push_back(std::move(*message));
                m_received.erase(m_received.begin() + static_cast<std::ptrdiff_t>(i));
            } else {
                ++i;
            }
        }
        return found;
    }
    [[nodiscard]] int attempts() const { return m_attempts; }
    [[nodiscard]] bool isConnected() const { return m_connection != nullptr; }
    void forget() { m_received.clear(); }

    bool answersSubscriptions = true;

private:
    class Wire;
    friend class Wire;

    void answerSubscriptions();

    ManualClock &m_clock;
    Wire *m_connection = nullptr; ///< owned by the client
    FrameAssembler m_assembler;
    std::vector<Message> m_received;
    QList<QByteArray> m_subscribed; ///< spaces, each of a subscription that is to be answered
    int m_attempts = 0;
};

/// A replica in a folder of its own with one synced table `notes(id, space, title, body)`, or another schema.
struct TestReplica {
    explicit TestReplica(ManualClock &clock, quint64 seed, const QByteArray &schema = {});

    /// Opens the file that reset() of `replica` has closed.
    void open();
    void write(const QString &sql, const QVariantList &params = {});
    void addNote(const QString &id, const QString &title, const QString &body = {});
    [[nodiscard]] QString titleOf(const QString &id) const;
    [[nodiscard]] int count() const;
    [[nodiscard]] Sequence cursor() const;
    /// Everything in the outbox as one batch of changes, as a server would pass it on.
    [[nodiscard]] Changes exported(Sequence previous, Sequence sequence) const;

    QTemporaryDir folder;
    ReplicaConfig config;
    std::unique_ptr<Replica> replica;
};

/// A welcome of epoch 7 with the one space `home`.
[[nodiscard]] Welcome welcomeOf(const ManualClock &clock, Sequence head, quint64 lastPush = 0);

} // namespace Sheaf
