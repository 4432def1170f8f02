// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/stamp.h"
#include "support/crashdisk.h"

#include <QString>

namespace Sheaf::Test {

/// The file of a device on its first day, made once by the product itself: to copy it costs far less than to run the
/// migrations for each device of each schedule.
class NewFile
{
public:
    /// `folder` has the schema. Needs the disk for itself.
    NewFile(CrashDisk &disk, const QString &folder);

    /// Puts it at `path`, as if that site had made it.
    void copyTo(CrashDisk &disk, const std::string &path, SiteId site) const;

private:
    CrashDisk::Bytes m_bytes;
    size_t m_siteAt = 0;
};

} // namespace Sheaf::Test
