// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace Sheaf {

/// A text key that sorts bytewise strictly between `before` and `after`; an empty one is open
/// ended. `random` supplies jitter, so that two replicas inserting at one place do not collide.
/// Errors: `bad_order_key` when before >= after or a key has foreign characters.
/// Source: Evan Wallace, "Realtime editing of ordered sequences" (fractional indexing).
Result<QByteArray> orderKeyBetween(QByteArrayView before, QByteArrayView after, quint64 random);

} // namespace Sheaf
