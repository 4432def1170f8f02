// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/disputelists.h"
#include "twodevices.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// Conflicts and refusals as an app meets them: signals, models and a resolver, with a real server.
class TestDisputes : public TwoDevices
{
    Q_OBJECT

private Q_SLOTS:
    void conflictsAreInTheModel()
    {
        ConflictList list;
        const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
        list.setEngine(&a->engine());
        QSignalSpy told(&a->engine(), &SyncEngine::conflict);
        disagree();
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 1, patienceMs);
        QCOMPARE(told.size(), 1);
        const QVariantMap row = list.get(0);
        QCOMPARE(row.value(u"mine"_s).toString(), u"mine"_s);
        QCOMPARE(row.value(u"theirs"_s).toString(), u"theirs"_s);
        QCOMPARE(row.value(u"key"_s).toList(), QVariantList{u"1"_s});
        QCOMPARE(row.value(u"site"_s).toString(), b->engine().site());
        QCOMPARE(list.data(list.index(0), list.roleNames().key("column")).toString(), u"title"_s);
        QVERIFY(a->waitSynced());
        const QString loser = row.value(u"winner"_s) == u"mine"_s ? u"theirs"_s : u"mine"_s;
        list.undo(row.value(u"number"_s).toLongLong());
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 0, patienceMs);
        QTRY_COMPARE_WITH_TIMEOUT(b->titleOf(u"1"_s), loser, patienceMs);
        QSignalSpy failures(&list, &DisputeList::failed);
        list.dismiss(row.value(u"number"_s).toLongLong());
        QTRY_COMPARE_WITH_TIMEOUT(failures.size(), 1, patienceMs);
        QCOMPARE(failures[0][0].toString(), u"no_entry"_s);
        list.setColumns({u"body"_s});
        QCOMPARE(list.count(), 0);
    }

    void aGroupIsOneConflict()
    {
        for (Device *device : {a.get(), b.get()}) {
            device->addMigration("SELECT sheaf_sync('notes', '{\"groups\":[[\"title\",\"votes\"]]}');");
            device->restart();
        }
        ConflictList list;
        list.setEngine(&a->engine());
        disagree();
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 1, patienceMs);
        const QVariantMap row = list.get(0);
        QVERIFY(row.value(u"column"_s).toString().isEmpty());
        QCOMPARE(row.value(u"theirs"_s).toMap(), (QVariantMap{{u"title"_s, u"theirs"_s}, {u"votes"_s, QVariant()}}));
        list.setColumns({u"votes"_s});
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 1, patienceMs);
        list.setColumns({u"body"_s, QString()}); // other columns, and whole rows
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 0, patienceMs);
    }

    void theResolverDecides()
    {
        a->policy = ConflictPolicy::Custom;
        a->restart();
        a->engine().setConflictResolver([](const Conflict &conflict) -> std::optional<QVariant> {
            return conflict.mine.toString() + u" and "_s + conflict.theirs.toString();
        });
        disagree();
        QTRY_COMPARE_WITH_TIMEOUT(b->titleOf(u"1"_s), u"mine and theirs"_s, patienceMs);
        QVERIFY(a->waitSynced() && b->waitSynced());
        QCOMPARE(a->stampDigest(), b->stampDigest());
        QCOMPARE(a->rowDigest(), b->rowDigest());
    }

    void aResolverThatThrowsStopsNothing()
    {
        a->policy = ConflictPolicy::Custom;
        a->restart();
        int asked = 0;
        a->engine().setConflictResolver([&asked](const Conflict &) -> std::optional<QVariant> {
            ++asked;
            throw 7;
        });
        disagree();
        QTRY_COMPARE_WITH_TIMEOUT(asked, 1, patienceMs);
        QVERIFY(a->waitSynced() && b->waitSynced());
        QCOMPARE(a->rowDigest(), b->rowDigest());
        // A later start asks again, and now somebody knows.
        a->restart();
        a->engine().setConflictResolver([](const Conflict &) -> std::optional<QVariant> { return u"decided"_s; });
        a->engine().connectToServer(server->url(), tokenA);
        QTRY_COMPARE_WITH_TIMEOUT(b->titleOf(u"1"_s), u"decided"_s, patienceMs);
    }

    void refusedChangesAreInTheModel()
    {
        RejectedList list;
        const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
        list.setEngine(&a->engine());
        QSignalSpy told(&a->engine(), &SyncEngine::rejected);
        a->engine().connectToServer(server->url(), tokenA);
        a->addNote(u"1"_s, u"short"_s);
        QVERIFY(a->waitSynced());
        a->write(u"UPDATE notes SET title = ?"_s, {QString(300 * 1024, u'x')});
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 1, patienceMs);
        QCOMPARE(told.size(), 1);
        QCOMPARE(list.get(0).value(u"code"_s).toString(), u"too_large"_s);
        QCOMPARE(list.get(0).value(u"values"_s).toMap().value(u"title"_s).toString().size(), 300 * 1024);
        QTRY_COMPARE_WITH_TIMEOUT(a->titleOf(u"1"_s), u"short"_s, patienceMs);
        list.discard(list.get(0).value(u"number"_s).toLongLong());
        QTRY_COMPARE_WITH_TIMEOUT(list.count(), 0, patienceMs);
        QVERIFY(a->waitSynced());
    }

private:
    /// Both write the same cell, `a` while it is away.
    void disagree()
    {
        connectBoth();
        a->addNote(u"1"_s, u"base"_s);
        QVERIFY(a->waitSynced() && b->waitSynced());
        a->engine().disconnectFromServer();
        QTRY_COMPARE_WITH_TIMEOUT(a->engine().state(), SyncEngine::State::Offline, patienceMs);
        a->write(u"UPDATE notes SET title = 'mine'"_s);
        b->write(u"UPDATE notes SET title = 'theirs'"_s);
        QVERIFY(b->waitSynced());
        a->engine().connectToServer(server->url(), tokenA);
    }
};

QTEST_GUILESS_MAIN(TestDisputes)
#include "tst_disputes.moc"
