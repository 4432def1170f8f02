// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/hybridclock.h"
#include "crdt/sitenumbers.h"
#include "replica/replica.h"
#include "sql/sqlstatement.h"

#include <bitset>
#include <vector>

struct sqlite3;

namespace Sheaf {

/// Identity, clock, spaces and digests in memory, with their rows in the database. Changes are
/// written by save() within the caller's transaction; after a rollback load() puts back the truth.
class Store
{
public:
    struct Space {
        qint64 id = 0;
        SpaceState state;
        SpaceDigest digest;
        std::bitset<SpaceDigest::bucketCount> dirtyBuckets;
        bool dirty = false;
    };

    explicit Store(sqlite3 *handle) : m_handle(handle) {}

    Result<void> create(qint64 format, SiteId site);
    Result<void> load();
    /// Gives `writer` its value when the file has been opened; `fresh` is a name that nobody has.
    Result<void> chooseWriter(SiteId fresh);
    /// Reads the digests of the spaces again.
    Result<void> loadBuckets();
    Result<void> save();

    /// The space of that name, made when new; null only on a database error.
    Result<Space *> spaceFor(const QByteArray &name);
    [[nodiscard]] Space *find(const QByteArray &name);
    [[nodiscard]] Space *find(qint64 id);
    [[nodiscard]] std::vector<std::unique_ptr<Space>> &spaces() { return m_spaces; }

    /// False for a stamp further ahead of the corrected wall clock than an honest server lets any be:
    /// such a one must not drag this clock along.
    [[nodiscard]] static bool isPlausible(Hlc stamp, qint64 wallMs);
    /// Takes note of a stamp that the server holds; the clock follows it if it is plausible. What is
    /// not may be so because this device's own clock is wrong, until a handshake corrects it.
    void see(Hlc stamp, qint64 wallMs);
    /// Whether this replica has written a stamp that came from the server, under this name or an earlier one.
    [[nodiscard]] bool isOwn(Stamp stamp) const;
    /// The greatest own stamp that the server may have accepted under any name.
    [[nodiscard]] Hlc offeredEver() const;
    /// Takes another name, and remembers what the server may have of the old one.
    Result<void> rename(SiteId fresh);

    /// Writes those of the numbers that the file has not got yet.
    Result<void> saveSites(const SiteNumbers &numbers);
    /// The numbers of sites that the file at this connection has given.
    static Result<SiteNumbers> readSites(sqlite3 *handle);

    static void add(Space &space, const RowFingerprint &row);
    static void subtract(Space &space, const RowFingerprint &row);

    SiteId site = 0;
    /// Names the parts that only one writes and that are written from now on: the site, or, if some of these waited already
    /// when the file was opened, a name of this opening's own. A copy may have been made then, and sends what waited, too.
    SiteId writer = 0;
    HybridClock clock;
    Hlc seen = 0;
    SiteNumbers sites; ///< in the clocks of this file
    Hlc offered = 0;   ///< greatest own stamp in a push that the server may have accepted
    qint64 clockOffsetMs = 0;
    QByteArray lease;
    QByteArray birthmark; ///< ReplicaConfig::birthmark when the file was last opened

private:
    std::vector<Stamp> m_former; ///< earlier sites, each with the greatest stamp that was offered under it

    sqlite3 *m_handle;
    std::vector<std::unique_ptr<Space>> m_spaces;
    size_t m_savedSites = 0;
    SqlStatement m_saveState;
    SqlStatement m_saveSpace;
    SqlStatement m_saveBucket;
};

} // namespace Sheaf
