// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowclock.h"
#include "device.h"

#include <map>

namespace Sheaf {

/// The least that a server must do, written apart from the real one: keeps one merged record per
/// row and gives sequences, with maps and no clever encoding.
class Relay
{
public:
    /// Everything that the device has not pushed goes up.
    void push(Device &device);
    /// Everything that is newer than the device's cursor comes down.
    void pull(Device &device);
    void sync(Device &device)
    {
        pull(device);
        push(device);
    }
    /// Another database: nothing is known and the epoch is a new one.
    void forget();

    Epoch epoch = 7;
    /// Refuses every change of a push with this code when set.
    QString refuseWith;

private:
    struct Cell {
        Stamp stamp;
        QByteArray value;
    };
    struct Row {
        CausalLength length = 0;
        Stamp life;
        std::map<QByteArray, Cell> cells;
        Sequence sequence = 0;
    };
    void merge(const Push &push);

    std::map<std::pair<QByteArray, QByteArray>, Row> m_rows;
    std::map<SiteId, quint64> m_lastPush;
    Sequence m_head = 0;
};

} // namespace Sheaf
