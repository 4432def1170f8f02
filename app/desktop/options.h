// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>
#include <QUrl>

namespace Sheaf {

/// What the command line of `sheaf` says.
struct DesktopOptions {
    QString profile; ///< folder of the store; empty = the standard one of this user
    QUrl url;        ///< of the server; empty = the one of the profile, if any
    QByteArray token;
    QString device;     ///< name of this device as people know it
    QString theme;      ///< "light", "dark" or empty
    QString screenshot; ///< for developers: write a picture of the window there and quit
    QString problem;    ///< one sentence when the command line makes no sense

    /// Reads the arguments; --help and --version end the program.
    [[nodiscard]] static DesktopOptions fromArguments(const QStringList &arguments);
};

} // namespace Sheaf
