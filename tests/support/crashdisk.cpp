// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "support/crashdisk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

namespace Sheaf::Test {

namespace {

quint64 nextRandom(quint64 &state)
{
    // Source: Sebastiano Vigna, splitmix64.
    state += 0x9e3779b97f4a7c15ULL;
    quint64 z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

void place(CrashDisk::Bytes &file, const char *from, qint64 size, qint64 offset)
{
    if (static_cast<qint64>(file.size()) < offset + size)
        file.resize(static_cast<size_t>(offset + size));
    std::memcpy(file.data() + offset, from, static_cast<size_t>(size));
}

void apply(CrashDisk::Bytes &file, const CrashDisk::Node::Pending &op)
{
    if (op.truncate)
        file.resize(static_cast<size_t>(op.offset));
    else
        place(file, op.bytes.data(), static_cast<qint64>(op.bytes.size()), op.offset);
}

/// Applies each sector of a write or not, as chance wants.
void tear(CrashDisk::Bytes &file, const CrashDisk::Node::Pending &op, quint64 &random)
{
    const qint64 end = op.offset + static_cast<qint64>(op.bytes.size());
    for (qint64 at = op.offset; at < end;) {
        const qint64 next = std::min(end, (at / CrashDisk::sectorBytes + 1) * CrashDisk::sectorBytes);
        if ((nextRandom(random) & 1U) != 0)
            place(file, op.bytes.data() + (at - op.offset), next - at, at);
        at = next;
    }
}

bool below(const std::string &path, const std::string &prefix)
{
    return path.compare(0, prefix.size(), prefix) == 0;
}

int defaultCode(CrashDisk::Operation operation)
{
    switch (operation) {
    case CrashDisk::Operation::Read:
        return SQLITE_IOERR_READ;
    case CrashDisk::Operation::Write:
        return SQLITE_IOERR_WRITE;
    case CrashDisk::Operation::Truncate:
        return SQLITE_IOERR_TRUNCATE;
    case CrashDisk::Operation::Sync:
        return SQLITE_IOERR_FSYNC;
    case CrashDisk::Operation::Open:
        return SQLITE_CANTOPEN;
    case CrashDisk::Operation::Delete:
        return SQLITE_IOERR_DELETE;
    }
    return SQLITE_IOERR;
}

} // namespace

CrashDisk::NodePtr CrashDisk::survivor(const Node &node, quint64 &random) const
{
    auto next = std::make_shared<Node>();
    next->path = node.path;
    next->durable = node.durable;
    bool anything = node.synced;
    // One crash in four loses everything unsynced, one keeps it all: the extremes are likely ones.
    const quint64 mood = nextRandom(random) % 4;
    for (const Node::Pending &op : node.pending) {
        const quint64 fate = mood == 0 ? 0 : mood == 1 ? 1 : nextRandom(random) % 3;
        if (fate == 0)
            continue;
        anything = true;
        if (fate == 1 || op.truncate)
            apply(next->durable, op);
        else
            tear(next->durable, op, random);
    }
    next->live = next->durable;
    next->synced = true;
    return anything ? next : nullptr;
}

void CrashDisk::crash(const std::string &prefix, quint64 seed)
{
    const std::lock_guard lock(m_mutex);
    crashNow(prefix, seed);
}

void CrashDisk::crashNow(const std::string &prefix, quint64 seed)
{
    quint64 random = seed;
    for (auto it = m_nodes.begin(); it != m_nodes.end();) {
        if (!below(it->first, prefix)) {
            ++it;
            continue;
        }
        it->second->dead = true;
        it->second = survivor(*it->second, random);
        it = it->second ? std::next(it) : m_nodes.erase(it);
    }
    for (auto it = m_ghosts.begin(); it != m_ghosts.end();) {
        if (!below(it->first, prefix)) {
            ++it;
            continue;
        }
        if ((nextRandom(random) & 1U) != 0 && !m_nodes.contains(it->first)) {
            auto node = std::make_shared<Node>();
            node->path = it->first;
            node->live = node->durable = it->second;
            node->synced = true;
            m_nodes[it->first] = node;
        }
        it = m_ghosts.erase(it);
    }
}

void CrashDisk::kill(const std::string &prefix)
{
    const std::lock_guard lock(m_mutex);
    killNow(prefix);
}

void CrashDisk::killNow(const std::string &prefix)
{
    for (auto &[path, node] : m_nodes) {
        if (!below(path, prefix))
            continue;
        auto next = std::make_shared<Node>();
        next->path = path;
        next->live = node->live;
        next->durable = node->durable;
        next->pending = node->pending;
        next->synced = node->synced;
        node->dead = true;
        node = next;
    }
}

void CrashDisk::doom(Doom doom)
{
    pardon(doom.prefix);
    const std::lock_guard lock(m_mutex);
    m_dooms.push_back(std::move(doom));
}

void CrashDisk::pardon(const std::string &prefix)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_dooms, [&](const Doom &doom) { return doom.prefix == prefix; });
}

