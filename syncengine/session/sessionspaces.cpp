// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "session/clientsession_p.h"

#include <algorithm>

/// The part of ClientSession that opens and closes spaces.
namespace Sheaf {

using namespace Qt::StringLiterals;

SpaceSync *ClientSession::Private::find(const QByteArray &name) const
{
    const auto found = std::ranges::find_if(spaces, [&name](const auto &space) { return space->name() == name; });
    return found == spaces.end() ? nullptr : found->get();
}

void ClientSession::Private::tell(const SpaceNews &news)
{
    if (events.space)
        events.space(news);
}

void ClientSession::Private::drop(const QByteArray &name)
{
    std::erase_if(spaces, [&name](const auto &space) { return space->name() == name; });
    former.insert(name);
}

/// Lets go of an open space; what still comes of it is not heard.
void ClientSession::Private::part(const QByteArray &name)
{
    const SpaceSync *open = find(name);
    if (open == nullptr)
        return;
    Welcome::Space &last = granted[name].space;
    last.lastPush = open->lastPush();
    last.head = open->head();
    drop(name);
    leaving.insert(name);
    send(Leave{name});
}

Result<void> ClientSession::Private::admit(const Opened &opened)
{
    const Welcome::Space &space = opened.space;
    const SpaceState before = replica.space(space.name);
    if (space.role == Role::None)
        return on(Closed{space.name, u"revoked"_s, u"The access of this device to the space was taken back."_s});
    granted.insert(space.name, opened);
    outdated.removeIf([&space](const SpaceProgress &one) { return one.name == space.name; });
    if (replica.schemaVersion() < space.schemaMin) {
        outdated.append({space.name, space.head, false, space.role, true});
        updateNeeded = u"space “%1” wants schema %2, this app has %3"_s.arg(QString::fromUtf8(space.name))
                           .arg(space.schemaMin)
                           .arg(replica.schemaVersion());
        report(u"update_needed"_s, updateNeeded);
        return {};
    }
    if (before.isDeparted || leaving.contains(space.name) || options.pausedSpaces.contains(space.name))
        return {};
    if (SpaceSync *open = find(space.name)) {
        if (open->role() == space.role)
            return {};
        tell({SpaceNews::Kind::RoleChanged, space.name, space.role});
        return open->changeRole(space.role);
    }
    spaces.push_back(std::make_unique<SpaceSync>(replica, clock, *this, opened, epoch));
    if (const auto begun = spaces.back()->open(); !begun)
        return begun;
    spaces.back()->beginRepair();
    if (before.role == Role::None)
        tell({SpaceNews::Kind::Opened, space.name, space.role});
    else if (before.role != space.role)
        tell({SpaceNews::Kind::RoleChanged, space.name, space.role});
    return {};
}

/// As the server granted it a while ago: what it has forgotten since, it says when it answers the subscription.
Result<void> ClientSession::Private::admitAgain(const QByteArray &name)
{
    const auto known = granted.constFind(name);
    if (known == granted.constEnd())
        return {};
    auto done = admit(Opened(*known));
    if (SpaceSync *open = find(name))
        open->listenFirst();
    return done;
}

Result<void> ClientSession::Private::on(const Closed &closed)
{
    if (closed.code == "left"_L1) {
        leaving.remove(closed.space);
        return admitAgain(closed.space); // joined again meanwhile?
    }
    granted.remove(closed.space);
    outdated.removeIf([&closed](const SpaceProgress &one) { return one.name == closed.space; });
    leaving.remove(closed.space);
    drop(closed.space);
    // Only a revocation takes the copy away: a server that does not know of us has nothing to say about it.
    const SpaceState before = replica.space(closed.space);
    const bool isNews = before.epoch != 0 || before.closedCode != closed.code || replica.isWaiting(closed.space);
    if (closed.code == "revoked"_L1 && isNews) {
        if (const auto done = replica.closeSpace(closed.space, closed.code, closed.reason); !done)
            return done;
    }
    if (isNews)
        tell({SpaceNews::Kind::Closed, closed.space, Role::None, closed.code, closed.reason});
    return {};
}

void ClientSession::spaceJoined(const QByteArray &space)
{
    if (d->phase != Private::Phase::Online)
        return;
    if (!d->granted.contains(space))
        d->tell({SpaceNews::Kind::Closed, space, Role::None, u"no_permission"_s, u"This device has no access to the space."_s});
    else
        d->workThen(d->admitAgain(space));
}

void ClientSession::spaceLeft(const QByteArray &space)
{
    d->part(space);
    d->tell({SpaceNews::Kind::Closed, space, Role::None, u"left"_s, {}});
    d->workThen({});
}

void ClientSession::setSpacePaused(const QByteArray &space, bool paused)
{
    if (!paused) {
        d->options.pausedSpaces.remove(space);
        return d->workThen(d->phase == Private::Phase::Online ? d->admitAgain(space) : Result<void>());
    }
    d->options.pausedSpaces.insert(space);
    if (d->phase == Private::Phase::Online)
        d->part(space);
    d->workThen({});
}

void ClientSession::tablesChanged(const QByteArray &space, bool startsOver)
{
    SpaceSync *open = d->find(space);
    d->workThen(open != nullptr ? open->tablesChanged(startsOver) : Result<void>());
}

} // namespace Sheaf
