// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QAbstractListModel>

namespace Sheaf {

/// The result of a SELECT as a model that stays up to date: one role per result column (role
/// names = column names), minimal inserts, removes, moves and changes, at most once per frame.
/// The query runs in a reader thread; this object lives in the engine's owner thread.
class LiveQuery : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(QString sql READ sql WRITE setSql NOTIFY sqlChanged FINAL)
    Q_PROPERTY(QVariantList params READ params WRITE setParams NOTIFY paramsChanged FINAL)
    Q_PROPERTY(int count READ count NOTIFY countChanged FINAL)
    Q_PROPERTY(bool loaded READ isLoaded NOTIFY loadedChanged FINAL)
    Q_PROPERTY(QString errorText READ errorText NOTIFY errorTextChanged FINAL)

public:
    explicit LiveQuery(QObject *parent = nullptr);
    ~LiveQuery() override;

    [[nodiscard]] SyncEngine *engine() const;
    void setEngine(SyncEngine *engine);
    [[nodiscard]] QString sql() const;
    void setSql(const QString &sql);
    [[nodiscard]] QVariantList params() const;
    void setParams(const QVariantList &params);
    [[nodiscard]] int count() const;
    [[nodiscard]] bool isLoaded() const; ///< the first result has arrived
    [[nodiscard]] QString errorText() const;
    [[nodiscard]] int runs() const; ///< how often the query was run, for tests

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;
    /// One value by row and column name; invalid when either does not exist.
    Q_INVOKABLE [[nodiscard]] QVariant value(int row, const QString &column) const;
    /// First row whose `column` equals `value`, -1 if none.
    Q_INVOKABLE [[nodiscard]] int indexOf(const QString &column, const QVariant &value) const;

Q_SIGNALS:
    void engineChanged();
    void sqlChanged();
    void paramsChanged();
    void countChanged();
    void loadedChanged();
    void errorTextChanged();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
