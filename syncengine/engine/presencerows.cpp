// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/presence_p.h"
#include "text/relativejson.h"

#include <QJsonDocument>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

void Presence::Private::presenceChanged(const QList<PresenceState> &present, const QList<quint64> &gone)
{
    const int before = q->count();
    for (const quint64 client : gone)
        remove(client);
    for (const PresenceState &one : present)
        take(one);
    if (q->count() != before)
        Q_EMIT q->countChanged();
    refreshSoon(); // looks the carets up
}

void Presence::Private::take(const PresenceState &news)
{
    Row row;
    row.client = news.client;
    row.state = QJsonDocument::fromJson(news.state).object();
    row.idleSinceMs = SystemClock().wallMs();
    const QJsonObject cursor = row.state.value("cursor"_L1).toObject();
    row.headAt = Text::relativeFromJson(cursor.value("head"_L1).toObject());
    row.anchorAt = Text::relativeFromJson(cursor.value("anchor"_L1).toObject());
    if (row.anchorAt.isEmpty())
        row.anchorAt = row.headAt;
    const qsizetype known = rowOf(news.client);
    if (known < 0) {
        const int end = q->count();
        q->beginInsertRows({}, end, end);
        rows.append(row);
        q->endInsertRows();
        return;
    }
    row.anchor = rows.at(known).anchor; // until they are looked up
    row.head = rows.at(known).head;
    rows[known] = row;
    const QModelIndex index = q->index(static_cast<int>(known));
    Q_EMIT q->dataChanged(index, index, {Name, Color, IdleSince, State, Qt::DisplayRole});
}

void Presence::Private::remove(quint64 client)
{
    const qsizetype known = rowOf(client);
    if (known < 0)
        return;
    const int row = static_cast<int>(known);
    q->beginRemoveRows({}, row, row);
    rows.removeAt(known);
    q->endRemoveRows();
}

void Presence::Private::clear()
{
    if (rows.isEmpty())
        return;
    q->beginRemoveRows({}, 0, q->count() - 1);
    rows.clear();
    q->endRemoveRows();
    Q_EMIT q->countChanged();
}

qsizetype Presence::Private::rowOf(quint64 client) const
{
    const auto found = std::ranges::find(rows, client, &Row::client);
    return found == rows.end() ? -1 : found - rows.begin();
}

void Presence::Private::move()
{
    const QByteArray place = document ? document->place() : QByteArray();
    const PresenceTopic wanted{space.toUtf8(), place};
    const bool isSomewhere = engine && (!document || !place.isEmpty());
    if (room != 0 && isSomewhere && wanted == topic)
        return;
    leave();
    if (!isSomewhere)
        return;
    caret.reset(); // of another text
    topic = wanted;
    room = engine->d->enterRoom(topic, this);
    refreshSoon();
}

void Presence::Private::leave()
{
    if (room != 0 && engine)
        engine->d->leaveRoom(room);
    room = 0;
    announced.clear();
    clear();
}

void Presence::Private::textEdited(const Text::Delta &delta, TextDocument::Author author)
{
    if (caret) {
        // What others write at a caret comes behind it; what they write at the ends of a selection stays outside.
        const bool theirs = author == TextDocument::Author::Others;
        const bool isCaret = caret->anchor == caret->head;
        const auto after = [&](int place, int other) {
            const bool withLeft = theirs && (isCaret || place > other);
            return static_cast<int>(Text::positionAfter(delta, static_cast<quint32>(std::max(0, place)), withLeft));
        };
        caret = Caret{after(caret->anchor, caret->head), after(caret->head, caret->anchor)};
    }
    refreshSoon();
}

void Presence::Private::refreshSoon()
{
    if (std::exchange(refreshing, true))
        return;
    QMetaObject::invokeMethod(
        q,
        [this] {
            refreshing = false;
            refresh();
        },
        Qt::QueuedConnection);
}

void Presence::Private::refresh()
{
    announce();
    for (qsizetype i = 0; i < rows.size(); ++i) {
        if (!resolve(rows[i]))
            continue;
        const QModelIndex index = q->index(static_cast<int>(i));
        Q_EMIT q->dataChanged(index, index, {Anchor, Head});
    }
}

/// Tells the others what has changed of us.
void Presence::Private::announce()
{
    if (room == 0 || !engine)
        return;
    QJsonObject shown = QJsonObject::fromVariantMap(state);
    if (caret && document && document->isLoaded() && !shown.isEmpty()) {
        // As an editor keeps them: a caret with what is left of it, the ends of a selection with what is inside.
        const bool isForward = caret->anchor <= caret->head;
        const QByteArray anchor = document->relativePosition(caret->anchor, caret->anchor == caret->head || !isForward ? -1 : 0);
        const QByteArray head = document->relativePosition(caret->head, isForward ? -1 : 0);
        shown["cursor"_L1] = QJsonObject{{u"anchor"_s, Text::relativeToJson(anchor)}, {u"head"_s, Text::relativeToJson(head)}};
    }
    const QByteArray json = shown.isEmpty() ? QByteArray() : QJsonDocument(shown).toJson(QJsonDocument::Compact);
    if (std::exchange(announced, json) != json)
        engine->d->setPresence(room, json);
}

bool Presence::Private::resolve(Row &row) const
{
    const auto placeOf = [this](const QByteArray &at, int before) {
        if (at.isEmpty() || !document)
            return -1;
        const int place = document->absolutePosition(at);
        return place < 0 ? before : place; // it speaks of words that are still on their way
    };
    const int anchor = placeOf(row.anchorAt, row.anchor);
    const int head = placeOf(row.headAt, row.head);
    const bool hasMoved = anchor != row.anchor || head != row.head;
    row.anchor = anchor;
    row.head = head;
    return hasMoved;
}

} // namespace Sheaf
