// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QUrl>

namespace Sheaf::Bench {

/// Runs a bare relay until its input ends: every binary message goes to all other sockets, and
/// nothing is stored. Prints `listening URL`. The baseline of everything that passes the server.
int runRelay();

} // namespace Sheaf::Bench
