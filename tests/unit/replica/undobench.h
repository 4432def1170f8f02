// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnbench.h"

namespace Sheaf {

inline UndoOutcome undo(Device &device)
{
    const auto done = device.replica().undo();
    if (!done)
        qFatal("%s", qPrintable(done.error().message));
    return *done;
}

inline UndoOutcome redo(Device &device)
{
    const auto done = device.replica().redo();
    if (!done)
        qFatal("%s", qPrintable(done.error().message));
    return *done;
}

inline QVariant item(Device &device, const QString &column, int id = 1)
{
    return device.value(QStringLiteral("SELECT %1 FROM items WHERE id = %2").arg(column).arg(id));
}

inline QString text(Device &device, const QString &column, int id = 1)
{
    return item(device, column, id).toString();
}

/// Two devices that share one row.
struct Pair {
    Pair() : one(columnSchema, 1), two(columnSchema, 2)
    {
        one.exec(QStringLiteral(
            "INSERT INTO items(id, title, votes, labels, props, lat, lon) VALUES (1, 'base', 5, '[\"a\"]', '{\"k\":1}', 1, 2)"));
        settle();
    }
    void settle() { settleAll(relay, {&one, &two}); }
    [[nodiscard]] bool same() { return areSame({&one, &two}); }

    Relay relay;
    Device one;
    Device two;
};

} // namespace Sheaf
