// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"

#include <QByteArray>
#include <QCollator>

#include <compare>
#include <vector>

namespace Sheaf {

/// How one term of ORDER BY compares.
struct SortTerm {
    enum class Collation : quint8 { Binary, NoCase, RTrim, Locale };
    Collation collation = Collation::Binary;
    bool descending = false;
    bool nullsFirst = true;
    friend bool operator==(const SortTerm &, const SortTerm &) = default;
};

/// The values of a row, one term of ORDER BY after another, which compare as SQLite orders the rows.
class SortKey
{
public:
    /// `collator` is that of Collation::Locale, which no other needs.
    void append(const ValueView &value, const SortTerm &term, const QCollator *collator = nullptr);
    /// Bytes as they are.
    void append(QByteArrayView bytes) { m_bytes.append(bytes); }

    friend std::weak_ordering operator<=>(const SortKey &a, const SortKey &b);
    friend bool operator==(const SortKey &a, const SortKey &b) { return (a <=> b) == 0; }

private:
    /// A text that bytes cannot stand for.
    struct LocaleText {
        qsizetype at = 0; ///< behind so many bytes
        bool descending = false;
        QCollatorSortKey key;
    };

    QByteArray m_bytes; ///< memcmp, shorter first; no value is the beginning of another
    std::vector<LocaleText> m_texts;
};

} // namespace Sheaf
