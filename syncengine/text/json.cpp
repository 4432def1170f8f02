// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/limits.h"
#include "text/value.h"

#include <array>
#include <charconv>
#include <cmath>

using namespace Qt::StringLiterals;

namespace Sheaf::Text {
namespace {

/// Number.prototype.toString: shortest digits, laid out as JavaScript does.
void appendNumber(QString &out, double number)
{
    if (!std::isfinite(number)) {
        out += u"null"_s;
        return;
    }
    if (number == 0) {
        out += u'0';
        return;
    }
    std::array<char, 40> buffer{};
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(number), std::chars_format::scientific).ptr;
    const auto length = static_cast<qsizetype>(end - buffer.data());
    const QString scientific = QString::fromLatin1(buffer.data(), length);
    const qsizetype e = scientific.indexOf(u'e');
    QString digits = scientific.left(e);
    digits.remove(u'.');
    const int point = QStringView(scientific).mid(e + 1).toInt() + 1;
    const int count = static_cast<int>(digits.size());
    if (number < 0)
        out += u'-';
    if (point > 0 && point < count && point <= 21) {
        out.append(QStringView(digits).left(point)).append(u'.').append(QStringView(digits).mid(point));
    } else if (point > 0 && point <= 21) {
        out += digits + QString(point - count, u'0');
    } else if (point > -6 && point <= 0) {
        out += u"0."_s + QString(-point, u'0') + digits;
    } else {
        out += digits.at(0);
        if (count > 1)
            out.append(u'.').append(QStringView(digits).mid(1));
        out += point > 0 ? u"e+"_s : u"e-"_s;
        out += QString::number(std::abs(point - 1));
    }
}

void appendEscape(QString &out, char16_t unit)
{
    out += u"\\u"_s;
    out += QString::number(unit, 16).rightJustified(4, u'0');
}

void appendString(QString &out, QStringView text)
{
    out += u'"';
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        switch (c.unicode()) {
        case u'"':
            out += u"\\\""_s;
            continue;
        case u'\\':
            out += u"\\\\"_s;
            continue;
        case u'\b':
            out += u"\\b"_s;
            continue;
        case u'\f':
            out += u"\\f"_s;
            continue;
        case u'\n':
            out += u"\\n"_s;
            continue;
        case u'\r':
            out += u"\\r"_s;
            continue;
        case u'\t':
            out += u"\\t"_s;
            continue;
        default:
            break;
        }
        if (c.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            out += c;
            out += text[++i];
        } else if (c.unicode() < 0x20 || c.isSurrogate()) {
            appendEscape(out, c.unicode());
        } else {
            out += c;
        }
    }
    out += u'"';
}

void append(QString &out, const Value &value)
{
    if (const bool *truth = value.boolean()) {
        out += *truth ? u"true"_s : u"false"_s;
    } else if (const double *number = value.number()) {
        appendNumber(out, *number);
    } else if (const qint64 *integer = value.bigInteger()) {
        out += QString::number(*integer);
    } else if (const QString *text = value.text()) {
        appendString(out, *text);
    } else if (const QByteArray *bytes = value.bytes()) {
        // JSON has no bytes: JavaScript writes a typed array as an object of its indexes.
        out += u'{';
        for (qsizetype i = 0; i < bytes->size(); ++i)
            out += (i ? u",\""_s : u"\""_s) + QString::number(i) + u"\":"_s + QString::number(static_cast<quint8>(bytes->at(i)));
        out += u'}';
    } else if (const Value::Array *elements = value.array()) {
        out += u'[';
        for (size_t i = 0; i < elements->size(); ++i) {
            if (i)
                out += u',';
            append(out, (*elements)[i]);
        }
        out += u']';
    } else if (const Value::Object *members = value.object()) {
        out += u'{';
        bool first = true;
        for (const auto &[key, member] : *members) {
            if (member.isUndefined())
                continue;
            if (!first)
                out += u',';
            first = false;
            appendString(out, key);
            out += u':';
            append(out, member);
        }
        out += u'}';
    } else {
        out += u"null"_s;
    }
}

} // namespace

QString toJson(const Value &value)
{
    QString out;
    append(out, value);
    return out;
}

} // namespace Sheaf::Text
