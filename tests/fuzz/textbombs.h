// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/bytes.h"
#include "text/limits.h"
#include "text/rawupdate.h"
#include "text/updatereader.h"

#include <array>
#include <vector>

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

/// An update with a name, for tests and figures.
struct Bomb {
    QByteArray name;
    QByteArray update;
    Text::Format format;
};

inline constexpr quint64 bombBytes = 64 * 1024;
inline constexpr std::array<std::pair<const char *, Text::Ref>, 3> emptyKinds{
    {{"collected", Text::Ref::Gc}, {"deleted", Text::Ref::Deleted}, {"types", Text::Ref::Type}}};

/// Those that must be refused.
inline std::vector<Bomb> refusedBombs()
{
    using Text::Format;
    QByteArray nested = number(1) + number(1) + number(1) + number(0) + QByteArray("\x08\x01") + number(1) + "t" + number(1);
    for (int i = 0; i < 100'000; ++i)
        nested += QByteArray("\x75\x01"); // an array with one element
    const QByteArray endless = number(1) + number(huge) + number(0) + number(0);
    std::vector<Bomb> all{
        {"nothing at all", {}, Format::V1},
        {"nothing at all, v2", {}, Format::V2},
        {"blocks without end", number(huge), Format::V1},
        {"structs without end", number(1) + number(huge) + number(1) + number(0), Format::V1},
        {"deletions without end", number(0) + number(huge) + number(1) + number(huge), Format::V1},
        {"a collected struct of all clocks",
         number(1) + number(1) + number(1) + number(0) + QByteArray("\0", 1) + number(huge) + number(0), Format::V1},
        {"empty structs", number(1) + number(1000) + number(1) + number(0) + QByteArray(2000, '\0'), Format::V1},
        {"a string longer than the update",
         number(1) + number(1) + number(1) + number(0) + QByteArray("\x04\x01") + number(1) + "t" + number(huge), Format::V1},
        {"values within values", nested, Format::V1},
        {"run-length structs",
         Columns{.client = onesForever(), .info = QByteArray("\0", 1), .length = onesForever(), .rest = endless}.update(),
         Format::V2},
        {"run-length strings",
         Columns{.client = onesForever(), .info = QByteArray("\x04"), .length = onesForever(), .rest = endless}.update(),
         Format::V2},
        {"run-length clients",
         Columns{.client = onesForever(),
                 .info = QByteArray("\0", 1),
                 .length = onesForever(),
                 .rest = number(huge) + QByteArray(4000, '\x01')}
             .update(),
         Format::V2},
        {"run-length values",
         Columns{.client = onesForever(),
                 .info = QByteArray("\x08"),
                 .length = QByteArray("\x80\x80\x80\x80\x80\x01"),
                 .rest = number(1) + number(1) + number(0)}
             .update(),
         Format::V2}};
    for (const auto &[name, ref] : emptyKinds)
        all.push_back(
            {QByteArray("two million ") + name + ", padded", padded(emptyStructs(ref, 2'000'000), bombBytes), Format::V2});
    return all;
}

/// As many structs as 64 KiB can name and still be taken.
inline std::vector<Bomb> densestUpdates()
{
    using Text::Format;
    constexpr quint64 most = Text::Limits::emptyStructsFloor + bombBytes / Text::Limits::bytesPerEmptyStruct;
    std::vector<Bomb> all;
    for (const auto &[name, ref] : emptyKinds) {
        const quint64 count = ref == Text::Ref::Gc ? (bombBytes - 8) / 2 : (bombBytes - 8) / 4;
        all.push_back({QByteArray(name) + ", v1", smallStructs(ref, count), Format::V1});
        all.push_back({QByteArray(name) + ", v2", padded(emptyStructs(ref, most), bombBytes), Format::V2});
    }
    all.push_back({"one key", oneKey(8'000), Format::V1});
    return all;
}

} // namespace Sheaf::TextBombs
