// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/access.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

void AccessJudge::ordering(int device, const QByteArray &space)
{
    Right &right = m_rights[{device, space}];
    right.role.reset();
    ++right.turn;
}

void AccessJudge::ordered(int device, const QByteArray &space, Role role)
{
    m_rights[{device, space}].role = role;
}

/// A transaction is judged when it is whole.
void AccessJudge::pushed(const WireEvent &event, int device, const Push &push)
{
    const Lane lane{event.connection, push.space};
    QList<Push> &parts = m_transactions[lane];
    parts.append(push);
    if (push.more)
        return;
    const Right &right = m_rights[{device, push.space}];
    for (const Push &part : std::as_const(parts)) {
        m_sent[{lane, part.number}] = {right, part.changes.size()};
        if (!right.role || *right.role >= Role::Editor)
            m_oracle.permit(part);
    }
    parts.clear();
}

/// Where nobody has changed a role since, the answer follows from it.
Verified AccessJudge::acknowledged(const WireEvent &event, int device, const Ack &ack)
{
    const auto sent = m_sent.find({{event.connection, ack.space}, ack.number});
    if (sent == m_sent.end())
        return {};
    const Sent push = sent->second;
    m_sent.erase(sent);
    const Right &right = m_rights[{device, ack.space}];
    if (!push.right.role || right.turn != push.right.turn)
        return {};
    const auto denied = std::ranges::count(ack.verdicts, u"no_permission"_s, &Verdict::code);
    const qsizetype expected = *push.right.role < Role::Editor ? push.changes : 0;
    if (denied != expected)
        return Violation{"I6 who may write is heard, and nobody else", ack.space.toStdString() + ": " + std::to_string(denied) +
                                                                           " changes denied of " + std::to_string(push.changes)};
    return {};
}

Verified AccessJudge::received(const WireEvent &event, const Changes &changes) const
{
    if (m_closed.contains({event.connection, changes.space}))
        return Violation{"I6 nothing is sent of a closed space", describe(changes)};
    return Oracle::collect(changes.space, changes.tables, changes.changes,
                           [this](const Oracle::RowId &id, const Oracle::Row &row) { return m_oracle.isPermitted(id, row); });
}

Verified AccessJudge::watch(const WireEvent &event, int device, const Message &message)
{
    if (const auto *push = std::get_if<Push>(&message))
        pushed(event, device, *push);
    else if (const auto *ack = std::get_if<Ack>(&message))
        return acknowledged(event, device, *ack);
    else if (const auto *changes = std::get_if<Changes>(&message))
        return received(event, *changes);
    else if (const auto *closed = std::get_if<Closed>(&message); closed && closed->code == u"revoked"_s)
        m_closed.insert({event.connection, closed->space});
    else if (const auto *opened = std::get_if<Opened>(&message); opened && opened->space.role != Role::None)
        m_closed.erase({event.connection, opened->space.name});
    return {};
}

} // namespace Sheaf::Test
