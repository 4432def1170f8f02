// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSet>
#include <QString>

namespace Sheaf {

/// A name that every file system takes: no separators, control characters or reserved names, at
/// most 120 bytes, not hidden; "Untitled" when nothing is left.
[[nodiscard]] QString safeFileName(const QString &title);

/// A list name such as "work/2026" as folders with safe names.
[[nodiscard]] QString safeFolderPath(const QString &listName);

/// Hands out file paths of one folder tree, no two of which meet on a file system that ignores case.
class UniquePaths
{
public:
    /// No file may take the place of a folder.
    void reserveFolder(const QString &folder);
    /// "folder/name.md", or "folder/name 2.md" when that is taken.
    [[nodiscard]] QString take(const QString &folder, const QString &name);

private:
    QSet<QString> m_taken;
    QHash<QString, int> m_next; ///< the number to try first, so that many equal names stay quick
};

} // namespace Sheaf
