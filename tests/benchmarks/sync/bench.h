// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.h"
#include "figures.h"
#include "serverprocess.h"

#include <QString>

namespace Sheaf::Bench {

/// Memory of a process in kilobytes.
[[nodiscard]] qint64 residentKb(qint64 processId);

void benchBootstrap(const Wishes &wishes);
void benchReconnect(const Wishes &wishes);
void benchSeen(const Wishes &wishes);
void benchFanout(const Wishes &wishes);
void benchLongList(const Wishes &wishes);
void benchPresence(const Wishes &wishes);

} // namespace Sheaf::Bench
