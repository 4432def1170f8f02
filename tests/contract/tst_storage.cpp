// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/storage/memorystorage.h"
#include "server/storage/sqlitestorage.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Qt::StringLiterals;

namespace {

constexpr Epoch epoch = 0x8123456789abcdefULL; // more than 63 bits

/// One implementation of the port. reopen() is a restart of the server on the same data; what lives
/// in memory alone stays as it is.
class Subject
{
public:
    virtual ~Subject() = default;
    virtual Storage &storage() = 0;
    virtual void reopen() = 0;
};

class MemorySubject final : public Subject
{
public:
    Storage &storage() override { return m_storage; }
    void reopen() override {}

private:
    MemoryStorage m_storage{epoch};
};

class SqliteSubject final : public Subject
{
public:
    SqliteSubject() { open(epoch); }
    Storage &storage() override { return *m_storage; }
    void reopen() override
    {
        m_storage.reset();
        open(7); // another one: the first is kept
    }

private:
    void open(Epoch proposed)
    {
        auto opened = SqliteStorage::open(m_folder.filePath(u"server.sqlite"_s), proposed);
        if (!opened)
            qFatal("%s", qUtf8Printable(opened.error().message));
        m_storage = *std::move(opened);
    }
    QTemporaryDir m_folder;
    std::unique_ptr<SqliteStorage> m_storage;
};

template<typename T>
T need(Result<T> result)
{
    if (!result)
        qFatal("%s: %s", qUtf8Printable(result.error().code), qUtf8Printable(result.error().message));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

using Rows = QList<std::tuple<Sequence, TableId, QByteArray, QByteArray>>;

Rows scan(Storage &storage, SpaceId space, Sequence after = 0, qsizetype max = 1'000'000)
{
    Rows rows;
    need(storage.scan(space, after, [&](const RecordView &row) {
        rows.append({row.sequence, row.table, row.key.toByteArray(), row.record.toByteArray()});
        return rows.size() < max;
    }));
    return rows;
}

using Texts = QList<std::tuple<Sequence, QByteArray, ColumnId, bool, QByteArray, QByteArray>>;

/// Sequence, key, column, whether merged, update and the row's record; `last` is the number of the last one.
Texts scanTexts(Storage &storage, SpaceId space, Sequence after = 0, qint64 number = 0, qsizetype max = 1'000'000,
                qint64 *last = nullptr)
{
    Texts texts;
    qint64 previous = 0;
    need(storage.scanTexts(space, after, number, [&](const TextView &text) {
        texts.append({text.sequence, text.key.toByteArray(), text.column, text.isMerged, text.update.toByteArray(),
                      text.record.toByteArray()});
        previous = text.number;
        return texts.size() < max;
    }));
    if (last != nullptr)
        *last = previous;
    return texts;
}

} // namespace

/// What every storage of the server promises in core/storage.h, on each of them.
class TestStorage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup() { m_subject.reset(); }

    void epochStays();
    void spacesKeepHeadAndDigest();
    void devicesAreFoundByTokenAndListedByName();
    void sitesKeepTheirLeases();
    void pushNumbersAreOfSiteAndSpace();
    void namesKeepTheirNumbers();
    void recordsMoveToTheirNewSequence();
    void scansGoOnWhereAPageEnded();
    void spacesDoNotSeeEachOther();
    void greatNumbersFit();
    void withoutCommitNothingHappened();
    void readsSeeTheOwnWrites();
    void commitIsAllAndStaysAfterReopening();
    void textsAreKeptInOrder();
    void mergedTextsTakeThePlaceOfOldOnes();
    void scansOfTextsGoOnInsideASequence();
    void textsAreOfOneRowAndOneSpace();

private:
    Storage &storage() { return m_subject->storage(); }
    std::unique_ptr<StorageTransaction> begin() { return need(storage().begin()); }
    SpaceId makeSpace(const QByteArray &name);
    TableId makeTable(SpaceId space, const QByteArray &name);
    void put(SpaceId space, const RecordView &row, Sequence replaced = 0);

    std::unique_ptr<Subject> m_subject;
};

void TestStorage::initTestCase_data()
{
    QTest::addColumn<bool>("isSqlite");
    QTest::newRow("memory") << false;
    QTest::newRow("sqlite") << true;
}

void TestStorage::init()
{
    QFETCH_GLOBAL(bool, isSqlite);
    if (isSqlite)
        m_subject = std::make_unique<SqliteSubject>();
    else
        m_subject = std::make_unique<MemorySubject>();
}

