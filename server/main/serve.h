// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/collector.h"
#include "server/core/serverplugin.h"
#include "server/net/listener.h"

#include <memory>

namespace Sheaf::Server {

using ServerPlugins = std::vector<std::unique_ptr<ServerPlugin>>;

/// Serves until SIGTERM or SIGINT, with these plugins besides presence; the exit code. Errors: why it could not begin.
Result<int> serve(const QString &folder, const QString &listen, ListenerLimits limits, ServerPlugins plugins = {},
                  const Retention &retention = {});

} // namespace Sheaf::Server
