// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/keypin.h"

#include "crdt/rowkey.h"
#include "replica/sqltokens.h"
#include "sql/sqlstatement.h"

#include <QList>

#include <sqlite3.h>

#include <algorithm>
#include <optional>

namespace Sheaf {

namespace {

using Token = SqlToken;
using Tokens = SqlTokens;

/// Splits SQL whose parameters have been filled in; nothing if there is what the functions below do not look for.
std::optional<Tokens> tokensOf(QByteArrayView sql)
{
    auto tokens = sqlTokens(sql);
    const bool known =
        tokens && std::ranges::none_of(*tokens, [](const Token &token) {
            return token.kind == Token::Kind::Name || token.kind == Token::Kind::Number || token.kind == Token::Kind::Parameter;
        });
    return known ? tokens : std::nullopt;
}

struct Source {
    QByteArray table;
    QByteArray alias;
};

/// Reads `table [AS] alias` at each place of FROM where a table may stand.
std::optional<QList<Source>> sourcesOf(const Tokens &from)
{
    QList<Source> sources;
    bool expected = true;
    for (qsizetype i = 0; i < from.size(); ++i) {
        const Token &token = from[i];
        if (token.depth > 0)
            continue;
        if (!expected) {
            expected = token.isSign(",") || token.isWord("join");
            continue;
        }
        const bool another = i + 1 < from.size() && (from[i + 1].isSign(".") || from[i + 1].isSign("("));
        if (token.kind != Token::Kind::Word || another)
            return {};
        expected = false;
        Source source{token.text, token.text};
        if (i + 1 < from.size() && from[i + 1].isWord("as"))
            ++i;
        if (i + 1 < from.size() && from[i + 1].kind == Token::Kind::Word &&
            !from[i + 1].isWordOf(
                {"on", "using", "join", "left", "inner", "cross", "natural", "right", "full", "outer", "indexed", "not"}))
            source.alias = from[++i].text;
        sources.append(source);
    }
    return sources;
}

/// The value of a column if `term` is `column = value` or `value = column`.
std::optional<ValueView> pinnedValue(const Tokens &term, const QByteArray &alias, const QByteArray &column, bool alone)
{
    const auto equals = std::ranges::find_if(term, [](const Token &token) { return token.isSign("="); });
    if (equals == term.end())
        return {};
    Tokens left(term.begin(), equals);
    Tokens right(std::next(equals), term.end());
    if (right.size() > 1 && right[0].isSign("="))
        right.removeFirst(); // == is the same
    if (left.size() == 1 && left[0].kind != Token::Kind::Word)
        left.swap(right);
    const bool qualified = left.size() == 3 && left[0].isWord(alias.constData()) && left[1].isSign(".");
    const bool plain = left.size() == 1 && alone;
    if ((!qualified && !plain) || !left.last().isWord(column.constData()) || right.size() != 1)
        return {};
    if (right[0].kind == Token::Kind::Text)
        return ValueView::ofText(right[0].text);
    bool fits = false;
    const qint64 integer = right[0].text.toLongLong(&fits);
    return right[0].kind == Token::Kind::Integer && fits ? std::optional(ValueView::ofInteger(integer)) : std::nullopt;
}

/// Lower-case key columns of a real table in key order; none if a name is no table or a key column
/// compares by other rules than byte by byte.
QList<QByteArray> keyColumnsOf(sqlite3 *handle, const QByteArray &table)
{
    auto select = SqlStatement::prepare(handle, "SELECT lower(i.name) FROM sqlite_schema s, pragma_table_info(s.name) i"
                                                " WHERE s.type = 'table' AND lower(s.name) = ?1 AND i.pk > 0 ORDER BY i.pk");
    if (!select)
        return {};
    select->bindText(1, table);
    QList<QByteArray> columns;
    while (true) {
        const auto row = select->step();
        if (!row || !*row)
            return columns;
        const QByteArray name = select->bytes(0).toByteArray();
        const char *collation = nullptr;
        if (sqlite3_table_column_metadata(handle, "main", table.constData(), name.constData(), nullptr, &collation, nullptr,
                                          nullptr, nullptr) != SQLITE_OK ||
            qstricmp(collation, "BINARY") != 0)
            return {};
        columns.append(name);
    }
}

/// The terms that WHERE joins by AND; none if it is anything else.
QList<Tokens> termsOf(const Tokens &where)
{
    QList<Tokens> terms(1);
    for (const Token &token : where) {
        if (token.depth == 0 && token.isWordOf({"or", "between", "case"}))
            return {};
        if (token.depth == 0 && token.isWord("and"))
            terms.append(Tokens());
        else
            terms.last().append(token);
    }
    return terms;
}

/// The parts of a SELECT that matter here.
struct Parts {
    Tokens from;
    Tokens where;
};

std::optional<Parts> partsOf(const Tokens &tokens)
{
    Parts parts;
    enum { Columns, From, Where, Rest } at = Columns;
    for (qsizetype i = 0; i < tokens.size(); ++i) {
        const Token &token = tokens[i];
        if (token.isWordOf({"union", "intersect", "except", "with", "values", "collate"}) || (i > 0 && token.isWord("select")))
            return {};
        if (token.depth == 0 && token.isWord("from"))
            at = From;
        else if (token.depth == 0 && token.isWord("where"))
            at = Where;
        else if (token.depth == 0 && (token.isWordOf({"group", "order", "limit", "having", "window"}) || token.isSign(";")))
            at = Rest;
        else if (at == From)
            parts.from.append(token);
        else if (at == Where)
            parts.where.append(token);
    }
    const bool select = !tokens.isEmpty() && tokens[0].isWord("select");
    return select ? std::optional(parts) : std::nullopt;
}

std::optional<KeyPin> pinOf(sqlite3 *handle, const Source &source, const QList<Tokens> &terms, bool alone)
{
    KeyPin pin;
    const QList<QByteArray> columns = keyColumnsOf(handle, source.table);
    for (const QByteArray &column : columns) {
        std::optional<ValueView> value;
        for (const Tokens &term : terms) {
            value = pinnedValue(term, source.alias, column, alone);
            if (value) {
                encodeKey({&*value, 1}, pin.key); // the value looks into the term
                break;
            }
        }
        if (!value)
            return {};
    }
    return columns.isEmpty() ? std::nullopt : std::optional(pin);
}

} // namespace

bool KeyPin::excludes(QByteArrayView otherKey) const
{
    std::vector<ValueView> mine;
    std::vector<ValueView> theirs;
    if (!decodeKey(key, mine) || !decodeKey(otherKey, theirs) || mine.size() != theirs.size())
        return false;
    for (size_t i = 0; i < mine.size(); ++i) {
        if (mine[i].type == theirs[i].type && !sameValue(mine[i], theirs[i]))
            return true;
    }
    return false;
}

QHash<QByteArray, KeyPin> keyPins(sqlite3 *handle, sqlite3_stmt *statement)
{
    QHash<QByteArray, KeyPin> pins;
    char *expanded = sqlite3_expanded_sql(statement);
    const QByteArray sql(expanded);
    sqlite3_free(expanded);
    const auto tokens = tokensOf(sql);
    const auto parts = tokens ? partsOf(*tokens) : std::nullopt;
    const auto sources = parts ? sourcesOf(parts->from) : std::nullopt;
    if (!sources)
        return pins;
    for (const Source &source : *sources) {
        auto type = SqlStatement::prepare(handle, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND lower(name) = ?1");
        if (!type)
            return {};
        type->bindText(1, source.table);
        if (const auto row = type->step(); !row || !*row || type->integer(0) != 1)
            return {}; // a view may read any of the others
    }
    const QList<Tokens> terms = termsOf(parts->where);
    for (const Source &source : *sources) {
        const auto copies = std::ranges::count(*sources, source.table, &Source::table);
        if (copies != 1)
            continue;
        if (auto pin = pinOf(handle, source, terms, sources->size() == 1))
            pins.insert(source.table, *pin);
    }
    return pins;
}

} // namespace Sheaf
