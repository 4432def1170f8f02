// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/columnmerge.h"
#include "replica/disputes.h"

#include <QByteArray>
#include <QList>

#include <map>
#include <optional>

namespace Sheaf {

/// The second argument of sheaf_sync(), DESIGN section 7:
/// {"columns":{"votes":"counter","labels":"set"},"groups":[["lat","lon"]],"deletes":"delete_wins","conflicts":"local","space":"space",
/// "was":"todo","renames":{"due":"deadline"}}
struct SyncOptions {
    std::optional<bool> deleteWins;
    std::optional<ConflictPolicy> conflicts;
    QByteArray spaceColumn;
    std::map<QByteArray, MergeType> types;    ///< by column
    QList<QList<QByteArray>> groups;          ///< columns that win or lose together
    QByteArray wireName;                      ///< what others call the table, if a migration has renamed it
    std::map<QByteArray, QByteArray> renames; ///< by column: what others call it
};

/// `table` is for messages. Nothing is default, unknown keys are errors: `schema_error`.
Result<SyncOptions> parseSyncOptions(const QByteArray &table, const QByteArray &json);

} // namespace Sheaf
