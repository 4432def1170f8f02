// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/replica.h"

#include <QTemporaryDir>

namespace Sheaf {

/// One replica in a folder of its own under a clock that only the test moves. Failures of the
/// replica end the test program: tests that expect one call the replica itself.
class Device
{
public:
    explicit Device(const QByteArray &schema, quint64 seed = 1);

    void exec(const QString &sql, const QVariantList &params = {});
    [[nodiscard]] Result<void> tryExec(const QStringList &statements);
    /// All in one transaction, which is an action of the user.
    void act(const QStringList &statements, const UserAction &action = UserAction::undoable(QStringLiteral("test")));
    [[nodiscard]] QList<QVariantList> rows(const QString &sql);
    [[nodiscard]] QVariant value(const QString &sql);
    void reopen();
    void close() { m_replica.reset(); }
    [[nodiscard]] Result<void> open();
    void setSchema(const QList<QByteArray> &scripts);

    [[nodiscard]] Replica &replica() { return *m_replica; }
    [[nodiscard]] QString path() const { return m_dir.filePath(QStringLiteral("replica.db")); }
    [[nodiscard]] ReplicaConfig config();
    /// The digest kept along with the changes is the one computed afresh.
    [[nodiscard]] bool digestHolds();

    qint64 wallMs = 1'700'000'000'000;
    ConflictPolicy policy = ConflictPolicy::Latest; ///< of the next open()
    UndoOptions undo{};                             ///< likewise
    SyncFilters filters{};                          ///< likewise
    QByteArray birthmark;                           ///< likewise
    CommitChanges lastCommit;

private:
    QTemporaryDir m_dir;
    quint64 m_random;
    std::unique_ptr<Replica> m_replica;
};

} // namespace Sheaf
