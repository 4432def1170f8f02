// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/selectshape.h"

#include <algorithm>
#include <utility>

namespace Sheaf {

namespace {

class ShapeReader
{
public:
    explicit ShapeReader(const SqlTokens &tokens) : m_tokens(tokens) {}

    bool statement(TokenSpan span);
    SelectShape shape;

private:
    struct Clauses {
        TokenSpan all;
        TokenSpan items;
        TokenSpan from;
        TokenSpan where;
        TokenSpan order;
        TokenSpan limit;
        TokenSpan offset;
    };

    [[nodiscard]] const SqlToken &at(qsizetype i) const { return m_tokens[i]; }
    [[nodiscard]] std::optional<Clauses> clauses(TokenSpan span) const;
    [[nodiscard]] bool isConstant(TokenSpan span) const;
    [[nodiscard]] bool isUnlimited(TokenSpan span) const;
    [[nodiscard]] TokenSpan withoutParentheses(TokenSpan span) const;
    [[nodiscard]] bool isPrimary(TokenSpan span) const;
    bool select(TokenSpan span, bool alone, bool last);
    bool plain(const Clauses &found, SelectPart &part) const;
    bool wrapped(const Clauses &outer, SelectPart &part) const;
    bool source(TokenSpan span, SelectPart &part) const;
    bool orderTerms(TokenSpan span, QList<OrderTerm> &terms) const;
    bool orderTerm(TokenSpan span, OrderTerm &term) const;
    bool readsNoPartInside() const;

