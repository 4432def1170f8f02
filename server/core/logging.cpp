// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/logging.h"

Q_LOGGING_CATEGORY(lcServer, "sheaf.server", QtInfoMsg)
