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
    QByteArray keys{}, client{}, info{}, strings{}, parentInfo{}, typeRef{}, length{}, rest{};

    [[nodiscard]] QByteArray update() const
    {
        Text::ByteWriter out;
        out.varUint(0);
        for (const QByteArray &column : {keys, client, QByteArray(), QByteArray(), info, strings, parentInfo, typeRef, length})
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

} // namespace Sheaf::TextBombs
