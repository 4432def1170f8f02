// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/messages.h"

#include <QMap>

namespace Sheaf {

/// The messages whose bytes are in tests/data/messages.json, by name: every type, and the shapes
/// of each that matter.
[[nodiscard]] QMap<QString, Message> sampleMessages();

} // namespace Sheaf
