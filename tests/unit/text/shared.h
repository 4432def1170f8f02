// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDir>
#include <QFileInfo>

/// The folder of shared test data: SHEAF_SHARED, or ../shared beside the source tree.
inline QString sharedFile(const QString &name)
{
    const QString folder = qEnvironmentVariable("SHEAF_SHARED", QStringLiteral(SHEAF_SHARED_DIR));
    const QString path = folder + QStringLiteral("/data/") + name;
    return QFileInfo::exists(path) ? path : QString();
}
