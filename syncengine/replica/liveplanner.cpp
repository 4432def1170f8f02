// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/liveplan.h"
#include "replica/localeorder.h"
#include "replica/parameters.h"
#include "replica/selectshape.h"
#include "sql/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <functional>

namespace Sheaf {

namespace {

/// Longer windows are rather read whole.
constexpr qint64 limitMax = 10'000;

/// Functions of one row whose value depends on nothing else. What is not here (dates know "now", aggregates,
/// an app's own) makes no plan.
constexpr const char *pureFunctions[] = {
    "abs",          "char",      "coalesce",   "format",    "glob",       "hex",         "ifnull",     "iif",
    "instr",        "json",      "json_array", "json_type", "json_valid", "json_object", "json_quote", "json_array_length",
    "json_extract", "->",        "->>",        "length",    "like",       "likelihood",  "likely",     "lower",
    "ltrim",        "nullif",    "printf",     "quote",     "replace",    "round",       "rtrim",      "sign",
    "substr",       "substring", "trim",       "typeof",    "unicode",    "unlikely",    "upper"};

/// Facts of one table, as SQLite knows them.
struct TableFacts {
    bool synced = false;
    QByteArray rowid; ///< a name for it; empty if the table has none
    QList<QByteArray> keyColumns;
};

std::optional<TableFacts> factsOf(sqlite3 *handle, const QByteArray &table)
{
    auto list = SqlStatement::prepare(handle, "SELECT l.wr, EXISTS(SELECT 1 FROM sheaf_tables s WHERE s.synced AND"
                                              " lower(CAST(s.name AS TEXT)) = lower(l.name)) FROM pragma_table_list l"
                                              " WHERE l.schema = 'main' AND l.type = 'table' AND lower(l.name) = ?1");
    if (!list)
        return {};
    list->bindText(1, table);
    if (const auto row = list->step(); !row || !*row)
        return {};
    TableFacts facts;
    facts.synced = list->integer(1) != 0;
    QList<QByteArray> rowids{"_rowid_", "rowid", "oid"};
    if (list->integer(0) != 0)
        rowids.clear();
    auto info = SqlStatement::prepare(handle, "SELECT name, pk FROM pragma_table_info(?1) ORDER BY pk");
    if (!info)
        return {};
    info->bindText(1, table);
    while (true) {
        const auto row = info->step();
        if (!row)
            return {};
        if (!*row)
            break;
        const QByteArray name = info->bytes(0).toByteArray();
        rowids.removeAll(name.toLower());
        if (info->integer(1) > 0)
            facts.keyColumns.append(name);
    }
    facts.rowid = rowids.value(0);
    const bool known = facts.synced ? !facts.keyColumns.isEmpty() : !facts.rowid.isEmpty();
    return known ? std::optional(facts) : std::nullopt;
}

std::optional<SortTerm::Collation> collationNamed(const QByteArray &name)
{
    if (name.compare("binary", Qt::CaseInsensitive) == 0)
        return SortTerm::Collation::Binary;
    if (name.compare("nocase", Qt::CaseInsensitive) == 0)
        return SortTerm::Collation::NoCase;
    if (name.compare("rtrim", Qt::CaseInsensitive) == 0)
        return SortTerm::Collation::RTrim;
    if (name.compare("sheaf_locale", Qt::CaseInsensitive) == 0)
        return SortTerm::Collation::Locale;
    return {};
}

std::optional<SortTerm::Collation> collationOf(sqlite3 *handle, const char *table, const char *column)
{
    const char *collation = nullptr;
    if (sqlite3_table_column_metadata(handle, "main", table, column, nullptr, &collation, nullptr, nullptr, nullptr) != SQLITE_OK)
        return {};
    return collationNamed(collation);
}

/// Builds the plan of one statement.
class Planner
{
public:
    Planner(const SqlStatement &statement, const StatementReads &reads, const QVariantList &values)
        : m_statement(statement.raw()), m_handle(sqlite3_db_handle(m_statement)), m_reads(reads), m_values(values),
          m_sql(sqlite3_sql(m_statement))
    {
    }

