// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QAbstractListModel>
#include <QPointer>

namespace Sheaf {

/// What ConflictList and RejectedList share: a short list that is read again whenever it may have changed.
/// Roles `number`, `space`, `table`, `key` (the values of the primary key), `kind` and `atMs`, and those of each.
class DisputeList : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)

public:
    [[nodiscard]] SyncEngine *engine() const { return m_engine; }
    void setEngine(SyncEngine *engine);
    [[nodiscard]] int count() const { return static_cast<int>(m_rows.size()); }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    /// All roles of a row by name; empty when there is no such row.
    Q_INVOKABLE [[nodiscard]] QVariantMap get(int row) const;

Q_SIGNALS:
    void engineChanged();
    void countChanged();
    /// What was asked for was refused: a code and a sentence, as of the Replica's method.
    void failed(const QString &code, const QString &message);

protected:
    DisputeList(QStringList roles, QObject *parent) : QAbstractListModel(parent), m_roles(std::move(roles)) {}
    /// Asks the engine, which is there, for the list; setRows() gets it.
    virtual void read() = 0;
    void setRows(const QList<QVariantMap> &rows);
    /// Tells of a failure when it comes.
    void watch(QFuture<Result<void>> work);
    void reload();

private:
    QStringList m_roles;
    QPointer<SyncEngine> m_engine;
    QList<QVariantMap> m_rows;
};

// The bases are named in full: QML's tools look them up as they are written here.

/// The conflict log, the oldest first. Roles beside the common ones: `column`, `mine`, `theirs` (of a group of columns a map by
/// their names, and `column` is empty; of a row that one side has deleted too, empty for the side that did), `winner` ("mine" or
/// "theirs"), `site`, `writtenMs`, `open`. `kind` is "edit", "birth" or "delete".
class ConflictList : public Sheaf::DisputeList
{
    Q_OBJECT
    /// Only conflicts of columns of these names, or of groups with one of them, "" for whole rows; all when it is empty.
    Q_PROPERTY(QStringList columns READ columns WRITE setColumns NOTIFY columnsChanged FINAL)

public:
    explicit ConflictList(QObject *parent = nullptr);

    [[nodiscard]] QStringList columns() const { return m_columns; }
    void setColumns(const QStringList &columns);

    /// Writes the loser's value, as SyncEngine::undoConflict() does.
    Q_INVOKABLE void undo(qint64 number);
    Q_INVOKABLE void dismiss(qint64 number);
    /// Decides an open one; of a group by a map like `mine`.
    Q_INVOKABLE void answer(qint64 number, const QVariant &value);

Q_SIGNALS:
    void columnsChanged();

private:
    void read() override;
    [[nodiscard]] bool isWanted(const QVariantMap &row) const;

    QStringList m_columns;
};

/// What the server has refused, the oldest first. Roles beside the common ones: `code`, `reason`, `values` (a map by
/// column). `kind` is "edit", "birth" or "delete".
class RejectedList : public Sheaf::DisputeList
{
    Q_OBJECT

public:
    explicit RejectedList(QObject *parent = nullptr);

    /// Writes the user's values again, as SyncEngine::retryRejected() does.
    Q_INVOKABLE void retry(qint64 number);
    Q_INVOKABLE void discard(qint64 number);

private:
    void read() override;
};

/// Unsent edits of spaces that were closed, the oldest first; roles as of RejectedList, `code` and `reason` are those of the
/// closing.
class QuarantineList : public Sheaf::DisputeList
{
    Q_OBJECT

public:
    explicit QuarantineList(QObject *parent = nullptr);

    /// As SyncEngine::restoreQuarantined().
    Q_INVOKABLE void restore(qint64 number);
    Q_INVOKABLE void discard(qint64 number);

private:
    void read() override;
};

} // namespace Sheaf
