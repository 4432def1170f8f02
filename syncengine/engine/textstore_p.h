// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "replica/replica.h"

#include <QByteArray>

#include <functional>

namespace Sheaf {

/// One text of one row.
struct TextAddress {
    QByteArray table; ///< lower case
    QByteArray key;   ///< encodeKey() bytes
    QByteArray column;
    friend bool operator==(const TextAddress &, const TextAddress &) = default;
};

/// What a TextDocument needs of the world: where its text is kept, time and chance. Calls return at
/// once and are carried out in their order; answers come later, in the caller's thread, and never
/// after the store is gone.
class TextStore
{
public:
    using Loaded = std::function<void(const Result<QByteArray> &update)>;
    using Written = std::function<void(const Result<void> &done)>;

    using Listener = std::function<void(const CommitChanges &commit)>;

    virtual ~TextStore() = default;
    /// Is told of every commit, in order, also of those that write() makes.
    virtual void setListener(Listener listener) = 0;
    /// The whole text as one update.
    virtual void load(const TextAddress &address, Loaded loaded) = 0;
    /// One durable edit.
    virtual void write(const TextAddress &address, const QByteArray &update, Written written) = 0;
    [[nodiscard]] virtual Clock &clock() = 0;
    [[nodiscard]] virtual quint64 random() = 0;
};

} // namespace Sheaf
