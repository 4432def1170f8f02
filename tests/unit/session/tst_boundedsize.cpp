// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "corelink.h"
#include "server/core/authenticator.h"
#include "server/storage/sqlitestorage.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QFileInfo>
#include <QSqlError>
#include <QSqlQuery>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr int rowCount = 1'000;
constexpr int together = 50; ///< edits of one transaction
constexpr int editsOfADay = 2'000;
constexpr int textCount = 100;         ///< rows whose text is edited
constexpr int otherValues = 1'000'000; ///< added to a number: the same edit of the same row, with another value
constexpr qint64 dayMs = 24LL * 3'600'000;

constexpr char schema[] =
    "CREATE TABLE notes(id TEXT PRIMARY KEY NOT NULL, title TEXT, body TEXT, text TEXT NOT NULL DEFAULT '', votes INTEGER NOT "
    "NULL"
    " DEFAULT 0, best INTEGER, labels TEXT, props TEXT, lat REAL, lon REAL);\n"
    "SELECT sheaf_sync('notes', '{\"columns\":{\"text\":\"text\",\"votes\":\"counter\",\"best\":\"max\",\"labels\":\"set\","
    "\"props\":\"map\"},\"groups\":[[\"lat\",\"lon\"]]}');\n";

/// What edit number `n` does to its row: every merge type has its turn.
Result<void> edit(QSqlDatabase &database, int n)
{
    const int row = n * 7 % rowCount;
    const int turn = n / 10;
    const auto run = [&database](const QString &sql, const QVariantList &values) -> Result<void> {
        QSqlQuery query(database);
        query.prepare(sql);
        for (const QVariant &value : values)
            query.addBindValue(value);
        return query.exec() ? Result<void>() : fail(u"sql_error"_s, query.lastError().text());
    };
    switch (n % 10) {
    case 0: // rows that come and go, under names that are never used again
        if (auto gone = run(u"DELETE FROM notes WHERE id = ?"_s, {u"passing %1"_s.arg(n - 500)}); !gone)
            return gone;
        return run(u"INSERT INTO notes(id, title, labels) VALUES(?, ?, '[\"passing\"]')"_s, {u"passing %1"_s.arg(n), n});
    case 1:
        return run(u"UPDATE notes SET votes = votes + 1, best = ? WHERE id = ?"_s, {n, row});
    case 2: // in and out again; each add has a name of its own
    case 3:
        return run(u"UPDATE notes SET labels = CASE WHEN instr(labels, ?) THEN json_remove(labels, '$[0]')"
                   " ELSE json_insert(coalesce(labels, '[]'), '$[#]', ?) END WHERE id = ?"_s,
                   {u"\"label %1\""_s.arg(turn / rowCount % 5), u"label %1"_s.arg(turn / rowCount % 5), row});
    case 4: // keys that are never used again
        return run(
            u"UPDATE notes SET props = json_set(coalesce(json_remove(props, '$.a' || ?), '{}'), '$.a' || ?, ?) WHERE id = ?"_s,
            {turn / rowCount - 1, turn / rowCount, n, row});
    case 5:
        return run(u"UPDATE notes SET text = ? WHERE id = ?"_s,
                   {u"Words that stay, number %1, and the end."_s.arg(turn), row % textCount});
    case 6:
        return run(u"UPDATE notes SET lat = ?, lon = ? WHERE id = ?"_s, {n / 3.0, n / 3.0, row});
    default:
        return run(u"UPDATE notes SET title = ? WHERE id = ?"_s, {n, row});
    }
}

} // namespace

