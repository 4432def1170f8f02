// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "server/core/tabledigests.h"
#include "server/core/tuning.h"
#include "server/storage/memorystorage.h"

#include <QTest>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Qt::StringLiterals;

/// The digests of single tables are counted in turns, while rows come and move.
class TestTableDigests : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        storage = std::make_unique<MemoryStorage>(7);
        head = 0;
        auto transaction = *storage->begin();
        space = *transaction->putSpace({.name = "home", .digest = {}});
        notes = *transaction->addTable(space, "notes");
        tasks = *transaction->addTable(space, "tasks");
        QVERIFY(transaction->commit());
        transaction.reset();
        for (int i = 0; i < rowCount; ++i)
            put(i % 2 == 0 ? notes : tasks, i, 1, 0);
        dictionary = *Dictionary::load(**storage->begin(), space);
    }

    void aTurnLooksAtFewRows()
    {
        TableDigests digests;
        QVERIFY(!digests.sum(dictionary, {"notes"}));
        int turns = 1;
        while (!*digests.count(*storage, space, dictionary)) {
            QVERIFY2(!digests.sum(dictionary, {"notes"}), "half a sum is none");
            ++turns;
        }
        QCOMPARE(turns, rowCount / Server::Tuning::countedRowsMax + 1);
        verify(digests);
        QVERIFY(*digests.count(*storage, space, dictionary));
        verify(digests);
    }

    void whatMovesBetweenTurnsCountsOnce()
    {
        TableDigests digests;
        for (int turn = 0; !*digests.count(*storage, space, dictionary); ++turn) {
            for (const int row : {turn, Server::Tuning::countedRowsMax - 1, Server::Tuning::countedRowsMax, rowCount - 1 - turn})
                move(digests, row, turn + 2);
            const int fresh = rowCount + turn;
            digests.add(notes, put(notes, fresh, 1, 0), head);
        }
        verify(digests);
        move(digests, 0, 99); // and afterwards
        move(digests, rowCount - 1, 99);
        verify(digests);
    }

private:
    static constexpr int rowCount = 2 * Server::Tuning::countedRowsMax + 700;

    static QByteArray keyOf(int row)
    {
        QByteArray key;
        const ValueView value = ValueView::ofInteger(row);
        encodeKey({&value, 1}, key);
        return key;
    }
    /// Writes a row at the next sequence.
    RowFingerprint put(TableId table, int row, Hlc hlc, Sequence replaced)
    {
        const RowRecord record{.length = 1, .life = {hlc, 5}, .cells = {}};
        QByteArray bytes;
        encodeRecord(record, bytes);
        auto transaction = *storage->begin();
        if (!transaction->putRecord(space, {++head, table, keyOf(row), bytes}, replaced) || !transaction->commit())
            qFatal("cannot write");
        return fingerprint(table == notes ? "notes" : "tasks", keyOf(row), clockOf(record), {});
    }
    void move(TableDigests &digests, int row, Hlc hlc)
    {
        const TableId table = row % 2 == 0 ? notes : tasks;
        StoredRecord before;
        QVERIFY(*(*storage->begin())->record(table, keyOf(row), before));
        RowRecord record;
        QVERIFY(decodeRecord(before.bytes, record));
        digests.subtract(table, fingerprint(table == notes ? "notes" : "tasks", keyOf(row), clockOf(record), {}),
                         before.sequence);
        digests.add(table, put(table, row, hlc, before.sequence), head);
    }
    void verify(const TableDigests &digests) const
    {
        SpaceDigest all[2];
        QVERIFY(storage->scan(space, 0, [&](const RecordView &row) {
            RowRecord record;
            if (decodeRecord(row.record, record))
                all[row.table == notes ? 0 : 1].add(
                    fingerprint(row.table == notes ? "notes" : "tasks", row.key, clockOf(record), {}));
            return true;
        }));
        QCOMPARE(*digests.sum(dictionary, {"notes"}), all[0]);
        QCOMPARE(*digests.sum(dictionary, {"tasks"}), all[1]);
        all[0].add(all[1]);
        QCOMPARE(*digests.sum(dictionary, {"nothing", "notes", "tasks"}), all[0]);
    }

    std::unique_ptr<MemoryStorage> storage;
    Dictionary dictionary;
    SpaceId space = 0;
    TableId notes = 0;
    TableId tasks = 0;
    Sequence head = 0;
};

QTEST_GUILESS_MAIN(TestTableDigests)
#include "tst_tabledigests.moc"
