// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "storagebench.h"

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Sheaf::Server::StorageTests;
using namespace Qt::StringLiterals;

/// What every storage of the server promises in core/storage.h, on each of them.
class TestStorage : public QObject, private StorageBench
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data() { rows(); }
    void init() { open(); }
    void cleanup() { close(); }

    void epochStays();
    void spacesKeepHeadAndDigest();
    void spacesKeepTheirTerms();
    void devicesAreFoundByTokenAndListedByName();
    void sitesKeepTheirLeases();
    void pushNumbersAreOfSiteAndSpace();
    void placesAreOfSitesThatMayRead();
    void forgottenRecordsAreRemoved();
    void namesKeepTheirNumbers();
    void recordsMoveToTheirNewSequence();
    void scansGoOnWhereAPageEnded();
    void spacesDoNotSeeEachOther();
    void greatNumbersFit();
    void withoutCommitNothingHappened();
    void readsSeeTheOwnWrites();
    void commitIsAllAndStaysAfterReopening();
};

void TestStorage::epochStays()
{
    QCOMPARE(storage().epoch(), storedEpoch);
    reopen();
    QCOMPARE(storage().epoch(), storedEpoch);
}

void TestStorage::spacesKeepHeadAndDigest()
{
    const QByteArray name("h\0me\xff", 5);
    const SpaceId id = makeSpace(name);
    QVERIFY(id > 0);
    SpaceDigest digest;
    digest.add({{1, 2}, 3});
    {
        auto transaction = begin();
        QCOMPARE(need(transaction->putSpace({id, name, 12, digest})), id);
        need(transaction->commit());
    }
    reopen();
    auto transaction = begin();
    const auto found = need(transaction->space(name));
    QVERIFY(found);
    QCOMPARE(found->id, id);
    QCOMPARE(found->head, Sequence(12));
    QVERIFY(found->digest == digest);
    QCOMPARE(found->schemaMin, 0U);
    QVERIFY(!need(transaction->space("other")));
}

void TestStorage::spacesKeepTheirTerms()
{
    const SpaceId team = makeSpace("team");
    makeSpace("home");
    {
        auto transaction = begin();
        need(transaction->putSchemaMin(team, UINT32_MAX));
        need(transaction->putSpace({team, "team", 3, {}})); // says nothing of it
        need(transaction->commit());
    }
    reopen();
    auto transaction = begin();
    const QList<StoredSpace> all = need(transaction->spaces());
    QCOMPARE(all.size(), 2);
    QCOMPARE(all[0].name, "home");
    QCOMPARE(all[0].schemaMin, 0U);
    QCOMPARE(all[1].name, "team");
    QCOMPARE(all[1].id, team);
    QCOMPARE(all[1].head, Sequence(3));
    QCOMPARE(all[1].schemaMin, UINT32_MAX);
}

void TestStorage::devicesAreFoundByTokenAndListedByName()
{
    makeSpace("home");
    makeSpace("team");
    DeviceId phone = 0;
    {
        auto transaction = begin();
        need(transaction->putDevice({0, "tablet", "hash-t", {}}));
        phone = need(transaction->putDevice({0, "phone", "hash-p", {{"team", Role::Viewer}, {"home", Role::Owner}}}));
        need(transaction->commit());
    }
    reopen();
    auto transaction = begin();
    const auto found = need(transaction->devices("hash-p"));
    QCOMPARE(found.size(), 1);
    QCOMPARE(found.constFirst().id, phone);
    QCOMPARE(found.constFirst().name, "phone");
    const QList<Grant> grants{{"team", Role::Viewer}, {"home", Role::Owner}}; // in the order given
    QCOMPARE(found.constFirst().grants, grants);
    QVERIFY(need(transaction->devices("hash")).isEmpty());
    // Revoked: still listed, found by no token. Two may be in that state.
    need(transaction->putDevice({phone, "phone", {}, {}}));
    need(transaction->putDevice({0, "old", {}, {}}));
    QVERIFY(need(transaction->devices("hash-p")).isEmpty());
    QList<QByteArray> names;
    for (const StoredDevice &device : need(transaction->devices({})))
        names.append(device.name);
    QCOMPARE(names, (QList<QByteArray>{"old", "phone", "tablet"}));
}

void TestStorage::sitesKeepTheirLeases()
{
    constexpr SiteId site = 0xfedcba9876543210ULL;
    auto transaction = begin();
    const DeviceId device = need(transaction->putDevice({0, "phone", "hash", {}}));
    QVERIFY(!need(transaction->site(site)));
    need(transaction->putSite({site, device, {}, "first"}));
    need(transaction->putSite({site, device, "first", "second"}));
    need(transaction->commit());
    transaction.reset();
    reopen();
    const auto found = need(begin()->site(site));
    QVERIFY(found);
    QCOMPARE(found->site, site);
    QCOMPARE(found->device, device);
    QCOMPARE(found->leaseCurrent, "first");
    QCOMPARE(found->leasesPending, "second");
}

