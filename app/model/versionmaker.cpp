// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/versionmaker.h"

#include <QSysInfo>

#include <pwd.h>
#include <unistd.h>

namespace Sheaf {

VersionMaker VersionMaker::ofSystem()
{
    VersionMaker maker{{}, QSysInfo::machineHostName()};
    if (const passwd *user = ::getpwuid(::geteuid())) {
        // The field holds more than the name, behind commas.
        maker.person = QString::fromLocal8Bit(user->pw_gecos).section(u',', 0, 0).trimmed();
        if (maker.person.isEmpty())
            maker.person = QString::fromLocal8Bit(user->pw_name);
    }
    return maker;
}

} // namespace Sheaf
