// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "windowdriver.h"

#include <QLocale>
#include <QScopeGuard>
#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// The order of a list and what of it is shown.
class TestWindowArrangement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void orderIsRememberedForEachList();
    void everyOrderSorts_data();
    void everyOrderSorts();
    void titlesSortAsTheLocaleSays_data();
    void titlesSortAsTheLocaleSays();
    void rowsMoveOnlyInManualOrder();
    void theListScrollsUnderADraggedTask();
    void partsAreShownAlone();
    void whatIsMadeIsShown();

private:
    /// Tasks beta, Alpha and gamma (done) and the notes Zebra and ant in the Inbox, in this order by hand.
    void fill(WindowDriver &app);
    /// As a person does it who sorts with keys: S, down to the `index`-th order, Enter.
    void sort(WindowDriver &app, int index);

    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_tasks;
};

void TestWindowArrangement::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
}

void TestWindowArrangement::fill(WindowDriver &app)
{
    m_tasks = {app.store().createTask({}, u"beta"_s), app.store().createTask({}, u"Alpha"_s),
               app.store().createTask({}, u"gamma"_s)};
    app.store().setTaskDone(m_tasks[2], true);
    app.store().createNote({}, u"Zebra"_s, {});
    app.store().createNote({}, {}, u"# ant"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 5);
    QVERIFY(app.exec(u"UPDATE tasks SET due = '2026-11-21' WHERE title = 'Alpha'"_s));
    QVERIFY(app.exec(u"UPDATE tasks SET created = 7, updated = 9000 WHERE title = 'beta'"_s));
    QVERIFY(app.exec(u"UPDATE tasks SET created = 8, updated = 8000 WHERE title = 'Alpha'"_s));
    QVERIFY(app.exec(u"UPDATE notes SET created = 7, updated = 9000 WHERE title = 'Zebra'"_s));
    QVERIFY(app.exec(u"UPDATE notes SET created = 8, updated = 8000 WHERE title = ''"_s));
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_COMPARE(app.rows(), (QStringList{u"beta"_s, u"Alpha"_s, u"gamma"_s, u"Zebra"_s, QString()}));
}

void TestWindowArrangement::sort(WindowDriver &app, int index)
{
    app.key(Qt::Key_S);
    QTRY_VERIFY(app.item(u"sort-title"_s));
    for (int i = 0; i <= index; ++i)
        app.key(Qt::Key_Down);
    app.key(Qt::Key_Return);
    QTRY_VERIFY(!app.item(u"sort-title"_s));
    QTRY_VERIFY(app.item(u"itemListKeys"_s)->hasActiveFocus());
}

void TestWindowArrangement::orderIsRememberedForEachList()
{
    const QStringList byTitle{u"Alpha"_s, u"beta"_s, u"gamma"_s, QString(), u"Zebra"_s};
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        fill(app);
        sort(app, 3);
        QTRY_COMPARE(app.rows(), byTitle);
        QCOMPARE(app.property(u"sortButton"_s, "text").toString(), u"Title"_s);
        app.key(Qt::Key_5, Qt::ControlModifier);
        QTRY_COMPARE(app.rows(), (QStringList{u"beta"_s, u"Alpha"_s, u"gamma"_s}));
        QCOMPARE(app.property(u"sortButton"_s, "text").toString(), u"Manual"_s);
        app.key(Qt::Key_2, Qt::ControlModifier); // a place that says its order itself
        QTRY_VERIFY(!app.item(u"sortButton"_s));
        app.key(Qt::Key_1, Qt::ControlModifier);
        QTRY_COMPARE(app.rows(), byTitle);
        app.quit();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(app.rows(), byTitle);
}

void TestWindowArrangement::everyOrderSorts_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QStringList>("rows");
    const QString ant;
    QTest::newRow("manual") << 0 << QStringList{u"beta"_s, u"Alpha"_s, u"gamma"_s, u"Zebra"_s, ant};
    QTest::newRow("updated") << 1 << QStringList{u"beta"_s, u"Alpha"_s, u"gamma"_s, u"Zebra"_s, ant};
    QTest::newRow("created") << 2 << QStringList{u"Alpha"_s, u"beta"_s, u"gamma"_s, ant, u"Zebra"_s};
    QTest::newRow("title") << 3 << QStringList{u"Alpha"_s, u"beta"_s, u"gamma"_s, ant, u"Zebra"_s};
    QTest::newRow("due") << 4 << QStringList{u"Alpha"_s, u"beta"_s, u"gamma"_s, u"Zebra"_s, ant};
}

