// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/collector.h"
#include "server/core/serverplugin.h"
#include "server/net/listener.h"

#include <memory>

namespace Sheaf::Server {

struct ServeOptions {
    ListenerLimits limits = {};
    Retention retention = {};
    std::vector<std::unique_ptr<ServerPlugin>> plugins = {}; ///< besides presence
    Compressions compressions = builtinCompressions();       ///< what messages may be packed with, if the client knows it
};

/// Serves until SIGTERM or SIGINT; the exit code. Errors: why it could not begin.
Result<int> serve(const QString &folder, const QString &listen, ServeOptions options);

} // namespace Sheaf::Server
