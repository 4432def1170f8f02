// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/sqltokens.h"

#include <algorithm>

namespace Sheaf {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// As in SQLite every byte beyond ASCII may be part of a name.
bool isWordByte(char c)
{
    return c == '_' || isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<quint8>(c) >= 0x80;
}

/// Reads one token after another; a failure stops it.
class Splitter
{
public:
    explicit Splitter(QByteArrayView sql) : m_sql(sql) {}

    std::optional<SqlTokens> run()
    {
        while (m_at < m_sql.size()) {
            const char c = m_sql[m_at];
            if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
                ++m_at;
            else if (!token(c))
                return {};
        }
        return m_open.isEmpty() ? std::optional(m_tokens) : std::nullopt;
    }

private:
    bool token(char c)
    {
        if (c == '\'')
            return quoted(SqlToken::Kind::Text, '\'');
        if (c == '"' || c == '`')
            return quoted(SqlToken::Kind::Name, c);
        if (c == '[')
            return quoted(SqlToken::Kind::Name, ']');
        if (isWordByte(c))
            return word();
        if (c == '?' || ((c == ':' || c == '@' || c == '$') && m_at + 1 < m_sql.size() && isWordByte(m_sql[m_at + 1])))
            return parameter();
        return sign(c);
    }

    bool quoted(SqlToken::Kind kind, char end)
    {
        const qsizetype from = m_at;
        QByteArray text;
        for (++m_at;; ++m_at) {
            if (m_at >= m_sql.size())
                return false;
            if (m_sql[m_at] == end) {
                if (end == ']' || m_at + 1 >= m_sql.size() || m_sql[m_at + 1] != end)
                    break;
                ++m_at;
            }
            text += m_sql[m_at];
        }
        ++m_at;
        append(kind, text, from);
        return true;
    }

    bool word()
    {
        const qsizetype from = m_at;
        while (m_at < m_sql.size() && isWordByte(m_sql[m_at]))
            ++m_at;
        const QByteArray text = m_sql.sliced(from, m_at - from).toByteArray().toLower();
        if (!isDigit(text.front()))
            append(SqlToken::Kind::Word, text, from);
        else
            append(std::ranges::all_of(text, isDigit) ? SqlToken::Kind::Integer : SqlToken::Kind::Number, text, from);
        if (text == "select" && !m_open.isEmpty() && m_tokens.size() > 1 && m_tokens[m_tokens.size() - 2].isSign("(")) {
            m_open.last() = true;
            m_tokens.last().selects = ++m_selects;
        }
        return true;
    }

    bool parameter()
    {
        const qsizetype from = m_at++;
        while (m_at < m_sql.size() && isWordByte(m_sql[m_at]))
            ++m_at;
        append(SqlToken::Kind::Parameter, m_sql.sliced(from, m_at - from).toByteArray(), from);
        return true;
    }

    bool sign(char c)
    {
        const QByteArrayView rest = m_sql.sliced(m_at);
        if (!QByteArrayView("=<>!*,.+-/%|&~();").contains(c) || rest.startsWith("--") || rest.startsWith("/*"))
            return false;
        if (c == ')') {
            if (m_open.isEmpty())
                return false;
            m_selects -= m_open.takeLast() ? 1 : 0;
        }
        const qsizetype from = m_at++;
        append(SqlToken::Kind::Sign, QByteArray(1, c), from);
        if (c == '(')
            m_open.append(false);
        return true;
    }

    void append(SqlToken::Kind kind, const QByteArray &text, qsizetype from)
    {
        m_tokens.append({kind, text, static_cast<int>(m_open.size()), m_selects, from, m_at});
    }

    QByteArrayView m_sql;
    qsizetype m_at = 0;
    QList<bool> m_open; ///< parentheses; true when one begins with SELECT
    int m_selects = 0;
    SqlTokens m_tokens;
};

} // namespace

bool SqlToken::isWordOf(std::initializer_list<const char *> words) const
{
    return std::ranges::any_of(words, [this](const char *word) { return isWord(word); });
}

std::optional<SqlTokens> sqlTokens(QByteArrayView sql)
{
    return Splitter(sql).run();
}

} // namespace Sheaf
