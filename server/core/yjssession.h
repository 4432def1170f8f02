// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "server/core/presencehub.h"
#include "server/core/yjsconnection.h"
#include "server/core/yjsmessage.h"

#include <deque>
#include <optional>

namespace Sheaf::Server {

class YjsSession;

/// What a session asks of the desk that keeps the texts.
class YjsHost
{
public:
    /// The client wants to know what it lacks: answer(), at once or later.
    virtual void asked(YjsSession &session) = 0;
    /// The client wrote. May end the session.
    virtual void wrote(YjsSession &session, QByteArrayView update) = 0;
    /// The session is over and may be deleted, but not inside this call.
    virtual void ended(YjsSession &session) = 0;

protected:
    ~YjsHost() = default;
};

/// One Yjs client's connection, which is to one text: y-websocket's messages in and out.
/// One thread; owns the connection; borrows host, presence and clock, which outlive it.
class YjsSession final : private Connection::Observer, private PresenceListener
{
public:
    YjsSession(YjsHost &host, PresenceHub &presence, Clock &clock, quint64 number, std::unique_ptr<YjsConnection> connection);
    ~YjsSession();
    Q_DISABLE_COPY_MOVE(YjsSession)

    [[nodiscard]] quint64 number() const { return m_number; }
    [[nodiscard]] DeviceId device() const { return m_device; } ///< 0 before admit()
    [[nodiscard]] SiteId site() const { return m_site; }
    [[nodiscard]] Role role() const { return m_role; }
    [[nodiscard]] const QByteArray &space() const { return m_topic.space; }
    [[nodiscard]] bool mayWrite() const { return m_role >= Role::Editor; }

    /// `topic` is where those who have the text open meet.
    void admit(DeviceId device, SiteId site, Role role, PresenceTopic topic);
    /// Asks a client that may write for what this state vector lacks.
    void ask(const QByteArray &stateVector);
    /// The state vector that waits for an answer.
    [[nodiscard]] const std::optional<QByteArray> &question() const { return m_question; }
    /// Answers it with updates, one at least; the client counts as synced when it has them all.
    void answer(std::vector<QByteArray> updates);
    /// Sends a message of writeYjsMessage() to a client that has been answered.
    void tell(const QByteArray &message);
    /// Says why and ends.
    void end(YjsEnd code, const QString &reason);
    /// Called about every Tuning::tickMs.
    void tick();

private:
    enum class State : quint8 { Open, Closing, Ended };

    void opened() override {}
    void frameReceived(const QByteArray &frame) override;
    void drained() override;
    void closed(const QString &reason) override;
    void presence(PresenceNews &news) override;

    [[nodiscard]] bool mayAsk();
    void onQuestion(QByteArrayView stateVector);
    void onUpdate(QByteArrayView update);
    void send(const QByteArray &message);
    void sendAnswer();
    void drop();
    void meet();

    YjsHost &m_host;
    PresenceHub &m_presence;
    Clock &m_clock;
    const quint64 m_number;
    std::unique_ptr<YjsConnection> m_connection;
    DeviceId m_device = 0;
    SiteId m_site = 0;
    Role m_role = Role::None;
    PresenceTopic m_topic;
    bool m_missedPresence = false; ///< it did not read fast enough
    State m_state = State::Open;
    std::optional<QByteArray> m_question;
    std::deque<QByteArray> m_answer; ///< messages that go out as the network takes them
    bool m_isAnswered = false;
    bool m_isDenied = false;
    double m_questionsLeft = 0;
    qint64 m_questionMs = 0;
    qint64 m_sentMs = 0;
    qint64 m_progressMs = 0; ///< the last time the network took bytes, or there were none
    qint64 m_closingMs = 0;
};

} // namespace Sheaf::Server
