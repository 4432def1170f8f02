// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace Sheaf {

/// How many times slower an instrumented program may be; CTest's time limits have the same factor (SHEAF_PATIENCE).
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int patience = 6;
constexpr bool isInstrumented = true;
#else
constexpr int patience = 1;
constexpr bool isInstrumented = false;
#endif

} // namespace Sheaf
