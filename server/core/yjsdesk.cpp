// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/yjsdesk.h"

#include "crdt/hybridclock.h"
#include "protocol/limits.h"
#include "server/core/logging.h"
#include "server/core/tuning.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

YjsEnd endFor(const QString &code)
{
    static const QHash<QString, YjsEnd> known{
        {u"bad_address"_s, YjsEnd::BadMessage},     {u"bad_token"_s, YjsEnd::BadToken},
        {u"no_permission"_s, YjsEnd::NoPermission}, {u"unknown_space"_s, YjsEnd::UnknownText},
        {u"unknown_text"_s, YjsEnd::UnknownText},   {u"too_large"_s, YjsEnd::TooLarge},
        {u"invalid"_s, YjsEnd::BadMessage},         {u"sealed_text"_s, YjsEnd::Sealed},
    };
    return known.value(code, YjsEnd::Unavailable);
}

} // namespace

YjsDesk::~YjsDesk()
{
    m_clock.cancel(m_reapTimer);
}

void YjsDesk::accept(quint64 number, std::unique_ptr<YjsConnection> connection, QByteArrayView target)
{
    Visitor &visitor = m_visitors[number];
    YjsHost &host = *this; // a private base: only members may see it as one
    visitor.session = std::make_unique<YjsSession>(host, m_presence, m_clock, number, std::move(connection));
    if (auto entered = enter(visitor, target); !entered)
        fault(*visitor.session, entered.error());
}

/// Ends a session with what is known to be its fault or a text's; what is ours is for the operator to know.
void YjsDesk::fault(YjsSession &session, const Error &error)
{
    const YjsEnd code = endFor(error.code);
    if (code != YjsEnd::Unavailable)
        return session.end(code, error.message);
    qCWarning(lcServer).noquote() << "session" << session.number() << "of a Yjs client:" << error.message;
    session.end(code, u"The server cannot do this at the moment; its operator has the details."_s);
}

Result<void> YjsDesk::enter(Visitor &visitor, QByteArrayView target)
{
    const auto admission = admitYjs(m_storage, target);
    if (!admission)
        return fail(admission.error());
    auto place = find(admission->address);
    if (!place)
        return fail(place.error());
    auto room = open(*place);
    if (!room)
        return fail(room.error());
    visitor.session->admit(admission->device, admission->site, admission->role,
                           PresenceTopic{admission->address.space,
                                         textPlace(admission->address.table, admission->address.key, admission->address.column)});
    visitor.room = *room;
    visitor.room->sessions.push_back(visitor.session.get());
    visitor.session->ask(visitor.room->text->stateVector());
    return {};
}

Result<YjsText::Place> YjsDesk::find(const YjsAddress &address)
{
    auto channel = m_host.channel(address.space);
    if (!channel)
        return fail(channel.error());
    const TableEntry *table = (*channel)->loaded()->dictionary().find(address.table);
    const ColumnId column = table ? table->ids.value(address.column) : 0;
    if (column == 0)
        return fail(u"unknown_text"_s, u"There is no such text."_s);
    return YjsText::Place{*channel, table->id, address.key, column};
}

Result<YjsDesk::Room *> YjsDesk::open(const YjsText::Place &place)
{
    const auto known = m_rooms.find(place);
    if (known != m_rooms.end() && known->second.text)
        return &known->second;
    auto text = YjsText::load(m_storage, place);
    if (!text)
        return fail(text.error());
    qint64 bytes = (*text)->storedBytes();
    for (const auto &[other, room] : m_rooms)
        bytes += room.text ? room.text->storedBytes() : 0;
    if (bytes > Tuning::yjsBytesMax)
        return fail(u"crowded"_s, u"Too many texts are open."_s);
    if (known == m_rooms.end())
        place.channel->watch(1);
    Room &room = m_rooms[place];
    room.text = *std::move(text);
    return &room;
}

void YjsDesk::asked(YjsSession &session)
{
    if (Room *room = m_visitors.at(session.number()).room)
        answer(*room);
}

/// Answers who waits, unless the document has what is not durable yet.
void YjsDesk::answer(Room &room)
{
    if (room.underway > 0 || !room.text)
        return;
    for (YjsSession *session : std::vector(room.sessions)) {
        if (!session->question())
            continue;
        auto updates = room.text->missing(*session->question());
        if (updates)
            session->answer(*std::move(updates));
        else
            session->end(YjsEnd::BadMessage, updates.error().message);
    }
}

void YjsDesk::wrote(YjsSession &session, QByteArrayView update)
{
    Room *room = m_visitors.at(session.number()).room;
    if (room == nullptr || !room->text)
        return;
    YjsText &text = *room->text;
    auto news = text.take(update);
    if (!news) {
        const bool isTooLarge = news.error().code == "too_large"_L1;
        session.end(isTooLarge ? YjsEnd::TooLarge : YjsEnd::BadMessage, news.error().message);
        return isTooLarge ? reload(*room, YjsText::Place(text.place())) : void();
    }
    if (news->isEmpty())
        return;
    auto push = text.push(*news, stampFor(text, session.site()));
    if (!push)
        return fault(session, push.error());
    ++room->underway;
    Underway &underway = m_underway[session.number()];
    underway.room = room;
    ++underway.pushes;
    m_host.upload(session, *text.place().channel, *std::move(push));
}

/// Later than all stamps of the site in this text and all that were given out, as long as these are not ahead of the
/// clock: the bytes of an update count whatever its stamp.
Stamp YjsDesk::stampFor(const YjsText &text, SiteId site)
{
    const qint64 now = m_clock.wallMs();
    const auto usable = [now](Hlc hlc) { return hlcMs(hlc) < now + Sheaf::Limits::stampAheadMsMax / 2 ? hlc : 0; };
    m_lastStamp = HybridClock(std::max(usable(m_lastStamp), usable(text.stampOf(site)))).tick(now);
    return {m_lastStamp, site};
}

