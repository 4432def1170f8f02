// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/syncfilters.h"
#include "simulation/storageproxy.h"
#include "simulation/wiretap.h"

#include <memory>
#include <string>
#include <vector>

namespace Sheaf::Test {

class SimClient;
class CrashDisk;

/// One planted bug. None is in the product: they sit in front of its ports, its storage, its
/// disk, or change a file at rest.
struct Mutant {
    std::string name;
    std::string what;
    WireTap::Mutate wire{};
    std::optional<StorageBugs> storage{};
    bool serverDiskLies = false;
    bool clientDiskLies = false;
    qint64 serverClockLieMs = 0;
    bool slowCommitsVanish = false; ///< the server's, behind a slow sync
    bool keepsEpoch = false;        ///< when the server's file is put back
    std::function<void(SimClient &, CrashDisk &)> beforeClientOpens{};
    std::function<void(SyncFilters &)> filters{};
    std::function<void(SimClient &)> beforeUndo{};
    std::function<void(SimClient &)> afterUndo{};
    int stepsMax = 0; ///< no more of them need to be left of a schedule that shows it; 0: any number
};

/// Fresh ones, with their counters at the start.
[[nodiscard]] std::vector<Mutant> makeMutants();

} // namespace Sheaf::Test
