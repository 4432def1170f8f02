// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/codec.h"
#include "scriptedserver.h"
#include "server/core/authenticator.h"
#include "server/core/servercore.h"
#include "server/storage/memorystorage.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QTest>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

/// One end of a connection in memory; frames arrive in a later turn of the clock.
class End final : public Connection
{
public:
    End(ManualClock &clock, qsizetype *rows) : m_clock(clock), m_rows(rows) {}
    ~End() override { drop(); }

    void join(End *other) { m_other = other; }
    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        count(frame);
        m_clock.start(std::chrono::milliseconds(0), [alive = std::weak_ptr(m_alive), this, frame] {
            if (alive.expired() || !m_other)
                return;
            if (Observer *receiver = m_other->m_observer)
                receiver->frameReceived(frame);
            if (!alive.expired() && m_observer)
                m_observer->drained();
        });
    }
    [[nodiscard]] qint64 unsentBytes() const override { return 0; }
    void close() override {}
    void drop() override
    {
        m_observer = nullptr;
        if (m_other)
            m_other->m_other = nullptr;
        m_other = nullptr;
    }
    [[nodiscard]] Observer *observer() const { return m_observer; }

private:
    /// Counts the rows of what passes.
    void count(const QByteArray &frame)
    {
        m_assembler.setWelcomed(true);
        const auto taken = m_assembler.take(frame);
        if (!taken || !taken->has_value())
            return;
        const auto message = decodeMessage(**taken);
        if (const auto *changes = message ? std::get_if<Changes>(&*message) : nullptr)
            *m_rows += changes->changes.size();
        if (const auto *push = message ? std::get_if<Push>(&*message) : nullptr)
            *m_rows += push->changes.size();
    }

    ManualClock &m_clock;
    qsizetype *m_rows;
    End *m_other = nullptr;
    Observer *m_observer = nullptr;
    FrameAssembler m_assembler;
    std::shared_ptr<int> m_alive = std::make_shared<int>();
};

constexpr int noteCount = 600;

} // namespace

/// A real session and the real server's core whose histories have come apart without a trace in
/// cursors: what a lost write of a disk or a bug would leave behind.
class TestRepairTogether : public QObject, public Transport
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        storage = std::make_unique<Server::MemoryStorage>(7);
        mine = std::make_unique<TestReplica>(*clock, 1);
        token = *Server::addToken(*storage, random, "one", {});
        rows = 0;
        reports.clear();
        progress = {};
    }
    void cleanup()
    {
        session.reset();
        core.reset();
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
        rows = 0;
        connectOnce();
        QCOMPARE(reports, QStringList{u"digest_mismatch"_s});
        QVERIFY(progress.proven);
        QCOMPARE(mine->count(), noteCount + 1);
        QCOMPARE(mine->titleOf(u"only there"_s), u"note"_s);
        QVERIFY2(rows > 0 && rows < noteCount / 10, qPrintable(QString::number(rows)));
        QCOMPARE(serverRows(), noteCount + 1);
    }

private:
    // Transport
    std::unique_ptr<Connection> connectTo(const QUrl &, Connection::Observer *observer) override
    {
        auto near = std::make_unique<End>(*clock, &rows);
        auto far = std::make_unique<End>(*clock, &rows);
        near->join(far.get());
        far->join(near.get());
        near->setObserver(observer);
        clock->start(std::chrono::milliseconds(0), [observer] { observer->opened(); });
        core->accept(std::move(far));
        return near;
    }

    void connectOnce()
    {
        session.reset();
        core = std::make_unique<Server::ServerCore>(*storage, *clock, random);
        ClientSession::Events events;
        events.progressed = [this](const SyncProgress &now) { progress = now; };
        events.reported = [this](const QString &code, const QString &) { reports.push_back(code); };
        session = std::make_unique<ClientSession>(*mine->replica, *clock, random, *this,
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
        core.reset();
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
    std::unique_ptr<Server::ServerCore> core;
    std::unique_ptr<TestReplica> mine;
    std::unique_ptr<ClientSession> session;
    QByteArray token;
    SyncProgress progress;
    QStringList reports;
    qsizetype rows = 0;
};

QTEST_GUILESS_MAIN(TestRepairTogether)
#include "tst_repairtogether.moc"
