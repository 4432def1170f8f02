// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Sheaf {

/// The block between two lines of dashes at the start of a Markdown file: a subset of YAML, one
/// level of keys with texts and lists of texts.
struct FrontMatter {
    struct Scalar {
        QString text;
        bool quoted = false;
    };
    struct Entry {
        QString key; ///< in lower case
        QList<Scalar> values;
        bool isList = false;
    };
    QList<Entry> entries;
    qsizetype size = 0; ///< characters of the file that the block takes, both lines of dashes included

    /// What stands under a key; nothing when the key is missing or its value is empty and not quoted.
    [[nodiscard]] std::optional<QString> text(QStringView key) const;
    /// The texts under a key: a list, or one text separated by commas or else by spaces.
    [[nodiscard]] QStringList list(QStringView key) const;

    /// Nothing when the text does not start with such a block: a rule, prose between two rules, or a
    /// block that never ends stay text.
    [[nodiscard]] static std::optional<FrontMatter> read(QStringView file);
    /// A text as a double-quoted scalar.
    [[nodiscard]] static QString quoted(const QString &text);
};

/// Milliseconds since 1970 of an ISO date or date and time; without a zone it is local time.
[[nodiscard]] std::optional<qint64> parseTime(const QString &text);
/// ISO date and time in UTC with milliseconds.
[[nodiscard]] QString formatTime(qint64 ms);

} // namespace Sheaf
