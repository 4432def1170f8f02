// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "releasedfile.h"

#include <QFile>

#include <sqlite3.h>

namespace Sheaf {

void makeReleasedFile(const QString &path, const QString &script)
{
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(path + QLatin1StringView(suffix));
    QFile file(script);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(script));
    sqlite3 *handle = nullptr;
    sqlite3_open(path.toUtf8().constData(), &handle);
    // The guards of a replica's tables name it.
    const auto guard = [](sqlite3_context *context, int, sqlite3_value **) { sqlite3_result_int(context, 1); };
    sqlite3_create_function(handle, "written_through_sheaf_only", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS | SQLITE_DETERMINISTIC,
                            nullptr, guard, nullptr, nullptr);
    char *error = nullptr;
    if (sqlite3_exec(handle, file.readAll().constData(), nullptr, nullptr, &error) != SQLITE_OK)
        qFatal("%s: %s", qPrintable(script), error);
    sqlite3_close(handle);
}

} // namespace Sheaf
