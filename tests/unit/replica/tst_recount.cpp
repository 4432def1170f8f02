// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"
#include "support/tampering.h"

#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT NOT NULL DEFAULT '', labels TEXT);"
                          "CREATE TABLE pairs(a INTEGER NOT NULL, b TEXT NOT NULL, c REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;"
                          "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\",\"labels\":\"set\"}}');"
                          "SELECT sheaf_sync('pairs');";

} // namespace

/// What a replica finds when it looks at its rows and believes nothing that it keeps of them.
class TestRecount : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        relay = Relay();
        device = std::make_unique<Device>(schema);
        device->exec(u"INSERT INTO notes(id, title, body, labels) VALUES ('a', '1', 'one', '[\"x\"]'), ('b', '2', '', NULL)"_s);
        device->exec(u"INSERT INTO pairs VALUES (1, 'x', 0.5), (1, 'y', 1.5), (2, 'x', NULL)"_s);
        relay.sync(*device);
        QCOMPARE(device->replica().pendingCount(), 0);
    }
    void cleanup() { device.reset(); }

    void nothingIsWrongOfAWholeFile()
    {
        device->exec(u"UPDATE notes SET title = 'waits' WHERE id = 'a'"_s);
        const RecountedSpace home = recount();
        QCOMPARE(home.rows, 5);
        QCOMPARE(home.rowsLost, 0);
        QVERIFY(home.miscounted.none());
        QVERIFY(device->digestHolds());
        QVERIFY(adopted() == 0 && device->replica().pendingCount() == 1);
    }

    void aWrongSumIsFoundAndMended()
    {
        tamper({u"UPDATE sheaf_buckets SET sum = x'00112233445566778899aabbccddeeff'"
                " WHERE bucket = (SELECT min(bucket) FROM sheaf_buckets)"_s});
        QVERIFY(!device->digestHolds());
        QCOMPARE(recount().miscounted.count(), size_t(1));
        QVERIFY(device->digestHolds());
        device->reopen();
        QVERIFY(device->digestHolds()); // in the file too
        QVERIFY(recount().miscounted.none());
    }

    void aSumThatIsMissingOrTooManyIsMended()
    {
        tamper({u"DELETE FROM sheaf_buckets"_s,
                u"INSERT INTO sheaf_buckets SELECT id, 7, zeroblob(15) || x'01' FROM sheaf_spaces"_s});
        QVERIFY(recount().miscounted.any());
        QVERIFY(device->digestHolds());
        device->reopen();
        QVERIFY(device->digestHolds());
    }

    void aRowWithoutItsValuesIsForgottenAndNotDeleted()
    {
        tamper({u"DELETE FROM notes WHERE id = 'a'"_s, u"DELETE FROM pairs WHERE a = 2"_s});
        const RecountedSpace home = recount();
        QCOMPARE(home.rowsLost, 2);
        QCOMPARE(device->value(u"SELECT count(*) FROM sheaf_rows"_s).toInt(), 3);
        QCOMPARE(device->value(u"SELECT count(*) FROM sheaf_texts"_s).toInt(), 0);
        QVERIFY(device->digestHolds());
        QCOMPARE(device->replica().pendingCount(), 0);
        QCOMPARE(recount().rowsLost, 0);
    }

    void whatWaitsOfARowThatIsGoneIsNoDeleteEither()
    {
        device->exec(u"UPDATE notes SET title = 'waits', body = 'one, edited' WHERE id = 'a'"_s);
        tamper({u"DELETE FROM notes WHERE id = 'a'"_s});
        QCOMPARE(recount().rowsLost, 1);
        QCOMPARE(device->replica().pendingCount(), 0);
        QVERIFY(device->digestHolds());
        relay.sync(*device);
        QVERIFY(device->digestHolds());
    }

    void whatWasTypedIntoALostRowIsKept()
    {
        device->exec(u"UPDATE notes SET body = body || ' typed', title = 'waits' WHERE id = 'a'"_s);
        Device other(schema, 2);
        relay.sync(other);
        other.exec(u"UPDATE notes SET body = 'other ' || body WHERE id = 'a'"_s);
        relay.sync(other);
        tamper({u"DELETE FROM notes WHERE id = 'a'"_s});
        QCOMPARE(recount().rowsLost, 1);
        QCOMPARE(device->replica().pendingCount(), 0);
        const auto kept = device->replica().rejected();
        QCOMPARE(kept->size(), 1);
        QCOMPARE(kept->first().code, u"row_lost"_s);
        QCOMPARE(kept->first().values, (QList<NamedValue>{{"body", u"one typed"_s}}));
        relay.forget(); // its cursor knows nothing of repair
        relay.sync(other);
        relay.sync(*device);
        QCOMPARE(device->value(u"SELECT body FROM notes WHERE id = 'a'"_s).toString(), u"other one"_s);
        QVERIFY(device->replica().retryRejected(kept->first().number));
        for (int round = 0; round < 2; ++round) {
            relay.sync(*device);
            relay.sync(other);
        }
        QCOMPARE(other.value(u"SELECT title || body FROM notes WHERE id = 'a'"_s).toString(), u"1other one typed"_s);
        QVERIFY(device->replica().rejected()->isEmpty());
    }

    void rowsOutOfSightAreNotLost()
    {
        SyncFilters filters;
        filters.show = [](const FilteredRow &row) { return row.value("title").toString() != u"2"_s; };
        QVERIFY(device->replica().setFilters(filters));
        Device other(schema, 9);
        other.exec(u"INSERT INTO notes(id, title) VALUES ('hidden', '2')"_s);
        relay.sync(other);
        relay.sync(*device);
        QCOMPARE(device->value(u"SELECT count(*) FROM notes WHERE id = 'hidden'"_s).toInt(), 0);
        QCOMPARE(recount().rowsLost, 0);
        QCOMPARE(adopted(), 0);
    }

    void aRowWithoutAClockIsBornAgain()
    {
        tamper({u"DELETE FROM sheaf_rows WHERE tbl = (SELECT id FROM sheaf_tables WHERE CAST(name AS TEXT) = 'notes')"_s,
                u"INSERT INTO notes(id, title) VALUES ('c', 'past the engine')"_s, u"INSERT INTO pairs VALUES (3, 'z', 2.5)"_s});
        QCOMPARE(recount().rows, 3);
        QVERIFY(device->digestHolds());
        QCOMPARE(adopted(), 4); // a, b, c and the pair
        QCOMPARE(device->replica().pendingCount(), 4);
        relay.sync(*device);
        Device other(schema, 9);
        relay.sync(other);
        QCOMPARE(other.value(u"SELECT title FROM notes WHERE id = 'c'"_s).toString(), u"past the engine"_s);
        QCOMPARE(other.value(u"SELECT c FROM pairs WHERE a = 3"_s).toDouble(), 2.5);
        QCOMPARE(adopted(), 0);
    }

    void theServersRowTakesThePlaceOfOneWithoutAClock()
    {
        tamper({u"DELETE FROM sheaf_rows"_s, u"DELETE FROM sheaf_buckets"_s, u"UPDATE sheaf_spaces SET cursor = 0"_s,
                u"UPDATE notes SET title = 'changed with it' WHERE id = 'a'"_s});
        relay.pull(*device);
        QCOMPARE(device->value(u"SELECT title || body || labels FROM notes WHERE id = 'a'"_s).toString(), u"1one[\"x\"]"_s);
        QCOMPARE(device->value(u"SELECT count(*) FROM sheaf_stuck"_s).toInt(), 0);
        QCOMPARE(adopted(), 0);
        QVERIFY(device->digestHolds());
    }

    void writesAndMergesBetweenTurnsAreCountedAlong()
    {
        fill(2'500);
        Device other(schema, 9);
        relay.sync(other);
        tamper({u"DELETE FROM notes WHERE id IN ('n0100', 'n1900')"_s});
        QVERIFY(device->replica().beginRecount());
        int turns = 0;
        for (bool done = false; !done; ++turns) {
            const auto some = device->replica().recountSome();
            QVERIFY(some);
            done = *some;
            const QString near = u"n%1"_s.arg(10 + turns, 4, 10, QLatin1Char('0'));
            const QString far = u"n%1"_s.arg(2'400 + turns, 4, 10, QLatin1Char('0'));
            device->exec(u"UPDATE notes SET title = 'new' WHERE id IN (?, ?)"_s, {near, far});
            device->exec(u"DELETE FROM notes WHERE id = ?"_s, {QString(near).replace(u"n0"_s, u"n1"_s)});
            device->exec(u"INSERT INTO notes(id, title) VALUES (?, 'born')"_s, {near + u'x'});
            other.exec(u"UPDATE notes SET title = 'theirs' WHERE id = ?"_s, {QString(near).replace(u"n00"_s, u"n02"_s)});
            relay.sync(other);
            relay.sync(*device);
        }
        QVERIFY2(turns >= 3, "the writer is not held for all of them at once");
        QCOMPARE(home().rowsLost, 2);
        QVERIFY2(home().miscounted.none(), "what was written meanwhile is no fault");
        QVERIFY(device->digestHolds());
    }

    void whatIsRolledBackBetweenTurnsIsNotCounted()
    {
        fill(1'500);
        QVERIFY(device->replica().beginRecount());
        QVERIFY(!*device->replica().recountSome());
        const auto failed = device->tryExec({u"UPDATE notes SET title = 'never'"_s, u"INSERT INTO notes(id) VALUES ('a')"_s});
        QVERIFY(!failed);
        for (bool done = false; !done;) {
            const auto some = device->replica().recountSome();
            QVERIFY(some);
            done = *some;
        }
        QVERIFY(home().miscounted.none() && home().rowsLost == 0);
        QCOMPARE(home().rows, 1'505);
        QVERIFY(device->digestHolds());
    }

private:
    void fill(int count)
    {
        device->exec(u"INSERT INTO notes(id, title) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
                     " WHERE i + 1 < %1) SELECT printf('n%04d', i), i FROM n"_s.arg(count));
        relay.sync(*device);
        QCOMPARE(device->replica().pendingCount(), 0);
    }
    void tamper(const QStringList &statements)
    {
        device->close();
        writePastTheEngine(device->path(), statements);
        QVERIFY(device->open());
    }
    RecountedSpace home()
    {
        const QList<RecountedSpace> all = device->replica().recounted();
        return all.isEmpty() ? RecountedSpace() : all.constFirst();
    }
    RecountedSpace recount()
    {
        if (!device->replica().beginRecount())
            qFatal("the recount does not begin");
        while (true) {
            const auto done = device->replica().recountSome();
            if (!done)
                qFatal("%s", qUtf8Printable(done.error().message));
            if (*done)
                return home();
        }
    }
    /// By a recount and what follows it.
    qint64 adopted()
    {
        recount();
        while (true) {
            const auto done = device->replica().adoptSome();
            if (!done)
                qFatal("%s", qUtf8Printable(done.error().message));
            if (*done)
                return home().rowsAdopted;
        }
    }

    Relay relay;
    std::unique_ptr<Device> device;
};

QTEST_GUILESS_MAIN(TestRecount)
#include "tst_recount.moc"