void TestStorage::pushNumbersAreOfSiteAndSpace()
{
    const SpaceId home = makeSpace("home");
    const SpaceId team = makeSpace("team");
    {
        auto transaction = begin();
        QCOMPARE(need(transaction->pushNumber(1, home)), quint64(0));
        need(transaction->putPushNumber(1, home, 1));
        need(transaction->putPushNumber(1, home, 5));
        need(transaction->putPushNumber(2, home, 9));
        need(transaction->commit());
    }
    reopen();
    auto transaction = begin();
    QCOMPARE(need(transaction->pushNumber(1, home)), quint64(5));
    QCOMPARE(need(transaction->pushNumber(2, home)), quint64(9));
    QCOMPARE(need(transaction->pushNumber(1, team)), quint64(0));
}

void TestStorage::placesAreOfSitesThatMayRead()
{
    const SpaceId home = makeSpace("home");
    const SpaceId team = makeSpace("team");
    StoredDevice phone{0, "phone", "hash-p", {{"home", Role::Editor}, {"team", Role::Viewer}}};
    {
        auto transaction = begin();
        phone.id = need(transaction->putDevice(phone));
        const DeviceId tablet = need(transaction->putDevice({0, "tablet", "hash-t", {{"home", Role::Editor}}}));
        need(transaction->putSite({UINT64_MAX, phone.id, "l", {}}));
        need(transaction->putSite({2, tablet, "l", {}}));
        need(transaction->putPlace(home, {UINT64_MAX, 7, 100}));
        need(transaction->putPlace(home, {2, 3, 50}));
        need(transaction->putPlace(team, {2, 3, 50}));  // has no role there (any more)
        need(transaction->putPlace(team, {99, 3, 50})); // is of no device
        need(transaction->putPlace(home, {2, 1, 60}));  // nothing falls
        need(transaction->putPlace(home, {2, 4, 40}));
        need(transaction->commit());
    }
    reopen();
    {
        auto transaction = begin();
        QCOMPARE(need(transaction->places(home)), (QList<StoredPlace>{{2, 4, 60}, {UINT64_MAX, 7, 100}}));
        QVERIFY(need(transaction->places(team)).isEmpty());
        phone.tokenHash.clear();
        need(transaction->putDevice(phone));
        QCOMPARE(need(transaction->places(home)).size(), 1); // of a revoked one, nobody waits for it
    }
}

void TestStorage::forgottenRecordsAreRemoved()
{
    const SpaceId home = makeSpace("home");
    const Forgotten forgotten{~0ULL >> 2, 9, 1ULL << 61, 8, (1U << 30) - 2};
    auto transaction = begin();
    const TableId table = need(transaction->addTable(home, "t"));
    need(transaction->putRecord(home, {1, table, "k", "one"}, 0));
    need(transaction->putRecord(home, {2, table, "l", "two"}, 0));
    need(transaction->removeRecord(home, 1));
    need(transaction->putSpace({home, "home", 2, {}, 0, forgotten, (1U << 31) - 2}));
    StoredRecord found;
    QVERIFY(!need(transaction->record(table, "k", found)));
    QVERIFY(need(transaction->record(table, "l", found)));
    need(transaction->commit());
    transaction.reset();
    reopen();
    transaction = begin();
    QVERIFY(!need(transaction->record(table, "k", found)));
    QVERIFY(need(transaction->space("home"))->forgotten == forgotten);
    QCOMPARE(need(transaction->space("home"))->longestDelete, (1U << 31) - 2);
    QVERIFY(need(transaction->spaces()).constFirst().forgotten == forgotten);
    need(transaction->putRecord(home, {3, table, "k", "again"}, 0));
    QVERIFY(need(transaction->record(table, "k", found)));
    QCOMPARE(found.sequence, Sequence(3));
}

void TestStorage::namesKeepTheirNumbers()
{
    const SpaceId home = makeSpace("home");
    const SpaceId team = makeSpace("team");
    const TableId notes = makeTable(home, "notes");
    const TableId others = makeTable(team, "notes"); // the same name in another space is another table
    QVERIFY(notes != others && notes > 0 && others > 0);
    {
        auto transaction = begin();
        need(transaction->addColumn(notes, {1, "title"}));
        need(transaction->addColumn(notes, {2, "body"}));
        need(transaction->addColumn(others, {1, "body"}));
        need(transaction->commit());
    }
    reopen();
    auto transaction = begin();
    const auto tables = need(transaction->tables(home));
    QCOMPARE(tables.size(), 1);
    QCOMPARE(tables.constFirst().id, notes);
    QCOMPARE(tables.constFirst().name, "notes");
    QCOMPARE(tables.constFirst().columns, (QList<TableNames::Column>{{1, "title"}, {2, "body"}}));
}

void TestStorage::recordsMoveToTheirNewSequence()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    const QByteArray key("k\0ey", 4);
    put(home, {1, table, key, "one"});
    put(home, {2, table, "other", "two"});
    put(home, {3, table, key, "three"}, 1);
    reopen();
    auto transaction = begin();
    StoredRecord found;
    QVERIFY(need(transaction->record(table, key, found)));
    QCOMPARE(found.sequence, Sequence(3));
    QCOMPARE(found.bytes, "three");
    QVERIFY(!need(transaction->record(table, "k", found)));
    transaction.reset();
    QCOMPARE(scan(storage(), home), (Rows{{2, table, "other", "two"}, {3, table, key, "three"}}));
}

