// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"
#include "sql/database.h"
#include "windowdriver.h"

#include <QDropEvent>
#include <QMimeData>
#include <QSqlQuery>
#include <QTemporaryDir>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// The main jobs, by keyboard alone, in the real window on the real engine.
class TestWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void firstRunHasTheCaretInAnEmptyNote();
    void lastKeyBeforeQuittingIsKept();
    void newNoteTitleThenText();
    void keysMoveThroughTheList();
    void spaceCompletesATask();
    void altArrowsReorderTasks();
    void draggingReordersTasks();
    void deleteAndUndo();
    void listIsMadeRenamedAndDeleted();
    void dueDayIsRead();
    void dueDayIsPicked();
    void searchFiltersAndEscapeClears();
    void emptyPlacesSaySo();
    void theirChangeOfTheOpenNoteKeepsTheCaret();
    void aFullDiskIsToldWhileOneTypes_data();
    void aFullDiskIsToldWhileOneTypes();
    void aDropIsShownBeforeItIsMade();
    void paneKeysAndKeySheet();
    void narrowWindowShowsOnePane();
    void secondWindowOnOneProfileIsRefused();

private:
    /// Three tasks and a note in the Inbox, in the order t0, t1, t2.
    void fill(WindowDriver &app);

    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_tasks;
};

void TestWindow::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
    QVERIFY(m_profile->isValid());
}

void TestWindow::fill(WindowDriver &app)
{
    m_tasks = {app.store().createTask({}, u"t0"_s), app.store().createTask({}, u"t1"_s), app.store().createTask({}, u"t2"_s)};
    app.store().createNote({}, u"A note"_s, u"Its text"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 4);
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"itemList"_s)->hasActiveFocus());
}

void TestWindow::firstRunHasTheCaretInAnEmptyNote()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QTRY_VERIFY(app.item(u"noteEditor"_s) && app.item(u"noteEditor"_s)->hasActiveFocus());
    QVERIFY(app.item(u"firstRunCard"_s));
    QCOMPARE(app.value(u"SELECT count(*) FROM notes"_s).toInt(), 0);
    QCOMPARE(app.property(u"statusText"_s, "text").toString(), u"On this device only"_s);
    app.type(u"hello"_s);
    QTRY_COMPARE(app.value(u"SELECT body FROM notes"_s).toString(), u"hello"_s);
    app.type(u" you"_s);
    QTRY_COMPARE(app.value(u"SELECT body FROM notes"_s).toString(), u"hello you"_s);
    QCOMPARE(app.value(u"SELECT count(*) FROM notes"_s).toInt(), 1);
    QTRY_VERIFY(app.property(u"noteSaved"_s, "text").toString().startsWith(u"Saved on this device "_s));
}

void TestWindow::lastKeyBeforeQuittingIsKept()
{
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        app.type(u"draft"_s);
        app.quit(); // long before the delay of saving is over
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QCOMPARE(app.value(u"SELECT body FROM notes"_s).toString(), u"draft"_s);
    QTRY_COMPARE(app.property(u"noteEditor"_s, "text").toString(), u"draft"_s);
}

void TestWindow::newNoteTitleThenText()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    app.key(Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"noteTitle"_s)->hasActiveFocus());
    app.type(u"Plan"_s);
    app.key(Qt::Key_Return);
    app.type(u"one two"_s);
    QTRY_COMPARE(app.value(u"SELECT title || '/' || body FROM notes"_s).toString(), u"Plan/one two"_s);
    QTRY_COMPARE(app.property(u"noteCounts"_s, "text").toString(), u"2 words · 7 characters"_s);
}