void TestWindowArrangement::everyOrderSorts()
{
    QFETCH(int, index);
    QFETCH(QStringList, rows);
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    sort(app, index == 3 ? 2 : 3); // from another one
    sort(app, index);
    QTRY_COMPARE(app.rows(), rows);
}

void TestWindowArrangement::titlesSortAsTheLocaleSays_data()
{
    QTest::addColumn<QLocale>("locale");
    QTest::addColumn<QStringList>("titles");
    QTest::newRow("of no language") << QLocale::c() << QStringList{u"a"_s, u"B"_s, u"é"_s, u"Öl"_s, u"z"_s, u"ж"_s};
    QTest::newRow("German") << QLocale(QLocale::German) << QStringList{u"a"_s, u"B"_s, u"é"_s, u"Öl"_s, u"z"_s, u"ж"_s};
    QTest::newRow("Swedish") << QLocale(QLocale::Swedish) << QStringList{u"a"_s, u"B"_s, u"é"_s, u"z"_s, u"Öl"_s, u"ж"_s};
}

/// Tasks, and notes, one of which is called by its first words.
void TestWindowArrangement::titlesSortAsTheLocaleSays()
{
    QFETCH(QLocale, locale);
    QFETCH(QStringList, titles);
    QLocale::setDefault(locale);
    const auto back = qScopeGuard([] { QLocale::setDefault(QLocale::system()); });
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    for (const QString &title : {u"ж"_s, u"z"_s, u"Öl"_s, u"é"_s, u"B"_s, u"a"_s}) {
        app.store().createTask({}, title);
        app.store().createNote({}, title == u"é"_s ? QString() : title, title == u"é"_s ? u"# é"_s : QString());
    }
    app.key(Qt::Key_1, Qt::ControlModifier);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 12);
    sort(app, 3);
    QStringList notes = titles;
    notes.replace(titles.indexOf(u"é"_s), QString());
    QTRY_COMPARE(app.rows(), titles + notes);
    // A new name goes to its place alone.
    QVERIFY(app.exec(u"UPDATE tasks SET title = 'Ä' WHERE title = 'z'"_s));
    QStringList renamed = titles;
    renamed.removeOne(u"z"_s);
    renamed.insert(locale.language() == QLocale::Swedish ? 3 : 1, u"Ä"_s);
    QTRY_COMPARE(app.rows(), renamed + notes);
}

void TestWindowArrangement::rowsMoveOnlyInManualOrder()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    const auto drag = [&app](const QString &id, int down) {
        const QQuickItem *row = app.item(u"row-"_s + id);
        QVERIFY(row);
        QPoint at = row->mapToScene(row->boundingRect().center()).toPoint();
        QTest::mousePress(app.window(), Qt::LeftButton, {}, at);
        for (int step = 0; step < 6; ++step) {
            at.ry() += down / 6;
            QTest::mouseMove(app.window(), at);
        }
        QTest::mouseRelease(app.window(), Qt::LeftButton, {}, at);
    };
    const QString inOrder = u"SELECT title FROM tasks WHERE done IS NULL ORDER BY position"_s;
    drag(m_tasks[0], 42);
    QTRY_COMPARE(app.column(inOrder), u"Alpha,beta"_s);
    QTRY_COMPARE(app.rows().value(0), u"Alpha"_s);
    app.key(Qt::Key_Home);
    app.key(Qt::Key_Down, Qt::AltModifier);
    QTRY_COMPARE(app.column(inOrder), u"beta,Alpha"_s);
    QTRY_COMPARE(app.rows().value(0), u"beta"_s);
    QVERIFY(!app.item(u"toast"_s));

    sort(app, 3);
    QTRY_COMPARE(app.rows().value(0), u"Alpha"_s);
    const QString refusal = u"Sorted by “Title”. Press S and choose “Manual” to move tasks."_s;
    drag(m_tasks[1], 42);
    QTRY_COMPARE(app.property(u"toast"_s, "text").toString(), refusal);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"toast"_s), "dismiss"));
    app.key(Qt::Key_Home);
    app.key(Qt::Key_Down, Qt::AltModifier);
    QTRY_COMPARE(app.property(u"toast"_s, "text").toString(), refusal);
    QCOMPARE(app.column(inOrder), u"beta,Alpha"_s);
}

