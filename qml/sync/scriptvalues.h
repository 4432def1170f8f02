// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJSValue>
#include <QVariant>

#include <optional>

namespace Sheaf {

/// A value of JavaScript as SQL has it: whole numbers are integers, booleans 0 and 1, ArrayBuffers blobs, dates their ISO 8601,
/// lists and objects their JSON, which is how sets and maps are written. Nothing for `undefined` and functions.
[[nodiscard]] std::optional<QVariant> sqlValue(const QJSValue &value);

} // namespace Sheaf