void TestWindow::keysMoveThroughTheList()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_J);
    QCOMPARE(app.window()->property("openId").toString(), m_tasks[0]);
    app.key(Qt::Key_Down);
    app.key(Qt::Key_J);
    QCOMPARE(app.window()->property("openId").toString(), m_tasks[2]);
    app.key(Qt::Key_K);
    QCOMPARE(app.window()->property("openId").toString(), m_tasks[1]);
    QTRY_COMPARE(app.property(u"taskTitle"_s, "text").toString(), u"t1"_s);
    app.key(Qt::Key_Return);
    QVERIFY(app.item(u"taskTitle"_s)->hasActiveFocus());
    app.key(Qt::Key_Escape);
    QVERIFY(app.item(u"itemList"_s)->hasActiveFocus());
}

void TestWindow::spaceCompletesATask()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Space);
    QTRY_COMPARE(app.column(u"SELECT title FROM tasks WHERE done IS NOT NULL"_s), u"t0"_s);
    // The task has moved to the done ones, and the selection with it.
    QTRY_COMPARE(app.property(u"itemListView"_s, "currentIndex").toInt(), 2);
    app.key(Qt::Key_Space);
    QTRY_COMPARE(app.column(u"SELECT title FROM tasks WHERE done IS NOT NULL"_s), QString());
}

void TestWindow::altArrowsReorderTasks()
{
    const QString order = u"SELECT title FROM tasks ORDER BY position"_s;
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Down, Qt::AltModifier);
    QTRY_COMPARE(app.column(order), u"t1,t0,t2"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "currentIndex").toInt(), 1);
    app.key(Qt::Key_Down, Qt::AltModifier);
    QTRY_COMPARE(app.column(order), u"t1,t2,t0"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "currentIndex").toInt(), 2);
    app.key(Qt::Key_Down, Qt::AltModifier); // the note below is no place for a task
    app.key(Qt::Key_Up, Qt::AltModifier);
    QTRY_COMPARE(app.column(order), u"t1,t0,t2"_s);
}

void TestWindow::draggingReordersTasks()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    QQuickItem *row = app.item(u"row-"_s + m_tasks[0]);
    QVERIFY(row);
    const QPoint from = row->mapToScene(QPointF(row->width() / 2, row->height() / 2)).toPoint();
    QTest::mousePress(app.window(), Qt::LeftButton, {}, from);
    for (int step = 1; step <= 20; ++step)
        QTest::mouseMove(app.window(), from + QPoint(0, step * 4));
    QTest::mouseRelease(app.window(), Qt::LeftButton, {}, from + QPoint(0, 80));
    QTRY_COMPARE(app.column(u"SELECT title FROM tasks ORDER BY position"_s), u"t1,t2,t0"_s);
}

void TestWindow::deleteAndUndo()
{
    const QString alive = u"SELECT title FROM tasks WHERE trashed IS NULL ORDER BY position"_s;
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Delete);
    QTRY_COMPARE(app.column(alive), u"t1,t2"_s);
    QCOMPARE(app.window()->property("openId").toString(), m_tasks[1]);
    QVERIFY(app.item(u"toastUndo"_s));
    app.key(Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE(app.column(alive), u"t0,t1,t2"_s);
    QVERIFY(!app.item(u"toast"_s));
}

