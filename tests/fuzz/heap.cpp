// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/heap.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>

namespace {

// Constant initialised: malloc is called before any constructor runs.
constinit std::atomic<qint64> liveBytes = 0;
constinit std::atomic<qint64> peakBytes = 0;

#ifndef SHEAF_SANITIZED
void *counted(void *block)
{
    if (block != nullptr) {
        const qint64 now = liveBytes += static_cast<qint64>(malloc_usable_size(block));
        qint64 most = peakBytes;
        while (now > most && !peakBytes.compare_exchange_weak(most, now)) {
        }
    }
    return block;
}

void forgotten(void *block)
{
    if (block != nullptr)
        liveBytes -= static_cast<qint64>(malloc_usable_size(block));
}
#endif

} // namespace

#ifndef SHEAF_SANITIZED
// Under the names of the C library's own, which has them a second time under these ones.
extern "C" {
void *__libc_malloc(size_t size);               // NOLINT(bugprone-reserved-identifier)
void *__libc_calloc(size_t count, size_t size); // NOLINT(bugprone-reserved-identifier)
void *__libc_realloc(void *block, size_t size); // NOLINT(bugprone-reserved-identifier)
void __libc_free(void *block);                  // NOLINT(bugprone-reserved-identifier)

void *malloc(size_t size)
{
    return counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    forgotten(block);
    void *moved = __libc_realloc(block, size);
    return moved != nullptr || size == 0 ? counted(moved) : (counted(block), moved);
}

void free(void *block)
{
    forgotten(block);
    __libc_free(block);
}
}
#endif

namespace Sheaf::Fuzz::Heap {

qint64 live()
{
    return liveBytes;
}

qint64 peak()
{
    return peakBytes;
}

void resetPeak()
{
    peakBytes = liveBytes.load();
}

} // namespace Sheaf::Fuzz::Heap