void YjsDesk::published(Channel &channel, const Broadcast &broadcast)
{
    if (m_rooms.empty())
        return;
    for (const Broadcast::Part &part : broadcast.parts()) {
        for (const LiveChange &change : part.push.changes) {
            const auto isOfRow = [&](const YjsText::Place &place) {
                return place.channel == &channel && place.table == change.table && place.key == change.key;
            };
            auto room = m_rooms.lower_bound({&channel, change.table, change.key, 0});
            for (; room != m_rooms.end() && isOfRow(room->first); ++room)
                hear(room->second, change);
        }
        settle(part);
    }
    for (auto &[place, room] : m_rooms) {
        if (place.channel == &channel)
            answer(room);
    }
}

void YjsDesk::hear(Room &room, const LiveChange &change)
{
    if (!room.text)
        return;
    const YjsText::Heard heard = room.text->hear(change);
    if (heard.isReplaced) {
        close(room, YjsEnd::Replaced, u"The text is no more: its row was deleted or written anew."_s);
        return;
    }
    if (heard.isSealed) {
        close(room, YjsEnd::Sealed, u"The text is sealed now: only who has its key can read it."_s);
        return;
    }
    for (const QByteArray &update : heard.news) {
        const QByteArray message = writeYjsMessage({YjsMessage::Kind::Update, update});
        for (YjsSession *session : room.sessions)
            session->tell(message); // its author too: to it that means that it is durable
    }
    if (heard.isBehind)
        reload(room, YjsText::Place(room.text->place()));
}

/// A push of our own was committed, which says nothing about what became of it.
void YjsDesk::settle(const Broadcast::Part &part)
{
    const auto found = m_underway.find(part.author);
    if (found == m_underway.end())
        return;
    Room &room = *found->room;
    --room.underway;
    if (--found->pushes == 0)
        m_underway.remove(part.author);
    const QList<Verdict> &verdicts = part.push.ack.verdicts;
    if (verdicts.isEmpty()) {
        if (room.text)
            room.text->confirm();
        return;
    }
    const auto visitor = m_visitors.find(part.author);
    if (visitor != m_visitors.end())
        fault(*visitor->second.session, {verdicts.constFirst().code, verdicts.constFirst().reason});
    if (room.text)
        reload(room, YjsText::Place(room.text->place()));
}

/// The document has what will never be stored: makes it anew, and asks the clients for what it lacks then.
void YjsDesk::reload(Room &room, const YjsText::Place &place)
{
    auto text = YjsText::load(m_storage, place);
    if (!text) {
        qCWarning(lcServer).noquote() << "a text cannot be read:" << text.error().message;
        return close(room, YjsEnd::Unavailable, u"The text cannot be read at the moment."_s);
    }
    room.text = *std::move(text);
    for (YjsSession *session : room.sessions)
        session->ask(room.text->stateVector());
}

/// Ends everybody's session; the next one loads the text again.
void YjsDesk::close(Room &room, YjsEnd code, const QString &reason)
{
    room.text.reset();
    for (YjsSession *session : std::exchange(room.sessions, {})) {
        m_visitors.at(session->number()).room = nullptr;
        session->end(code, reason);
    }
}

void YjsDesk::failed(Channel &channel)
{
    for (auto &[place, room] : m_rooms) {
        if (place.channel != &channel)
            continue;
        m_underway.removeIf([one = &room](QHash<quint64, Underway>::iterator entry) { return entry->room == one; });
        room.underway = 0;
        close(room, YjsEnd::Unavailable, u"The server cannot store at the moment; its operator has the details."_s);
    }
}

void YjsDesk::revoked(DeviceId device)
{
    for (const auto &[number, visitor] : m_visitors) {
        if (visitor.session->device() == device)
            visitor.session->end(YjsEnd::BadToken, u"This device's token was revoked."_s);
    }
}

void YjsDesk::accessChanged(const StoredDevice &device)
{
    for (const auto &[number, visitor] : m_visitors) {
        YjsSession &session = *visitor.session;
        const auto grant = std::ranges::find(device.grants, session.space(), &Grant::space);
        if (session.device() != device.id || grant == device.grants.end() || grant->role == session.role())
            continue;
        if (grant->role == Role::None)
            session.end(YjsEnd::NoPermission, u"The access of this device to the space was taken back."_s);
        else
            session.end(YjsEnd::Restarting, u"This device has another role in the space now."_s);
    }
}

void YjsDesk::stop()
{
    for (const auto &[number, visitor] : m_visitors)
        visitor.session->end(YjsEnd::Restarting, u"The server is stopping."_s);
}

void YjsDesk::tick()
{
    for (const auto &[number, visitor] : m_visitors)
        visitor.session->tick();
}

void YjsDesk::ended(YjsSession &session)
{
    Visitor &visitor = m_visitors.at(session.number());
    if (visitor.room != nullptr)
        std::erase(std::exchange(visitor.room, nullptr)->sessions, &session);
    m_ended.push_back(session.number());
    if (m_reapTimer == 0)
        m_reapTimer = m_clock.start(0ms, [this] { reap(); });
}

void YjsDesk::reap()
{
    m_reapTimer = 0;
    for (const quint64 number : std::exchange(m_ended, {}))
        m_visitors.erase(number);
    std::erase_if(m_rooms, [](const auto &entry) {
        const auto &[place, room] = entry;
        if (!room.sessions.empty() || room.underway > 0)
            return false;
        place.channel->watch(-1);
        return true;
    });
    if (m_visitors.empty())
        m_host.yjsEmptied();
}

} // namespace Sheaf::Server
