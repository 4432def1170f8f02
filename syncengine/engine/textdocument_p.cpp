// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/textdocument_p.h"

#include "engine/statements.h"
#include "text/updatealgebra.h"

#include <algorithm>
#include <optional>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Origins of transactions. Those of others must not be recorded by the undo manager.
constexpr quint64 mine = 1;
constexpr quint64 others = 2;
/// A key press; a pasted text is an undo step of its own.
constexpr qsizetype keyLength = 2;

} // namespace

TextDocument::Private::Private(TextDocument *document, TextStore *otherStore)
    : q(document), store(otherStore ? *otherStore : engineStore), onEngine(!otherStore)
{
    store.setListener([this](const CommitChanges &commit) { committed(commit); });
    startWith(freshDoc());
    loaded = true; // a draft
}

std::unique_ptr<Text::Doc> TextDocument::Private::freshDoc()
{
    // As Yjs does it: 32 random bits for each document that is open somewhere.
    const auto newClientId = [this] { return store.random() & 0xFFFF'FFFFU; };
    auto fresh = std::make_unique<Text::Doc>(Text::Doc::Options{.clientId = newClientId(), .newClientId = newClientId});
    (void)fresh->text();
    return fresh;
}

void TextDocument::Private::startWith(std::unique_ptr<Text::Doc> next)
{
    undo.reset();
    doc = std::move(next);
    Text::UndoManager::Options options;
    options.now = [this] { return store.clock().monotonicMs(); };
    options.trackedOrigins = {mine};
    undo = std::make_unique<Text::UndoManager>(*doc, std::vector{doc->text()}, options);
    doc->onUpdate([this](const QByteArray &update, bool local, quint64) {
        if (local)
            localUpdates.push_back(update);
    });
    doc->onChange(doc->text(), [this](const Text::TextChange &change) {
        const bool back = change.origin == Text::UndoManager::ownOrigin;
        changes.push_back({change.delta, back ? Author::Undo : change.local ? Author::Me : Author::Others});
    });
    localUpdates.clear();
    changes.clear();
    typing = {};
}

void TextDocument::Private::startEmpty()
{
    startWith(freshDoc());
    stored.clear();
    held.clear();
    loadError = {};
    if (!std::exchange(loaded, true))
        Q_EMIT q->loadedChanged();
    Q_EMIT q->replaced();
}

void TextDocument::Private::reopen()
{
    beginWriting();
    if (key.isEmpty())
        startEmpty();
    else if (std::exchange(loaded, false))
        Q_EMIT q->loadedChanged();
    if (writer)
        load();
    announce();
}

void TextDocument::Private::leave()
{
    ++opening;
    held.clear();
    reloadAfterHold = false;
    loadError = {};
    if (!writer)
        return;
    writer->flush();
    if (!writer->isIdle())
        unfinished.push_back(std::move(writer));
    writer.reset();
}

void TextDocument::Private::beginWriting()
{
    if (key.isEmpty() || table.isEmpty() || column.isEmpty() || (onEngine && !engine))
        return;
    writer = std::make_unique<TextWriter>(store, address(), [this] { writerAnswered(); });
}

TextAddress TextDocument::Private::address() const
{
    return {table.toLower().toUtf8(), encodedKey(key), column.toUtf8()};
}

void TextDocument::Private::load()
{
    store.load(writer->address(), [this, living = alive, of = opening](const Result<QByteArray> &update) {
        if (*living && of == opening)
            textLoaded(update);
    });
}

void TextDocument::Private::textLoaded(const Result<QByteArray> &update)
{
    if (!update)
        loadError = update.error();
    else if (loaded && goesOn(*update))
        return take(*update);
    else
        startFrom(*update);
    announce();
}

/// What was typed into a text that is no more has nowhere to go.
void TextDocument::Private::startFrom(const QByteArray &update)
{
    auto next = freshDoc();
    if (const auto applied = next->apply(update, Text::Format::V1, others); !applied) {
        loadError = applied.error();
        return;
    }
    startWith(std::move(next));
    loadError = {};
    stored = doc->stateVector();
    if (std::exchange(loaded, true))
        beginWriting();
    else
        Q_EMIT q->loadedChanged();
    Q_EMIT q->replaced();
    if (!holding)
        takeHeld();
}

bool TextDocument::Private::goesOn(const QByteArray &update) const
{
    const auto found = Text::stateVectorOfUpdate(update, Text::Format::V1);
    return found && std::ranges::all_of(stored, [&](const auto &known) {
               const auto other = found->find(known.first);
               return known.second == 0 || (other != found->end() && other->second >= known.second);
           });
}

void TextDocument::Private::remember(const QByteArray &update)
{
    if (const auto state = Text::stateVectorOfUpdate(update, Text::Format::V1)) {
        for (const auto &[client, clock] : *state)
            stored[client] = std::max(stored[client], clock);
    }
}

void TextDocument::Private::committed(const CommitChanges &commit)
{
    if (!writer)
        return;
    const TextAddress open = writer->address();
    bool renewed = false;
    for (const TextUpdate &text : commit.texts) {
        if (text.table != open.table || text.key != open.key || text.column != open.column)
            continue;
        if (text.reset)
            renewed = true;
        else
            take(text.update);
    }
    const auto rows = commit.tables.constFind(open.table);
    if (rows != commit.tables.constEnd()) {
        renewed = renewed || commit.everything ||
                  std::ranges::any_of(*rows, [&](const CommitChanges::Row &row) { return row.born && row.key == open.key; });
    }
    if (renewed && holding)
        reloadAfterHold = true;
    else if (renewed)
        load();
}

void TextDocument::Private::take(const QByteArray &update)
{
    if (writer && writer->isUnderWay(update))
        return remember(update);
    if (!loaded || holding)
        return held.push_back(update);
    if (const auto applied = doc->apply(update, Text::Format::V1, others); !applied)
        loadError = applied.error();
    else
        remember(update);
    announce();
}

void TextDocument::Private::takeHeld()
{
    for (const QByteArray &update : std::exchange(held, {}))
        take(update);
}

void TextDocument::Private::edit(const std::function<void(Text::Text &)> &work)
{
    if (!loaded)
        return;
    doc->transact(
        [&] {
            Text::Text text = doc->text();
            work(text);
        },
        mine);
    announce();
}

/// A run of keys is one undo step until something else is done, a line ends, or a pause is made.
void TextDocument::Private::groupTyping(int position, int removed, const QString &inserted)
{
    const bool inserts = removed == 0 && inserted.size() <= keyLength;
    const bool removes = inserted.isEmpty() && removed <= keyLength;
    const bool follows = inserts ? typing.inserting && position == typing.end
                                 : removes && !typing.inserting && (position == typing.end || position + removed == typing.end);
    if (!follows)
        undo->stopCapturing();
    const bool ends = !(inserts || removes) || inserted.contains(u'\n');
    typing = {ends ? -1 : position + static_cast<int>(inserted.size()), inserts};
}

void TextDocument::Private::takeBack(const std::function<bool()> &work)
{
    if (!loaded)
        return;
    (void)work();
    typing = {};
    announce();
}

void TextDocument::Private::announce()
{
    const std::vector<QByteArray> updates = std::exchange(localUpdates, {});
    if (writer && !updates.empty())
        Q_EMIT q->writing();
    for (const QByteArray &update : updates) {
        if (writer)
            writer->add(update);
    }
    for (const Change &change : std::exchange(changes, {})) {
        if (change.author == Author::Others && typing.end >= 0)
            typing.end = static_cast<int>(Text::positionAfter(change.delta, static_cast<quint32>(typing.end), true));
        Q_EMIT q->edited(change.delta, change.author);
    }
    if (const int length = q->length(); std::exchange(shownLength, length) != length)
        Q_EMIT q->lengthChanged();
    const bool canUndo = undo->canUndo();
    const bool canRedo = undo->canRedo();
    const bool couldUndo = std::exchange(shownUndo, canUndo);
    const bool couldRedo = std::exchange(shownRedo, canRedo);
    if (canUndo != couldUndo || canRedo != couldRedo)
        Q_EMIT q->undoChanged();
    if (const bool saved = q->isSaved(); std::exchange(shownSaved, saved) != saved)
        Q_EMIT q->savedChanged();
    const QString error = writer && loadError.code.isEmpty() ? writer->error().message : loadError.message;
    if (std::exchange(shownError, error) != error)
        Q_EMIT q->errorTextChanged();
    QString left;
    for (const auto &one : unfinished)
        left = left.isEmpty() ? one->error().message : left;
    if (std::exchange(shownLeftError, left) != left)
        Q_EMIT q->leftErrorTextChanged();
}

void TextDocument::Private::writerAnswered()
{
    std::erase_if(unfinished, [](const auto &one) { return one->isIdle(); });
    // The row was deleted and made again, and the news of it is not here yet.
    if (writer && writer->error().code == "text_gap"_L1)
        load();
    announce();
}

} // namespace Sheaf
