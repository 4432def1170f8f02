// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/limits.h"
#include "text/value.h"

#include <QLocale>

using namespace Qt::StringLiterals;

namespace Sheaf::Text {
namespace {

/// Recursive descent over UTF-16, with the grammar of JSON.parse. Every method says whether it went well.
class Parser
{
public:
    explicit Parser(QStringView text) : m_text(text) {}

    bool document(Value &out)
    {
        if (!value(out, 0))
            return false;
        space();
        return m_at == m_text.size();
    }

private:
    void space()
    {
        while (m_at < m_text.size() &&
               (m_text[m_at] == u' ' || m_text[m_at] == u'\n' || m_text[m_at] == u'\r' || m_text[m_at] == u'\t'))
            ++m_at;
    }

    [[nodiscard]] bool take(QChar c)
    {
        if (m_at >= m_text.size() || m_text[m_at] != c)
            return false;
        ++m_at;
        return true;
    }

    [[nodiscard]] bool word(QStringView expected)
    {
        if (!m_text.mid(m_at).startsWith(expected))
            return false;
        m_at += expected.size();
        return true;
    }

    bool value(Value &out, int depth)
    {
        space();
        if (m_at >= m_text.size() || depth > Limits::valueDepthMax)
            return false;
        switch (m_text[m_at].unicode()) {
        case u'{':
            return object(out, depth);
        case u'[':
            return array(out, depth);
        case u'"': {
            QString text;
            const bool good = string(text);
            out = Value(std::move(text));
            return good;
        }
        case u't':
            out = Value(true);
            return word(u"true");
        case u'f':
            out = Value(false);
            return word(u"false");
        case u'n':
            out = Value::null();
            return word(u"null");
        default:
            return number(out);
        }
    }

    bool object(Value &out, int depth)
    {
        Value::Object members;
        ++m_at;
        space();
        if (!take(u'}')) {
            do {
                space();
                Value::Member member;
                if (!string(member.first))
                    return false;
                space();
                if (!take(u':') || !value(member.second, depth + 1))
                    return false;
                members.push_back(std::move(member));
                space();
            } while (take(u','));
            if (!take(u'}'))
                return false;
        }
        out = Value(std::move(members));
        return true;
    }

    bool array(Value &out, int depth)
    {
        Value::Array elements;
        ++m_at;
        space();
        if (!take(u']')) {
            do {
                Value element;
                if (!value(element, depth + 1))
                    return false;
                elements.push_back(std::move(element));
                space();
            } while (take(u','));
            if (!take(u']'))
                return false;
        }
        out = Value(std::move(elements));
        return true;
    }

    bool string(QString &out)
    {
        if (!take(u'"'))
            return false;
        while (m_at < m_text.size()) {
            const QChar c = m_text[m_at++];
            if (c == u'"')
                return true;
            if (c.unicode() < 0x20)
                return false;
            if (c != u'\\')
                out += c;
            else if (!escape(out))
                return false;
        }
        return false;
    }

    bool escape(QString &out)
    {
        if (m_at >= m_text.size())
            return false;
        switch (m_text[m_at++].unicode()) {
        case u'"':
            out += u'"';
            return true;
        case u'\\':
            out += u'\\';
            return true;
        case u'/':
            out += u'/';
            return true;
        case u'b':
            out += u'\b';
            return true;
        case u'f':
            out += u'\f';
            return true;
        case u'n':
            out += u'\n';
            return true;
        case u'r':
            out += u'\r';
            return true;
        case u't':
            out += u'\t';
            return true;
        case u'u':
            break;
        default:
            return false;
        }
        char16_t unit = 0;
        for (int i = 0; i < 4; ++i, ++m_at) {
            if (m_at >= m_text.size())
                return false;
            const char16_t digit = m_text[m_at].unicode();
            int nibble = -1;
            if (digit >= u'0' && digit <= u'9')
                nibble = digit - u'0';
            else if ((digit | 0x20) >= u'a' && (digit | 0x20) <= u'f')
                nibble = (digit | 0x20) - u'a' + 10;
            if (nibble < 0)
                return false;
            unit = static_cast<char16_t>(unit << 4 | nibble);
        }
        out += QChar(unit);
        return true;
    }

    [[nodiscard]] qsizetype digits()
    {
        const qsizetype from = m_at;
        while (m_at < m_text.size() && m_text[m_at] >= u'0' && m_text[m_at] <= u'9')
            ++m_at;
        return m_at - from;
    }

    bool number(Value &out)
    {
        const qsizetype from = m_at;
        (void)take(u'-');
        if (!take(u'0') && digits() == 0)
            return false;
        if (take(u'.') && digits() == 0)
            return false;
        if (take(u'e') || take(u'E')) {
            if (!take(u'+'))
                (void)take(u'-');
            if (digits() == 0)
                return false;
        }
        // Overflow is infinity in JavaScript too; the grammar was checked above.
        out = Value(QLocale::c().toDouble(m_text.mid(from, m_at - from)));
        return true;
    }

    QStringView m_text;
    qsizetype m_at = 0;
};

} // namespace

Result<Value> fromJson(QStringView json)
{
    Value value;
    if (!Parser(json).document(value))
        return fail(u"text_bad_json"_s, u"A value in the document is not valid JSON."_s);
    return value;
}

} // namespace Sheaf::Text
