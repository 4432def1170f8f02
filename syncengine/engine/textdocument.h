// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "text/doc.h"

#include <QObject>
#include <QVariant>

#include <memory>

namespace Sheaf {

class TextStore;

/// One `text` column of one row while it is edited. Local edits are here at once and reach the
/// replica in the background, everybody else's arrive as small changes; what one undoes is only one's
/// own. Positions are UTF-16 units; U+FFFC stands for an embedded object.
/// Lives in the engine's owner thread; nothing here waits for the disk.
class TextDocument : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(QString table READ table WRITE setTable NOTIFY tableChanged FINAL)
    Q_PROPERTY(QString column READ column WRITE setColumn NOTIFY columnChanged FINAL)
    Q_PROPERTY(QVariantList key READ key WRITE setKey NOTIFY keyChanged FINAL)
    Q_PROPERTY(bool loaded READ isLoaded NOTIFY loadedChanged FINAL)
    Q_PROPERTY(bool saved READ isSaved NOTIFY savedChanged FINAL)
    Q_PROPERTY(bool canUndo READ canUndo NOTIFY undoChanged FINAL)
    Q_PROPERTY(bool canRedo READ canRedo NOTIFY undoChanged FINAL)
    Q_PROPERTY(int length READ length NOTIFY lengthChanged FINAL)
    Q_PROPERTY(QString errorText READ errorText NOTIFY errorTextChanged FINAL)
    Q_PROPERTY(QString leftErrorText READ leftErrorText NOTIFY leftErrorTextChanged FINAL)

public:
    enum class Author {
        Me,   ///< an edit made by a call of this object
        Undo, ///< undo() or redo()
        Others
    };
    Q_ENUM(Author)

    explicit TextDocument(QObject *parent = nullptr);
    /// On another store than an engine's, which must outlive it.
    TextDocument(TextStore &store, QObject *parent = nullptr);
    ~TextDocument() override; ///< hands over what is not written yet

    [[nodiscard]] SyncEngine *engine() const;
    void setEngine(SyncEngine *engine);
    [[nodiscard]] QString table() const;
    void setTable(const QString &table);
    [[nodiscard]] QString column() const;
    void setColumn(const QString &column);
    /// Values of the primary key in key order. Another key opens another text; no values are a
    /// draft: an empty text that lives here only, until it is given a row by create().
    [[nodiscard]] QVariantList key() const;
    void setKey(const QVariantList &key);
    /// Goes on as the text of a row that was made just now with an empty text. A draft becomes it;
    /// if another row was open, its text is left and this one starts empty.
    Q_INVOKABLE void create(const QVariantList &key);

    [[nodiscard]] bool isLoaded() const; ///< edits before that are ignored
    [[nodiscard]] bool isSaved() const;  ///< every edit is durable; never true of a draft with text
    [[nodiscard]] int length() const;
    [[nodiscard]] QString text() const;
    [[nodiscard]] QString slice(int position, int length) const;
    /// Names this text among all of its replica, as textPlace(); empty for a draft.
    [[nodiscard]] QByteArray place() const;
    /// A place in the text that stays with its neighbour while others edit, in the binary form of Yjs: with `assoc` >= 0
    /// the right one, else the left one.
    [[nodiscard]] QByteArray relativePosition(int position, int assoc) const;
    /// Where such a place is now; -1 while the text that it speaks of is not here.
    [[nodiscard]] int absolutePosition(const QByteArray &relative) const;
    [[nodiscard]] QString errorText() const; ///< why the text cannot be read or written
    /// Why edits of texts that were left are not written yet; they are tried again.
    [[nodiscard]] QString leftErrorText() const;

    void replace(int position, int removed, const QString &inserted);
    void applyDelta(const Text::Delta &delta);
    /// Makes the text equal to another one by small edits.
    Q_INVOKABLE void replaceWith(const QString &text);

    [[nodiscard]] bool canUndo() const;
    [[nodiscard]] bool canRedo() const;
    Q_INVOKABLE void undo();
    Q_INVOKABLE void redo();

    /// Hands every edit to the engine now.
    Q_INVOKABLE void flush();
    /// While held, what others write waits outside: for an input method that composes.
    void setHeld(bool held);

Q_SIGNALS:
    void engineChanged();
    void tableChanged();
    void columnChanged();
    void keyChanged();
    void loadedChanged();
    void savedChanged();
    void undoChanged();
    void lengthChanged();
    void errorTextChanged();
    void leftErrorTextChanged();
    /// Local edits are about to be handed to the engine; what a direct connection to this asks of the engine comes
    /// before them.
    void writing();
    /// The text is another one altogether: it was loaded, or a draft began.
    void replaced();
    /// The text was changed; `delta` leads from the text before to the one now.
    void edited(const Sheaf::Text::Delta &delta, Sheaf::TextDocument::Author author);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
