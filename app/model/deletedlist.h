// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QString>
#include <QStringList>
#include <QVariantList>

class QSqlDatabase;

namespace Sheaf {

/// A list that was deleted, and what was in it, so that it can be brought back. Its methods run in
/// the engine's thread, inside a transaction.
class DeletedList
{
public:
    explicit DeletedList(QString id) : m_id(std::move(id)) {}

    [[nodiscard]] QString id() const { return m_id; }
    /// Deletes the list; its notes, tasks and lists go to the Inbox and are remembered.
    Result<void> remove(const QSqlDatabase &database);
    /// Makes the list again; what is still in the Inbox goes back into it.
    Result<void> putBack(const QSqlDatabase &database) const;

private:
    QString m_id;
    QVariantList m_row; ///< the columns of lists behind the id; empty when there was no such list
    QStringList m_notes;
    QStringList m_tasks;
    QStringList m_lists;
};

} // namespace Sheaf
