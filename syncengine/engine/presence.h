// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "engine/textdocument.h"

#include <QAbstractListModel>
#include <QVariantMap>

namespace Sheaf {

/// Who else is here: the others in a space, or in one text with their carets, as a model, and what they see of us.
/// Nothing of it is stored; without a connection nobody is here. What others put into their states is theirs: a name
/// or a colour may be anything, or missing.
///
/// Our state is any JSON object; by the convention of editors on Yjs it is `{user: {name: "…", color: "#rrggbb"}}`.
/// Lives in the engine's owner thread.
class Presence : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(QString space READ space WRITE setSpace NOTIFY spaceChanged FINAL)
    Q_PROPERTY(Sheaf::TextDocument *document READ document WRITE setDocument NOTIFY documentChanged FINAL)
    Q_PROPERTY(QVariantMap state READ state WRITE setState NOTIFY stateChanged FINAL)
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    enum Role {
        Client = Qt::UserRole + 1, ///< number of one window or editor of somebody
        Name,                      ///< as in its state; may be empty
        Color,                     ///< "#rrggbb" as in its state, or empty
        Anchor,                    ///< where its selection begins in the text; -1 when it has no caret there
        Head,                      ///< where its caret is; -1 as above
        IdleSince,                 ///< wall clock when it last moved or changed, milliseconds since 1970
        State                      ///< all it shows
    };
    Q_ENUM(Role)

    explicit Presence(QObject *parent = nullptr);
    ~Presence() override; ///< leaves

    [[nodiscard]] SyncEngine *engine() const;
    void setEngine(SyncEngine *engine);
    /// Of which space; empty: the engine's home space.
    [[nodiscard]] QString space() const;
    void setSpace(const QString &space);
    /// The text whose readers and writers meet here; a draft is nowhere. None: the whole space.
    [[nodiscard]] TextDocument *document() const;
    void setDocument(TextDocument *document);
    /// What others see of us; empty: nothing, and we see them all the same. `cursor` is ours to fill.
    [[nodiscard]] QVariantMap state() const;
    void setState(const QVariantMap &state);
    [[nodiscard]] int count() const;

    /// Where our caret is in the document, and where the selection began. It moves along with the text.
    Q_INVOKABLE void setCaret(int anchor, int head);
    /// We have no caret there.
    Q_INVOKABLE void clearCaret();

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void engineChanged();
    void spaceChanged();
    void documentChanged();
    void stateChanged();
    void countChanged();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