void TestWindow::listIsMadeRenamedAndDeleted()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    app.key(Qt::Key_L, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(app.item(u"listNameField"_s) && app.item(u"listNameField"_s)->hasActiveFocus());
    app.type(u"Garden"_s);
    app.key(Qt::Key_Return);
    QTRY_COMPARE(app.value(u"SELECT name FROM lists"_s).toString(), u"Garden"_s);
    QTRY_COMPARE(app.property(u"itemListTitle"_s, "text").toString(), u"Garden"_s);
    app.key(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    app.type(u"Dig"_s);
    QTRY_COMPARE(app.value(u"SELECT t.title FROM tasks t JOIN lists l ON l.id = t.list"_s).toString(), u"Dig"_s);
    app.key(Qt::Key_F2);
    QTRY_VERIFY(app.item(u"listNameField"_s) && app.item(u"listNameField"_s)->hasActiveFocus());
    app.type(u"Yard"_s);
    app.key(Qt::Key_Return);
    QTRY_COMPARE(app.value(u"SELECT name FROM lists"_s).toString(), u"Yard"_s);
    app.key(Qt::Key_Delete);
    QTRY_COMPARE(app.value(u"SELECT count(*) FROM lists"_s).toInt(), 0);
    QTRY_COMPARE(app.column(u"SELECT title FROM tasks WHERE list IS NULL AND trashed IS NULL"_s), u"Dig"_s);
    QCOMPARE(app.window()->property("place").toString(), u"inbox"_s);
    app.key(Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE(app.value(u"SELECT name FROM lists"_s).toString(), u"Yard"_s);
    QTRY_COMPARE(app.value(u"SELECT t.title FROM tasks t JOIN lists l ON l.id = t.list"_s).toString(), u"Dig"_s);
}

void TestWindow::dueDayIsRead()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    app.key(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    app.type(u"Pay"_s);
    app.key(Qt::Key_Down);
    QTRY_VERIFY(app.item(u"taskDue"_s)->hasActiveFocus());
    app.type(u"nonsense"_s);
    app.key(Qt::Key_Return);
    QTRY_VERIFY(app.item(u"taskDueHint"_s));
    app.key(Qt::Key_A, Qt::ControlModifier);
    app.type(u"2031-02-03"_s);
    app.key(Qt::Key_Return);
    QTRY_COMPARE(app.value(u"SELECT due FROM tasks"_s).toString(), u"2031-02-03"_s);
    QTRY_VERIFY(!app.item(u"taskDueHint"_s));
    // From the list: D, and what is typed takes the place of the day that was there.
    app.key(Qt::Key_Escape);
    app.key(Qt::Key_D);
    QTRY_VERIFY(app.item(u"taskDue"_s)->hasActiveFocus());
    app.type(u"2031-02-04"_s);
    app.key(Qt::Key_Return);
    QTRY_COMPARE(app.value(u"SELECT due FROM tasks"_s).toString(), u"2031-02-04"_s);
}

void TestWindow::dueDayIsPicked()
{
    const QString due = u"SELECT due FROM tasks"_s;
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    app.key(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    app.type(u"Pay"_s);
    app.key(Qt::Key_Down);
    QTRY_VERIFY(app.item(u"taskDue"_s)->hasActiveFocus());
    app.type(u"2031-02-28"_s);
    app.key(Qt::Key_Down, Qt::AltModifier);
    QTRY_COMPARE(app.property(u"monthName"_s, "text").toString(), u"February 2031"_s);
    app.key(Qt::Key_Right);
    app.key(Qt::Key_Return);
    QTRY_COMPARE(app.value(due).toString(), u"2031-03-01"_s);
    QTRY_VERIFY(!app.item(u"monthName"_s));
    QTRY_VERIFY(app.item(u"taskDue"_s)->hasActiveFocus());
    QCOMPARE(app.property(u"taskDue"_s, "text").toString(), u"1 Mar 2031"_s);

    QVERIFY(app.click(u"taskDueButton"_s));
    QTRY_VERIFY(app.item(u"day-2031-03-17"_s));
    QVERIFY(app.click(u"day-2031-03-17"_s));
    QTRY_COMPARE(app.value(due).toString(), u"2031-03-17"_s);
    QTRY_VERIFY(!app.item(u"monthName"_s));
    QVERIFY(app.click(u"taskDueButton"_s));
    QTRY_VERIFY(app.item(u"monthName"_s));
    app.key(Qt::Key_Escape); // closes the month, not the task
    QTRY_VERIFY(!app.item(u"monthName"_s));
    QVERIFY(app.item(u"taskDetail"_s)->hasActiveFocus());
    QCOMPARE(app.value(due).toString(), u"2031-03-17"_s);
}

void TestWindow::searchFiltersAndEscapeClears()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_F, Qt::ControlModifier);
    QVERIFY(app.item(u"searchField"_s)->hasActiveFocus());
    app.type(u"its t"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 1);
    app.type(u"%"_s);
    QTRY_COMPARE(app.property(u"emptyStateText"_s, "text").toString(), u"No match for \"its t%\""_s);
    app.key(Qt::Key_Escape);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 4);
}

