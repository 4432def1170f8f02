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
    Outcome run(quint64 seed, const Mutant *mutant = nullptr, bool trace = false);

private:
    QTemporaryDir m_folder;
    CrashVfs m_vfs;
    std::optional<NewFile> m_newFile;
};

/// What to paste to see a failure again.
[[nodiscard]] std::string failureLine(quint64 seed, const Outcome &outcome);

} // namespace Sheaf::Test
