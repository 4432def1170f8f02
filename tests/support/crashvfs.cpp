// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "support/crashvfs.h"

#include "base/check.h"

#include <sqlite3.h>

#include <atomic>
#include <cstring>

namespace Sheaf::Test {

namespace {

/// What SQLite holds as an open file. `base` comes first: SQLite casts between the two.
struct OpenFile {
    sqlite3_file base;
    CrashDisk *disk;
    CrashDisk::NodePtr *node;
    bool deleteOnClose;
    int lock;
    bool shmMapped;
    unsigned shmSharedMask;
    unsigned shmExclusiveMask;
};

OpenFile *asOpen(sqlite3_file *file)
{
    return reinterpret_cast<OpenFile *>(file);
}

CrashDisk::Node &nodeOf(sqlite3_file *file)
{
    return **asOpen(file)->node;
}

void releaseShm(OpenFile *open)
{
    CrashDisk::Node &node = **open->node;
    for (unsigned i = 0; i < 8; ++i) {
        if ((open->shmSharedMask >> i) & 1U)
            --node.shmShared[i];
        if ((open->shmExclusiveMask >> i) & 1U)
            node.shmExclusive[i] = nullptr;
    }
    open->shmSharedMask = open->shmExclusiveMask = 0;
    if (open->shmMapped && --node.shmUsers == 0)
        node.shmRegions.clear();
    open->shmMapped = false;
}

int unlockTo(OpenFile *open, int level)
{
    CrashDisk::Node &node = **open->node;
    if (open->lock <= level)
        return SQLITE_OK;
    if (node.exclusive == open)
        node.exclusive = nullptr;
    if (node.pendingLock == open)
        node.pendingLock = nullptr;
    if (node.reserved == open)
        node.reserved = nullptr;
    if (level == SQLITE_LOCK_NONE)
        --node.sharedLocks;
    open->lock = level;
    return SQLITE_OK;
}

int closeFile(sqlite3_file *file)
{
    OpenFile *open = asOpen(file);
    {
        const std::lock_guard lock(open->disk->mutex());
        releaseShm(open);
        unlockTo(open, SQLITE_LOCK_NONE);
    }
    if (open->deleteOnClose && !(*open->node)->path.empty() && !(*open->node)->dead)
        open->disk->remove((*open->node)->path, false);
    delete open->node;
    open->node = nullptr;
    return SQLITE_OK;
}

int readFile(sqlite3_file *file, void *to, int size, sqlite3_int64 offset)
{
    return asOpen(file)->disk->read(*asOpen(file)->node, to, size, offset);
}

int writeFile(sqlite3_file *file, const void *from, int size, sqlite3_int64 offset)
{
    return asOpen(file)->disk->write(*asOpen(file)->node, from, size, offset);
}

int truncateFile(sqlite3_file *file, sqlite3_int64 size)
{
    return asOpen(file)->disk->truncate(*asOpen(file)->node, size);
}

int syncFile(sqlite3_file *file, int)
{
    return asOpen(file)->disk->sync(*asOpen(file)->node);
}

int fileSize(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = asOpen(file)->disk->size(*asOpen(file)->node);
    return SQLITE_OK;
}

int lockFile(sqlite3_file *file, int level)
{
    OpenFile *open = asOpen(file);
    const std::lock_guard guard(open->disk->mutex());
    CrashDisk::Node &node = nodeOf(file);
    if (open->lock >= level)
        return SQLITE_OK;
    if (level == SQLITE_LOCK_SHARED) {
        if (node.pendingLock || node.exclusive)
            return SQLITE_BUSY;
        ++node.sharedLocks;
        open->lock = level;
        return SQLITE_OK;
    }
    if ((node.reserved && node.reserved != open) || (node.pendingLock && node.pendingLock != open))
        return SQLITE_BUSY;
    node.reserved = open;
    if (level == SQLITE_LOCK_RESERVED) {
        open->lock = level;
        return SQLITE_OK;
    }
    node.pendingLock = open;
    open->lock = SQLITE_LOCK_PENDING;
    if (node.sharedLocks > 1)
        return SQLITE_BUSY;
    node.exclusive = open;
    open->lock = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

int unlockFile(sqlite3_file *file, int level)
{
    const std::lock_guard guard(asOpen(file)->disk->mutex());
    return unlockTo(asOpen(file), level);
}

int checkReserved(sqlite3_file *file, int *result)
{
    const std::lock_guard guard(asOpen(file)->disk->mutex());
    *result = nodeOf(file).reserved != nullptr;
    return SQLITE_OK;
}

int fileControl(sqlite3_file *, int, void *)
{
    return SQLITE_NOTFOUND;
}

int sectorSize(sqlite3_file *)
{
    return static_cast<int>(CrashDisk::sectorBytes);
}

int characteristics(sqlite3_file *)
{
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int shmMap(sqlite3_file *file, int region, int size, int extend, void volatile **to)
{
    OpenFile *open = asOpen(file);
    const std::lock_guard guard(open->disk->mutex());
    CrashDisk::Node &node = nodeOf(file);
    if (!open->shmMapped) {
        open->shmMapped = true;
        ++node.shmUsers;
    }
    *to = nullptr;
    if (static_cast<size_t>(region) >= node.shmRegions.size() && !extend)
        return SQLITE_OK;
    while (node.shmRegions.size() <= static_cast<size_t>(region))
        node.shmRegions.push_back(std::make_unique<char[]>(static_cast<size_t>(size)));
    *to = node.shmRegions[static_cast<size_t>(region)].get();
    return SQLITE_OK;
}

int shmLock(sqlite3_file *file, int offset, int count, int flags)
{
    OpenFile *open = asOpen(file);
    const std::lock_guard guard(open->disk->mutex());
    CrashDisk::Node &node = nodeOf(file);
    for (int i = offset; i < offset + count; ++i) {
        const bool sharedByMe = (open->shmSharedMask >> i) & 1U;
        const bool sharedByOthers = node.shmShared[i] > (sharedByMe ? 1 : 0);
        const bool exclusiveByOthers = node.shmExclusive[i] && node.shmExclusive[i] != open;
        if (!(flags & SQLITE_SHM_LOCK))
            continue;
        if (exclusiveByOthers || ((flags & SQLITE_SHM_EXCLUSIVE) && sharedByOthers))
            return SQLITE_BUSY;
    }
    for (int i = offset; i < offset + count; ++i) {
        const unsigned bit = 1U << i;
        if (flags & SQLITE_SHM_LOCK) {
            if (flags & SQLITE_SHM_EXCLUSIVE) {
                node.shmExclusive[i] = open;
                open->shmExclusiveMask |= bit;
            } else if (!(open->shmSharedMask & bit)) {
                ++node.shmShared[i];
                open->shmSharedMask |= bit;
            }
        } else if (open->shmExclusiveMask & bit) {
            node.shmExclusive[i] = nullptr;
            open->shmExclusiveMask &= ~bit;
        } else if (open->shmSharedMask & bit) {
            --node.shmShared[i];
            open->shmSharedMask &= ~bit;
        }
    }
    return SQLITE_OK;
}

void shmBarrier(sqlite3_file *)
{
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

int shmUnmap(sqlite3_file *file, int)
{
    const std::lock_guard guard(asOpen(file)->disk->mutex());
    releaseShm(asOpen(file));
    return SQLITE_OK;
}

const sqlite3_io_methods methods = {2,        closeFile,  readFile,      writeFile,   truncateFile, syncFile,        fileSize,
                                    lockFile, unlockFile, checkReserved, fileControl, sectorSize,   characteristics, shmMap,
                                    shmLock,  shmBarrier, shmUnmap,      nullptr,     nullptr};

CrashDisk *diskOf(sqlite3_vfs *vfs)
{
    return static_cast<CrashDisk *>(vfs->pAppData);
}

int openFile(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *outFlags)
{
    OpenFile *open = asOpen(file);
    *open = {};
    int result = SQLITE_OK;
    CrashDisk::NodePtr node = diskOf(vfs)->open(name ? name : "", flags & SQLITE_OPEN_CREATE, &result);
    if (!node)
        return result;
    open->base.pMethods = &methods;
    open->disk = diskOf(vfs);
    open->node = new CrashDisk::NodePtr(std::move(node));
    open->deleteOnClose = flags & SQLITE_OPEN_DELETEONCLOSE;
    if (outFlags)
        *outFlags = flags;
    return SQLITE_OK;
}

int deleteFile(sqlite3_vfs *vfs, const char *name, int syncDir)
{
    return diskOf(vfs)->remove(name, syncDir != 0);
}

int access(sqlite3_vfs *vfs, const char *name, int, int *result)
{
    *result = diskOf(vfs)->exists(name);
    return SQLITE_OK;
}

int fullPathname(sqlite3_vfs *, const char *name, int size, char *out)
{
    sqlite3_snprintf(size, out, name[0] == '/' ? "%s" : "/%s", name);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs *, int size, char *out)
{
    static quint64 state = 0;
    for (int i = 0; i < size; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        out[i] = static_cast<char>(state >> 56);
    }
    return size;
}

int sleepFor(sqlite3_vfs *, int microseconds)
{
    return microseconds;
}

int currentTime64(sqlite3_vfs *, sqlite3_int64 *now)
{
    *now = 212'600'000'000'000LL; // some day in 2024, in milliseconds of the Julian calendar
    return SQLITE_OK;
}

int currentTime(sqlite3_vfs *vfs, double *now)
{
    sqlite3_int64 ms = 0;
    currentTime64(vfs, &ms);
    *now = static_cast<double>(ms) / 86'400'000.0;
    return SQLITE_OK;
}

int lastError(sqlite3_vfs *, int, char *)
{
    return 0;
}

sqlite3_vfs s_vfs = {};

} // namespace

CrashVfs::CrashVfs(bool makeDefault)
{
    SHEAF_CHECK(s_vfs.pAppData == nullptr);
    s_vfs.iVersion = 2;
    s_vfs.szOsFile = sizeof(OpenFile);
    s_vfs.mxPathname = 1024;
    s_vfs.zName = "crash";
    s_vfs.pAppData = &m_disk;
    s_vfs.xOpen = openFile;
    s_vfs.xDelete = deleteFile;
    s_vfs.xAccess = access;
    s_vfs.xFullPathname = fullPathname;
    s_vfs.xRandomness = randomness;
    s_vfs.xSleep = sleepFor;
    s_vfs.xCurrentTime = currentTime;
    s_vfs.xCurrentTimeInt64 = currentTime64;
    s_vfs.xGetLastError = lastError;
    SHEAF_CHECK(sqlite3_vfs_register(&s_vfs, makeDefault) == SQLITE_OK);
}

CrashVfs::~CrashVfs()
{
    sqlite3_vfs_unregister(&s_vfs);
    s_vfs = {};
}

} // namespace Sheaf::Test
