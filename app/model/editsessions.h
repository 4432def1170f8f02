// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHash>
#include <QList>
#include <QString>

#include <optional>

namespace Sheaf {

/// A note or task.
struct ItemRef {
    QString kind; ///< "note" or "task"
    QString id;
    friend bool operator==(const ItemRef &, const ItemRef &) = default;
};

/// When what one person writes is worth a version: after a pause, in between when there is none, and when the item is
/// left. Times are monotonic milliseconds.
class EditSessions
{
public:
    static constexpr qint64 pauseMs = 5 * 60'000;
    static constexpr qint64 longestMs = 15 * 60'000;

    /// A version that is to be made.
    struct Ended {
        ItemRef item;
        bool others = false; ///< others have written in the same text meanwhile
        friend bool operator==(const Ended &, const Ended &) = default;
    };

    /// This person edits; whether a session begins with it.
    bool edited(const ItemRef &item, qint64 nowMs);
    /// Somebody else has edited; means something during a session only.
    void editedByOthers(const QString &id);
    /// The item is left.
    std::optional<Ended> leave(const QString &id);
    QList<Ended> leaveAll();
    /// What is to be made by now; sessions without a pause go on.
    QList<Ended> due(qint64 nowMs);
    /// When due() will have something next, unless more is edited.
    [[nodiscard]] std::optional<qint64> nextDueMs() const;

private:
    struct Session {
        ItemRef item;
        qint64 sinceMs = 0; ///< first edit that no version has
        qint64 lastMs = 0;  ///< last edit
        bool waits = false; ///< something was edited since the last version
        bool others = false;
        [[nodiscard]] qint64 dueMs() const;
    };
    QHash<QString, Session> m_sessions; ///< by the item's id
};

} // namespace Sheaf
