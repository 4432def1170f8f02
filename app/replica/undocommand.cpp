// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "undocommand.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

UserAction actionFromJson(const QJsonObject &command)
{
    if (!command.value("undo"_L1).toBool(true))
        return UserAction::hidden();
    return UserAction::undoable(command.value("action"_L1).toString(), command.value("group"_L1).toString().toUtf8());
}

Result<QJsonValue> answerOf(const Result<UndoOutcome> &outcome, const SyncEngine &engine)
{
    if (!outcome)
        return fail(outcome.error());
    QJsonObject answer = toJson(*outcome);
    answer.insert(u"can_undo"_s, engine.canUndo());
    answer.insert(u"can_redo"_s, engine.canRedo());
    return QJsonValue(answer);
}

} // namespace Sheaf
