// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/serversession.h"
#include "server/core/tuning.h"

/// The part of ServerSession that opens spaces and closes them, while the session goes on.
namespace Sheaf::Server {

using namespace Qt::StringLiterals;

void ServerSession::setAccess(const Welcome::Space &space)
{
    if (m_state != State::Open)
        return;
    if (space.role == Role::None) {
        m_outdated.remove(space.name);
        return closeSpace(space.name, u"revoked"_s, u"The access of this device to the space was taken back."_s);
    }
    if (m_schemaVersion < space.schemaMin)
        m_outdated.insert(space.name, space.role);
    const auto known = m_access.find(space.name);
    if (known == m_access.end() && !m_outdated.contains(space.name)) {
        Access access{.role = space.role, .lastPush = space.lastPush, .transaction = {}, .forgotten = space.collectedStamp};
        access.isHeard = false;
        ++m_openings[space.name];
        m_access.insert(space.name, access);
        m_host.plugins().joined(*this, {space.name});
    } else if (known != m_access.end()) {
        known->role = space.role;
    }
    send(Opened{space, m_openings.value(space.name)});
}

/// Says so, unless the client has asked for it the end of which this is; nothing of the space is sent any more.
void ServerSession::closeSpace(const QByteArray &space, const QString &code, const QString &reason)
{
    unsubscribe(space);
    const auto access = m_access.find(space);
    if (access != m_access.end()) {
        dropTransaction(*access);
        if (code == "left"_L1) {
            access->isLeaving = false;
            access->forgotten = 0; // what it was told since it asked was not heard
        } else {
            m_access.remove(space);
            m_host.plugins().left(*this, {space});
        }
    }
    send(Closed{space, code, reason});
}

void ServerSession::onSubscribe(const Subscribe &subscribe)
{
    const auto access = m_access.find(subscribe.space);
    if (access == m_access.end() && m_outdated.contains(subscribe.space))
        return refuseOutdated();
    if (access == m_access.end())
        return closeSpace(subscribe.space, u"no_permission"_s, u"This device has no access to the space."_s);
    if (subscribe.opening != m_openings.value(subscribe.space))
        return;
    access->isHeard = true;
    auto channel = m_host.channel(subscribe.space);
    if (!channel)
        return storageFailed(channel.error(), Tuning::storageRetryMsMax);
    Subscription *known = subscription(**channel);
    const bool isFirst = known == nullptr; // later cursors count what is on its way to the client's disk
    if (isFirst) {
        m_subscriptions.push_back({*channel, 0, 0, false, {}});
        known = &m_subscriptions.back();
        (*channel)->subscribe(this);
    }
    // A cursor of another history, or from the future of this one, says nothing: from the start.
    const bool isOurs = subscribe.epoch == m_host.epoch() && subscribe.cursor <= (*channel)->loaded()->head();
    if (isFirst)
        m_host.seen(m_site, subscribe.space, isOurs ? subscribe.cursor : 0);
    tellForgotten(**channel); // first, for behind the answer a client may push
    send(Subscribed{subscribe.space});
    known->sent = isOurs && subscribe.buckets.isEmpty() ? subscribe.cursor : 0;
    known->sentText = 0;
    known->filter = isOurs ? RowFilter{bucketsFrom(subscribe.buckets), subscribe.cursor, subscribe.tables}
                           : RowFilter{{}, 0, subscribe.tables};
    known->live = false;
    catchUp(**channel);
}

void ServerSession::onLeave(const Leave &leave)
{
    const auto access = m_access.find(leave.space);
    if (access != m_access.end() && !access->isHeard)
        return;
    unsubscribe(leave.space);
    if (access == m_access.end() || access->queued == 0)
        return closeSpace(leave.space, u"left"_s, {});
    dropTransaction(*access);
    access->isLeaving = true;
}

void ServerSession::unsubscribe(const QByteArray &space)
{
    std::erase_if(m_subscriptions, [&](const Subscription &subscription) {
        if (subscription.channel->name() != space)
            return false;
        subscription.channel->unsubscribe(this);
        return true;
    });
    m_marks.removeIf([&space](const Mark &mark) { return mark.space == space; });
}

/// Pushes whose last one never comes.
void ServerSession::dropTransaction(Access &access)
{
    m_host.buffer(-std::exchange(access.bytes, 0));
    access.transaction.clear();
}

} // namespace Sheaf::Server
