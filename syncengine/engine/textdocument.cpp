// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/textdocument.h"

#include "engine/textdocument_p.h"
#include "protocol/presencetopic.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

TextDocument::TextDocument(QObject *parent) : QObject(parent), d(std::make_unique<Private>(this, nullptr))
{
}

TextDocument::TextDocument(TextStore &store, QObject *parent) : QObject(parent), d(std::make_unique<Private>(this, &store))
{
}

TextDocument::~TextDocument()
{
    *d->alive = false;
    d->leave();
}

SyncEngine *TextDocument::engine() const
{
    return d->engine;
}

void TextDocument::setEngine(SyncEngine *engine)
{
    if (d->engine == engine)
        return;
    d->leave();
    if (d->engine)
        d->engine->disconnect(this);
    d->engine = engine;
    d->engineStore.setEngine(engine);
    if (engine)
        connect(engine, &SyncEngine::closing, this, [this] { flush(); });
    Q_EMIT engineChanged();
    d->reopen();
}

QString TextDocument::table() const
{
    return d->table;
}

void TextDocument::setTable(const QString &table)
{
    if (d->table == table)
        return;
    d->leave();
    d->table = table;
    Q_EMIT tableChanged();
    d->reopen();
}

QString TextDocument::column() const
{
    return d->column;
}

void TextDocument::setColumn(const QString &column)
{
    if (d->column == column)
        return;
    d->leave();
    d->column = column;
    Q_EMIT columnChanged();
    d->reopen();
}

QVariantList TextDocument::key() const
{
    return d->key;
}

void TextDocument::setKey(const QVariantList &key)
{
    if (d->key == key)
        return;
    d->leave();
    d->key = key;
    Q_EMIT keyChanged();
    d->reopen();
}

void TextDocument::create(const QVariantList &key)
{
    if (d->key == key)
        return;
    const bool draft = d->key.isEmpty() && d->loaded;
    d->leave();
    d->key = key;
    d->beginWriting();
    if (draft && length() > 0 && d->writer)
        d->writer->add(d->doc->encode());
    else if (!draft)
        d->startEmpty();
    Q_EMIT keyChanged();
    d->announce();
}

bool TextDocument::isLoaded() const
{
    return d->loaded;
}

bool TextDocument::isSaved() const
{
    const bool own = d->writer ? d->writer->isIdle() : !d->loaded || length() == 0;
    return own && d->unfinished.empty();
}

int TextDocument::length() const
{
    return static_cast<int>(d->doc->text().length());
}

QString TextDocument::text() const
{
    return slice(0, length());
}

QString TextDocument::slice(int position, int length) const
{
    return d->doc->text().slice(static_cast<quint32>(std::max(0, position)), static_cast<quint32>(std::max(0, length)));
}

QByteArray TextDocument::place() const
{
    if (d->key.isEmpty() || d->table.isEmpty() || d->column.isEmpty())
        return {};
    const TextAddress address = d->address();
    return textPlace(address.table, address.key, address.column);
}

QByteArray TextDocument::relativePosition(int position, int assoc) const
{
    return d->doc->relativePosition(d->doc->text(), static_cast<quint32>(std::clamp(position, 0, length())), assoc);
}

int TextDocument::absolutePosition(const QByteArray &relative) const
{
    const auto found = d->doc->absolutePosition(d->doc->text(), relative);
    return found && *found ? static_cast<int>(**found) : -1;
}

QString TextDocument::errorText() const
{
    return d->shownError;
}

QString TextDocument::leftErrorText() const
{
    return d->shownLeftError;
}

void TextDocument::replace(int position, int removed, const QString &inserted)
{
    if (position < 0 || removed < 0 || (removed == 0 && inserted.isEmpty()))
        return;
    d->groupTyping(position, removed, inserted);
    d->edit([&](Text::Text &text) {
        text.remove(static_cast<quint32>(position), static_cast<quint32>(removed));
        text.insert(static_cast<quint32>(position), inserted);
    });
}

void TextDocument::applyDelta(const Text::Delta &delta)
{
    d->undo->stopCapturing();
    d->typing = {};
    d->edit([&](Text::Text &text) { text.applyDelta(delta); });
}

void TextDocument::replaceWith(const QString &text)
{
    d->undo->stopCapturing();
    d->edit([&](Text::Text &own) { own.replaceWith(text); });
}

bool TextDocument::canUndo() const
{
    return d->undo->canUndo();
}

bool TextDocument::canRedo() const
{
    return d->undo->canRedo();
}

void TextDocument::undo()
{
    d->takeBack([this] { return d->undo->undo(); });
}

void TextDocument::redo()
{
    d->takeBack([this] { return d->undo->redo(); });
}

void TextDocument::flush()
{
    for (const auto &writer : d->unfinished)
        writer->flush();
    if (d->writer)
        d->writer->flush();
}

void TextDocument::setHeld(bool held)
{
    if (d->holding == held)
        return;
    d->holding = held;
    if (held || !d->loaded)
        return;
    d->takeHeld();
    if (std::exchange(d->reloadAfterHold, false))
        d->load();
}

} // namespace Sheaf
