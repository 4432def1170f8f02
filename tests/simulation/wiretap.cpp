// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/wiretap.h"

#include "protocol/codec.h"

#include <cstdio>

namespace Sheaf::Test {

namespace {

struct Describer {
    std::string operator()(const Hello &m) const { return "hello site=" + std::to_string(m.site); }
    std::string operator()(const Welcome &m) const { return "welcome spaces=" + std::to_string(m.spaces.size()); }
    std::string operator()(const Refused &m) const { return "refused " + m.code.toStdString() + ": " + m.reason.toStdString(); }
    std::string operator()(const Subscribe &m) const
    {
        return "subscribe " + m.space.toStdString() + " cursor=" + std::to_string(m.cursor) +
               " opening=" + std::to_string(m.opening);
    }
    std::string operator()(const Changes &m) const
    {
        return "changes " + m.space.toStdString() + " " + std::to_string(m.previous) + ".." + std::to_string(m.sequence) +
               " head=" + std::to_string(m.head) + " n=" + std::to_string(m.changes.size()) + (m.more ? " more" : "");
    }
    std::string operator()(const Push &m) const
    {
        return "push " + m.space.toStdString() + " #" + std::to_string(m.number) + " n=" + std::to_string(m.changes.size()) +
               (m.more ? " more" : "");
    }
    std::string operator()(const Ack &m) const
    {
        return "ack " + m.space.toStdString() + " #" + std::to_string(m.number) + " " + std::to_string(m.previous) + ".." +
               std::to_string(m.sequence) + (m.verdicts.isEmpty() ? "" : " verdict " + m.verdicts.first().code.toStdString());
    }
    std::string operator()(const Mark &m) const { return "mark " + m.space.toStdString() + " " + std::to_string(m.id); }
    std::string operator()(const Marked &m) const
    {
        return "marked " + m.space.toStdString() + " " + std::to_string(m.id) + " head=" + std::to_string(m.head);
    }
    std::string operator()(const Ping &) const { return "ping"; }
    std::string operator()(const Pong &) const { return "pong"; }
    std::string operator()(const Opened &m) const
    {
        return "opened " + m.space.name.toStdString() + " " + std::to_string(m.opening);
    }
    std::string operator()(const Closed &m) const { return "closed " + m.space.toStdString() + " " + m.code.toStdString(); }
    std::string operator()(const Leave &m) const { return "leave " + m.space.toStdString(); }
    std::string operator()(const Seen &m) const { return "seen " + m.space.toStdString() + " " + std::to_string(m.cursor); }
    std::string operator()(const Subscribed &m) const { return "subscribed " + m.space.toStdString(); }
    std::string operator()(const Collected &m) const
    {
        return "collected " + m.space.toStdString() + " " + std::to_string(m.sequence) + " up to " + std::to_string(m.stamp);
    }
    std::string operator()(const Plugin &m) const { return "plugin " + m.name.toStdString() + " " + m.space.toStdString(); }
};

/// The rows of a message, one line each.
void printRows(const QByteArray &space, const QList<TableNames> &tables, const QList<Change> &changes)
{
    Oracle::collect(space, tables, changes, [](const Oracle::RowId &id, const Oracle::Row &row) -> Verified {
        std::printf("        %s/%s: length %u life %llu@%llu", std::get<1>(id).c_str(),
                    QByteArray::fromStdString(std::get<2>(id)).toHex().constData(), row.length, row.life.hlc, row.life.site);
        for (const auto &[column, cell] : row.cells)
            std::printf(" %s:%llu@%llu", column.c_str(), cell.stamp.hlc, cell.stamp.site);
        std::printf("\n");
        return {};
    });
}

} // namespace

std::string describe(const Message &message)
{
    return std::visit(Describer{}, message);
}

QList<QByteArray> WireTap::deliver(int client, quint64 connection, Direction direction, const QByteArray &frame)
{
    Lane &lane = m_lanes[{connection, direction}];
    lane.assembler.setWelcomed(true);
    lane.assembler.setCompression(builtinCompressions().constFirst());
    lane.held.append(frame);
    const auto taken = lane.assembler.take(frame);
    if (!taken) {
        m_violation = Violation{"wire", "a frame cannot be read: " + taken.error().message.toStdString()};
        return std::exchange(lane.held, {});
    }
    if (!taken->has_value())
        return m_mutate ? QList<QByteArray>() : std::exchange(lane.held, {});
    const auto message = decodeMessage(**taken);
    const QList<QByteArray> frames = std::exchange(lane.held, {});
    if (!message) {
        m_violation = Violation{"wire", "a message cannot be read: " + message.error().message.toStdString()};
        return frames;
    }
    const WireEvent event{client, connection, direction, frames.size()};
    if (!m_mutate) {
        note(event, *message);
        return frames;
    }
    // What the client offers is noted as it left, what it receives as it arrives.
    if (direction == Direction::ToServer)
        note(event, *message);
    QList<QByteArray> delivered;
    const QList<Message> replaced = m_mutate(event, *message);
    for (const Message &part : replaced) {
        if (direction == Direction::ToClient)
            note(event, part);
        delivered += frameMessage(encodeMessage(part));
    }
    return delivered;
}

void WireTap::note(const WireEvent &event, const Message &message)
{
    if (m_traced)
        std::printf("    c%d/%llu %s %s\n", event.client, event.connection, event.direction == Direction::ToServer ? "->" : "<-",
                    describe(message).c_str());
    if (const auto *push = std::get_if<Push>(&message); m_traced && push)
        printRows(push->space, push->tables, push->changes);
    if (const auto *changes = std::get_if<Changes>(&message); m_traced && changes)
        printRows(changes->space, changes->tables, changes->changes);
    if (const auto *push = std::get_if<Push>(&message)) {
        ++m_changeMessages;
        m_pushes[{event.connection, push->space, push->number}] = *push;
        if (auto found = m_oracle.offered(*push); found && !m_violation)
            m_violation = found;
    } else if (const auto *ack = std::get_if<Ack>(&message)) {
        ++m_changeMessages;
        noteAck(event, *ack);
    } else if (std::holds_alternative<Changes>(message)) {
        ++m_changeMessages;
    } else if (const auto *collected = std::get_if<Collected>(&message)) {
        m_oracle.forgotten(collected->space, collected->stamp);
    } else if (const auto *welcome = std::get_if<Welcome>(&message)) {
        for (const Welcome::Space &space : welcome->spaces)
            m_oracle.forgotten(space.name, space.collectedStamp);
    }
    if (!m_watch)
        return;
    if (auto found = m_watch(event, message); found && !m_violation)
        m_violation = found;
}

void WireTap::noteAck(const WireEvent &event, const Ack &ack)
{
    const auto it = m_pushes.find({event.connection, ack.space, ack.number});
    if (it == m_pushes.end()) {
        if (!m_violation)
            m_violation = Violation{"I2 acknowledgements", "an ack for a push that was not sent"};
        return;
    }
    m_oracle.acknowledged(it->second, ack);
    m_pushes.erase(it);
}

} // namespace Sheaf::Test
