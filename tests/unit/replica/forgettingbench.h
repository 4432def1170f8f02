// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.h"
#include "relay.h"
#include "replica/store.h"
#include "sql/database.h"

#include <QtTest>

namespace Sheaf {

using namespace Qt::StringLiterals;

/// Two devices that have the same rows, and a relay that forgets deletes when it is told to.
class ForgettingBench
{
protected:
    inline static const char schema[] =
        "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT NOT NULL DEFAULT '', labels TEXT);"
        "CREATE TABLE gone(id TEXT PRIMARY KEY, title TEXT);"
        "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\",\"labels\":\"set\"}}');"
        "SELECT sheaf_sync('gone', '{\"deletes\":\"delete_wins\"}');";

    void begin()
    {
        relay = Relay();
        a = std::make_unique<Device>(schema, 1);
        b = std::make_unique<Device>(schema, 2);
        a->exec(u"INSERT INTO notes(id, title, body, labels) VALUES ('1', 'one', 'text', '[\"x\"]'), ('2', 'two', '', NULL),"
                " ('3', 'three', '', NULL)"_s);
        a->exec(u"INSERT INTO gone VALUES ('1', 'one'), ('2', 'two')"_s);
        verifyEqual();
    }
    void end()
    {
        a.reset();
        b.reset();
    }
    /// Of a note, whose key is given as SQL.
    [[nodiscard]] static RowClock clockOf(Device &device, const char *key)
    {
        const auto sites = Store::readSites(sqliteHandle(device.replica().database()));
        RowClock clock;
        const QString sql = u"SELECT clock FROM sheaf_rows WHERE tbl = 1 AND pk = "_s + QLatin1StringView(key);
        return sites && decodeClock(device.value(sql).toByteArray(), *sites, clock) ? clock : RowClock();
    }
    [[nodiscard]] static SpaceState home(Device &device) { return device.replica().space("home"); }
    [[nodiscard]] static int clocks(Device &device) { return device.value(u"SELECT count(*) FROM sheaf_rows"_s).toInt(); }
    [[nodiscard]] static QStringList titles(Device &device)
    {
        QStringList all;
        for (const QVariantList &row : device.rows(u"SELECT title FROM notes ORDER BY id"_s))
            all.append(row.first().toString());
        return all;
    }
    /// Both have everything, and then the relay forgets all deletes up to now.
    Collected forgetAll() { return relay.forgetDeletes(makeHlc(std::max(a->wallMs, b->wallMs) + 1, 0xffff)); }
    void verifyEqual()
    {
        relay.sync(*a);
        relay.sync(*b);
        relay.sync(*a);
        QCOMPARE(a->replica().pendingCount(), 0);
        QCOMPARE(b->replica().pendingCount(), 0);
        QVERIFY(a->digestHolds() && b->digestHolds());
        QCOMPARE(*a->replica().digest("home"), *b->replica().digest("home"));
        QCOMPARE(*a->replica().visibleDigest("home"), *b->replica().visibleDigest("home"));
    }

    Relay relay;
    std::unique_ptr<Device> a;
    std::unique_ptr<Device> b;
};

} // namespace Sheaf
