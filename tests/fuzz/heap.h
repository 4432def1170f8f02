// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// How much this process has allocated; counts nothing in builds with sanitizers, which have their
/// own allocator.
namespace Sheaf::Fuzz::Heap {

[[nodiscard]] qint64 live();
[[nodiscard]] qint64 peak();
void resetPeak(); ///< the peak begins anew at live()

} // namespace Sheaf::Fuzz::Heap
