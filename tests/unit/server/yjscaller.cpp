// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "yjscaller.h"

namespace Sheaf::Test {

using namespace Server;
using namespace Qt::StringLiterals;
using Kind = YjsMessage::Kind;

/// The server's end of a wire.
class YjsCaller::End final : public YjsConnection
{
public:
    End(std::shared_ptr<Wire> wire, EventQueue &queue) : m_wire(std::move(wire)), m_queue(queue) {}
    ~End() override { drop(); }

    void setObserver(Observer *observer) override { m_wire->observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        if (m_wire->isOver)
            qFatal("the server talks on after the end");
        if (!m_wire->isRead)
            m_wire->unsentBytes += frame.size();
        m_wire->frames.push_back(frame);
    }
    [[nodiscard]] qint64 unsentBytes() const override { return m_wire->unsentBytes; }
    void close() override { close(YjsEnd(1000), {}); }
    void close(YjsEnd code, const QString &reason) override
    {
        if (code != YjsEnd(1000) && reason.isEmpty())
            qFatal("the end has no reason");
        m_wire->isOver = true;
        m_wire->closeCode = static_cast<int>(code);
        m_queue.at(m_queue.nowUs(), [wire = m_wire] {
            if (auto *observer = std::exchange(wire->observer, nullptr))
                observer->closed(u"closed"_s);
        });
    }
    void drop() override
    {
        m_wire->isOver = true;
        m_wire->observer = nullptr;
    }

private:
    std::shared_ptr<Wire> m_wire;
    EventQueue &m_queue;
};

YjsCaller::YjsCaller(ServerHouse &house, const QByteArray &target, quint64 clientId)
    : doc(Text::Doc::Options{.clientId = clientId}), m_house(house)
{
    doc.onUpdate([this](const QByteArray &update, bool, quint64) {
        if (!m_isRemote)
            send(Kind::Update, update);
    });
    house.core->acceptYjs(std::make_unique<End>(m_wire, house.queue), target);
}

QByteArray YjsCaller::target(const QByteArray &token)
{
    return "/yjs/home/t/k/d?token=" + token;
}

void YjsCaller::send(Kind kind, const QByteArray &payload)
{
    sendRaw(writeYjsMessage({kind, payload}));
}

void YjsCaller::sendRaw(const QByteArray &frame)
{
    if (m_wire->observer != nullptr)
        m_wire->observer->frameReceived(frame);
}

void YjsCaller::ask()
{
    send(Kind::SyncStep1, Text::writeStateVector(doc.stateVector()));
}

void YjsCaller::settle()
{
    while (!m_wire->frames.empty()) {
        const QByteArray frame = m_wire->frames.front();
        m_wire->frames.pop_front();
        const auto message = readYjsMessage(frame);
        if (!message)
            qFatal("the server sent a bad message");
        if (message->kind == Kind::SyncStep1) {
            const auto known = Text::readStateVector(message->payload);
            if (!known)
                qFatal("the server sent a bad state vector");
            send(Kind::SyncStep2, doc.encodeSince(*known));
        } else if (message->kind == Kind::SyncStep2 || message->kind == Kind::Update) {
            m_isSynced = m_isSynced || message->kind == Kind::SyncStep2;
            m_isRemote = true;
            if (!doc.apply(message->payload))
                qFatal("the server sent a bad update");
            m_isRemote = false;
        }
    }
}

void YjsCaller::type(quint32 at, const QString &text)
{
    doc.text().insert(at, text);
}

QList<QByteArray> YjsCaller::take(Kind kind)
{
    QList<QByteArray> found;
    std::erase_if(m_wire->frames, [&](const QByteArray &frame) {
        const auto message = readYjsMessage(frame);
        // A Denied reads as Unknown: a client of ours would ignore it, too.
        const bool isWanted = message && (message->kind == kind || (kind == Kind::Denied && frame.startsWith('\2')));
        if (isWanted)
            found.append(message->payload.toByteArray());
        return isWanted;
    });
    return found;
}

void YjsCaller::hangUp()
{
    m_wire->isOver = true;
    if (auto *observer = std::exchange(m_wire->observer, nullptr))
        observer->closed(u"The client has hung up."_s);
}

void YjsCaller::readAgain()
{
    m_wire->unsentBytes = 0;
    if (m_wire->observer != nullptr)
        m_wire->observer->drained();
}

} // namespace Sheaf::Test
