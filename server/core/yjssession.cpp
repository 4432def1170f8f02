// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/yjssession.h"

#include "protocol/limits.h"
#include "server/core/logging.h"
#include "server/core/tuning.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using Kind = YjsMessage::Kind;

YjsSession::YjsSession(YjsHost &host, PresenceHub &presence, Clock &clock, quint64 number,
                       std::unique_ptr<YjsConnection> connection)
    : m_host(host), m_presence(presence), m_clock(clock), m_number(number), m_connection(std::move(connection)),
      m_questionsLeft(Tuning::yjsQuestionsBurst), m_questionMs(clock.monotonicMs()), m_sentMs(m_questionMs),
      m_progressMs(m_questionMs)
{
    m_connection->setObserver(this);
}

YjsSession::~YjsSession()
{
    m_presence.leave(*this);
}

void YjsSession::admit(DeviceId device, SiteId site, Role role, PresenceTopic topic)
{
    m_device = device;
    m_site = site;
    m_role = role;
    m_topic = std::move(topic);
    meet();
}

/// Asks for the states of all who have the text open; what changes follows.
void YjsSession::meet()
{
    m_missedPresence = false;
    m_presence.join(*this, m_device, m_topic);
}

/// A reader that is behind gets no news but, once it has read, the latest states of all.
void YjsSession::presence(PresenceNews &news)
{
    if (m_connection->unsentBytes() > Sheaf::Limits::unsentBytesPause)
        m_missedPresence = true;
    else
        send(writeYjsMessage({Kind::Awareness, news.update()}));
}

void YjsSession::ask(const QByteArray &stateVector)
{
    if (mayWrite())
        send(writeYjsMessage({Kind::SyncStep1, stateVector}));
}

void YjsSession::frameReceived(const QByteArray &frame)
{
    if (m_state != State::Open)
        return;
    const auto message = readYjsMessage(frame);
    if (!message)
        return end(YjsEnd::BadMessage, message.error().message);
    switch (message->kind) {
    case Kind::SyncStep1:
        return onQuestion(message->payload);
    case Kind::SyncStep2:
    case Kind::Update:
        return onUpdate(message->payload);
    case Kind::Awareness:
        m_presence.publish(*this, m_topic, message->payload);
        return;
    case Kind::QueryAwareness:
        return mayAsk() ? meet() : void();
    case Kind::Denied:
    case Kind::Unknown:
        return;
    }
}

/// What a question costs may be a thousand times its size, so they are counted.
bool YjsSession::mayAsk()
{
    const qint64 now = m_clock.monotonicMs();
    m_questionsLeft = std::min<double>(Tuning::yjsQuestionsBurst, m_questionsLeft + static_cast<double>(now - m_questionMs) *
                                                                                        Tuning::yjsQuestionsPerSecond / 1000);
    m_questionMs = now;
    if (m_questionsLeft < 1) {
        end(YjsEnd::Flooding, u"Too many questions."_s);
        return false;
    }
    m_questionsLeft -= 1;
    return true;
}

void YjsSession::onQuestion(QByteArrayView stateVector)
{
    if (!mayAsk())
        return;
    if (stateVector.size() > Tuning::yjsStateVectorBytesMax)
        return end(YjsEnd::TooLarge, u"The state vector is too large."_s);
    m_question = stateVector.toByteArray();
    m_host.asked(*this);
}

void YjsSession::onUpdate(QByteArrayView update)
{
    if (mayWrite())
        return m_host.wrote(*this, update);
    if (!std::exchange(m_isDenied, true))
        send(writeYjsMessage({Kind::Denied, "This device may read the text, not write it."}));
}

void YjsSession::answer(std::vector<QByteArray> updates)
{
    m_question.reset();
    m_isAnswered = true;
    m_answer.clear();
    for (size_t i = 0; i < updates.size(); ++i) {
        const bool isLast = i + 1 == updates.size();
        m_answer.push_back(writeYjsMessage({isLast ? Kind::SyncStep2 : Kind::Update, updates[i]}));
    }
    sendAnswer();
}

void YjsSession::sendAnswer()
{
    while (m_state == State::Open && !m_answer.empty() && m_connection->unsentBytes() < Sheaf::Limits::unsentBytesPause) {
        send(m_answer.front());
        m_answer.pop_front();
    }
}

void YjsSession::tell(const QByteArray &message)
{
    if (m_isAnswered)
        send(message);
}

void YjsSession::send(const QByteArray &message)
{
    if (m_state != State::Open)
        return;
    m_sentMs = m_clock.monotonicMs();
    if (m_connection->unsentBytes() == 0)
        m_progressMs = m_sentMs;
    m_connection->sendFrame(message); // tick() drops a session whose queue grows too long
}

void YjsSession::drained()
{
    m_progressMs = m_clock.monotonicMs();
    sendAnswer();
    if (m_missedPresence && m_state == State::Open && m_connection->unsentBytes() < Sheaf::Limits::unsentBytesPause)
        meet();
}

void YjsSession::tick()
{
    const qint64 now = m_clock.monotonicMs();
    if (m_state == State::Closing && now - m_closingMs > Tuning::closingMsMax)
        return drop();
    if (m_state != State::Open)
        return;
    const qint64 unsent = m_connection->unsentBytes();
    if (unsent > Sheaf::Limits::unsentBytesMax)
        return drop();
    if (unsent == 0)
        m_progressMs = now;
    else if (now - m_progressMs > Tuning::stalledMsMax)
        return drop();
    // An update of nobody's awareness: without any message the client would take us for dead.
    if (now - m_sentMs > Tuning::yjsSilenceMsMax)
        send(writeYjsMessage({Kind::Awareness, QByteArrayView("\0", 1)}));
}

void YjsSession::end(YjsEnd code, const QString &reason)
{
    if (m_state != State::Open)
        return;
    qCInfo(lcServer) << "session" << m_number << "of a Yjs client ends:" << static_cast<int>(code);
    m_state = State::Closing;
    m_closingMs = m_clock.monotonicMs();
    m_answer.clear();
    m_question.reset();
    m_presence.leave(*this);
    m_connection->close(code, reason);
}

void YjsSession::drop()
{
    if (m_state == State::Ended)
        return;
    m_state = State::Ended;
    m_presence.leave(*this);
    m_connection->drop();
    m_host.ended(*this);
}

void YjsSession::closed(const QString &)
{
    if (m_state == State::Ended)
        return;
    m_state = State::Ended;
    m_presence.leave(*this);
    m_host.ended(*this);
}

} // namespace Sheaf::Server
