// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/rawupdate.h"
#include "text/updatereader.h"

#include <QByteArray>

namespace Sheaf::Text {

/// Work on updates without a document. Bytes that cannot be read are an error.

/// One update with everything in the given ones; holes become skips. Neighbouring items stay apart:
/// to make an update small, load it into a document.
[[nodiscard]] Result<QByteArray> mergeUpdates(const std::vector<QByteArray> &updates, Format format);
/// What the state vector does not cover, with the whole delete set.
[[nodiscard]] Result<QByteArray> diffUpdate(QByteArrayView update, const StateVector &from, Format format);
[[nodiscard]] Result<StateVector> stateVectorOfUpdate(QByteArrayView update, Format format);
[[nodiscard]] Result<QByteArray> convertUpdate(QByteArrayView update, Format from, Format to);

/// An update (v1) cut into smaller ones, by client and ranges of clocks; a long string is cut, never inside a
/// surrogate pair. Each piece is an update; applied in their order, or merged in any, they are the whole. No piece is larger than
/// `bytesMax` unless one value, one name or the state of one struct is. `bytesMax` is at least 1 KiB.
[[nodiscard]] Result<std::vector<QByteArray>> splitUpdate(QByteArrayView update, qsizetype bytesMax);
/// The value of a plain register as the first insertion into the root type `text`: equal texts give equal
/// bytes everywhere, whoever wrote them and under whatever stamp. An update without structs for an empty text.
[[nodiscard]] QByteArray seedUpdate(QByteArrayView utf8);

/// Format v1 of some structs of a decoded update, by client, without deletions.
[[nodiscard]] QByteArray writeStructs(const RawUpdate &raw,
                                      const std::vector<std::pair<quint64, std::vector<const RawStruct *>>> &clients);

} // namespace Sheaf::Text
