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

/// Files hold what there is, not what there was: edits and deletes without end leave no trace in their sizes. SHEAF_EDITS
/// makes more of them; the figure that counts is that of 1,000,000.
class TestBoundedSize : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void filesDoNotGrowWithEdits()
    {
        const int edits = std::max(qEnvironmentVariableIntValue("SHEAF_EDITS"), 20'000);
        const int first = std::min(10'000, edits / 4);
        constexpr int rows = 1'000;
        constexpr int together = 50;
        ManualClock clock;
        FixedRandom random;
        CoreLink link(clock);
        TestReplica mine(clock, 1);
        QTemporaryDir folder;
        const QString path = folder.filePath(u"server.db"_s);
        QByteArray token;
        SyncProgress progress;
        int edit = 0;
        const auto editUpTo = [&](int count) {
            auto storage = *Server::SqliteStorage::open(path, 7);
            if (token.isEmpty())
                token = *Server::addToken(*storage, random, "one", {});
            if (!mine.replica)
                mine.open();
            link.core = std::make_unique<Server::ServerCore>(*storage, clock, random);
            constexpr qint64 dayMs = 24LL * 3'600'000;
            link.core->setRetention({.silenceMs = 180 * dayMs});
            ClientSession::Events events;
            events.progressed = [&](const SyncProgress &now) { progress = now; };
            ClientSession session(*mine.replica, clock, random, link, {{}, token, u"test"_s}, events);
            session.start();
            while (edit < count) {
                const auto done = mine.replica->write([&](QSqlDatabase &database) -> Result<void> {
                    QSqlQuery put(database);
                    put.prepare(
                        u"INSERT INTO notes(id, title, body) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET title = excluded.title"_s);
                    QSqlQuery drop(database);
                    drop.prepare(u"DELETE FROM notes WHERE id = ?"_s);
                    for (int i = 0; i < together; ++i, ++edit) {
                        // A tenth of all rows come and go, under names that are never used again.
                        const bool passes = edit % 10 == 0;
                        const QString id = passes ? u"passing %1"_s.arg(edit) : QString::number(edit * 7 % rows);
                        for (const QVariant &value :
                             {QVariant(id), QVariant(edit), QVariant(u"some words that stay as they are"_s)})
                            put.addBindValue(value);
                        drop.bindValue(0, u"passing %1"_s.arg(edit - 500));
                        if (!put.exec() || (passes && !drop.exec()))
                            return fail(u"sql_error"_s, put.lastError().text() + drop.lastError().text());
                    }
                    return {};
                });
                QVERIFY2(done, done ? "" : qPrintable(done.error().message));
                session.localChangesCommitted();
                clock.advance(5);
                if (edit % 2'000 == 0)
                    clock.advance(26 * 3'600'000LL); // another day
            }
            for (int day = 0; day < 3; ++day) {
                clock.advance(26 * 3'600'000LL);
                clock.advance(Tuning::markIntervalMs);
            }
            QVERIFY(progress.proven);
            link.core.reset();
        };
        const auto sizes = [&] {
            mine.replica.reset();
            return std::pair(QFileInfo(path).size(), QFileInfo(mine.config.path).size());
        };
        editUpTo(first);
        const auto before = sizes();
        editUpTo(edits);
        const auto after = sizes();
        const auto ratio = [](qint64 now, qint64 then) { return static_cast<double>(now) / static_cast<double>(then); };
        qInfo("%d edits of %d rows: server %lld of %lld KiB after %d (%.2fx), replica %lld of %lld KiB (%.2fx)", edits, rows,
              after.first / 1024, before.first / 1024, first, ratio(after.first, before.first), after.second / 1024,
              before.second / 1024, ratio(after.second, before.second));
        QVERIFY(ratio(after.first, before.first) <= 1.2);
        QVERIFY(ratio(after.second, before.second) <= 1.2);
    }
};

QTEST_GUILESS_MAIN(TestBoundedSize)
#include "tst_boundedsize.moc"
