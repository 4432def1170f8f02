// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLoggingCategory>

/// What happens to sessions and storage; never content, keys or tokens.
Q_DECLARE_LOGGING_CATEGORY(lcServer)
