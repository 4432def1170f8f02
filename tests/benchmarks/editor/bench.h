// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.h"

namespace Sheaf::Bench {

inline constexpr int patienceMs = 60'000;
inline constexpr int typingMs = 40; ///< between two keys: a fast typist

/// A key pressed in one app's note until it stands in the editor of another app, over the server.
void benchSeenText(const Wishes &wishes);
/// A key pressed in a note of a megabyte until the frame that shows it is painted.
void benchTyping(const Wishes &wishes);

} // namespace Sheaf::Bench
