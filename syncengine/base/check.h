// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// Ends the process with file and line when an invariant is broken. On in every build, because
/// going on with broken state can write wrong data; bad input is never checked with it.
#define SHEAF_CHECK(condition)                                                                                                   \
    do {                                                                                                                         \
        if (Q_UNLIKELY(!(condition)))                                                                                            \
            qFatal("%s:%d: broken invariant: %s", __FILE__, __LINE__, #condition);                                               \
    } while (false)
