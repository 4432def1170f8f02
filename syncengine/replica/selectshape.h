// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/sqltokens.h"

namespace Sheaf {

/// Tokens [first, last) of a text.
struct TokenSpan {
    qsizetype first = 0;
    qsizetype last = 0;
    [[nodiscard]] bool isEmpty() const { return first >= last; }
    [[nodiscard]] qsizetype size() const { return last - first; }
};

/// One term of ORDER BY.
struct OrderTerm {
    TokenSpan expression; ///< without COLLATE and what follows, and without parentheses around it
    QByteArray collation; ///< lower case; empty when none is named
    bool descending = false;
    bool nullsFirst = true;
};

/// `SELECT items FROM table [alias] [WHERE where] [ORDER BY order]`
struct SelectPart {
    TokenSpan all;
    TokenSpan items;
    QByteArray table; ///< lower case
    TokenSpan alias;  ///< the one token by which its columns can be named
    TokenSpan where;
    QList<OrderTerm> order;
};

/// A SELECT from one table, row by row, or several such joined by UNION ALL. Each row of the result
/// comes from one row of a table and from nothing else in that table.
struct SelectShape {
    QList<SelectPart> parts;
    QList<OrderTerm> order; ///< of the whole of several parts
    TokenSpan limit;        ///< an integer, perhaps negative, or a parameter
    TokenSpan offset;
};

/// Whether the tokens are such a statement, as far as words can tell; what is not understood is none.
/// That names are tables, that functions are not aggregates and so on is left to ask SQLite.
[[nodiscard]] std::optional<SelectShape> selectShape(const SqlTokens &tokens);

} // namespace Sheaf
