// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Loaded in front of the C library: a disk that is full after SHEAF_TEST_DISK_BYTES bytes of files.
#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {

/// Bytes that still fit; descriptors below 3 are no files.
bool fits(int descriptor, size_t count)
{
    static std::atomic<long long> left{std::atoll(std::getenv("SHEAF_TEST_DISK_BYTES"))};
    return descriptor < 3 || (left -= static_cast<long long>(count)) >= 0;
}

template<typename Function>
Function next(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

ssize_t full()
{
    errno = ENOSPC;
    return -1;
}

} // namespace

extern "C" ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    static const auto real = next<ssize_t (*)(int, const void *, size_t, off_t)>("pwrite");
    return fits(descriptor, count) ? real(descriptor, bytes, count, offset) : full();
}

extern "C" ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    static const auto real = next<ssize_t (*)(int, const void *, size_t, off64_t)>("pwrite64");
    return fits(descriptor, count) ? real(descriptor, bytes, count, offset) : full();
}