/// Files hold what there is, not what there was: edits, deletes, elements and keys that come and go, conflicts and steps that
/// could be undone leave no trace in their sizes, however many there are. What two devices write into one text without knowing
/// of each other does leave one, of forty bytes each time, and packs to three or four. SHEAF_EDITS makes more edits; the figure
/// that counts is that of 1,000,000 (with QTEST_FUNCTION_TIMEOUT=7200000, and TMPDIR in memory, or it waits for the disk for an
/// hour): 1.12 for the server's file, 1.03 and 1.02 for those of the devices.
class TestBoundedSize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesDoNotGrowWithEdits()
    {
        const int edits = std::max(qEnvironmentVariableIntValue("SHEAF_EDITS"), 20'000);
        const int first = std::min(10'000, edits / 2);
        one.mine.write(
            u"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %1) INSERT INTO notes(id, title, body, "
            u"labels,"
            " props) SELECT i, i, 'some words that stay as they are', '[\"born with\"]', '{\"born\":\"with\"}' FROM n"_s.arg(
                rowCount - 1));
        editUpTo(first);
        const auto before = sizes();
        editUpTo(edits);
        const auto after = sizes();
        const auto ratio = [](qint64 now, qint64 then) { return static_cast<double>(now) / static_cast<double>(then); };
        bool isBounded = true;
        for (qsizetype i = 0; i < before.size(); ++i) {
            const double grown = ratio(after[i], before[i]);
            qInfo("%d edits of %d rows: %s %lld KiB after %d, %lld KiB after all (%.2fx)", edits, rowCount,
                  i == 0   ? "server"
                  : i == 1 ? "replica"
                           : "replica of the other one",
                  before[i] / 1024, first, after[i] / 1024, grown);
            isBounded = isBounded && grown <= 1.2;
        }
        QVERIFY2(isBounded, qPrintable(details));
    }

private:
    /// A device that is always online.
    struct Device {
        Device(ManualClock &clock, quint64 seed) : mine(clock, seed, schema) {}

        void write(int first, int count, int step)
        {
            const auto work = [&](QSqlDatabase &database) -> Result<void> {
                for (int i = 0; i < count; ++i) {
                    if (auto done = edit(database, first + i * step); !done)
                        return done;
                }
                return {};
            };
            const auto done = mine.replica->write(work, UserAction::undoable(u"edit"_s));
            if (!done)
                qFatal("cannot write: %s", qUtf8Printable(done.error().message));
            session->localChangesCommitted();
        }

        TestReplica mine;
        QByteArray token;
        std::unique_ptr<ClientSession> session;
        SyncProgress progress;
        QString end;
    };

    void editUpTo(int count)
    {
        auto storage = *Server::SqliteStorage::open(path, 7);
        link.core = std::make_unique<Server::ServerCore>(*storage, clock, random);
        link.core->setRetention({.silenceMs = 180 * dayMs});
        for (Device *device : {&one, &two}) {
            ++random.value; // tokens differ
            if (device->token.isEmpty())
                device->token = *Server::addToken(*storage, random, "device", {});
            if (!device->mine.replica)
                device->mine.open();
            ClientSession::Events events;
            events.progressed = [device](const SyncProgress &now) { device->progress = now; };
            events.ended = [device](const QString &code, const QString &reason, qint64) {
                device->end = code + u": "_s + reason;
            };
            device->session = std::make_unique<ClientSession>(*device->mine.replica, clock, random, link,
                                                              ClientSession::Options{{}, device->token, u"test"_s}, events);
            device->session->start();
        }
        clock.advance(Tuning::markIntervalMs);
        while (done < count) {
            one.write(done, together, 1);
            two.write(done + otherValues + 7, 9, 5); // titles and labels, before it has heard of those
            two.write(done + otherValues + 1, 5, 4); // and others
            done += together;
            clock.advance(5);
            if (done % editsOfADay == 0)
                clock.advance(26 * 3'600'000LL); // another day
        }
        for (int day = 0; day < 3; ++day) {
            clock.advance(26 * 3'600'000LL);
            clock.advance(Tuning::markIntervalMs);
        }
        for (Device *device : {&one, &two}) {
            QVERIFY2(device->end.isEmpty(), qPrintable(device->end));
            QVERIFY(device->progress.proven);
            device->session.reset();
        }
        QCOMPARE(*one.mine.replica->visibleDigest("home"), *two.mine.replica->visibleDigest("home"));
        link.core.reset();
    }
    /// Of the server and the replicas, which are closed for it.
    QList<qint64> sizes()
    {
        details.clear();
        QSqlQuery query(one.mine.replica->database());
        for (const char *table : {"sheaf_rows", "sheaf_parts", "sheaf_texts", "sheaf_conflicts", "sheaf_undo", "sheaf_outbox"}) {
            if (query.exec(u"SELECT sum(pgsize) FROM dbstat WHERE name = '%1'"_s.arg(QLatin1StringView(table))) && query.next())
                details += u"%1 %2 KiB, "_s.arg(QLatin1StringView(table)).arg(query.value(0).toLongLong() / 1024);
        }
        query.clear();
        for (Device *device : {&one, &two})
            device->mine.replica.reset();
        return {QFileInfo(path).size(), QFileInfo(one.mine.config.path).size(), QFileInfo(two.mine.config.path).size()};
    }

    ManualClock clock;
    FixedRandom random;
    CoreLink link{clock};
    QTemporaryDir folder;
    const QString path = folder.filePath(u"server.db"_s);
    Device one{clock, 1};
    Device two{clock, 2};
    int done = 0;
    QString details; ///< what takes the room in the first replica
};

QTEST_GUILESS_MAIN(TestBoundedSize)
#include "tst_boundedsize.moc"
