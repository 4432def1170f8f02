// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay.h"

#include <memory>

namespace Sheaf {

/// A table with a column of every merge type.
extern const char columnSchema[];

/// Everybody pulls and pushes until nothing is new.
void settleAll(Relay &relay, const QList<Device *> &devices);
/// Nothing waits, digests hold, and all devices show and hold the same.
[[nodiscard]] bool areSame(const QList<Device *> &devices);
/// Makes `copy` a copy of the file of `original`; both are open again.
void copyFile(Device &original, Device &copy);
/// The same while the original is running: as a backup of a disk finds it.
void copyRunning(Device &original, Device &copy);

} // namespace Sheaf
