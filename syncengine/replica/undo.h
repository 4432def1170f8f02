// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>

namespace Sheaf {

/// What a write is to the user, who may want it undone. What merges, migrations and decisions about conflicts and
/// refusals write is never an action; nor is what is written with hidden().
struct UserAction {
    enum class Kind : quint8 {
        AsConfigured, ///< undoable if UndoOptions::allWrites says so
        Undoable,
        Hidden ///< housekeeping: stays when the user undoes what was done before and after it
    };
    /// For a menu, in the user's language: "delete note".
    QString text{};
    /// Actions in a row with the same name, each within UndoOptions::groupMs of the one before, are undone as one: the
    /// steps of a drag, say. Name the thing too ("move note 7"). Empty: alone.
    QByteArray group{};
    Kind kind = Kind::AsConfigured;

    [[nodiscard]] static UserAction undoable(const QString &text, const QByteArray &group = {})
    {
        return {text, group, Kind::Undoable};
    }
    [[nodiscard]] static UserAction hidden() { return {.kind = Kind::Hidden}; }
};

/// What is kept for undo. The oldest actions go first; an action that is larger than all of it is not kept at all.
struct UndoOptions {
    bool allWrites = false; ///< writes that do not say otherwise are actions, too
    int actionsMax = 100;   ///< 0: none
    int rowsMax = 10'000;   ///< of one action
    qint64 bytesMax = 8 * 1024 * 1024;
    qint64 groupMs = 2000;
};

/// What undo() or redo() did.
struct UndoOutcome {
    bool done = false; ///< false: there was nothing that could be undone
    QString text{};    ///< of the action
    int rows = 0;      ///< that changed
    int changes = 0;   ///< cells that went back, rows that came back or went
    int kept = 0;      ///< cells and rows left alone, because of what others have written, or because a maximum never goes back
    int skipped = 0;   ///< actions passed by, of which nothing was left; they are forgotten
    friend bool operator==(const UndoOutcome &, const UndoOutcome &) = default;
};

/// What a menu shows.
struct UndoState {
    bool canUndo = false;
    bool canRedo = false;
    QString undoText{};
    QString redoText{};
    bool tooLarge = false; ///< the newest action is larger than the limits: it cannot be undone, nor what was before it
    friend bool operator==(const UndoState &, const UndoState &) = default;
};

[[nodiscard]] QJsonObject toJson(const UndoOutcome &outcome);

} // namespace Sheaf
