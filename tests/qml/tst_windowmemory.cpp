// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "windowdriver.h"

#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// What the window remembers from one run to the next.
class TestWindowMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void panesAreAsWideAsTheyWere();
    void listAndTextAreWhereTheyWereLeft_data();
    void listAndTextAreWhereTheyWereLeft();
    void anotherTextBeginsAtItsStart();

private:
    /// 60 rows, tasks and notes; the text of each has 200 lines.
    void fill(WindowDriver &app);
    static double scrolled(WindowDriver &app, const QString &name) { return app.property(name, "contentY").toDouble(); }

    std::unique_ptr<QTemporaryDir> m_profile;
};

void TestWindowMemory::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
}

void TestWindowMemory::fill(WindowDriver &app)
{
    QVERIFY(app.exec(u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 30)"
                     " INSERT INTO notes(id, title, body, created, updated) SELECT printf('n%02d', n), 'Note ' || n,"
                     " replace(hex(zeroblob(200)), '00', 'A line of the text.' || char(10)), n, n FROM i"_s));
    QVERIFY(app.exec(u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 30)"
                     " INSERT INTO tasks(id, title, notes, position, created, updated) SELECT printf('t%02d', n), 'Task ' || n,"
                     " replace(hex(zeroblob(200)), '00', 'A line of the notes.' || char(10)), printf('%02d', n), n, n FROM i"_s));
    QTRY_COMPARE(app.property(u"itemListView"_s, "count").toInt(), 60);
}

void TestWindowMemory::panesAreAsWideAsTheyWere()
{
    const auto drag = [](WindowDriver &app, const QString &pane, int by) {
        const QQuickItem *left = app.item(pane);
        QPoint at = left->mapToScene(QPointF(left->width(), left->height() / 2)).toPoint();
        QTest::mousePress(app.window(), Qt::LeftButton, {}, at);
        for (int step = 0; step < 5; ++step) {
            at.rx() += by / 5;
            QTest::mouseMove(app.window(), at);
        }
        QTest::mouseRelease(app.window(), Qt::LeftButton, {}, at);
    };
    double sidebar = 0;
    double list = 0;
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        drag(app, u"sidebar"_s, -30);
        drag(app, u"itemList"_s, 50);
        QTRY_COMPARE(app.item(u"sidebar"_s)->width(), 190.0);
        QTRY_COMPARE(app.item(u"itemList"_s)->width(), 390.0);
        sidebar = app.item(u"sidebar"_s)->width();
        list = app.item(u"itemList"_s)->width();
        app.quit();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(app.item(u"sidebar"_s)->width(), sidebar);
    QTRY_COMPARE(app.item(u"itemList"_s)->width(), list);
}

void TestWindowMemory::listAndTextAreWhereTheyWereLeft_data()
{
    QTest::addColumn<QString>("row");
    QTest::addColumn<QString>("pane");
    QTest::newRow("note") << u"row-n27"_s << u"notePane"_s;
    QTest::newRow("task") << u"row-t27"_s << u"taskPane"_s;
}

void TestWindowMemory::listAndTextAreWhereTheyWereLeft()
{
    QFETCH(QString, row);
    QFETCH(QString, pane);
    double list = 0;
    double text = 0;
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        fill(app);
        app.item(u"itemListView"_s)->setProperty("contentY", 800);
        QTRY_VERIFY(app.item(row));
        list = scrolled(app, u"itemListView"_s);
        QVERIFY(app.click(row));
        QTRY_VERIFY(app.property(pane, "contentHeight").toDouble() > 3000);
        QCOMPARE(scrolled(app, pane), 0.0);
        app.item(pane)->setProperty("contentY", 1234);
        text = scrolled(app, pane);
        app.quit();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(scrolled(app, pane), text);
    QTRY_COMPARE(scrolled(app, u"itemListView"_s), list);
}

void TestWindowMemory::anotherTextBeginsAtItsStart()
{
    {
        WindowDriver app(m_profile->path());
        QVERIFY(app.waitForWindow());
        fill(app);
        app.key(Qt::Key_1, Qt::ControlModifier);
        app.key(Qt::Key_Home);
        QTRY_VERIFY(app.property(u"taskPane"_s, "contentHeight").toDouble() > 3000);
        app.item(u"taskPane"_s)->setProperty("contentY", 1234);
        app.quit();
    }
    WindowDriver app(m_profile->path());
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE(scrolled(app, u"taskPane"_s), 1234.0);
    app.key(Qt::Key_J);
    QTRY_COMPARE(app.window()->property("openId").toString(), u"t02"_s);
    QTRY_VERIFY(app.property(u"taskNotes"_s, "length").toInt() > 3000);
    QTRY_COMPARE(scrolled(app, u"taskPane"_s), 0.0);
}

QTEST_MAIN(TestWindowMemory)
#include "tst_windowmemory.moc"
