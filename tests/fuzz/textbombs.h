// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/bytes.h"
#include "text/rawupdate.h"

/// Updates of texts that mean as much work as they can.
namespace Sheaf::TextBombs {

inline QByteArray number(quint64 value)
{
    Text::ByteWriter out;
    out.varUint(value);
    return out.take();
}

inline constexpr quint64 huge = quint64{1} << 50;
/// Run-length columns of as many ones or zeros as anybody asks for.
inline QByteArray onesForever()
{
    return QByteArray("\x41") + number(huge);
}
inline QByteArray zerosForever()
{
    return QByteArray("\x40") + number(huge);
}

/// An update of format v2 by its columns.
struct Columns {
    QByteArray client{}, info{}, strings{}, parentInfo{}, typeRef{}, length{}, rest{};

    [[nodiscard]] QByteArray update() const
    {
        Text::ByteWriter out;
        out.varUint(0);
        for (const QByteArray &column :
             {QByteArray(), client, QByteArray(), QByteArray(), info, strings, parentInfo, typeRef, length})
            out.varBuf(column);
        out.raw(rest);
        return out.take();
    }
};

/// Format v2: structs of a client that take no bytes, collected ones or such that stand in the root type without a name.
inline QByteArray emptyStructs(Text::Ref ref, quint64 count)
{
    return Columns{.client = onesForever(),
                   .info = QByteArray(1, static_cast<char>(ref)),
                   .strings = number(0) + zerosForever(),
                   .parentInfo = QByteArray("\x01"),
                   .typeRef = zerosForever(),
                   .length = onesForever(),
                   .rest = number(1) + number(count) + number(0) + number(0)}
        .update();
}

/// Format v1: the same, in as few bytes as it can.
inline QByteArray smallStructs(Text::Ref ref, quint64 count, quint64 clock = 0)
{
    QByteArray one(1, static_cast<char>(ref));
    if (ref != Text::Ref::Gc)
        one += number(1) + number(0); // in the root type without a name
    one += number(ref == Text::Ref::Type ? 0 : 1);
    return number(1) + number(count) + number(1) + number(clock) + one.repeated(static_cast<qsizetype>(count)) + number(0);
}

/// Format v1: a key of a root map that was written so many times.
inline QByteArray oneKey(quint64 count)
{
    const QByteArray value("\x01\x7d\x00", 3); // one number
    QByteArray update = number(1) + number(count) + number(1) + number(0) + QByteArray("\x28\x01\x01m\x01k") + value;
    for (quint64 clock = 0; clock + 1 < count; ++clock)
        update += QByteArray("\xa8\x01") + number(clock) + value;
    return update + number(0);
}

/// Nobody reads what comes behind an update.
inline QByteArray padded(const QByteArray &update, qsizetype size)
{
    return update + QByteArray(size - update.size(), '\0');
}

} // namespace Sheaf::TextBombs
