// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"

#include <QByteArray>

namespace Sheaf {

/// What the register under a text column reads as, in UTF-8: the seed of the text, PROTOCOL.md "Texts".
[[nodiscard]] QByteArray seedText(const ValueView &value);

} // namespace Sheaf