SpaceId TestStorage::makeSpace(const QByteArray &name)
{
    auto transaction = begin();
    const SpaceId id = need(transaction->putSpace({0, name, 0, {}}));
    need(transaction->commit());
    return id;
}

TableId TestStorage::makeTable(SpaceId space, const QByteArray &name)
{
    auto transaction = begin();
    const TableId id = need(transaction->addTable(space, name));
    need(transaction->commit());
    return id;
}

void TestStorage::put(SpaceId space, const RecordView &row, Sequence replaced)
{
    auto transaction = begin();
    need(transaction->putRecord(space, row, replaced));
    need(transaction->commit());
}

void TestStorage::epochStays()
{
    QCOMPARE(storage().epoch(), epoch);
    m_subject->reopen();
    QCOMPARE(storage().epoch(), epoch);
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
    m_subject->reopen();
    auto transaction = begin();
    const auto found = need(transaction->space(name));
    QVERIFY(found);
    QCOMPARE(found->id, id);
    QCOMPARE(found->head, Sequence(12));
    QVERIFY(found->digest == digest);
    QVERIFY(!need(transaction->space("other")));
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
    m_subject->reopen();
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
    m_subject->reopen();
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
    m_subject->reopen();
    auto transaction = begin();
    QCOMPARE(need(transaction->pushNumber(1, home)), quint64(5));
    QCOMPARE(need(transaction->pushNumber(2, home)), quint64(9));
    QCOMPARE(need(transaction->pushNumber(1, team)), quint64(0));
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
    m_subject->reopen();
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
    m_subject->reopen();
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
    m_subject->reopen();
    QCOMPARE(scan(storage(), home), (Rows{{1, table, "k", QByteArray(300'000, 'x')}}));
    auto after = begin();
    QCOMPARE(need(after->space("home"))->head, Sequence(1));
    QCOMPARE(need(after->pushNumber(9, home)), quint64(1));
}

void TestStorage::textsAreKeptInOrder()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    const QByteArray key("k\0ey", 4);
    QVERIFY(!need(begin()->tables(home)).constFirst().hasTexts);
    {
        auto transaction = begin();
        need(transaction->putRecord(home, {1, table, key, "r1"}, 0));
        need(transaction->addText(home, {0, 1, table, key, 3, false, "a", {}}));
        need(transaction->addText(home, {0, 1, table, key, 3, false, "b", {}}));
        need(transaction->putRecord(home, {2, table, key, "r2"}, 1));
        need(transaction->addText(home, {0, 2, table, key, 4, false, QByteArray(200'000, 'c'), {}}));
        const TextTotals own = need(transaction->textTotals(table, key, 3));
        QCOMPARE(own.tail, 2);
        QCOMPARE(own.tailBytes, 2);
        need(transaction->commit());
    }
    m_subject->reopen();
    QCOMPARE(scanTexts(storage(), home), (Texts{{1, key, 3, false, "a", "r2"},
                                                {1, key, 3, false, "b", "r2"},
                                                {2, key, 4, false, QByteArray(200'000, 'c'), "r2"}}));
    QCOMPARE(scanTexts(storage(), home, 1).size(), 1);
    QVERIFY(scanTexts(storage(), home, 2).isEmpty());
    auto transaction = begin();
    QVERIFY(need(transaction->tables(home)).constFirst().hasTexts);
    QByteArrayList updates;
    need(transaction->texts(table, key, 3, [&](const TextView &text) { updates.append(text.update.toByteArray()); }));
    QCOMPARE(updates, (QByteArrayList{"a", "b"}));
    const TextTotals large = need(transaction->textTotals(table, key, 4));
    QVERIFY(large.tail == 1 && large.tailBytes == 200'000 && large.mergedBytes == 0);
    QCOMPARE(need(transaction->textTotals(table, "other", 3)).tail, 0);
}

void TestStorage::mergedTextsTakeThePlaceOfOldOnes()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    auto transaction = begin();
    for (Sequence sequence = 1; sequence <= 4; ++sequence) {
        need(transaction->putRecord(home, {sequence, table, "k", "r"}, sequence - 1));
        need(transaction->addText(home, {0, sequence, table, "k", 1, false, QByteArray::number(sequence), {}}));
        need(transaction->addText(home, {0, sequence, table, "k", 2, false, "other", {}}));
    }
    QList<qint64> numbers;
    need(transaction->texts(table, "k", 1, [&](const TextView &text) { numbers.append(text.number); }));
    need(transaction->removeTexts(table, "k", 1, numbers.at(1)));
    need(transaction->addText(home, {0, 2, table, "k", 1, true, "1+2", {}}));
    numbers.clear();
    QByteArrayList updates;
    need(transaction->texts(table, "k", 1, [&](const TextView &text) {
        numbers.append(text.number);
        updates.append(text.update.toByteArray());
    }));
    QCOMPARE(updates, (QByteArrayList{"1+2", "3", "4"}));
    // Merged again: what was merged goes, although its number is not among the first.
    need(transaction->removeTexts(table, "k", 1, numbers.at(1)));
    need(transaction->addText(home, {0, 3, table, "k", 1, true, "1+2+3", {}}));
    const TextTotals totals = need(transaction->textTotals(table, "k", 1));
    QVERIFY(totals.tail == 1 && totals.tailBytes == 1 && totals.mergedBytes == 5);
    QCOMPARE(need(transaction->textTotals(table, "k", 2)).tail, 4);
    need(transaction->commit());
    transaction.reset();
    QCOMPARE(scanTexts(storage(), home, 2), (Texts{{3, "k", 2, false, "other", "r"},
                                                   {3, "k", 1, true, "1+2+3", "r"},
                                                   {4, "k", 1, false, "4", "r"},
                                                   {4, "k", 2, false, "other", "r"}}));
    auto next = begin();
    need(next->removeTexts(table, "k"));
    need(next->commit());
    next.reset();
    QVERIFY(scanTexts(storage(), home).isEmpty());
}

void TestStorage::scansOfTextsGoOnInsideASequence()
{
    const SpaceId home = makeSpace("home");
    const TableId table = makeTable(home, "notes");
    auto transaction = begin();
    need(transaction->putRecord(home, {7, table, "k", "r"}, 0));
    for (int i = 0; i < 5; ++i)
        need(transaction->addText(home, {0, 7, table, "k", 1, true, QByteArray::number(i), {}}));
    need(transaction->commit());
    transaction.reset();
    qint64 number = 0;
    for (int i = 0; i < 5; ++i) {
        const Texts one = scanTexts(storage(), home, 6, number, 1, &number);
        QCOMPARE(one, (Texts{{7, "k", 1, true, QByteArray::number(i), "r"}}));
    }
    QVERIFY(scanTexts(storage(), home, 6, number).isEmpty());
    QCOMPARE(scanTexts(storage(), home, 5, number).size(), 5); // the number is of the sequence behind
    // What takes their place has greater numbers: whoever was in the middle meets all of it.
    auto next = begin();
    need(next->removeTexts(table, "k", 1, number));
    need(next->addText(home, {0, 7, table, "k", 1, true, "all", {}}));
    need(next->commit());
    next.reset();
    QCOMPARE(scanTexts(storage(), home, 6, number).size(), 1);
}

void TestStorage::textsAreOfOneRowAndOneSpace()
{
    const SpaceId home = makeSpace("home");
    const SpaceId team = makeSpace("team");
    const TableId here = makeTable(home, "notes");
    const TableId there = makeTable(team, "notes");
    {
        auto transaction = begin();
        for (const auto &[space, table] : {std::pair(home, here), std::pair(team, there)}) {
            for (Sequence sequence = 1; sequence <= 2; ++sequence) {
                const QByteArray key = QByteArray::number(sequence);
                need(transaction->putRecord(space, {sequence, table, key, "r"}, 0));
                need(transaction->addText(space, {0, sequence, table, key, 1, false, "u", {}}));
            }
        }
        need(transaction->commit());
    }
    {
        auto transaction = begin();
        need(transaction->removeTexts(here, "1"));
        need(transaction->addText(home, {0, 2, here, "2", 1, false, "undone", {}}));
        QCOMPARE(need(transaction->textTotals(here, "1", 1)).tail, 0);
    } // without a commit
    QCOMPARE(scanTexts(storage(), home).size(), 2);
    {
        auto transaction = begin();
        need(transaction->removeTexts(here, "1"));
        need(transaction->commit());
    }
    QCOMPARE(scanTexts(storage(), home), (Texts{{2, "2", 1, false, "u", "r"}}));
    QCOMPARE(scanTexts(storage(), team).size(), 2);
}

QTEST_GUILESS_MAIN(TestStorage)
#include "tst_storage.moc"
