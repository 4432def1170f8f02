// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QStringList>

#include <optional>

namespace Sheaf {

/// One Markdown file as a note: front matter and body.
struct Page {
    QString id;                   ///< empty when the file names none
    std::optional<QString> title; ///< of the front matter only
    std::optional<QString> list;  ///< of the front matter only
    QStringList tags;
    bool pinned = false;
    std::optional<qint64> created; ///< milliseconds since 1970
    std::optional<qint64> updated;
    QString body;          ///< everything behind the front matter, character by character
    QStringList otherKeys; ///< keys of the front matter that a note has no place for
};

/// Errors: `not_utf8`, `not_text` (it holds NUL characters).
[[nodiscard]] Result<Page> readPage(const QByteArray &file);
/// The file that readPage() reads back to the same page.
[[nodiscard]] QByteArray writePage(const Page &page);

/// Text of the first heading (# to ######) outside of code blocks; empty when there is none.
[[nodiscard]] QString headingOf(const QString &body);

/// Tags as the column `notes.tags` holds them.
[[nodiscard]] QString tagsToJson(const QStringList &tags);
[[nodiscard]] QStringList tagsFromJson(const QString &json);

} // namespace Sheaf
