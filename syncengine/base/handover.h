// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#ifdef __SANITIZE_THREAD__
extern "C" void __tsan_acquire(void *address);
extern "C" void __tsan_release(void *address);
#endif

namespace Sheaf {

/// Work that one thread gives to another through a queue of Qt's. ThreadSanitizer does not see the locks in there,
/// because Qt is not instrumented; this tells it that what the giver did came before the work.
/// Nothing but the work itself in other builds.
template<typename Work>
class Handover
{
public:
    explicit Handover(Work work) : m_work(std::move(work)) {}
#ifdef __SANITIZE_THREAD__
    // The last copy is the one in the queue.
    Handover(const Handover &other) : m_work(other.m_work)
    {
        __tsan_release(&s_order);
    }
    Handover(Handover &&other) noexcept : m_work(std::move(other.m_work))
    {
        __tsan_release(&s_order);
    }

    void operator()()
    {
        __tsan_acquire(&s_order);
        m_work();
    }

private:
    static inline char s_order = 0; ///< one for each type of work: found without reading the work
#else
    void operator()()
    {
        m_work();
    }

private:
#endif
    Work m_work;
};

} // namespace Sheaf
