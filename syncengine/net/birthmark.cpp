// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/birthmark.h"

#include <QDateTime>
#include <QFileInfo>
#include <QSysInfo>

namespace Sheaf {

QByteArray birthmarkOf(const QString &path)
{
    const QDateTime born = QFileInfo(path).birthTime(); // not every file system knows it
    return QSysInfo::machineUniqueId() + '/' + (born.isValid() ? QByteArray::number(born.toMSecsSinceEpoch()) : QByteArray());
}

} // namespace Sheaf