void TestWindowArrangement::theListScrollsUnderADraggedTask()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QString first;
    for (int i = 0; i < 80; ++i) {
        const QString id = app.store().createTask({}, QString::number(i));
        first = i == 0 ? id : first;
    }
    app.key(Qt::Key_5, Qt::ControlModifier);
    QQuickItem *view = app.item(u"itemListView"_s);
    QTRY_COMPARE(view->property("count").toInt(), 80);
    app.key(Qt::Key_Home);
    QTRY_VERIFY(app.item(u"row-"_s + first));
    const QQuickItem *row = app.item(u"row-"_s + first);
    const QPoint from = row->mapToScene(row->boundingRect().center()).toPoint();
    const QPoint edge = view->mapToScene(QPointF(view->width() / 2, view->height() - 4)).toPoint();
    QTest::mousePress(app.window(), Qt::LeftButton, {}, from);
    for (int step = 1; step <= 6; ++step)
        QTest::mouseMove(app.window(), from + (edge - from) * step / 6);
    // The mouse rests there, and the row comes along, further than rows are held beyond the screen.
    QTRY_VERIFY_WITH_TIMEOUT(view->property("atYEnd").toBool(), 20000);
    const QQuickItem *carried = app.item(u"carriedRow"_s);
    QVERIFY(carried);
    QVERIFY(qAbs(carried->mapToScene(carried->boundingRect().center()).y() - edge.y()) < 8);
    QTest::mouseRelease(app.window(), Qt::LeftButton, {}, edge);
    QTRY_VERIFY(!app.item(u"carriedRow"_s));
    QTRY_COMPARE(app.value(u"SELECT title FROM tasks ORDER BY position DESC LIMIT 1"_s).toString(), u"0"_s);
    QTRY_VERIFY(app.item(u"row-"_s + first));
}

void TestWindowArrangement::partsAreShownAlone()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    QVERIFY(app.click(u"filter-notes"_s));
    QTRY_COMPARE(app.rows(), (QStringList{u"Zebra"_s, QString()}));
    app.key(Qt::Key_J);
    app.key(Qt::Key_F);
    QTRY_VERIFY(app.item(u"filter-notes"_s)->hasActiveFocus());
    app.key(Qt::Key_Right);
    QTRY_COMPARE(app.rows(), (QStringList{u"beta"_s, u"Alpha"_s, u"gamma"_s}));
    app.key(Qt::Key_Right);
    QTRY_COMPARE(app.rows(), (QStringList{u"beta"_s, u"Alpha"_s}));
    app.key(Qt::Key_Right);
    QTRY_COMPARE(app.rows(), (QStringList{u"gamma"_s}));
    QCOMPARE(app.property(u"filter-done"_s, "checked").toBool(), true);
    QCOMPARE(app.property(u"filter-all"_s, "checked").toBool(), false);
    app.key(Qt::Key_Down);
    QTRY_VERIFY(app.item(u"itemListKeys"_s)->hasActiveFocus());
    app.key(Qt::Key_Home);
    app.key(Qt::Key_Space);
    QTRY_COMPARE(app.property(u"emptyStateText"_s, "text").toString(), u"Nothing under “Done” here"_s);
    QVERIFY(app.click(u"emptyStateAction"_s));
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 5);
    QVERIFY(app.click(u"filter-open"_s));
    app.key(Qt::Key_5, Qt::ControlModifier); // elsewhere, all is shown again
    QTRY_COMPARE(app.property(u"filter-all"_s, "checked").toBool(), true);
    QVERIFY(!app.item(u"filter-notes"_s));
}

void TestWindowArrangement::whatIsMadeIsShown()
{
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    fill(app);
    QVERIFY(app.click(u"filter-done"_s));
    QTRY_COMPARE(app.rows(), (QStringList{u"gamma"_s}));
    app.key(Qt::Key_N, Qt::ControlModifier);
    app.type(u"New"_s);
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 6);
}

QTEST_MAIN(TestWindowArrangement)
#include "tst_windowarrangement.moc"
