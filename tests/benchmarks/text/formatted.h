// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "measure.h"

namespace Sheaf::Bench {

/// A thousand insertions, a transaction each, all over a watched text of so many runs of which every other one is bold.
[[nodiscard]] Figure formattedTimed(int runs, quint32 textRuns);

/// 250 words made red by somebody else, as updates that arrive one by one in such a text.
[[nodiscard]] Figure formatsTimed(int runs, quint32 textRuns);

} // namespace Sheaf::Bench
