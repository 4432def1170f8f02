// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "twodevices.h"

#include <QSignalSpy>
#include <QSqlQuery>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// Undo and redo through the engine, with another device on a real server.
class TestEngineUndo : public TwoDevices
{
    Q_OBJECT

private:
    static void rename(Device &device, const QString &title)
    {
        const auto done = await(device.engine().write({{u"UPDATE notes SET title = ? WHERE id = 'n'"_s, {title}, {}}},
                                                      UserAction::undoable(u"rename"_s)));
        QVERIFY(done && *done);
    }
    static UndoOutcome outcomeOf(const QFuture<Result<UndoOutcome>> &future)
    {
        const auto outcome = await(future);
        return outcome && *outcome ? **outcome : UndoOutcome{.text = u"failed"_s};
    }

private Q_SLOTS:
    void propertiesFollow()
    {
        a->addNote(u"n"_s, u"old"_s);
        QVERIFY(!a->engine().canUndo());
        QCOMPARE(outcomeOf(a->engine().undo()), UndoOutcome());
        QSignalSpy changed(&a->engine(), &SyncEngine::undoStateChanged);
        QSignalSpy undone(&a->engine(), &SyncEngine::undone);
        QSignalSpy redone(&a->engine(), &SyncEngine::redone);
        rename(*a, u"new"_s);
        QVERIFY(a->engine().canUndo() && !a->engine().canRedo());
        QCOMPARE(a->engine().undoText(), u"rename"_s);
        QCOMPARE(changed.size(), 1);
        a->restart();
        QTRY_VERIFY_WITH_TIMEOUT(a->engine().canUndo(), patienceMs);
        QSignalSpy again(&a->engine(), &SyncEngine::undone);
        QVERIFY(outcomeOf(a->engine().undo()).done);
        QTRY_COMPARE_WITH_TIMEOUT(again.size(), 1, patienceMs);
        QCOMPARE(again.first(), (QVariantList{u"rename"_s, 1, 0}));
        QCOMPARE(a->titleOf(u"n"_s), u"old"_s);
        QCOMPARE(a->engine().redoText(), u"rename"_s);
        QVERIFY(outcomeOf(a->engine().redo()).done);
        QCOMPARE(a->titleOf(u"n"_s), u"new"_s);
        QVERIFY(await(a->engine().clearUndo()));
        QTRY_VERIFY_WITH_TIMEOUT(!a->engine().canUndo(), patienceMs);
    }

    void whatOthersWroteStays()
    {
        connectBoth();
        a->addNote(u"n"_s, u"base"_s);
        rename(*a, u"mine"_s);
        const auto voted =
            await(a->engine().write({{u"UPDATE notes SET votes = 7"_s, {}, {}}, {u"INSERT INTO notes(id) VALUES('m')"_s, {}, {}}},
                                    UserAction::undoable(u"vote"_s)));
        QVERIFY(voted && *voted);
        verifyProven();
        b->write(u"UPDATE notes SET title = 'theirs' WHERE id = 'n'"_s);
        verifyProven();
        QCOMPARE(outcomeOf(a->engine().undo()), (UndoOutcome{.done = true, .text = u"vote"_s, .rows = 2, .changes = 2}));
        QCOMPARE(outcomeOf(a->engine().undo()), (UndoOutcome{.kept = 1, .skipped = 1}));
        verifyProven();
        QCOMPARE(b->titleOf(u"n"_s), u"theirs"_s);
        QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 1);
        QVERIFY(outcomeOf(a->engine().redo()).done);
        verifyProven();
        QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 2);
    }

    void tooMuchIsSaid()
    {
        QSignalSpy reported(&a->engine(), &SyncEngine::reported);
        const auto done = await(a->engine().writeWith(
            [](QSqlDatabase &database) -> Result<void> {
                const QString many =
                    u"INSERT INTO notes(id) WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)"
                    " SELECT 'n' || i FROM c"_s;
                return QSqlQuery(database).exec(many) ? Result<void>() : fail(u"sql_error"_s, many);
            },
            UserAction::undoable(u"import"_s)));
        QVERIFY(done && *done);
        QTRY_COMPARE_WITH_TIMEOUT(reported.size(), 1, patienceMs);
        QCOMPARE(reported.first().first().value<Error>().code, u"not_undoable"_s);
        QVERIFY(!a->engine().canUndo());
        QCOMPARE(a->value(u"SELECT count(*) FROM notes"_s).toInt(), 20000);
    }
};

QTEST_GUILESS_MAIN(TestEngineUndo)
#include "tst_engineundo.moc"
