// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "corelink.h"
#include "server/core/authenticator.h"
#include "server/storage/memorystorage.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr int noteCount = 600;

} // namespace

/// A real session and the real server's core whose histories have come apart without a trace in
/// cursors: what a lost write of a disk or a bug would leave behind.
class TestRepairTogether : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        link = std::make_unique<CoreLink>(*clock);
        storage = std::make_unique<Server::MemoryStorage>(7);
        mine = std::make_unique<TestReplica>(*clock, 1);
        token = *Server::addToken(*storage, random, "one", {});
        link->rows = 0;
        reports.clear();
        progress = {};
    }
    void cleanup()
    {
        session.reset();
        link->core.reset();
        mine.reset();
        storage.reset();
    }

    void onlyTheBadBucketsTravel()
    {
        for (int i = 0; i < noteCount; ++i)
            mine->addNote(QString::number(i), u"note"_s);
        connectOnce();
        QVERIFY(progress.proven);
        // The last row moves, so that its old sequence is free below the head.
        mine->write(u"UPDATE notes SET title = 'moved' WHERE id = '599'"_s);
        session->localChangesCommitted();
        settle();
        QVERIFY(progress.proven);
        QCOMPARE(mine->cursor(), Sequence(noteCount + 1));

        comeApart();
        link->rows = 0;
        connectOnce();
        QCOMPARE(reports, QStringList{u"digest_mismatch"_s});
        QVERIFY(progress.proven);
        QCOMPARE(mine->count(), noteCount + 1);
        QCOMPARE(mine->titleOf(u"only there"_s), u"note"_s);
        QVERIFY2(link->rows > 0 && link->rows < noteCount / 10, qPrintable(QString::number(link->rows)));
        QCOMPARE(serverRows(), noteCount + 1);
    }

private:
    void connectOnce()
    {
        session.reset();
        link->core = std::make_unique<Server::ServerCore>(*storage, *clock, random);
        ClientSession::Events events;
        events.progressed = [this](const SyncProgress &now) { progress = now; };
        events.reported = [this](const QString &code, const QString &) { reports.push_back(code); };
        session = std::make_unique<ClientSession>(*mine->replica, *clock, random, *link,
                                                  ClientSession::Options{{}, token, u"test"_s}, events);
        session->start();
        settle();
    }
    void settle()
    {
        for (int i = 0; i < 8; ++i)
            clock->advance(Tuning::markIntervalMs);
    }
    [[nodiscard]] int serverRows() const
    {
        int count = 0;
        const bool scanned = storage->scan(1, 0, [&](const Server::RecordView &) { return ++count > 0; }).has_value();
        return scanned ? count : -1;
    }

    /// The server's database becomes one in which a row of ours is missing and another is in its
    /// place, under the same epoch, head and push numbers.
    void comeApart()
    {
        session.reset();
        link->core.reset();
        auto other = std::make_unique<Server::MemoryStorage>(7);
        random.value = 0;
        QCOMPARE(*Server::addToken(*other, random, "one", {}), token);
        auto from = *storage->begin();
        Server::StoredSpace space = **from->space("home");
        const Server::StoredTable table = from->tables(space.id)->constFirst();
        const quint64 number = *from->pushNumber(mine->replica->site(), space.id);
        const Server::StoredSite site = **from->site(mine->replica->site());
        from.reset();

        auto to = *other->begin();
        const Server::TableId id = *to->addTable(space.id, table.name);
        for (const TableNames::Column &column : table.columns)
            QVERIFY(to->addColumn(id, column));
        QVERIFY(to->putSite(site));
        QVERIFY(to->putPushNumber(site.site, space.id, number));
        std::vector<NamedColumn> named;
        for (const TableNames::Column &column : table.columns)
            named.push_back({column.name, column.id});
        std::ranges::sort(named, {}, &NamedColumn::name);
        space.digest = {};
        const auto put = [&](Sequence sequence, QByteArrayView key, QByteArrayView bytes) {
            RowRecord record;
            QVERIFY(decodeRecord(bytes, record));
            QVERIFY(to->putRecord(space.id, {sequence, id, key, bytes}, 0));
            space.digest.add(fingerprint(table.name, key, clockOf(record), named));
        };
        const auto scanned = storage->scan(space.id, 0, [&](const Server::RecordView &row) {
            if (row.sequence == 300)
                put(noteCount, QByteArray("\3\12only there"), row.record); // the sequence that is free
            else
                put(row.sequence, row.key, row.record);
            return true;
        });
        QVERIFY(scanned);
        QVERIFY(to->putSpace(space));
        QVERIFY(to->commit());
        to.reset();
        storage = std::move(other);
    }

    std::unique_ptr<ManualClock> clock;
    FixedRandom random;
    std::unique_ptr<Server::MemoryStorage> storage;
    std::unique_ptr<CoreLink> link;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<ClientSession> session;
    QByteArray token;
    SyncProgress progress;
    QStringList reports;
};

QTEST_GUILESS_MAIN(TestRepairTogether)
#include "tst_repairtogether.moc"
