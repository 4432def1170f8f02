// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace Sheaf::EditableUnits {

/// Whether a place is inside a surrogate pair.
[[nodiscard]] bool cutsPair(QStringView text, qsizetype position);

/// The text as an editor can hold it, each unit for itself: an editor would make one place of a carriage
/// return with its line feed, and takes some characters for the ends of its own blocks.
[[nodiscard]] QString shown(QString text);

/// What was typed, from what an editor holds: all ends of lines are line feeds.
[[nodiscard]] QString typed(QString text);

/// One replacement in a text.
struct Replacement {
    qsizetype position = 0;
    qsizetype removed = 0;
    QString inserted;
};

/// The smallest replacement that makes `before`, found at `position`, into `after`: equal ends are left
/// alone, and no surrogate pair is cut. The texts are compared as an editor shows them.
[[nodiscard]] Replacement difference(qsizetype position, const QString &before, const QString &after);

} // namespace Sheaf::EditableUnits
