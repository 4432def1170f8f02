// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/handover.h"

#include <QFuture>
#include <QMetaObject>
#include <QPromise>

#include <memory>
#include <type_traits>
#include <utility>

namespace Sheaf {

/// Runs `work` in the thread of `target`, after everything posted to it before; the one way from
/// thread to thread in this folder. The future is cancelled when `target` goes first.
template<typename Work>
auto post(QObject *target, Work work) -> QFuture<std::invoke_result_t<Work &>>
{
    using Value = std::invoke_result_t<Work &>;
    auto promise = std::make_shared<QPromise<Value>>();
    promise->start();
    QFuture<Value> future = promise->future();
    Handover carried([promise, call = std::make_shared<Work>(std::move(work))] {
        if constexpr (std::is_void_v<Value>)
            (*call)();
        else
            promise->addResult((*call)());
        promise->finish();
    });
    QMetaObject::invokeMethod(target, std::move(carried), Qt::QueuedConnection);
    return future;
}

} // namespace Sheaf
