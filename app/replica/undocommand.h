// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QJsonObject>

namespace Sheaf {

// The commands "undo" and "redo". Each exec, transaction and text is one action, undone whole, if it has changed synced
// tables; the log of them survives the end of the program. Three fields of those commands say more: "action" is its name,
// "group" makes one of it and those before it with the same group, and "undo":false keeps it out.
//
// The answer is what was done, as toJson(UndoOutcome), with can_undo and can_redo, which say what is left:
//   {"done":true,"text":"…","rows":1,"changes":1,"kept":0,"skipped":0,"can_undo":false,"can_redo":true}
// Nothing to undo, or nothing that others have left of it, is no error: `done` is false.

/// What a command that writes is to its user.
[[nodiscard]] UserAction actionFromJson(const QJsonObject &command);
[[nodiscard]] Result<QJsonValue> answerOf(const Result<UndoOutcome> &outcome, const SyncEngine &engine);

} // namespace Sheaf
