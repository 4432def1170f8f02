// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"
#include "crdt/rowkey.h"
#include "text/doc.h"

#include <QSqlQuery>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// What is kept for undo: which writes, how many, for how long.
class TestUndoLog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void plainWritesAreNoActionsUnlessConfigured();
    void hiddenWritesStay();
    void aNewActionEndsRedoing();
    void groupsAreOneAction();
    void groupsEnd();
    void aGroupIsTheBirthAndItsEdits();
    void othersBreakAGroup();
    void theOldestGo();
    void tooLargeIsSaid();
    void failedWritesLeaveNothing();
    void mergesAndDecisionsAreNoActions();
    void editorsHaveTheirOwn();
    void migrationsEmptyIt();
    void nothingIsKeptWhenItIsOff();
    void theObserverHearsOfChanges();

private:
    [[nodiscard]] QString title() { return device->value(u"SELECT title FROM items WHERE id = 1"_s).toString(); }
    void rename(const QString &title, const UserAction &action = UserAction::undoable(u"rename"_s))
    {
        device->act({u"UPDATE items SET title = '%1' WHERE id = 1"_s.arg(title)}, action);
    }
    [[nodiscard]] bool undo() { return device->replica().undo().value().done; }
    [[nodiscard]] bool redo() { return device->replica().redo().value().done; }
    [[nodiscard]] int kept() { return device->value(u"SELECT count(*) FROM sheaf_undo"_s).toInt(); }

    std::unique_ptr<Device> device;
};

void TestUndoLog::init()
{
    device = std::make_unique<Device>(columnSchema);
    device->exec(u"INSERT INTO items(id, title) VALUES (1, 'base')"_s);
}

void TestUndoLog::plainWritesAreNoActionsUnlessConfigured()
{
    rename(u"plain"_s, {});
    QVERIFY(!undo());
    QCOMPARE(device->value(u"SELECT count(*) FROM sheaf_undo_rows"_s).toInt(), 0);
    device->undo.allWrites = true;
    device->reopen();
    rename(u"again"_s, {});
    QVERIFY(undo());
    QCOMPARE(title(), u"plain"_s);
}

void TestUndoLog::hiddenWritesStay()
{
    device->undo.allWrites = true;
    device->reopen();
    rename(u"a"_s, {});
    device->act({u"UPDATE items SET lat = 5"_s}, UserAction::hidden());
    QVERIFY(undo());
    QCOMPARE(title(), u"base"_s);
    QCOMPARE(device->value(u"SELECT lat FROM items"_s).toInt(), 5);
    QVERIFY(redo());
    rename(u"hidden"_s, UserAction::hidden());
    QVERIFY(!undo()); // the cell is not as the action left it
    QCOMPARE(title(), u"hidden"_s);
}

void TestUndoLog::aNewActionEndsRedoing()
{
    rename(u"a"_s);
    rename(u"b"_s);
    QVERIFY(undo());
    QVERIFY(device->replica().undoState().canRedo);
    device->act({u"UPDATE items SET lat = 5"_s});
    QVERIFY(!device->replica().undoState().canRedo);
    QVERIFY(!redo());
    QVERIFY(undo());
    QVERIFY(undo());
    QCOMPARE(title(), u"base"_s);
}

void TestUndoLog::groupsAreOneAction()
{
    for (int step = 0; step < 50; ++step) {
        device->wallMs += 100;
        device->act({u"UPDATE items SET title = 'step %1', lat = %1, lon = %1, votes = votes + 1"_s.arg(step)},
                    UserAction::undoable(u"drag"_s, "drag 1"));
    }
    QCOMPARE(kept(), 1);
    device->reopen();
    QVERIFY(undo());
    QCOMPARE(device->rows(u"SELECT title, quote(lat), quote(lon), votes FROM items"_s),
             (QList<QVariantList>{{u"base"_s, u"NULL"_s, u"NULL"_s, 0}}));
    QVERIFY(redo());
    QCOMPARE(device->rows(u"SELECT title, lat, lon, votes FROM items"_s), (QList<QVariantList>{{u"step 49"_s, 49.0, 49.0, 50}}));
}

