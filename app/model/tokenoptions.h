// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

class QCommandLineParser;

namespace Sheaf {

/// The two ways to give a program the token of its device: --token-file FILE, and --token TOKEN, which everybody on the
/// machine can read while the program runs.
void addTokenOptions(QCommandLineParser &parser);

/// The token that was given, empty if none was. Errors: `usage`, with a sentence for whoever typed it.
[[nodiscard]] Result<QByteArray> tokenOf(const QCommandLineParser &parser);

} // namespace Sheaf
