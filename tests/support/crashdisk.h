// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace Sheaf::Test {

/// A disk in memory that remembers which bytes were synced, so that a power cut can be played.
/// A crash keeps synced bytes and, of the writes since the last sync of their file, a random
/// subset, each whole, torn at 512 bytes, or not at all. Thread-safe.
class CrashDisk
{
public:
    using Bytes = std::vector<char>;
    static constexpr qint64 sectorBytes = 512;

    enum class Operation { Read, Write, Truncate, Sync, Open, Delete };

    /// Makes the `after`-th coming call (from 0) of one kind below a path prefix fail with an
    /// SQLite result code, and all later ones too when `lasting`.
    struct Fault {
        std::string prefix;
        Operation operation = Operation::Write;
        int code = 0;
        qint64 after = 0;
        bool lasting = false;
    };

    /// Death of the programs below a path prefix between two of the calls that change the disk: before the `after`-th coming
    /// one (from 0) that happens which crash() or kill() do. `struck` may not use the disk.
    struct Doom {
        std::string prefix;
        qint64 after = 0;
        bool power = false;
        quint64 seed = 0;
        std::function<void()> struck{};
    };

    /// One file. Handles of a crashed process keep the dead node; the name leads to a new one.
    struct Node {
        struct Pending {
            bool truncate = false;
            qint64 offset = 0; ///< or the new size
            Bytes bytes;
        };
        std::string path;
        Bytes live;    ///< what running programs see
        Bytes durable; ///< what a power cut cannot take
        std::vector<Pending> pending;
        bool dead = false;
        bool synced = false; ///< its name is on the disk

        // Locks of the rollback protocol and of the WAL index, of the handles in this process.
        int sharedLocks = 0;
        const void *reserved = nullptr;
        const void *pendingLock = nullptr;
        const void *exclusive = nullptr;
        int shmUsers = 0;
        std::vector<std::unique_ptr<char[]>> shmRegions;
        int shmShared[8] = {};
        const void *shmExclusive[8] = {};
    };
    using NodePtr = std::shared_ptr<Node>;

    /// Files below a prefix as they are now, to be put back by restore(): a backup.
    using Snapshot = std::map<std::string, Bytes>;

    // For the tests

    /// Power cut of the programs whose files lie below `prefix`: their handles are dead from now
    /// on, unsynced writes survive as `seed` decides.
    void crash(const std::string &prefix, quint64 seed);
    /// Death of those programs alone: every write survives, synced or not, and stays unsynced.
    void kill(const std::string &prefix);
    /// One at a time for each prefix: another one replaces it.
    void doom(Doom doom);
    void pardon(const std::string &prefix);
    void inject(Fault fault);
    void clearFaults();
    /// Number of calls of one kind since the start: the range for Fault::after.
    [[nodiscard]] qint64 calls(Operation operation) const;
    /// Called at each sync below this prefix; may not use the disk.
    void watchSyncs(const std::string &prefix, std::function<void()> watch);
    /// The disk answers syncs below this prefix without doing them.
    void lieAboutSync(const std::string &prefix);
    [[nodiscard]] Snapshot snapshot(const std::string &prefix) const;
    /// Ends the handles below `prefix` and puts the files of the snapshot there, all synced.
    void restore(const std::string &prefix, const Snapshot &files);
    void removeAll(const std::string &prefix);
    /// An empty, honest disk without faults.
    void reset();

    // For the VFS; results are SQLite codes

    NodePtr open(const std::string &path, bool create, int *result);
    [[nodiscard]] bool exists(const std::string &path) const;
    int remove(const std::string &path, bool durable);
    int read(const NodePtr &node, void *to, qint64 size, qint64 offset);
    int write(const NodePtr &node, const void *from, qint64 size, qint64 offset);
    int truncate(const NodePtr &node, qint64 size);
    int sync(const NodePtr &node);
    [[nodiscard]] qint64 size(const NodePtr &node) const;
    [[nodiscard]] std::mutex &mutex() { return m_mutex; }

private:
    int fault(const std::string &path, Operation operation);
    void strike(const std::string &path);
    void crashNow(const std::string &prefix, quint64 seed);
    void killNow(const std::string &prefix);
    [[nodiscard]] NodePtr survivor(const Node &node, quint64 &random) const;

    mutable std::mutex m_mutex;
    std::map<std::string, NodePtr> m_nodes;
    std::map<std::string, Bytes> m_ghosts; ///< deleted, but the directory is not synced
    std::vector<Fault> m_faults;
    std::vector<Doom> m_dooms;
    std::map<std::string, std::function<void()>> m_syncWatches; ///< by prefix
    std::vector<std::string> m_liars;
    std::map<Operation, qint64> m_calls;
};

} // namespace Sheaf::Test