void TestUndoLog::groupsEnd()
{
    rename(u"a"_s, UserAction::undoable(u"type"_s, "one"));
    rename(u"b"_s, UserAction::undoable(u"type"_s, "two")); // by another name
    device->wallMs += UndoOptions().groupMs + 1;
    rename(u"c"_s, UserAction::undoable(u"type"_s, "two")); // after a while
    QCOMPARE(kept(), 3);
    QVERIFY(undo());
    rename(u"d"_s, UserAction::undoable(u"type"_s, "two")); // after an undo
    QCOMPARE(kept(), 3);
    for (const char *step : {"b", "a", "base"}) {
        QVERIFY(undo());
        QCOMPARE(title(), QLatin1StringView(step));
    }
}

void TestUndoLog::aGroupIsTheBirthAndItsEdits()
{
    const UserAction draw = UserAction::undoable(u"draw"_s, "draw 2");
    device->act({u"INSERT INTO items(id) VALUES (2)"_s}, draw);
    device->act({u"UPDATE items SET lat = 1, lon = 1, labels = '[\"new\"]', votes = 3 WHERE id = 2"_s}, draw);
    device->act({u"UPDATE items SET lat = 2, lon = 2 WHERE id = 2"_s}, draw);
    QCOMPARE(kept(), 1);
    const auto drawn = device->rows(u"SELECT * FROM items"_s);
    QVERIFY(undo());
    QCOMPARE(device->value(u"SELECT count(*) FROM items"_s).toInt(), 1);
    QVERIFY(redo());
    QCOMPARE(device->rows(u"SELECT * FROM items"_s), drawn);
}

void TestUndoLog::othersBreakAGroup()
{
    Relay relay;
    Device other(columnSchema, 2);
    rename(u"a"_s, UserAction::undoable(u"type"_s, "one"));
    settleAll(relay, {device.get(), &other});
    other.exec(u"UPDATE items SET title = 'theirs'"_s);
    settleAll(relay, {device.get(), &other});
    rename(u"b"_s, UserAction::undoable(u"type"_s, "one"));
    QVERIFY(undo());
    QCOMPARE(title(), u"theirs"_s);
    QVERIFY(!undo());
    QCOMPARE(title(), u"theirs"_s);
}

void TestUndoLog::theOldestGo()
{
    device->undo.actionsMax = 3;
    device->reopen();
    for (int step = 1; step <= 5; ++step)
        rename(u"%1"_s.arg(step));
    QCOMPARE(kept(), 3);
    while (undo()) {
    }
    QCOMPARE(title(), u"2"_s);
    device->undo.bytesMax = 600;
    device->reopen();
    for (int step = 1; step <= 50; ++step)
        rename(u"%1"_s.arg(step, 100));
    QVERIFY(kept() >= 1 && kept() < 5);
    QVERIFY(device->value(u"SELECT sum(length(entry)) FROM sheaf_undo_rows"_s).toInt() <= 600);
    QCOMPARE(device->value(u"SELECT count(DISTINCT action) FROM sheaf_undo_rows"_s).toInt(), kept());
}

void TestUndoLog::tooLargeIsSaid()
{
    const QString many =
        u"INSERT INTO items(id, title) WITH RECURSIVE c(i) AS (SELECT %1 UNION ALL SELECT i + 1 FROM c WHERE i < %2)"
        " SELECT i, 'x' FROM c"_s;
    device->undo.rowsMax = 100;
    device->reopen();
    rename(u"a"_s);
    device->act({many.arg(1000).arg(1099)}); // a hundred
    QVERIFY(device->replica().undoState().canUndo);
    QVERIFY(!device->replica().undoState().tooLarge);
    device->act({many.arg(2000).arg(2100)});
    QCOMPARE(device->replica().undoState(), (UndoState{.tooLarge = true}));
    QVERIFY(!undo());
    QCOMPARE(title(), u"a"_s);
    rename(u"b"_s);
    QVERIFY(!device->replica().undoState().tooLarge);
    QVERIFY(undo());
    device->undo.rowsMax = 10'000;
    device->undo.bytesMax = 2'000;
    device->reopen();
    device->act({many.arg(3000).arg(3100)});
    QVERIFY(device->replica().undoState().tooLarge);
}

