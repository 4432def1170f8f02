// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QJsonObject>
#include <QStringList>

namespace Sheaf {

/// What the command line of sheaf-cli asks for.
struct CliOptions {
    QString profile;     ///< folder; empty = the standard one
    QJsonObject request; ///< for StoreCommands
    bool json = false;   ///< print the answer as JSON
    QString help;        ///< when set: print it and be done
};

/// Errors: `usage`.
[[nodiscard]] Result<CliOptions> parseCommandLine(const QStringList &arguments);

} // namespace Sheaf
