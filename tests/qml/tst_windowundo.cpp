// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "windowdriver.h"

#include <QQmlContext>
#include <QQmlExpression>
#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// Ctrl+Z and Ctrl+Shift+Z in the real window.
class TestWindowUndo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void stepsInListsGoBackAndForth();
    void stepsOutliveTheProgram();
    void aTextHasItsOwn();
    void theToastIsAboutTheLastStep();
    void aDeletedListComesBack();
    void theEngineIsThereForQml();

private:
    void fill(WindowDriver &app);
    static void undo(WindowDriver &app) { app.key(Qt::Key_Z, Qt::ControlModifier); }
    static void redo(WindowDriver &app) { app.key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); }

    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_tasks;
};

namespace {
const QString done = u"SELECT title FROM tasks WHERE done IS NOT NULL ORDER BY title"_s;
const QString alive = u"SELECT title FROM tasks WHERE trashed IS NULL ORDER BY title"_s;
const QString order = u"SELECT title FROM tasks ORDER BY position"_s;
} // namespace

void TestWindowUndo::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
    QVERIFY(m_profile->isValid());
}

void TestWindowUndo::fill(WindowDriver &app)
{
    QVERIFY(app.waitForWindow());
    m_tasks = {app.store().createTask({}, u"t0"_s), app.store().createTask({}, u"t1"_s), app.store().createTask({}, u"t2"_s)};
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 3);
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"itemList"_s)->hasActiveFocus());
}

void TestWindowUndo::stepsInListsGoBackAndForth()
{
    WindowDriver app(m_profile->path());
    fill(app);
    undo(app); // making them is no step
    QTRY_COMPARE(app.property(u"toast"_s, "text").toString(), u"Nothing to undo"_s);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Space);
    QTRY_COMPARE(app.column(done), u"t0"_s);
    app.store().setTaskDue(m_tasks[1], u"2026-11-21"_s);
    app.store().moveTask(m_tasks[2], m_tasks[0], m_tasks[1]);
    QTRY_COMPARE(app.column(order), u"t0,t2,t1"_s);
    undo(app);
    QTRY_COMPARE(app.column(order), u"t0,t1,t2"_s);
    QTRY_COMPARE(app.property(u"toast"_s, "text").toString(), u"Undone: move task"_s);
    undo(app);
    QTRY_COMPARE(app.column(u"SELECT title FROM tasks WHERE due IS NOT NULL"_s), QString());
    undo(app);
    QTRY_COMPARE(app.column(done), QString());
    redo(app);
    QTRY_COMPARE(app.column(done), u"t0"_s);
    redo(app);
    redo(app);
    QTRY_COMPARE(app.column(order), u"t0,t2,t1"_s);
    QTRY_COMPARE(app.property(u"toast"_s, "text").toString(), u"Done again: move task"_s);
}

void TestWindowUndo::stepsOutliveTheProgram()
{
    {
        WindowDriver app(m_profile->path());
        fill(app);
        app.key(Qt::Key_J);
        app.key(Qt::Key_Space);
        QTRY_COMPARE(app.column(done), u"t0"_s);
        app.quit();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"itemList"_s)->hasActiveFocus());
    undo(app);
    QTRY_COMPARE(app.column(done), QString());
}

void TestWindowUndo::aTextHasItsOwn()
{
    const QString body = u"SELECT body FROM notes"_s;
    WindowDriver app(m_profile->path());
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Space);
    QTRY_COMPARE(app.column(done), u"t0"_s);
    app.key(Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"noteTitle"_s)->hasActiveFocus());
    app.key(Qt::Key_Return);
    app.type(u"words"_s);
    QTRY_COMPARE(app.column(body), u"words"_s);
    for (int times = 0; times < 4; ++times)
        undo(app); // the editor has the focus: its words go, the task stays done
    QTRY_COMPARE(app.column(body), QString());
    QCOMPARE(app.column(done), u"t0"_s);
    for (int times = 0; times < 4; ++times)
        redo(app);
    QTRY_COMPARE(app.column(body), u"words"_s);
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_VERIFY(app.item(u"itemList"_s)->hasActiveFocus());
    undo(app);
    QTRY_COMPARE(app.column(done), QString());
    QCOMPARE(app.column(body), u"words"_s);
}

void TestWindowUndo::theToastIsAboutTheLastStep()
{
    WindowDriver app(m_profile->path());
    fill(app);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Delete);
    QTRY_COMPARE(app.column(alive), u"t1,t2"_s);
    QVERIFY(app.item(u"toastUndo"_s));
    app.store().setTaskTitle(m_tasks[1], u"renamed"_s);
    QTRY_COMPARE(app.column(alive), u"renamed,t2"_s);
    QTRY_VERIFY(!app.item(u"toast"_s)); // its button would take back something else now
    undo(app);
    QTRY_COMPARE(app.column(alive), u"t1,t2"_s);
    undo(app);
    QTRY_COMPARE(app.column(alive), u"t0,t1,t2"_s);
    app.key(Qt::Key_J);
    app.key(Qt::Key_Delete);
    QTRY_COMPARE(app.column(u"SELECT count(*) FROM tasks WHERE trashed IS NULL"_s), u"2"_s);
    QMetaObject::invokeMethod(app.item(u"toastUndo"_s), "clicked");
    QTRY_COMPARE(app.column(alive), u"t0,t1,t2"_s);
    QVERIFY(!app.item(u"toast"_s));
}

void TestWindowUndo::aDeletedListComesBack()
{
    const QString listed = u"SELECT l.name || t.title FROM tasks t JOIN lists l ON l.id = t.list"_s;
    WindowDriver app(m_profile->path());
    fill(app);
    const QString list = app.store().createList(u"Garden "_s);
    app.store().moveToList({QVariantMap{{u"kind"_s, u"task"_s}, {u"itemId"_s, m_tasks[0]}}}, list);
    QTRY_COMPARE(app.column(listed), u"Garden t0"_s);
    app.store().deleteList(list);
    QTRY_COMPARE(app.column(listed), QString());
    undo(app);
    QTRY_COMPARE(app.column(listed), u"Garden t0"_s);
    redo(app);
    QTRY_COMPARE(app.value(u"SELECT count(*) FROM lists"_s).toInt(), 0);
}

void TestWindowUndo::theEngineIsThereForQml()
{
    WindowDriver app(m_profile->path());
    fill(app);
    const auto evaluate = [&](const QString &expression) {
        QQmlExpression script(qmlContext(app.window()), app.window(), expression);
        const QVariant value = script.evaluate();
        return script.hasError() ? QVariant(script.error().toString()) : value;
    };
    QCOMPARE(evaluate(u"engine.canUndo"_s), QVariant(false));
    app.store().setTaskDone(m_tasks[0], true);
    QTRY_COMPARE(evaluate(u"engine.canUndo"_s), QVariant(true));
    QCOMPARE(evaluate(u"engine.undoText"_s).toString(), u"complete task"_s);
    evaluate(u"engine.undo()"_s);
    QTRY_COMPARE(evaluate(u"engine.redoText"_s).toString(), u"complete task"_s);
    QCOMPARE(app.column(done), QString());
    evaluate(u"engine.redo()"_s);
    QTRY_COMPARE(app.column(done), u"t0"_s);
}

QTEST_MAIN(TestWindowUndo)
#include "tst_windowundo.moc"
