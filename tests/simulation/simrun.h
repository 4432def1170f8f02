// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulation/newfile.h"
#include "simulation/world.h"

#include <QTemporaryDir>

namespace Sheaf::Test {

/// The one process-wide place where worlds run, one after the other.
class SimRunner
{
public:
    SimRunner();
    Outcome run(const Plan &plan, const Mutant *mutant = nullptr, bool trace = false);
    /// The shortest schedule that breaks the invariant that `outcome` says, as far as it is found in this time.
    Plan shorten(const Plan &plan, const Outcome &outcome, qint64 msMax, const std::function<Mutant()> &makeMutant = {});

private:
    QTemporaryDir m_folder;
    CrashVfs m_vfs;
    std::optional<NewFile> m_newFile;
};

/// What to paste to see a failure again.
[[nodiscard]] std::string failureLine(const Plan &plan, const Outcome &outcome);

} // namespace Sheaf::Test
