// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>

#include <initializer_list>
#include <optional>

namespace Sheaf {

/// One token of an SQL text and where it stands.
struct SqlToken {
    enum class Kind : quint8 {
        Word,      ///< keyword or plain name
        Name,      ///< name in quotes
        Text,      ///< 'text'
        Integer,   ///< decimal digits
        Number,    ///< any other literal that begins with a digit
        Parameter, ///< ?, ?1, :name, @name, $name
        Sign       ///< one character
    };
    Kind kind = Kind::Sign;
    QByteArray text;    ///< words in lower case; names and texts without their quotes
    int depth = 0;      ///< how many parentheses are open
    int selects = 0;    ///< how many of them begin with SELECT
    qsizetype from = 0; ///< bytes [from, to) of the text
    qsizetype to = 0;

    [[nodiscard]] bool isSign(const char *sign) const { return kind == Kind::Sign && text == sign; }
    [[nodiscard]] bool isWord(const char *word) const { return kind == Kind::Word && text == word; }
    [[nodiscard]] bool isWordOf(std::initializer_list<const char *> words) const;
    [[nodiscard]] bool isIdentifier() const { return kind == Kind::Word || kind == Kind::Name; }
};
using SqlTokens = QList<SqlToken>;

/// Splits SQL; nothing for what this reader does not know, such as comments.
[[nodiscard]] std::optional<SqlTokens> sqlTokens(QByteArrayView sql);

} // namespace Sheaf
