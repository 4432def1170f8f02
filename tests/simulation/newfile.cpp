// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/newfile.h"

#include "base/check.h"
#include "replica/replica.h"
#include "simulation/simschema.h"

#include <QDir>
#include <QtEndian>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

namespace {

using SiteBytes = std::array<char, sizeof(SiteId)>;

/// As SQLite stores an integer of eight bytes.
SiteBytes stored(SiteId site)
{
    SiteBytes bytes;
    qToBigEndian(site, bytes.data());
    return bytes;
}

} // namespace

NewFile::NewFile(CrashDisk &disk, const QString &folder)
{
    constexpr SiteId site = 0x5EAF'0123'4567'89AB;
    const QString home = folder + u"/new/"_s;
    QDir().mkpath(home);
    const std::string path = home.toStdString() + "replica.db";
    SHEAF_CHECK(Replica::open({.path = QString::fromStdString(path),
                               .schemaPath = simSchemaPath(folder, 1),
                               .homeSpace = simSpaces().first(),
                               .wallMs = [] { return 0; },
                               .random = [] { return site; }})
                    .has_value());
    m_bytes = disk.snapshot(path).at(path);
    const SiteBytes bytes = stored(site);
    const auto at = std::search(m_bytes.begin(), m_bytes.end(), bytes.begin(), bytes.end());
    SHEAF_CHECK(at != m_bytes.end() && std::search(at + 1, m_bytes.end(), bytes.begin(), bytes.end()) == m_bytes.end());
    m_siteAt = static_cast<size_t>(at - m_bytes.begin());
    disk.removeAll(path);
}

void NewFile::copyTo(CrashDisk &disk, const std::string &path, SiteId site) const
{
    CrashDisk::Bytes bytes = m_bytes;
    std::ranges::copy(stored(site), bytes.begin() + static_cast<std::ptrdiff_t>(m_siteAt));
    disk.restore(path, {{path, std::move(bytes)}});
}

} // namespace Sheaf::Test
