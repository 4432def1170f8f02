// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/terminationwatch.h"
#include "windowdriver.h"

#include <QDir>
#include <QTemporaryDir>

#include <csignal>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Several rows at once, the trash, folders in and out, and the end of the program.
class TestWindowLists : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void rowsAreSelectedByKeys();
    void rowsAreSelectedByPointer();
    void everythingAndNothing();
    void selectedTasksAreCompleted();
    void selectedRowsMoveToAList();
    void trashRestoresAndDeletes();
    void trashedNoteIsReadOnly();
    void folderIsImported();
    void terminationKeepsWhatWasTyped();

private:
    /// Three tasks and a note in the Inbox, in the order t0, t1, t2, A note.
    void fill(WindowDriver &app);

    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_tasks;
    const QString m_alive = u"SELECT title FROM tasks WHERE trashed IS NULL ORDER BY position"_s;
};

void TestWindowLists::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
}

void TestWindowLists::fill(WindowDriver &app)
{
    m_tasks = {app.store().createTask({}, u"t0"_s), app.store().createTask({}, u"t1"_s), app.store().createTask({}, u"t2"_s)};
    app.store().createNote({}, u"A note"_s, u"Its text"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 4);
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"itemList"_s)->hasActiveFocus());
}

void TestWindowLists::rowsAreSelectedByKeys()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Down, Qt::ShiftModifier);
    QTRY_COMPARE(app.property(u"selectionCount"_s, "text").toString(), u"2 selected"_s);
    app.key(Qt::Key_Escape);
    QVERIFY(!app.item(u"selectionBar"_s));
    app.key(Qt::Key_X);
    app.key(Qt::Key_Down, Qt::ShiftModifier);
    app.key(Qt::Key_Delete);
    QTRY_COMPARE(app.column(m_alive), u"t0"_s);
    QVERIFY(!app.item(u"selectionBar"_s));
    app.key(Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE(app.column(m_alive), u"t0,t1,t2"_s);
}

void TestWindowLists::rowsAreSelectedByPointer()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    const auto click = [&app, this](int task, Qt::KeyboardModifiers modifiers) {
        QQuickItem *row = app.item(u"row-"_s + m_tasks[task]);
        QVERIFY(row);
        QTest::mouseClick(app.window(), Qt::LeftButton, modifiers,
                          row->mapToScene(QPointF(row->width() / 2, row->height() / 2)).toPoint());
    };
    click(0, {});
    click(2, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"selectionCount"_s, "text").toString(), u"2 selected"_s);
    click(2, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"selectionCount"_s, "text").toString(), u"1 selected"_s);
    click(0, {});
    QVERIFY(!app.item(u"selectionBar"_s));
    click(2, Qt::ShiftModifier);
    QTRY_COMPARE(app.property(u"selectionCount"_s, "text").toString(), u"3 selected"_s);
}

void TestWindowLists::everythingAndNothing()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_A, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"selectionCount"_s, "text").toString(), u"4 selected"_s);
    app.store().trash({QVariantMap{{u"kind"_s, u"task"_s}, {u"itemId"_s, m_tasks[1]}}}); // as another device would
    QTRY_COMPARE(app.property(u"selectionCount"_s, "text").toString(), u"3 selected"_s);
    app.key(Qt::Key_Delete);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 0);
    QCOMPARE(app.window()->property("openId").toString(), QString());
    app.key(Qt::Key_Delete);
    app.key(Qt::Key_Space);
    app.key(Qt::Key_X);
    app.key(Qt::Key_Down, Qt::ShiftModifier);
    app.key(Qt::Key_A, Qt::ControlModifier);
    QVERIFY(!app.item(u"selectionBar"_s));
}

void TestWindowLists::selectedTasksAreCompleted()
{
    const QString done = u"SELECT count(*) FROM tasks WHERE done IS NOT NULL"_s;
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_A, Qt::ControlModifier);
    app.key(Qt::Key_Space);
    QTRY_COMPARE(app.value(done).toInt(), 3);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 4);
    app.key(Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE(app.value(done).toInt(), 0);
}

void TestWindowLists::selectedRowsMoveToAList()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    const QString list = app.store().createList(u"Garden"_s);
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Down, Qt::ShiftModifier);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"selectionMove"_s), "picked", Q_ARG(QString, list)));
    QTRY_COMPARE(app.column(u"SELECT title FROM tasks WHERE list IS NOT NULL ORDER BY position"_s), u"t0,t1"_s);
    QVERIFY(!app.item(u"selectionBar"_s));
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 2);
}