void TestWindow::emptyPlacesSaySo()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(app.property(u"emptyStateText"_s, "text").toString(), u"Nothing here yet"_s);
    QCOMPARE(app.property(u"emptyStateAction"_s, "text").toString(), u"New note (Ctrl+N)"_s);
    app.key(Qt::Key_2, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"emptyStateText"_s, "text").toString(), u"All clear for today"_s);
}

void TestWindow::theirChangeOfTheOpenNoteKeepsTheCaret()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    app.type(u"tail"_s);
    QTRY_VERIFY(app.property(u"noteSaved"_s, "text").toString().startsWith(u"Saved"_s));
    QVERIFY(app.exec(u"UPDATE notes SET body = 'a long head ' || body"_s));
    QTRY_COMPARE(app.property(u"noteEditor"_s, "text").toString(), u"a long head tail"_s);
    QCOMPARE(app.property(u"noteEditor"_s, "cursorPosition").toInt(), 16);
    app.type(u"s"_s);
    QTRY_COMPARE(app.value(u"SELECT body FROM notes"_s).toString(), u"a long head tails"_s);
}

void TestWindow::aFullDiskIsToldWhileOneTypes_data()
{
    QTest::addColumn<QString>("editor");
    QTest::addColumn<QString>("sql");
    QTest::newRow("note") << u"noteEditor"_s << u"SELECT body FROM notes ORDER BY length(body) DESC"_s;
    QTest::newRow("task") << u"taskNotes"_s << u"SELECT notes FROM tasks ORDER BY length(notes) DESC"_s;
}

