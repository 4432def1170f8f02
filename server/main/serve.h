// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/net/listener.h"

namespace Sheaf::Server {

/// Serves until SIGTERM or SIGINT; the exit code. Errors: why it could not begin.
Result<int> serve(const QString &folder, const QString &listen, ListenerLimits limits);

} // namespace Sheaf::Server
