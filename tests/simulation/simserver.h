// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/servercore.h"
#include "server/storage/memorystorage.h"
#include "simulation/mutants.h"
#include "simulation/simclient.h"

namespace Sheaf::Test {

/// The real server core over the real SQLite storage or a strict one in memory, in a process that can die.
class SimServer
{
public:
    /// `mayRestore`: its storage is a file.
    SimServer(WorldParts &parts, quint64 seed, const Mutant *mutant, bool mayRestore);
    ~SimServer();

    Verified start();
    void die(bool power, quint64 seed);
    /// The process dies before one of the coming calls that change its disk.
    void doom(SeededRandom &random, bool power);
    /// Keeps a copy of the file.
    void backUp();
    /// The copy that was kept last takes the place of the file, as an operator puts it back; the server is down then. False
    /// when there is none.
    bool restoreBackup();
    /// The next commits fail, until mendDisk(); whether what they wrote is there is open.
    void breakDisk(SeededRandom &random);
    void mendDisk();
    /// A token of a new device; the server is running.
    QByteArray addDevice(int number);
    /// Gives a device this role in a space, or takes it away; false when a disk that fails is against it.
    bool grant(int number, const QByteArray &space, Role role);
    /// From now on a space is for this version of the app; a disk that fails may be against it.
    void requireSchema(const QByteArray &space, quint32 version);
    /// Says once more who may do what: nobody knows what became of an order when the disk failed.
    void tellGrants();
    /// What is stored; nothing when it cannot be read.
    [[nodiscard]] std::optional<Role> roleOf(int number, const QByteArray &space);
    [[nodiscard]] bool isRunning() const { return m_core != nullptr; }
    [[nodiscard]] qint64 wallMs() const;
    [[nodiscard]] std::string path() const;
    /// Everything stored, by column names, and whether the digests were kept right.
    Verified readAll(Oracle::Rows &rows, std::map<QByteArray, SpaceDigest> &digests);

    /// Forgets deletes, as the server does by itself now and then.
    void collect()
    {
        if (m_core)
            m_core->collect();
    }

    /// Until when it waits for its disk.
    [[nodiscard]] qint64 freeAtUs() const { return m_clock ? m_clock->freeAtUs() : 0; }

    qint64 skewMs = 0;
    qint64 syncUsMax = 0; ///< what a sync of its disk may take
    Server::Retention retention;

private:
    [[nodiscard]] QList<Server::StoredDevice> devices();
    Verified readSpace(const Server::StoredSpace &space, const QList<Server::StoredTable> &tables, Oracle::Rows &rows);

    WorldParts &m_parts;
    SeededRandom m_random;
    const Mutant *m_mutant;
    Epoch m_epoch;
    std::unique_ptr<Server::MemoryStorage> m_memory; ///< in half of the seeds: quicker, and stricter with the core
    void plant();
    void synced();
    void struck();
    void bury();

    qint64 m_coreSkewMs = 0;
    SeededRandom m_diskRandom;
    qint64 m_lastSyncUs = 0; ///< what the last one took
    bool m_struck = false;   ///< the process is dead and does not know it yet
    std::optional<CrashDisk::Snapshot> m_backup;
    std::unique_ptr<NodeClock> m_clock;
    std::unique_ptr<Server::Storage> m_file;
    std::unique_ptr<Server::Storage> m_proxy;
    Server::Storage *m_storage = nullptr; ///< what the core uses
    std::unique_ptr<Server::ServerCore> m_core;
};

} // namespace Sheaf::Test
