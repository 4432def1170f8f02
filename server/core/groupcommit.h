// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/authenticator.h"
#include "server/core/channel.h"

namespace Sheaf::Server {

/// What arrived in one turn of the event loop and goes into one transaction of the storage.
struct Group {
    struct Arrival {
        quint64 session = 0;
        Hello hello;
    };
    struct Upload {
        quint64 session = 0;
        DeviceId device = 0;
        SiteId site = 0;
        Channel *channel = nullptr;
        Push push;
        bool isDenied = false; ///< its author may not write there (any more): counted, and nothing of it taken
        QByteArray lease = {}; ///< of a session that pushes for the first time
    };

    std::vector<Arrival> arrivals;
    std::vector<Upload> uploads;
    qint64 bytes = 0;

    [[nodiscard]] bool isEmpty() const { return arrivals.empty() && uploads.empty(); }
};

/// What became of a group. Exists only after its transaction was committed, so whoever holds one
/// may acknowledge and broadcast.
struct CommittedGroup {
    std::vector<std::pair<quint64, std::variant<Refused, Admission>>> arrivals;
    std::map<Channel *, Broadcast, Channel::ByName> broadcasts;
};

/// Merges a group in one transaction and commits it. On an error nothing may be answered, and the
/// channels of the group must be forgotten.
Result<CommittedGroup> commitGroup(const Group &group, Storage &storage, Random &random, qint64 wallMs);

} // namespace Sheaf::Server