void TestWindowLists::trashRestoresAndDeletes()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    app.key(Qt::Key_9, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"emptyStateText"_s, "text").toString(), u"The trash is empty"_s);
    QVERIFY(!app.item(u"emptyStateAction"_s));
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 4);
    app.key(Qt::Key_A, Qt::ControlModifier);
    app.key(Qt::Key_Delete);
    app.key(Qt::Key_9, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"itemListTitle"_s, "text").toString(), u"Trash"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 4);
    app.key(Qt::Key_Home);
    app.key(Qt::Key_R);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 3);
    app.key(Qt::Key_Delete);
    QTRY_VERIFY(app.item(u"confirmAction"_s));
    app.key(Qt::Key_Escape); // Cancel has the focus
    QTRY_VERIFY(!app.item(u"confirmAction"_s));
    const QString all = u"SELECT (SELECT count(*) FROM notes) + (SELECT count(*) FROM tasks)"_s;
    QCOMPARE(app.value(all).toInt(), 4);
    app.key(Qt::Key_Delete);
    QTRY_VERIFY(app.item(u"confirmAction"_s));
    app.key(Qt::Key_Right);
    app.key(Qt::Key_Return);
    QTRY_COMPARE(app.value(all).toInt(), 3);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 2);
    QVERIFY(app.item(u"emptyTrash"_s));
}

void TestWindowLists::trashedNoteIsReadOnly()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    const QString note = app.store().createNote({}, u"Gone"_s, u"text"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 1);
    app.store().trash({QVariantMap{{u"kind"_s, u"note"_s}, {u"itemId"_s, note}}});
    app.key(Qt::Key_9, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 1);
    app.key(Qt::Key_J);
    QTRY_COMPARE(app.property(u"readOnlyText"_s, "text").toString(), u"In Trash"_s);
    app.key(Qt::Key_Return);
    app.type(u"x"_s);
    QCOMPARE(app.property(u"noteEditor"_s, "text").toString(), u"text"_s);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"readOnlyRestore"_s), "clicked"));
    QTRY_VERIFY(!app.item(u"readOnlyBar"_s));
    QCOMPARE(app.column(u"SELECT title FROM notes WHERE trashed IS NULL"_s), u"Gone"_s);
}

void TestWindowLists::folderIsImported()
{
    const QDir folder(m_profile->path());
    QVERIFY(folder.mkpath(u"pages"_s));
    const auto write = [&folder](const QString &name, const QByteArray &bytes) {
        QFile file(folder.filePath(name));
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
    };
    QVERIFY(write(u"pages/good.md"_s, "# Good\n"));
    QVERIFY(write(u"pages/bad.md"_s, "\xff\xfe"));
    WindowDriver app(folder.filePath(u"profile"_s));
    QVERIFY(app.waitForWindow());
    QVERIFY(app.item(u"importFolder"_s));
    auto *transfers = app.window()->property("transfers").value<QObject *>();
    const QUrl pages = QUrl::fromLocalFile(folder.filePath(u"pages"_s));
    QVERIFY(QMetaObject::invokeMethod(transfers, "importFolder", Q_ARG(QUrl, pages)));
    QTRY_COMPARE(app.property(u"noticeText"_s, "text").toString(), u"1 note imported, 1 file left out"_s);
    QCOMPARE(app.property(u"noticeDetails"_s, "count").toInt(), 1);
    QCOMPARE(app.column(u"SELECT title FROM notes"_s), u"Good"_s);
    app.key(Qt::Key_Escape);
    QTRY_VERIFY(!app.item(u"noticeText"_s));
    const QUrl nowhere = QUrl::fromLocalFile(folder.filePath(u"nowhere"_s));
    QVERIFY(QMetaObject::invokeMethod(transfers, "importFolder", Q_ARG(QUrl, nowhere)));
    QTRY_VERIFY(app.property(u"noticeText"_s, "text").toString().startsWith(u"There is no folder "_s));
}

void TestWindowLists::terminationKeepsWhatWasTyped()
{
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        const TerminationWatch watch;
        bool asked = false;
        connect(&watch, &TerminationWatch::asked, this, [&] {
            app.app().save();
            asked = true;
        });
        app.type(u"last words"_s);
        QCOMPARE(std::raise(SIGTERM), 0);
        QTRY_VERIFY(asked);
        app.quitWithoutClosing();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QCOMPARE(app.value(u"SELECT body FROM notes"_s).toString(), u"last words"_s);
}

QTEST_MAIN(TestWindowLists)
#include "tst_windowlists.moc"