void TestUndoLog::failedWritesLeaveNothing()
{
    const auto failed = device->replica().write(
        [&](QSqlDatabase &database) -> Result<void> {
            QSqlQuery(database).exec(u"UPDATE items SET title = 'x'"_s);
            return fail(u"no"_s, u"no"_s);
        },
        UserAction::undoable(u"fails"_s));
    QVERIFY(!failed);
    QVERIFY(!device->replica().undoState().canUndo);
    device->act({u"UPDATE items SET title = title"_s}); // changes nothing
    QVERIFY(!device->replica().undoState().canUndo);
    rename(u"a"_s);
    QVERIFY(undo());
}

void TestUndoLog::mergesAndDecisionsAreNoActions()
{
    device->undo.allWrites = true;
    device->reopen();
    Relay relay;
    Device other(columnSchema, 2);
    settleAll(relay, {device.get(), &other});
    other.wallMs += 1000;
    device->exec(u"UPDATE items SET title = 'mine'"_s);
    other.exec(u"UPDATE items SET title = 'theirs'"_s);
    settleAll(relay, {&other, device.get()});
    QCOMPARE(title(), u"theirs"_s);
    QCOMPARE(kept(), 1);
    QVERIFY(device->replica().undoConflict(device->replica().conflicts().value().first().number));
    QCOMPARE(title(), u"mine"_s);
    QCOMPARE(kept(), 1);
    QVERIFY(!undo());
    QCOMPARE(title(), u"mine"_s);
}

void TestUndoLog::editorsHaveTheirOwn()
{
    Device notes("CREATE TABLE items(id INTEGER PRIMARY KEY, title TEXT);"
                 "SELECT sheaf_sync('items', '{\"columns\":{\"title\":\"text\"}}');");
    notes.undo.allWrites = true;
    notes.reopen();
    notes.exec(u"INSERT INTO items VALUES (1, 'base')"_s);
    const ValueView id = ValueView::ofInteger(1);
    QByteArray key;
    encodeKey({&id, 1}, key);
    const auto typed = [&](const UserAction &action) {
        Text::Doc doc(Text::Doc::Options{.clientId = 77});
        QVERIFY(doc.apply(*notes.replica().loadText("items", key, "title")));
        const auto known = doc.stateVector();
        doc.text().insert(0, u"typed "_s);
        QVERIFY(notes.replica().writeText("items", key, "title", doc.encodeSince(known), action));
    };
    typed(UserAction::hidden());
    QCOMPARE(notes.value(u"SELECT count(*) FROM sheaf_undo"_s).toInt(), 1);
    typed(UserAction::undoable(u"type"_s));
    QCOMPARE(notes.value(u"SELECT title FROM items"_s).toString(), u"typed typed base"_s);
    QVERIFY(notes.replica().undo().value().done);
    QCOMPARE(notes.value(u"SELECT title FROM items"_s).toString(), u"typed base"_s);
    QVERIFY(!notes.replica().undo().value().done); // the row has words that no action wrote
    QCOMPARE(notes.value(u"SELECT title FROM items"_s).toString(), u"typed base"_s);
}

void TestUndoLog::migrationsEmptyIt()
{
    rename(u"a"_s);
    device->setSchema({columnSchema, "ALTER TABLE items ADD COLUMN extra TEXT;"});
    device->reopen();
    QCOMPARE(device->replica().undoState(), UndoState());
    QVERIFY(!undo());
    QCOMPARE(title(), u"a"_s);
}

void TestUndoLog::nothingIsKeptWhenItIsOff()
{
    device->undo.actionsMax = 0;
    device->reopen();
    rename(u"a"_s);
    QVERIFY(!undo());
    QCOMPARE(device->value(u"SELECT count(*) FROM sheaf_undo_rows"_s).toInt(), 0);
}

void TestUndoLog::theObserverHearsOfChanges()
{
    QList<UndoState> heard;
    device->replica().setUndoObserver([&](const UndoState &state) { heard.append(state); });
    rename(u"a"_s);
    rename(u"b"_s); // nothing that a menu shows has changed
    QVERIFY(undo());
    QVERIFY(device->replica().clearUndo());
    QCOMPARE(heard, (QList<UndoState>{{.canUndo = true, .undoText = u"rename"_s},
                                      {.canUndo = true, .canRedo = true, .undoText = u"rename"_s, .redoText = u"rename"_s},
                                      {}}));
}

QTEST_GUILESS_MAIN(TestUndoLog)
#include "tst_undolog.moc"
