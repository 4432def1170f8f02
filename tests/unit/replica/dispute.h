// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.h"
#include "relay.h"

namespace Sheaf {

inline void settle(Relay &relay, const QList<Device *> &devices)
{
    for (int round = 0; round < 4; ++round) {
        for (Device *device : devices)
            relay.sync(*device);
    }
}

[[nodiscard]] inline QList<Conflict> conflicts(Device &device)
{
    return device.replica().conflicts().value();
}

/// The server refuses what the device pushes now, all or every n-th change.
inline void refuse(Relay &relay, Device &device, int every = 1)
{
    relay.refuseWith = QStringLiteral("no_permission");
    relay.refuseEvery = every;
    relay.push(device);
    relay.refuseWith.clear();
}

[[nodiscard]] inline QList<RejectedChange> rejected(Device &device)
{
    return device.replica().rejected().value();
}

/// Equal in stamps and in what is seen, and the digests are those of the rows.
[[nodiscard]] inline bool equal(Device &one, Device &two)
{
    return *one.replica().digest("home") == *two.replica().digest("home") &&
           *one.replica().visibleDigest("home") == *two.replica().visibleDigest("home") && one.digestHolds() && two.digestHolds();
}

/// Two devices with one row of a table t(id, a, b), whose `a` both have edited: `theirs` is with the server, `mine` waits.
struct Dispute {
    explicit Dispute(const QByteArray &sql, bool mineIsLater, const QByteArray &otherSql = {})
        : mine(sql, 1), theirs(otherSql.isEmpty() ? sql : otherSql, 2)
    {
        using namespace Qt::StringLiterals;
        mine.exec(u"INSERT INTO t VALUES (1, 'base', 'b')"_s);
        settle(relay, {&mine, &theirs});
        (mineIsLater ? mine : theirs).wallMs += 10;
        mine.exec(u"UPDATE t SET a = 'mine'"_s);
        theirs.exec(u"UPDATE t SET a = 'theirs'"_s);
        relay.push(theirs);
    }
    [[nodiscard]] static QString a(Device &device)
    {
        return device.value(QStringLiteral("SELECT a FROM t WHERE id = 1")).toString();
    }

    Relay relay;
    Device mine;
    Device theirs;
};

} // namespace Sheaf
