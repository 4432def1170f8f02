// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QPointer>
#include <QSet>
#include <QtQml/qqml.h>

namespace Sheaf {

/// The marks that lists put on rows: which ones have changes that the server has not got, and which
/// ones somebody else has changed this moment. Rows are named by table and by the text of a key of
/// one column; rows with other keys have no marks.
class RowMarks : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(bool following READ isFollowing WRITE setFollowing NOTIFY followingChanged FINAL)
    Q_PROPERTY(int revision READ revision NOTIFY unsentChanged FINAL)

public:
    explicit RowMarks(QObject *parent = nullptr);
    ~RowMarks() override;

    [[nodiscard]] SyncEngine *engine() const { return m_engine; }
    void setEngine(SyncEngine *engine);
    /// Whether unsent rows are followed; without it none is known. Worth it while there is no server.
    [[nodiscard]] bool isFollowing() const { return m_following; }
    void setFollowing(bool following);
    /// Another number whenever isUnsent() may have another answer, for bindings.
    [[nodiscard]] int revision() const { return m_revision; }

    Q_INVOKABLE [[nodiscard]] bool isUnsent(const QString &table, const QString &id) const;

Q_SIGNALS:
    void engineChanged();
    void followingChanged();
    void unsentChanged();
    /// Changed by somebody else, in one commit. Not sent for commits of very many rows: news of
    /// everything is no news.
    void othersChanged(const QString &table, const QStringList &ids);

private:
    void takeCommit(const CommitChanges &changes);
    void takeStatus();
    void readOutbox();
    void setUnsent(QSet<QString> unsent);

    QPointer<SyncEngine> m_engine;
    QSet<QString> m_unsent; ///< as markOf() names them
    int m_revision = 0;
    bool m_following = false;
    bool m_reading = false;
    bool m_stale = false; ///< the outbox has changed since the reading began
};

} // namespace Sheaf