    std::optional<LivePlan> run();

private:
    [[nodiscard]] bool callsOnlyPure() const;
    [[nodiscard]] bool comparesBytes() const;
    bool numberParameters();
    [[nodiscard]] QByteArray text(TokenSpan span) const;
    [[nodiscard]] std::optional<qint64> constant(TokenSpan span, qint64 otherwise) const;
    [[nodiscard]] std::optional<int> orderColumn(const OrderTerm &term) const;
    bool addPart(const SelectPart &part);
    [[nodiscard]] std::optional<SortTerm> sortTerm(const LivePlan::Part &part, const OrderTerm &term, int column) const;
    [[nodiscard]] std::optional<SqlStatement> prepared(const QByteArray &sql) const;

    sqlite3_stmt *m_statement;
    sqlite3 *m_handle;
    const StatementReads &m_reads;
    const QVariantList &m_values;
    QByteArray m_sql;
    SqlTokens m_tokens;
    SelectShape m_shape;
    QHash<qsizetype, int> m_numbers; ///< of parameters, by token
    LivePlan m_plan;
};

std::optional<LivePlan> Planner::run()
{
    auto tokens = sqlTokens(m_sql);
    auto shape = tokens ? selectShape(*tokens) : std::nullopt;
    if (!shape || m_reads.views)
        return {};
    m_tokens = *std::move(tokens);
    m_shape = *std::move(shape);
    m_plan.columns = sqlite3_column_count(m_statement);
    m_plan.parameters = sqlite3_bind_parameter_count(m_statement);
    m_plan.partsInTurn = m_shape.order.isEmpty();
    if (!callsOnlyPure() || !numberParameters())
        return {};
    const auto limit = constant(m_shape.limit, -1);
    const auto offset = constant(m_shape.offset, 0);
    if (!limit || !offset || *limit == 0 || *limit > limitMax || *offset > limitMax)
        return {};
    m_plan.limit = *limit;
    m_plan.offset = std::max<qint64>(0, *offset);
    if (!std::ranges::all_of(m_shape.parts, [this](const SelectPart &part) { return addPart(part); }))
        return {};
    const auto sameOrder = [this](const LivePlan::Part &part) {
        return std::ranges::equal(part.order, m_plan.parts.front().order,
                                  [](const auto &a, const auto &b) { return a.term == b.term; });
    };
    if (!m_plan.partsInTurn && !std::ranges::all_of(m_plan.parts, sameOrder))
        return {};
    return std::move(m_plan);
}

bool Planner::callsOnlyPure() const
{
    auto functions = m_reads.functions;
    for (const char *pure : pureFunctions)
        functions.remove(pure);
    // count(*) in a subquery counts that query's rows; other aggregates may belong to the outer one.
    for (const SelectPart &part : m_shape.parts) {
        for (qsizetype i = part.all.first; i < part.all.last; ++i) {
            const bool call = m_tokens[i].isWord("count") && i + 1 < part.all.last && m_tokens[i + 1].isSign("(");
            if (call && (m_tokens[i].selects == m_tokens[part.all.first].selects || !m_tokens[i + 2].isSign("*")))
                return false;
        }
    }
    functions.remove("count");
    return functions.isEmpty();
}

/// Whether no comparison in the statement can follow another collation than BINARY, but for the terms of ORDER BY that
/// name one: that is theirs alone.
bool Planner::comparesBytes() const
{
    const auto named = [](const QList<OrderTerm> &terms) {
        return std::ranges::count_if(terms, [](const OrderTerm &term) { return !term.collation.isEmpty(); });
    };
    auto others = std::ranges::count_if(m_tokens, [](const SqlToken &token) { return token.isWord("collate"); });
    others -= named(m_shape.order);
    for (const SelectPart &part : m_shape.parts)
        others -= named(part.order);
    if (others > 0)
        return false;
    for (auto it = m_reads.columns.cbegin(); it != m_reads.columns.cend(); ++it) {
        for (const QByteArray &column : *it) {
            if (!column.isEmpty() &&
                collationOf(m_handle, it.key().constData(), column.constData()) != SortTerm::Collation::Binary)
                return false;
        }
    }
    return true;
}

/// Numbers the parameters as SQLite does, so that they keep their values in another statement.
bool Planner::numberParameters()
{
    int greatest = 0;
    for (qsizetype i = 0; i < m_tokens.size(); ++i) {
        const SqlToken &token = m_tokens[i];
        if (token.kind != SqlToken::Kind::Parameter)
            continue;
        int number = greatest + 1;
        if (token.text.startsWith('?') && token.text.size() > 1)
            number = token.text.sliced(1).toInt();
        else if (!token.text.startsWith('?'))
            number = sqlite3_bind_parameter_index(m_statement, token.text.constData());
        greatest = std::max(greatest, number);
        m_numbers.insert(i, number);
    }
    return greatest == m_plan.parameters;
}

/// The tokens as they were written, but for the parameters.
QByteArray Planner::text(TokenSpan span) const
{
    QByteArray text;
    for (qsizetype i = span.first; i < span.last; ++i) {
        const SqlToken &token = m_tokens[i];
        if (i > span.first && m_tokens[i - 1].to < token.from)
            text += ' ';
        if (token.kind == SqlToken::Kind::Parameter)
            text += '?' + QByteArray::number(m_numbers.value(i)) + ' ';
        else
            text += m_sql.sliced(token.from, token.to - token.from);
    }
    return text;
}

/// The value of LIMIT or OFFSET.
std::optional<qint64> Planner::constant(TokenSpan span, qint64 otherwise) const
{
    if (span.isEmpty())
        return otherwise;
    const SqlToken &last = m_tokens[span.last - 1];
    const QVariant given = last.kind == SqlToken::Kind::Integer ? QVariant(QString::fromLatin1(last.text))
                                                                : m_values.value(m_numbers.value(span.last - 1) - 1);
    bool fits = false;
    const qint64 value = given.toLongLong(&fits);
    if (!fits || static_cast<double>(value) != given.toDouble())
        return {};
    return span.size() == 2 ? -value : value;
}

std::optional<SqlStatement> Planner::prepared(const QByteArray &sql) const
{
    auto statement = SqlStatement::prepare(m_handle, sql);
    if (!statement)
        return {};
    for (int i = 0; i < m_plan.parameters; ++i)
        bindVariant(*statement, i + 1, m_values.value(i));
    return *std::move(statement);
}

/// The result column by which a term sorts, as SQLite finds it: a number, or the name of a column. -1: it is an
/// expression. Nothing if two columns have that name.
std::optional<int> Planner::orderColumn(const OrderTerm &term) const
{
    const auto begin = m_tokens.begin() + term.expression.first;
    // Signs and digits alone could be a column's number in disguise, such as +2.
    if (term.expression.size() > 1)
        return std::any_of(begin, begin + term.expression.size(), std::mem_fn(&SqlToken::isIdentifier)) ? std::optional(-1)
                                                                                                        : std::nullopt;
    const SqlToken &token = m_tokens[term.expression.first];
    if (token.kind == SqlToken::Kind::Integer) {
        const int number = token.text.toInt();
        return number >= 1 && number <= m_plan.columns ? std::optional(number - 1) : std::nullopt;
    }
    std::optional<int> found = -1;
    for (int column = 0; column < m_plan.columns && token.isIdentifier(); ++column) {
        if (token.text.compare(sqlite3_column_name(m_statement, column), Qt::CaseInsensitive) != 0)
            continue;
        if (*found >= 0)
            return {};
        found = column;
    }
    return found;
}

std::optional<SortTerm> Planner::sortTerm(const LivePlan::Part &part, const OrderTerm &term, int column) const
{
    std::optional<SortTerm::Collation> collation = SortTerm::Collation::Binary;
    sqlite3_stmt *raw = part.all.raw();
    const char *table = sqlite3_column_table_name(raw, column);
    if (!term.collation.isEmpty())
        collation = collationNamed(term.collation);
    else if (table != nullptr && QByteArray(table).toLower() == part.table)
        collation = collationOf(m_handle, table, sqlite3_column_origin_name(raw, column));
    else if (!comparesBytes())
        return {};
    return collation ? std::optional(SortTerm{*collation, term.descending, term.nullsFirst}) : std::nullopt;
}

bool Planner::addPart(const SelectPart &part)
{
    const auto facts = factsOf(m_handle, part.table);
    if (!facts)
        return false;
    LivePlan::Part planned;
    planned.table = part.table;
    planned.byRowid = !facts->synced;
    planned.keyColumn = m_plan.columns;
    const QByteArray alias = text(part.alias) + '.';
    const QList<QByteArray> keys = facts->synced ? facts->keyColumns : QList<QByteArray>{facts->rowid};
    QByteArray columns = text(part.items);
    QByteArray byKey;
    QByteArray ties;
    for (const QByteArray &key : keys) {
        const QByteArray name = alias + (facts->synced ? quotedName(key) : key);
        columns += ", " + name;
        byKey += (byKey.isEmpty() ? "" : " AND ") + name + " IS ?" + QByteArray::number(m_plan.parameters + ++planned.keyColumns);
        ties += ", " + name;
    }
    int next = m_plan.columns + planned.keyColumns;
    if (facts->synced && !facts->rowid.isEmpty()) {
        planned.rowidColumn = next++;
        columns += ", " + alias + facts->rowid;
        ties = ", " + alias + facts->rowid;
    }
    const QList<OrderTerm> &terms = m_plan.partsInTurn ? part.order : m_shape.order;
    QByteArray order;
    for (const OrderTerm &term : terms) {
        const auto column = orderColumn(term);
        if (!column || (*column < 0 && !m_plan.partsInTurn))
            return false;
        const QByteArray expression = *column < 0 ? '(' + text(term.expression) + ')' : QByteArray::number(*column + 1);
        if (*column < 0)
            columns += ", " + expression;
        planned.order.append(LivePlan::OrderColumn{*column < 0 ? next++ : *column, {}});
        order += ", " + expression + (term.collation.isEmpty() ? "" : " COLLATE " + term.collation) +
                 (term.descending ? " DESC" : " ASC") + (term.nullsFirst ? " NULLS FIRST" : " NULLS LAST");
    }
    const QByteArray from = "SELECT " + columns + " FROM " + quotedName(part.table) + " AS " + text(part.alias) + " WHERE ";
    const QByteArray where = part.where.isEmpty() ? "" : '(' + text(part.where) + ')';
    const QByteArray limit = m_plan.limit < 0 ? QByteArray() : " LIMIT ?" + QByteArray::number(m_plan.parameters + 1);
    auto all = prepared(from + (where.isEmpty() ? "1" : where) + " ORDER BY " + (order + ties).sliced(2) + limit);
    auto one = prepared(from + (where.isEmpty() ? "" : where + " AND ") + byKey);
    if (!all || !one || sqlite3_column_count(all->raw()) != next)
        return false;
    planned.all = *std::move(all);
    planned.one = *std::move(one);
    for (qsizetype i = 0; i < terms.size(); ++i) {
        const auto term = sortTerm(planned, terms[i], planned.order[i].column);
        if (!term)
            return false;
        planned.order[i].term = *term;
        if (term->collation == SortTerm::Collation::Locale && !m_plan.collator)
            m_plan.collator = localeCollator();
    }
    m_plan.parts.push_back(std::move(planned));
    return true;
}

} // namespace

std::optional<LivePlan> LivePlan::make(const SqlStatement &statement, const StatementReads &reads, const QVariantList &values)
{
    return Planner(statement, reads, values).run();
}

} // namespace Sheaf