    const SqlTokens &m_tokens;
};

/// Where the clauses of one SELECT lie; none if it has others.
std::optional<ShapeReader::Clauses> ShapeReader::clauses(TokenSpan span) const
{
    if (span.isEmpty() || !at(span.first).isWord("select"))
        return {};
    Clauses found;
    const int depth = at(span.first).depth;
    TokenSpan *current = &found.items;
    current->first = span.first + 1;
    for (qsizetype i = span.first + 1; i < span.last; ++i) {
        if (at(i).depth != depth)
            continue;
        TokenSpan *next = nullptr;
        if (at(i).isWord("from"))
            next = &found.from;
        else if (at(i).isWord("where"))
            next = &found.where;
        else if (at(i).isWord("order"))
            next = &found.order;
        else if (at(i).isWord("limit"))
            next = &found.limit;
        else if (at(i).isWord("offset"))
            next = &found.offset;
        else if (at(i).isWordOf({"group", "having", "all", "natural", "join"}))
            return {};
        if (next == nullptr)
            continue;
        current->last = i;
        current = next;
        if (current->first != 0)
            return {};
        current->first = i + 1;
        if (current == &found.order && (++current->first > span.last || !at(i + 1).isWord("by")))
            return {};
    }
    current->last = span.last;
    const TokenSpan *before = nullptr;
    for (const TokenSpan *clause : {&found.items, &found.from, &found.where, &found.order, &found.limit, &found.offset}) {
        if (clause->first == 0)
            continue;
        if (clause->isEmpty() || (before != nullptr && before->last > clause->first))
            return {}; // such as a column named offset
        before = clause;
    }
    found.all = span;
    return found;
}

bool ShapeReader::isConstant(TokenSpan span) const
{
    if (span.size() == 2 && at(span.first).isSign("-"))
        return at(span.first + 1).kind == SqlToken::Kind::Integer;
    return span.size() == 1 &&
           (at(span.first).kind == SqlToken::Kind::Integer || at(span.first).kind == SqlToken::Kind::Parameter);
}

bool ShapeReader::isUnlimited(TokenSpan span) const
{
    return span.isEmpty() || (span.size() == 2 && isConstant(span) && at(span.first + 1).text.toLongLong() > 0);
}

TokenSpan ShapeReader::withoutParentheses(TokenSpan span) const
{
    while (span.size() > 2 && at(span.first).isSign("(") && at(span.last - 1).isSign(")")) {
        const int depth = at(span.first).depth;
        const auto begin = m_tokens.begin() + span.first + 1;
        const auto end = m_tokens.begin() + span.last - 1;
        if (begin->isWord("select") || std::any_of(begin, end, [depth](const SqlToken &token) { return token.depth <= depth; }))
            break;
        span = {span.first + 1, span.last - 1};
    }
    return span;
}

/// A name, a qualified name, a call or something in parentheses: what COLLATE binds to as a whole.
bool ShapeReader::isPrimary(TokenSpan span) const
{
    if (span.size() == 1)
        return true;
    if (span.size() == 3 && at(span.first).isIdentifier() && at(span.first + 1).isSign(".") && at(span.first + 2).isIdentifier())
        return true;
    if (at(span.first).isIdentifier())
        ++span.first;
    return span.size() > 1 && at(span.first).isSign("(") && withoutParentheses(span).first > span.first;
}

bool ShapeReader::source(TokenSpan span, SelectPart &part) const
{
    if (span.isEmpty() || !at(span.first).isIdentifier())
        return false;
    part.table = at(span.first).text.toLower();
    part.alias = {span.first, span.first + 1};
    if (span.size() == 1)
        return true;
    const qsizetype alias = span.first + (at(span.first + 1).isWord("as") ? 2 : 1);
    if (alias != span.last - 1 || !at(alias).isIdentifier() || at(alias).isWordOf({"indexed", "not"}))
        return false;
    part.alias = {alias, alias + 1};
    return true;
}

bool ShapeReader::orderTerm(TokenSpan span, OrderTerm &term) const
{
    std::optional<bool> nullsFirst;
    if (span.size() > 2 && at(span.last - 2).isWord("nulls") && at(span.last - 1).isWordOf({"first", "last"})) {
        nullsFirst = at(span.last - 1).isWord("first");
        span.last -= 2;
    }
    if (span.size() > 1 && at(span.last - 1).isWordOf({"asc", "desc"}))
        term.descending = at(--span.last).isWord("desc");
    term.nullsFirst = nullsFirst.value_or(!term.descending);
    const auto begin = m_tokens.begin() + span.first;
    const auto end = m_tokens.begin() + span.last;
    const auto collations = std::count_if(begin, end, [](const SqlToken &token) { return token.isWord("collate"); });
    if (collations > 0) {
        if (collations > 1 || span.size() < 3 || !at(span.last - 2).isWord("collate") || !at(span.last - 1).isIdentifier())
            return false;
        term.collation = at(span.last - 1).text.toLower();
        span.last -= 2;
        if (!isPrimary(span))
            return false;
    }
    term.expression = withoutParentheses(span);
    return !term.expression.isEmpty();
}

bool ShapeReader::orderTerms(TokenSpan span, QList<OrderTerm> &terms) const
{
    if (span.isEmpty())
        return true;
    const int depth = at(span.first).depth;
    for (qsizetype i = span.first; i <= span.last; ++i) {
        if (i < span.last && (at(i).depth != depth || !at(i).isSign(",")))
            continue;
        OrderTerm term;
        if (!orderTerm({span.first, i}, term))
            return false;
        terms.append(term);
        span.first = i + 1;
    }
    return true;
}

bool ShapeReader::plain(const Clauses &found, SelectPart &part) const
{
    part.all = found.all;
    part.items = found.items;
    part.where = found.where;
    return !part.items.isEmpty() && source(found.from, part) && orderTerms(found.order, part.order);
}

/// `SELECT * FROM (SELECT … [LIMIT -1])`, the way to sort a part of a UNION ALL.
bool ShapeReader::wrapped(const Clauses &outer, SelectPart &part) const
{
    const TokenSpan from = outer.from;
    if (outer.items.size() != 1 || !at(outer.items.first).isSign("*") || !outer.where.isEmpty() || from.size() < 4 ||
        !at(from.first).isSign("(") || !at(from.last - 1).isSign(")"))
        return false;
    const int depth = at(from.first).depth;
    const TokenSpan inside{from.first + 1, from.last - 1};
    for (qsizetype i = inside.first; i < inside.last; ++i) {
        if (at(i).depth <= depth)
            return false;
    }
    const auto inner = clauses(inside);
    return inner && isUnlimited(inner->limit) && inner->offset.isEmpty() && plain(*inner, part);
}

bool ShapeReader::select(TokenSpan span, bool alone, bool last)
{
    auto found = clauses(span);
    if (!found)
        return false;
    if (last) {
        shape.limit = found->limit;
        shape.offset = found->offset;
        if (!alone && !orderTerms(std::exchange(found->order, {}), shape.order))
            return false;
    } else if (!found->order.isEmpty() || !found->limit.isEmpty()) {
        return false;
    }
    SelectPart part;
    if (found->from.isEmpty())
        return false;
    if (at(found->from.first).isSign("(")) {
        if (!found->order.isEmpty() || !wrapped(*found, part))
            return false;
    } else if (!plain(*found, part)) {
        return false;
    }
    shape.parts.append(part);
    return true;
}

/// Subqueries may read other tables, by name, but none of those whose rows make the result; and `x IN table` is not
/// understood.
bool ShapeReader::readsNoPartInside() const
{
    for (const SelectPart &part : shape.parts) {
        const int selects = at(part.all.first).selects;
        for (qsizetype i = part.all.first; i < part.all.last; ++i) {
            const SqlToken *next = i + 1 < part.all.last ? &at(i + 1) : nullptr;
            if (at(i).isWord("in") && (next == nullptr || !next->isSign("(")))
                return false;
            const bool name = at(i).isIdentifier() || at(i).kind == SqlToken::Kind::Text;
            if (at(i).selects <= selects || !name || (next != nullptr && next->isSign(".")))
                continue;
            const QByteArray text = at(i).text.toLower();
            if (std::ranges::any_of(shape.parts, [&text](const SelectPart &other) { return other.table == text; }))
                return false;
        }
    }
    return true;
}

bool ShapeReader::statement(TokenSpan span)
{
    if (!span.isEmpty() && at(span.last - 1).isSign(";"))
        --span.last;
    // Words that make more than rows of one table, wherever they stand.
    for (qsizetype i = span.first; i < span.last; ++i) {
        if (at(i).isWordOf({"distinct", "over", "window", "filter", "with", "intersect", "except", "values", "indexed"}) ||
            at(i).isSign(";"))
            return false;
    }
    qsizetype first = span.first;
    bool alone = true;
    for (qsizetype i = span.first; i < span.last; ++i) {
        if (at(i).depth > 0 || !at(i).isWord("union"))
            continue;
        if (i + 1 >= span.last || !at(i + 1).isWord("all") || !select({first, i}, false, false))
            return false;
        alone = false;
        first = i + 2;
    }
    if (!select({first, span.last}, alone, true))
        return false;
    const bool sortedInside = std::ranges::any_of(shape.parts, [](const SelectPart &part) { return !part.order.isEmpty(); });
    const bool limits =
        (shape.limit.isEmpty() || isConstant(shape.limit)) && (shape.offset.isEmpty() || isConstant(shape.offset));
    return limits && (shape.order.isEmpty() || !sortedInside) && readsNoPartInside();
}

} // namespace

std::optional<SelectShape> selectShape(const SqlTokens &tokens)
{
    ShapeReader reader(tokens);
    return reader.statement({0, tokens.size()}) ? std::optional(reader.shape) : std::nullopt;
}

} // namespace Sheaf