/// Called before whatever changes a file: its programs may have come to their end.
void CrashDisk::strike(const std::string &path)
{
    const auto doomed = std::ranges::find_if(m_dooms, [&](const Doom &doom) { return below(path, doom.prefix); });
    if (doomed == m_dooms.end() || doomed->after-- > 0)
        return;
    const Doom doom = std::move(*doomed);
    m_dooms.erase(doomed);
    if (doom.power)
        crashNow(doom.prefix, doom.seed);
    else
        killNow(doom.prefix);
    if (doom.struck)
        doom.struck();
}

void CrashDisk::inject(Fault fault)
{
    const std::lock_guard lock(m_mutex);
    if (fault.code == 0)
        fault.code = defaultCode(fault.operation);
    m_faults.push_back(std::move(fault));
}

void CrashDisk::clearFaults()
{
    const std::lock_guard lock(m_mutex);
    m_faults.clear();
}

qint64 CrashDisk::calls(Operation operation) const
{
    const std::lock_guard lock(m_mutex);
    const auto it = m_calls.find(operation);
    return it == m_calls.end() ? 0 : it->second;
}

void CrashDisk::watchSyncs(const std::string &prefix, std::function<void()> watch)
{
    const std::lock_guard lock(m_mutex);
    m_syncWatches[prefix] = std::move(watch);
}

void CrashDisk::lieAboutSync(const std::string &prefix)
{
    const std::lock_guard lock(m_mutex);
    m_liars.push_back(prefix);
}

CrashDisk::Snapshot CrashDisk::snapshot(const std::string &prefix) const
{
    const std::lock_guard lock(m_mutex);
    Snapshot files;
    for (const auto &[path, node] : m_nodes) {
        if (below(path, prefix))
            files[path] = node->live;
    }
    return files;
}

void CrashDisk::restore(const std::string &prefix, const Snapshot &files)
{
    removeAll(prefix);
    const std::lock_guard lock(m_mutex);
    for (const auto &[path, bytes] : files) {
        auto node = std::make_shared<Node>();
        node->path = path;
        node->live = node->durable = bytes;
        node->synced = true;
        m_nodes[path] = node;
    }
}

void CrashDisk::removeAll(const std::string &prefix)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_nodes, [&](const auto &entry) {
        if (!below(entry.first, prefix))
            return false;
        entry.second->dead = true;
        return true;
    });
    std::erase_if(m_ghosts, [&](const auto &entry) { return below(entry.first, prefix); });
}

void CrashDisk::reset()
{
    removeAll({});
    const std::lock_guard lock(m_mutex);
    m_faults.clear();
    m_dooms.clear();
    m_syncWatches.clear();
    m_liars.clear();
    m_calls.clear();
}

int CrashDisk::fault(const std::string &path, Operation operation)
{
    ++m_calls[operation];
    for (auto it = m_faults.begin(); it != m_faults.end(); ++it) {
        if (it->operation != operation || !below(path, it->prefix))
            continue;
        if (it->after > 0) {
            --it->after;
            continue;
        }
        const int code = it->code;
        if (!it->lasting)
            m_faults.erase(it);
        return code;
    }
    return SQLITE_OK;
}

CrashDisk::NodePtr CrashDisk::open(const std::string &path, bool create, int *result)
{
    const std::lock_guard lock(m_mutex);
    *result = fault(path, Operation::Open);
    if (*result != SQLITE_OK)
        return nullptr;
    auto it = m_nodes.find(path);
    if (it != m_nodes.end() && !path.empty())
        return it->second;
    if (!create) {
        *result = SQLITE_CANTOPEN;
        return nullptr;
    }
    auto node = std::make_shared<Node>();
    node->path = path;
    if (!path.empty()) { // nameless files are temporary ones
        m_nodes[path] = node;
        m_ghosts.erase(path);
    }
    return node;
}

