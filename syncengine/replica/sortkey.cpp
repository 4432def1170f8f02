// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/sortkey.h"

#include "base/check.h"
#include "crdt/bytes.h"

#include <bit>
#include <cmath>

namespace Sheaf {

namespace {

// First byte of a value: SQLite orders numbers before texts before blobs.
constexpr char numberClass = 1;
constexpr char textClass = 2;
constexpr char blobClass = 3;

void appendReal(QByteArray &out, double real)
{
    const auto bits = std::bit_cast<quint64>(real == 0 ? 0.0 : real); // -0.0 equals 0.0
    constexpr quint64 sign = 1ULL << 63;
    Bytes::appendFixed(out, (bits & sign) != 0 ? ~bits : bits | sign);
}

/// A number as the greatest double that is not above it, and what is left: SQLite compares integers
/// and reals exactly.
void appendNumber(QByteArray &out, const ValueView &value)
{
    quint64 rest = 0;
    double floor = value.real;
    if (value.type == ValueView::Type::Integer) {
        floor = static_cast<double>(value.integer);
        constexpr double beyond = 9223372036854775808.0; // rounded up to 2^63, which is no qint64
        if (floor >= beyond || static_cast<qint64>(floor) > value.integer)
            floor = std::nextafter(floor, -beyond);
        rest = static_cast<quint64>(value.integer) - static_cast<quint64>(static_cast<qint64>(floor));
    }
    out.append(numberClass);
    appendReal(out, floor);
    out.append(static_cast<char>(rest >> 8));
    out.append(static_cast<char>(rest));
}

/// Bytes that end, so that a prefix comes first whatever follows: 00 becomes 00 FF, the end is 00 00.
void appendEnding(QByteArray &out, QByteArrayView bytes)
{
    for (const char byte : bytes) {
        out.append(byte);
        if (byte == 0)
            out.append('\xFF');
    }
    out.append(2, '\0');
}

void appendText(QByteArray &out, QByteArrayView text, SortTerm::Collation collation)
{
    out.append(textClass);
    if (collation == SortTerm::Collation::RTrim) {
        while (text.endsWith(' '))
            text.chop(1);
    }
    if (collation != SortTerm::Collation::NoCase)
        return appendEnding(out, text);
    // SQLite compares up to a zero byte, ASCII letters as small ones, and then the lengths.
    const qsizetype zero = text.indexOf('\0');
    appendEnding(out, text.first(zero < 0 ? text.size() : zero).toByteArray().toLower());
    Bytes::appendFixed(out, static_cast<quint64>(text.size()));
}

} // namespace

void SortKey::append(const ValueView &value, const SortTerm &term, const QCollator *collator)
{
    if (value.type == ValueView::Type::Null) {
        m_bytes.append(term.nullsFirst ? '\x00' : '\xFF');
        return;
    }
    m_bytes.append('\x01');
    const qsizetype from = m_bytes.size();
    const bool byLocale = value.type == ValueView::Type::Text && term.collation == SortTerm::Collation::Locale;
    if (byLocale) {
        m_bytes.append(textClass);
    } else if (value.type == ValueView::Type::Text) {
        appendText(m_bytes, value.bytes, term.collation);
    } else if (value.type == ValueView::Type::Blob) {
        m_bytes.append(blobClass);
        appendEnding(m_bytes, value.bytes);
    } else {
        appendNumber(m_bytes, value);
    }
    for (char *byte = m_bytes.data() + from; term.descending && byte != m_bytes.data() + m_bytes.size(); ++byte)
        *byte = static_cast<char>(~*byte);
    if (byLocale) {
        SHEAF_CHECK(collator != nullptr);
        m_texts.push_back({m_bytes.size(), term.descending, collator->sortKey(QString::fromUtf8(value.bytes))});
    }
}

std::weak_ordering operator<=>(const SortKey &a, const SortKey &b)
{
    const QByteArrayView bytesA = a.m_bytes;
    const QByteArrayView bytesB = b.m_bytes;
    qsizetype from = 0;
    for (size_t i = 0; i < a.m_texts.size() && i < b.m_texts.size(); ++i) {
        const SortKey::LocaleText &textA = a.m_texts[i];
        const SortKey::LocaleText &textB = b.m_texts[i];
        if (textA.at != textB.at)
            break; // values in front of them differ
        if (const int order = bytesA.sliced(from, textA.at - from).compare(bytesB.sliced(from, textB.at - from)); order != 0)
            return order <=> 0;
        if (const int order = textA.key.compare(textB.key); order != 0)
            return textA.descending ? 0 <=> order : order <=> 0;
        from = textA.at;
    }
    return bytesA.sliced(from).compare(bytesB.sliced(from)) <=> 0;
}

} // namespace Sheaf