void TestWindow::aFullDiskIsToldWhileOneTypes()
{
    QFETCH(const QString, editor);
    QFETCH(const QString, sql);
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    const auto allowPages = [&app](int pages) { // never fewer than the file has
        app.engine()
            .withReplica([pages](Replica &replica) {
                sqlite3_set_authorizer(sqliteHandle(replica.database()), nullptr, nullptr); // it would refuse the pragma
                QSqlQuery pragma(replica.database());
                QVERIFY(pragma.exec(u"PRAGMA max_page_count=%1"_s.arg(pages)));
            })
            .waitForFinished();
    };
    for (const QString &title : {u"First"_s, u"Second"_s}) {
        if (editor == u"noteEditor")
            app.store().createNote({}, title, {});
        else
            app.store().createTask({}, title);
    }
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 2);
    app.key(Qt::Key_1, Qt::ControlModifier);
    app.key(Qt::Key_J);
    QTRY_VERIFY(app.item(editor) && !app.property(editor, "readOnly").toBool());
    app.item(editor)->forceActiveFocus();
    app.type(u"kept "_s);
    QTRY_COMPARE(app.value(sql).toString(), u"kept "_s);
    QVERIFY(!app.item(u"textTrouble"_s));

    allowPages(1);
    const QString much = u"word "_s.repeated(40'000);
    QVERIFY(QMetaObject::invokeMethod(app.item(editor), "insert", Q_ARG(int, 5), Q_ARG(QString, much)));
    QTRY_COMPARE(app.property(u"textTrouble"_s, "text").toString(),
                 u"The disk is full: nothing was written; free some space and try again. What you typed is still here."_s);
    QCOMPARE(app.property(u"textTrouble"_s, "color").value<QColor>(), QColor(u"#A8680A"_s));
    QCOMPARE(app.value(sql).toString(), u"kept "_s);
    QVERIFY(!app.property(u"noteSaved"_s, "text").toString().startsWith(u"Saved"_s));

    // Another text has no such trouble; that the one before still has it is told once.
    app.key(Qt::Key_1, Qt::ControlModifier);
    app.key(Qt::Key_J);
    QTRY_COMPARE(app.property(editor, "text").toString(), QString());
    QTRY_VERIFY(app.property(u"toast"_s, "text").toString().startsWith(u"A text that you left is not saved yet: The disk"_s));
    QVERIFY(!app.item(u"textTrouble"_s));

    allowPages(1'000'000);
    QTRY_COMPARE_WITH_TIMEOUT(app.value(sql).toString(), u"kept "_s + much, 20'000); // without another key
}

void TestWindow::aDropIsShownBeforeItIsMade()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_End);
    QTRY_COMPARE(app.property(u"noteEditor"_s, "text").toString(), u"Its text"_s);
    QQuickItem *editor = app.item(u"noteEditor"_s);
    QRectF at;
    QVERIFY(QMetaObject::invokeMethod(editor, "positionToRectangle", Q_RETURN_ARG(QRectF, at), Q_ARG(int, 4)));
    QMimeData data;
    data.setText(u"new "_s);
    const QPoint over = editor->mapToScene(at.center()).toPoint();
    QVERIFY(!app.item(u"dropCaret"_s));
    QDragEnterEvent enter(over, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(app.window(), &enter);
    QTRY_VERIFY(app.item(u"dropCaret"_s));
    QCOMPARE(app.item(u"dropCaret"_s)->position(), at.topLeft());
    QDropEvent drop(over, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(app.window(), &drop);
    QTRY_VERIFY(!app.item(u"dropCaret"_s));
    QCOMPARE(app.property(u"noteEditor"_s, "text").toString(), u"Its new text"_s);
}

void TestWindow::paneKeysAndKeySheet()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_F6, Qt::ShiftModifier);
    QVERIFY(app.item(u"sidebar"_s)->hasActiveFocus());
    app.key(Qt::Key_Down);
    QCOMPARE(app.window()->property("place").toString(), u"today"_s);
    app.key(Qt::Key_F6);
    QVERIFY(app.item(u"itemList"_s)->hasActiveFocus());
    app.key(Qt::Key_F1);
    QTRY_VERIFY(app.window()->findChild<QObject *>(u"keySheet"_s)->property("opened").toBool());
    app.key(Qt::Key_Escape);
    QTRY_VERIFY(!app.window()->findChild<QObject *>(u"keySheet"_s)->property("opened").toBool());
    app.key(Qt::Key_Backslash, Qt::ControlModifier);
    QTRY_VERIFY(!app.item(u"sidebar"_s));
}

void TestWindow::narrowWindowShowsOnePane()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.window()->resize(740, 500);
    QTRY_VERIFY(!app.item(u"sidebar"_s));
    app.key(Qt::Key_J);
    QVERIFY(app.item(u"itemList"_s));
    QVERIFY(!app.item(u"detail"_s));
    app.key(Qt::Key_Return);
    QTRY_VERIFY(app.item(u"taskTitle"_s) && app.item(u"taskTitle"_s)->hasActiveFocus());
    QVERIFY(!app.item(u"itemList"_s));
    QVERIFY(app.item(u"backButton"_s));
    app.key(Qt::Key_Escape);
    QTRY_VERIFY(app.item(u"itemList"_s) && app.item(u"itemList"_s)->hasActiveFocus());
}

void TestWindow::secondWindowOnOneProfileIsRefused()
{
    WindowDriver first(m_profile->path());
    QVERIFY(first.waitForWindow());
    WindowDriver second(m_profile->path());
    QVERIFY(second.waitForWindow());
    QCOMPARE(second.property(u"blockedHeadline"_s, "text").toString(), u"Sheaf is already open with this store"_s);
    QVERIFY(!second.item(u"itemList"_s));
}

QTEST_MAIN(TestWindow)
#include "tst_window.moc"