bool CrashDisk::exists(const std::string &path) const
{
    const std::lock_guard lock(m_mutex);
    return m_nodes.contains(path);
}

int CrashDisk::remove(const std::string &path, bool durable)
{
    const std::lock_guard lock(m_mutex);
    const auto before = m_nodes.find(path);
    const NodePtr node = before == m_nodes.end() ? nullptr : before->second;
    strike(path);
    if (node && node->dead)
        return SQLITE_IOERR_DELETE;
    if (const int code = fault(path, Operation::Delete); code != SQLITE_OK)
        return code;
    const auto it = m_nodes.find(path);
    if (it == m_nodes.end())
        return SQLITE_IOERR_DELETE_NOENT;
    if (!durable && it->second->synced)
        m_ghosts[path] = it->second->durable;
    m_nodes.erase(it);
    return SQLITE_OK;
}

int CrashDisk::read(const NodePtr &node, void *to, qint64 size, qint64 offset)
{
    const std::lock_guard lock(m_mutex);
    if (node->dead)
        return SQLITE_IOERR_READ;
    if (const int code = fault(node->path, Operation::Read); code != SQLITE_OK)
        return code;
    const qint64 there = std::clamp<qint64>(static_cast<qint64>(node->live.size()) - offset, 0, size);
    if (there > 0)
        std::memcpy(to, node->live.data() + offset, static_cast<size_t>(there));
    if (there == size)
        return SQLITE_OK;
    std::memset(static_cast<char *>(to) + there, 0, static_cast<size_t>(size - there));
    return SQLITE_IOERR_SHORT_READ;
}

int CrashDisk::write(const NodePtr &node, const void *from, qint64 size, qint64 offset)
{
    const std::lock_guard lock(m_mutex);
    strike(node->path);
    if (node->dead)
        return SQLITE_IOERR_WRITE;
    if (const int code = fault(node->path, Operation::Write); code != SQLITE_OK)
        return code;
    const char *bytes = static_cast<const char *>(from);
    place(node->live, bytes, size, offset);
    if (!node->path.empty())
        node->pending.push_back({false, offset, Bytes(bytes, bytes + size)});
    return SQLITE_OK;
}

int CrashDisk::truncate(const NodePtr &node, qint64 size)
{
    const std::lock_guard lock(m_mutex);
    strike(node->path);
    if (node->dead)
        return SQLITE_IOERR_TRUNCATE;
    if (const int code = fault(node->path, Operation::Truncate); code != SQLITE_OK)
        return code;
    node->live.resize(static_cast<size_t>(size));
    if (!node->path.empty())
        node->pending.push_back({true, size, {}});
    return SQLITE_OK;
}

int CrashDisk::sync(const NodePtr &node)
{
    const std::lock_guard lock(m_mutex);
    strike(node->path);
    if (node->dead)
        return SQLITE_IOERR_FSYNC;
    if (const int code = fault(node->path, Operation::Sync); code != SQLITE_OK)
        return code;
    for (const auto &[prefix, watch] : m_syncWatches) {
        if (below(node->path, prefix))
            watch();
    }
    if (std::ranges::any_of(m_liars, [&](const std::string &liar) { return below(node->path, liar); }))
        return SQLITE_OK;
    for (const Node::Pending &op : node->pending)
        apply(node->durable, op);
    node->pending.clear();
    if (!node->synced) {
        // SQLite's unix VFS syncs the directory with the first sync of a journal or WAL, and with
        // that every earlier deletion there is on the disk too.
        const std::string folder = node->path.substr(0, node->path.rfind('/') + 1);
        std::erase_if(m_ghosts, [&](const auto &entry) { return below(entry.first, folder); });
        node->synced = true;
    }
    return SQLITE_OK;
}

qint64 CrashDisk::size(const NodePtr &node) const
{
    const std::lock_guard lock(m_mutex);
    return static_cast<qint64>(node->live.size());
}

} // namespace Sheaf::Test
