// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"
#include "support/tampering.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// A repair that somebody wants: what was done to the file of a replica, or to the server's, is found by ranges and mended.
class TestSpaceRepair : public QObject, private TwoInATeam
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        begin();
        for (int i = 0; i < 40; ++i)
            m_b->write(u"INSERT INTO notes(id, space, title) VALUES ('n%1', 'team', '%1')"_s.arg(i));
        m_b->write(u"UPDATE notes SET body = 'text, edited', votes = votes + 2, labels = '[\"x\",\"y\"]' WHERE id = 'n'"_s);
        m_house->run();
        QVERIFY(m_a->isProven() && m_b->isProven());
    }
    void cleanup() { end(); }

    void allIsWell()
    {
        const RepairCount team = repaired();
        QCOMPARE(team.rangesCompared, 256);
        QCOMPARE(team.rangesExchanged + team.rowsFetched + team.rowsOffered + team.rowsMended, 0);
        QVERIFY(team.isProven);
        QVERIFY(m_a->reports.isEmpty());
        const RepairCount deep = repaired(true);
        QCOMPARE(deep.rowsFetched, 41);
        QCOMPARE(deep.rangesExchanged + deep.rowsOffered + deep.rowsMended, 0);
        QVERIFY(deep.isProven && m_a->isProven());
        QVERIFY(m_a->reports.isEmpty());
    }

    void aRowThatWasRemovedComesBack_data()
    {
        QTest::addColumn<bool>("withClock");
        QTest::newRow("alone") << false;
        QTest::newRow("and all that was known of it") << true;
    }
    void aRowThatWasRemovedComesBack()
    {
        QFETCH(bool, withClock);
        QStringList statements{u"DELETE FROM notes WHERE id = 'n7'"_s};
        if (withClock)
            statements.append(
                u"DELETE FROM sheaf_rows WHERE pk = (SELECT pk FROM sheaf_rows WHERE CAST(pk AS TEXT) GLOB '*n7')"_s);
        tamper(statements);
        m_house->run();
        QVERIFY2(m_a->isProven() && m_a->count(u"notes"_s) == 41, "the kept sums tell nothing of it");
        const RepairCount team = repaired();
        QCOMPARE(m_a->value(u"SELECT title FROM notes WHERE id = 'n7'"_s), u"7"_s);
        QVERIFY(team.isProven && m_a->isProven());
        QCOMPARE(team.rangesExchanged, 1);
        QVERIFY2(team.rowsFetched >= 1 && team.rowsFetched < 10, "and no others");
        QCOMPARE(m_b->count(u"notes"_s), 41);
        QCOMPARE(m_a->reports, QStringList{u"digest_mismatch"_s});
    }

    void aRowThatWasChangedWithItsClockIsExchanged()
    {
        tamper(
            {u"UPDATE notes SET title = 'old' WHERE id = 'n7'"_s,
             u"UPDATE sheaf_rows SET clock = (SELECT clock FROM sheaf_rows WHERE CAST(pk AS TEXT) GLOB '*mine') WHERE CAST(pk AS TEXT) GLOB '*n7'"_s});
        const RepairCount team = repaired();
        QVERIFY(team.isProven && m_a->isProven() && m_b->isProven());
        QCOMPARE(team.rangesExchanged, 1);
        QCOMPARE(m_a->value(u"SELECT title FROM notes WHERE id = 'n7'"_s),
                 m_b->value(u"SELECT title FROM notes WHERE id = 'n7'"_s));
    }

    void aDeepRepairFindsValuesThatWereChangedAlone()
    {
        const QString all = u"SELECT group_concat(id || title || coalesce(body, '') || votes || coalesce(labels, ''))"
                            " FROM (SELECT * FROM notes WHERE space = 'team' ORDER BY id)"_s;
        const QString before = m_a->value(all);
        tamper({u"UPDATE notes SET title = 'changed' WHERE id = 'n7'"_s,
                u"UPDATE notes SET body = 'no text', votes = 99, labels = '[]' WHERE id = 'n'"_s});
        QVERIFY(repaired().isProven);
        QVERIFY2(m_a->value(all) != before, "digests are of stamps");
        m_a->write(u"UPDATE notes SET title = 'by its user' WHERE id = 'n8'"_s);
        m_b->write(u"UPDATE notes SET title = 'by another' WHERE id = 'n9'"_s);
        const RepairCount team = repaired(true);
        QCOMPARE(team.rowsMended, 2);
        QVERIFY(team.isProven && m_a->isProven());
        QString after = before;
        QCOMPARE(m_a->value(all), after.replace(u"n88"_s, u"n8by its user"_s).replace(u"n99"_s, u"n9by another"_s));
        m_house->run();
        QCOMPARE(m_b->value(all), m_a->value(all));
        QVERIFY2(m_a->reports.isEmpty(), "nothing was pushed or pulled for want of a stamp");
    }

    void whatTheServerLostIsOffered()
    {
        m_b->reconnector->pause(); // it would see to it by itself
        removeFromServer("n7");
        QCOMPARE(m_house->rowCount("team"), 40);
        recount();
        m_a->reconnector->beginRepair(false);
        m_house->run(20'000);
        const RepairCount team = m_a->reconnector->endRepair().spaces.value("team");
        QVERIFY(team.isProven && m_a->isProven());
        QCOMPARE(team.rangesExchanged, 1);
        QVERIFY(team.rowsOffered >= 1 && team.rowsOffered < 10);
        QCOMPARE(m_house->rowCount("team"), 41);
    }

    void aRepairThatIsCutOffGoesOnInTheNextSession()
    {
        tamper({u"DELETE FROM notes WHERE id = 'n7'"_s});
        recount();
        m_a->reconnector->beginRepair(true);
        m_house->run(3);
        m_a->reconnector->connectTo(QUrl(u"ws://house"_s), m_a->token);
        m_house->run();
        QVERIFY(m_a->reconnector->endRepair().spaces["team"].isProven);
        QCOMPARE(m_a->count(u"notes"_s), 42);
    }

    void aPausedSpaceIsRepairedLater()
    {
        tamper({u"DELETE FROM notes WHERE id = 'n7'"_s});
        m_a->reconnector->setSpacePaused("team", true);
        QVERIFY(!repaired().isProven);
        m_a->reconnector->setSpacePaused("team", false);
        m_house->run();
        QVERIFY2(m_a->isProven() && m_a->count(u"notes"_s) == 42, "its clock was forgotten, so the next proof fails");
    }

private:
    void tamper(const QStringList &statements)
    {
        m_a->stop();
        writePastTheEngine(m_a->folder.filePath(u"replica.db"_s), statements);
        m_a->start();
        m_a->reports.clear();
    }
    void recount()
    {
        if (!m_a->replica->beginRecount())
            qFatal("the recount does not begin");
        while (true) {
            const auto done = m_a->replica->recountSome();
            if (!done)
                qFatal("%s", qUtf8Printable(done.error().message));
            if (*done)
                return;
        }
    }
    RepairCount repaired(bool isDeep = false)
    {
        m_house->run();
        recount();
        m_a->reconnector->beginRepair(isDeep);
        m_house->run(5'000);
        return m_a->reconnector->endRepair().spaces.value("team");
    }
    /// A row that was there is not, in the server's digest neither.
    void removeFromServer(const QByteArray &id)
    {
        m_house->network.setAcceptor({});
        m_house->core.reset();
        auto transaction = *m_house->storage->begin();
        Server::StoredSpace space = **transaction->space("team");
        const Server::StoredTable table = transaction->tables(space.id)->constFirst();
        transaction.reset();
        std::vector<NamedColumn> named;
        for (const TableNames::Column &column : table.columns)
            named.push_back({column.name, column.id});
        std::ranges::sort(named, {}, &NamedColumn::name);
        Sequence lost = 0;
        QVERIFY(m_house->storage->scan(space.id, 0, [&](const Server::RecordView &row) {
            RowRecord record;
            if (row.key.endsWith(id) && decodeRecord(row.record, record)) {
                lost = row.sequence;
                space.digest.subtract(fingerprint(table.name, row.key, clockOf(record), named));
            }
            return true;
        }));
        QVERIFY(lost > 0);
        transaction = *m_house->storage->begin();
        QVERIFY(transaction->removeRecord(space.id, lost));
        QVERIFY(transaction->putSpace(space));
        QVERIFY(transaction->commit());
        transaction.reset();
        m_house->core = std::make_unique<Server::ServerCore>(*m_house->storage, *m_house->clock, m_house->random);
        m_house->network.setAcceptor(
            [this](std::unique_ptr<Connection> connection) { m_house->core->accept(std::move(connection)); });
    }
};

QTEST_GUILESS_MAIN(TestSpaceRepair)
#include "tst_spacerepair.moc"
