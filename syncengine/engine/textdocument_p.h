// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/enginetextstore_p.h"
#include "engine/textdocument.h"
#include "engine/textwriter_p.h"
#include "text/undomanager.h"

namespace Sheaf {

/// The document is always there, empty until a text is loaded. Local edits go to the writer of the
/// open text as updates; a draft has no writer, and all of it is written when it gets a row.
struct TextDocument::Private {
    Private(TextDocument *document, TextStore *otherStore);

    // Opening and leaving

    /// Starts with what the properties name; the text that was open has been left.
    void reopen();
    /// Nothing is edited any more; what was typed is written in the background.
    void leave();
    void beginWriting();
    /// What the properties name.
    [[nodiscard]] TextAddress address() const;
    void startEmpty();
    void startWith(std::unique_ptr<Text::Doc> next);
    [[nodiscard]] std::unique_ptr<Text::Doc> freshDoc();
    void load();
    void textLoaded(const Result<QByteArray> &update);
    void startFrom(const QByteArray &update);

    // What others write

    void committed(const CommitChanges &changes);
    void take(const QByteArray &update);
    void takeHeld();
    /// The store is known to have this.
    void remember(const QByteArray &update);
    /// Whether a loaded state goes on from what the store had; after a delete and a new insert of the row it does not.
    [[nodiscard]] bool goesOn(const QByteArray &update) const;

    // What is written here

    void edit(const std::function<void(Text::Text &)> &work);
    void groupTyping(int position, int removed, const QString &inserted);
    void takeBack(const std::function<bool()> &work);
    /// Hands on what the document reported: updates to the writer, changes to listeners.
    void announce();
    void writerAnswered();

    /// Where a run of typing ended, to tell it from other edits.
    struct Typing {
        int end = -1;
        bool inserting = false;
    };
    struct Change {
        Text::Delta delta;
        Author author = Author::Me;
    };

    TextDocument *q;
    QPointer<SyncEngine> engine;
    EngineTextStore engineStore;
    TextStore &store;
    const bool onEngine;
    QString table;
    QString column;
    QVariantList key;

    std::unique_ptr<Text::Doc> doc;
    std::unique_ptr<Text::UndoManager> undo;
    std::unique_ptr<TextWriter> writer;
    std::vector<std::unique_ptr<TextWriter>> unfinished; ///< of texts that were left
    Text::StateVector stored;
    std::vector<QByteArray> held;         ///< updates of others that wait
    std::vector<QByteArray> localUpdates; ///< of the call that runs
    std::vector<Change> changes;          ///< of the call that runs
    quint64 opening = 0;                  ///< counts, so that late answers are known
    bool loaded = false;
    bool holding = false;
    bool reloadAfterHold = false;
    Typing typing;
    Error loadError;
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);

    // What listeners know
    bool shownSaved = true;
    bool shownUndo = false;
    bool shownRedo = false;
    int shownLength = 0;
    QString shownError;
    QString shownLeftError;
};

} // namespace Sheaf
