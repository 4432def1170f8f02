// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/yjsaddress.h"

#include "crdt/rowkey.h"
#include "protocol/limits.h"

#include <QList>

#include <cmath>
#include <optional>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView prefix("/yjs/");
constexpr qsizetype keyColumnsMax = 16;

int digit(char c)
{
    const int lower = c | 0x20;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<QByteArray> percentDecoded(QByteArrayView text)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.append(text[i]);
            continue;
        }
        const int high = i + 2 < text.size() ? digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? digit(text[i + 2]) : -1;
        if (high < 0 || low < 0)
            return {};
        out.append(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return out;
}

/// One value of a key. A colon is only ever written by whoever means a type: encodeURIComponent() escapes it.
bool appendKeyValue(const QByteArray &value, QByteArray &key)
{
    const auto append = [&key](const ValueView &view) {
        encodeKey({&view, 1}, key);
        return true;
    };
    bool isNumber = false;
    if (value.startsWith("int:")) {
        const qint64 integer = value.mid(4).toLongLong(&isNumber);
        return isNumber && QByteArray::number(integer) == value.mid(4) && append(ValueView::ofInteger(integer));
    }
    if (value.startsWith("real:")) {
        const double real = value.mid(5).toDouble(&isNumber);
        return isNumber && std::isfinite(real) && append(ValueView::ofReal(real));
    }
    if (value.startsWith("blob:")) {
        const auto blob =
            QByteArray::fromBase64Encoding(value.mid(5), QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
        return blob && append(ValueView::ofBlob(*blob));
    }
    const auto text = percentDecoded(value);
    return text && !value.contains(':') && append(ValueView::ofText(*text));
}

std::optional<QByteArray> keyFrom(const QByteArray &segment)
{
    QByteArray key;
    const QList<QByteArray> values = segment.split(',');
    if (values.size() > keyColumnsMax)
        return {};
    for (const QByteArray &value : values) {
        if (!appendKeyValue(value, key))
            return {};
    }
    return key.size() <= Sheaf::Limits::keyBytesMax ? std::optional(key) : std::nullopt;
}

QByteArray tokenFrom(const QByteArray &query)
{
    for (const QByteArray &parameter : query.split('&')) {
        if (!parameter.startsWith("token="))
            continue;
        const QByteArray token = percentDecoded(parameter.mid(6)).value_or(QByteArray());
        return token.size() <= Sheaf::Limits::tokenBytesMax ? token : QByteArray();
    }
    return {};
}

} // namespace

bool isYjsTarget(QByteArrayView target)
{
    return target.startsWith(prefix);
}

Result<YjsAddress> readYjsTarget(QByteArrayView target)
{
    const auto bad = [] { return fail(u"bad_address"_s, u"The address is /yjs/SPACE/TABLE/KEY/COLUMN?token=TOKEN."_s); };
    if (!isYjsTarget(target))
        return bad();
    const QByteArray whole = target.sliced(prefix.size()).toByteArray();
    const qsizetype mark = whole.indexOf('?');
    const QList<QByteArray> segments = (mark < 0 ? whole : whole.first(mark)).split('/');
    if (segments.size() != 4)
        return bad();
    YjsAddress address;
    const std::pair<qsizetype, QByteArray *> names[] = {{0, &address.space}, {1, &address.table}, {3, &address.column}};
    for (const auto &[at, name] : names) {
        const auto decoded = percentDecoded(segments.at(at));
        if (!decoded || decoded->isEmpty() || decoded->size() > Sheaf::Limits::nameBytesMax)
            return bad();
        *name = *decoded;
    }
    const auto key = keyFrom(segments.at(2));
    if (!key)
        return bad();
    address.key = *key;
    if (mark >= 0)
        address.token = tokenFrom(whole.sliced(mark + 1));
    return address;
}

} // namespace Sheaf::Server
