// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/main/data.h"

#include <QDir>
#include <QFileInfo>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

Result<Data> openData(const QString &folder, Random &random)
{
    if (!QDir().mkpath(folder) || !QFileInfo(folder).isWritable())
        return fail(u"read_only"_s, u"Cannot write to %1; name a data folder that you own."_s.arg(folder));
    Data data;
    data.lock = std::make_unique<QLockFile>(QDir(folder).absoluteFilePath(u"server.lock"_s));
    data.lock->setStaleLockTime(0);
    if (!data.lock->tryLock(0)) {
        if (data.lock->error() == QLockFile::LockFailedError)
            return fail(u"locked"_s, u"Another server works on %1; stop it or name another folder."_s.arg(folder));
        return fail(u"read_only"_s, u"Cannot write to %1; is the disk full, or the folder somebody else's?"_s.arg(folder));
    }
    auto storage = SqliteStorage::open(QDir(folder).absoluteFilePath(u"server.sqlite"_s), random.next());
    if (!storage)
        return fail(storage.error());
    data.storage = *std::move(storage);
    return data;
}

} // namespace Sheaf::Server
