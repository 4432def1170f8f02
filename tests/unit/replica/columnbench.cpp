// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"

#include "base/check.h"

#include <QFile>

namespace Sheaf {

using namespace Qt::StringLiterals;

const char columnSchema[] =
    "CREATE TABLE items(id INTEGER PRIMARY KEY, title TEXT, votes INTEGER DEFAULT 0, best, least, labels TEXT, props TEXT,"
    " lat REAL, lon REAL);"
    "SELECT sheaf_sync('items', '{\"columns\":{\"votes\":\"counter\",\"best\":\"max\",\"least\":\"min\",\"labels\":\"set\","
    "\"props\":\"map\"},\"groups\":[[\"lat\",\"lon\"]]}');";

void settleAll(Relay &relay, const QList<Device *> &devices)
{
    for (int round = 0; round < 3; ++round) {
        for (Device *device : devices)
            relay.sync(*device);
    }
}

bool areSame(const QList<Device *> &devices)
{
    for (Device *device : devices) {
        if (device->replica().pendingCount() != 0 || !device->digestHolds() ||
            *device->replica().digest("home") != *devices.first()->replica().digest("home") ||
            *device->replica().visibleDigest("home") != *devices.first()->replica().visibleDigest("home"))
            return false;
    }
    return true;
}

void copyFile(Device &original, Device &copy)
{
    original.close();
    copy.close();
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(copy.path() + QLatin1StringView(suffix));
    SHEAF_CHECK(QFile::copy(original.path(), copy.path()));
    SHEAF_CHECK(original.open() && copy.open());
}

void copyRunning(Device &original, Device &copy)
{
    copy.close();
    QFile::remove(copy.path() + u"-shm"_s);
    for (const char *suffix : {"", "-wal"}) {
        QFile::remove(copy.path() + QLatin1StringView(suffix));
        SHEAF_CHECK(QFile::copy(original.path() + QLatin1StringView(suffix), copy.path() + QLatin1StringView(suffix)));
    }
    SHEAF_CHECK(copy.open());
}

} // namespace Sheaf
