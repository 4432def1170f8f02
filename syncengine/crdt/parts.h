// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/stamp.h"
#include "crdt/value.h"

#include <QByteArray>

#include <functional>
#include <span>
#include <vector>

namespace Sheaf {

/// A part of a column as it is stored: its name and its value. Stamps have done their work already.
struct PartView {
    QByteArrayView part;
    ValueView value;
};
/// All parts of one column of one row, by name.
using Parts = std::span<const PartView>;

/// NULL as Bytes::appendValue() writes it.
constexpr QByteArrayView encodedNull("\0", 1);

/// A part that a local write sets; the value as Bytes::appendValue() writes it.
struct PartEdit {
    QByteArray part;
    QByteArray value;
};
/// Whether it takes the part out: isGone() of a PartCell.
[[nodiscard]] inline bool isGone(const PartEdit &edit)
{
    return edit.value == encodedNull;
}
using PartEdits = std::vector<PartEdit>;

/// Whose write it is, and chance for names that nobody else gives.
struct PartWriter {
    SiteId site = 0; ///< or another name under which nobody else writes
    std::function<quint64()> random;
};

/// The part of which a site is the only writer: its number, eight bytes big endian.
[[nodiscard]] QByteArray partOfSite(SiteId site);
[[nodiscard]] inline bool isPartOfSite(QByteArrayView part)
{
    return part.size() == 8;
}
[[nodiscard]] PartEdit partEdit(QByteArray part, const ValueView &value);

} // namespace Sheaf
