// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/crashdisk.h"

namespace Sheaf::Test {

/// An SQLite VFS named `crash` on a CrashDisk: files, locks and the WAL index are all in this
/// process. As the process's default VFS it puts the product's own databases on the disk
/// unchanged. Time and randomness that SQLite asks of it are fixed, so that runs repeat.
class CrashVfs
{
public:
    /// Registers the VFS; `makeDefault` for connections that name none. One at a time.
    explicit CrashVfs(bool makeDefault);
    ~CrashVfs();
    CrashVfs(const CrashVfs &) = delete;
    CrashVfs &operator=(const CrashVfs &) = delete;

    [[nodiscard]] CrashDisk &disk() { return m_disk; }

private:
    CrashDisk m_disk;
};

} // namespace Sheaf::Test
