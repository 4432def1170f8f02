// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/handover.h"

#include <QFuture>
#include <QPromise>
#include <QThreadPool>

#include <memory>
#include <type_traits>

namespace Sheaf {

/// Runs `work`, which waits for the disk, in a thread of the pool.
template<typename Work>
auto inPool(QThreadPool &pool, Work work) -> QFuture<std::invoke_result_t<Work &>>
{
    auto promise = std::make_shared<QPromise<std::invoke_result_t<Work &>>>();
    promise->start();
    auto future = promise->future();
    pool.start(Handover([promise, call = std::make_shared<Work>(std::move(work))] {
        promise->addResult((*call)());
        promise->finish();
    }));
    return future;
}

} // namespace Sheaf
