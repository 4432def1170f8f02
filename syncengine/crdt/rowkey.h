// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/value.h"

#include <QByteArray>

#include <span>
#include <vector>

namespace Sheaf {

/// Appends the canonical bytes of a primary key (one or more values, in key order), PROTOCOL.md
/// "Row key": equal keys have equal bytes on every replica.
void encodeKey(std::span<const ValueView> values, QByteArray &out);

/// Decodes a key in its one form; the values look into `bytes`. Errors: `bad_key`.
Result<void> decodeKey(QByteArrayView bytes, std::vector<ValueView> &values);

} // namespace Sheaf