void TestStorage::scansGoOnWhereAPageEnded()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    {
        auto transaction = begin();
        for (Sequence sequence = 1; sequence <= 100; ++sequence)
            need(transaction->putRecord(home, {sequence, table, QByteArray::number(sequence), "r"}, 0));
        need(transaction->commit());
    }
    Sequence cursor = 0;
    qsizetype rows = 0;
    for (Rows page = scan(storage(), home, 0, 7); !page.isEmpty(); page = scan(storage(), home, cursor, 7)) {
        for (const auto &row : std::as_const(page)) {
            QCOMPARE(std::get<0>(row), cursor + 1); // each once, in order, none left out
            cursor = std::get<0>(row);
            ++rows;
        }
    }
    QCOMPARE(rows, 100);
    QVERIFY(scan(storage(), home, 100).isEmpty());
    QVERIFY(scan(storage(), home, 5000).isEmpty());
}

void TestStorage::spacesDoNotSeeEachOther()
{
    const SpaceId home = makeSpace("home");
    const SpaceId team = makeSpace("team");
    const TableId here = makeTable(home, "notes");
    const TableId there = makeTable(team, "notes");
    put(home, {5, here, "k", "mine"});
    put(team, {5, there, "k", "theirs"}); // the same sequence and key
    QCOMPARE(scan(storage(), home), (Rows{{5, here, "k", "mine"}}));
    QCOMPARE(scan(storage(), team), (Rows{{5, there, "k", "theirs"}}));
}

void TestStorage::greatNumbersFit()
{
    const SpaceId home = makeSpace("home");
    const SpaceId next = makeSpace("next");
    const TableId table = makeTable(home, "notes");
    const TableId nextTable = makeTable(next, "notes");
    constexpr Sequence last = (Sequence(1) << 40) - 1; // what 0001_server.sql has room for
    put(home, {last, table, "k", "r"});
    put(next, {1, nextTable, "k", "r"});
    QCOMPARE(scan(storage(), home, last - 1), (Rows{{last, table, "k", "r"}}));
    QVERIFY(scan(storage(), home, last).isEmpty());
}

void TestStorage::withoutCommitNothingHappened()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    put(home, {1, table, "k", "old"});
    {
        auto transaction = begin();
        need(transaction->putRecord(home, {2, table, "k", "new"}, 1));
        need(transaction->putSpace({home, "home", 2, {}}));
        need(transaction->putPushNumber(1, home, 1));
        need(transaction->putDevice({0, "phone", "hash", {}}));
        need(transaction->addTable(home, "tasks"));
        need(transaction->addColumn(table, {1, "title"}));
    }
    QCOMPARE(scan(storage(), home), (Rows{{1, table, "k", "old"}}));
    auto transaction = begin();
    QCOMPARE(need(transaction->space("home"))->head, Sequence(0));
    QCOMPARE(need(transaction->pushNumber(1, home)), quint64(0));
    QVERIFY(need(transaction->devices({})).isEmpty());
    QCOMPARE(need(transaction->tables(home)).size(), 1);
    QVERIFY(need(transaction->tables(home)).constFirst().columns.isEmpty());
}

void TestStorage::readsSeeTheOwnWrites()
{
    auto transaction = begin();
    const SpaceId home = need(transaction->putSpace({0, "home", 0, {}}));
    const TableId table = need(transaction->addTable(home, "notes"));
    need(transaction->addColumn(table, {1, "title"}));
    need(transaction->putRecord(home, {1, table, "k", "one"}, 0));
    need(transaction->putRecord(home, {2, table, "k", "two"}, 1));
    StoredRecord found;
    QVERIFY(need(transaction->record(table, "k", found)));
    QCOMPARE(found.sequence, Sequence(2));
    QCOMPARE(found.bytes, "two");
    QCOMPARE(need(transaction->tables(home)).constFirst().columns.size(), 1);
    QVERIFY(need(transaction->space("home")));
}

void TestStorage::commitIsAllAndStaysAfterReopening()
{
    auto transaction = begin();
    const SpaceId home = need(transaction->putSpace({0, "home", 0, {}}));
    const TableId table = need(transaction->addTable(home, "notes"));
    need(transaction->putRecord(home, {1, table, "k", QByteArray(300'000, 'x')}, 0));
    need(transaction->putSpace({home, "home", 1, {}}));
    need(transaction->putPushNumber(9, home, 1));
    need(transaction->commit());
    transaction.reset();
    reopen();
    QCOMPARE(scan(storage(), home), (Rows{{1, table, "k", QByteArray(300'000, 'x')}}));
    auto after = begin();
    QCOMPARE(need(after->space("home"))->head, Sequence(1));
    QCOMPARE(need(after->pushNumber(9, home)), quint64(1));
}

QTEST_GUILESS_MAIN(TestStorage)
#include "tst_storage.moc"
