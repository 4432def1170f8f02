// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace Sheaf {

/// Who a version is by, as other people read it.
struct VersionMaker {
    QString person;
    QString device;

    /// The system's user, by full name where it is known, on this machine.
    [[nodiscard]] static VersionMaker ofSystem();
};

} // namespace Sheaf
