// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/presence.h"

#include "engine/presence_p.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

Presence::Presence(QObject *parent) : QAbstractListModel(parent), d(std::make_unique<Private>(this))
{
}

Presence::~Presence()
{
    if (d->room != 0 && d->engine)
        d->engine->d->leaveRoom(d->room);
}

SyncEngine *Presence::engine() const
{
    return d->engine;
}

void Presence::setEngine(SyncEngine *engine)
{
    if (d->engine == engine)
        return;
    d->leave();
    if (d->engine)
        d->engine->disconnect(this);
    d->engine = engine;
    if (engine)
        connect(engine, &SyncEngine::closing, this, [this] { d->leave(); });
    Q_EMIT engineChanged();
    d->move();
}

QString Presence::space() const
{
    return d->space;
}

void Presence::setSpace(const QString &space)
{
    if (d->space == space)
        return;
    d->space = space;
    Q_EMIT spaceChanged();
    d->move();
}

TextDocument *Presence::document() const
{
    return d->document;
}

void Presence::setDocument(TextDocument *document)
{
    if (d->document == document)
        return;
    d->leave();
    if (d->document)
        d->document->disconnect(this);
    d->document = document;
    d->caret.reset();
    if (document) {
        const auto moved = [this] { d->move(); };
        for (const auto signal :
             {&TextDocument::engineChanged, &TextDocument::tableChanged, &TextDocument::columnChanged, &TextDocument::keyChanged})
            connect(document, signal, this, moved);
        connect(document, &TextDocument::replaced, this, [this] { d->refreshSoon(); });
        connect(document, &TextDocument::edited, this,
                [this](const Text::Delta &delta, TextDocument::Author author) { d->textEdited(delta, author); });
        connect(document, &QObject::destroyed, this, [this] { d->leave(); });
    }
    Q_EMIT documentChanged();
    d->move();
}

QVariantMap Presence::state() const
{
    return d->state;
}

void Presence::setState(const QVariantMap &state)
{
    if (d->state == state)
        return;
    d->state = state;
    Q_EMIT stateChanged();
    d->refreshSoon();
}

int Presence::count() const
{
    return static_cast<int>(d->rows.size());
}

void Presence::setCaret(int anchor, int head)
{
    d->caret = Private::Caret{anchor, head};
    d->refreshSoon();
}

void Presence::clearCaret()
{
    d->caret.reset();
    d->refreshSoon();
}

int Presence::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant Presence::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= d->rows.size())
        return {};
    const Private::Row &row = d->rows.at(index.row());
    switch (role) {
    case Client:
        return row.client;
    case Name:
    case Qt::DisplayRole:
        return row.state["user"_L1]["name"_L1].toString();
    case Color:
        return row.state["user"_L1]["color"_L1].toString();
    case Anchor:
        return row.anchor;
    case Head:
        return row.head;
    case IdleSince:
        return row.idleSinceMs;
    case State:
        return row.state.toVariantMap();
    default:
        return {};
    }
}

QHash<int, QByteArray> Presence::roleNames() const
{
    return {{Client, "client"}, {Name, "name"},           {Color, "color"}, {Anchor, "anchor"},
            {Head, "head"},     {IdleSince, "idleSince"}, {State, "state"}};
}

} // namespace Sheaf
