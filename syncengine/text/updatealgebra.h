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

/// Format v1 of some structs of a decoded update, by client, without deletions.
[[nodiscard]] QByteArray writeStructs(const RawUpdate &raw,
                                      const std::vector<std::pair<quint64, std::vector<const RawStruct *>>> &clients);

} // namespace Sheaf::Text
