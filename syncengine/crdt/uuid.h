// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace Sheaf {

/// A time-ordered UUID (RFC 9562 version 7) as 36 characters, from wall time and 128 random bits.
[[nodiscard]] QByteArray timeOrderedUuid(qint64 wallMs, quint64 randomHigh, quint64 randomLow);

} // namespace Sheaf
