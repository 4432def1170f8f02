// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "windowdriver.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr int notes = 100'000;
/// Far above what it takes on a machine with nothing else to do: a stall is a fault, a slow machine is none.
constexpr qint64 stallMsMax = 5000;
constexpr int patienceMs = 60'000;

} // namespace

/// A list of 100,000 notes: how long the window stands still while one works in it.
class TestWindow100k : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void opensScrollsAndSearches();

private:
    /// Runs the event loop until `done`; says and checks how long it took and the longest single stall.
    template<typename Done>
    void during(const char *what, Done done);

    QTemporaryDir m_profile;
};

void TestWindow100k::initTestCase()
{
    SyncEngine engine(Profile(m_profile.path()).engineOptions(u"test"_s));
    QVERIFY(engine.open().result());
    const auto made =
        engine.write({{u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?)"
                       " INSERT INTO notes(id, title, body, created, updated) SELECT printf('n%06d', n), 'Note ' || n,"
                       " 'Text of note ' || n || ' ' || hex(randomblob(400)), n * 1000, n * 1000 FROM i"_s,
                       {notes},
                       {}}});
    QVERIFY(made.result());
}

template<typename Done>
void TestWindow100k::during(const char *what, Done done)
{
    QElapsedTimer whole;
    whole.start();
    qint64 longest = 0;
    while (!done() && whole.elapsed() < patienceMs) {
        QElapsedTimer step;
        step.start();
        QCoreApplication::processEvents(QEventLoop::AllEvents);
        longest = std::max(longest, step.elapsed());
    }
    qInfo("%s: %lld ms, longest stall %lld ms", what, whole.elapsed(), longest);
    QVERIFY2(done(), what);
    QVERIFY2(longest < stallMsMax, what);
}

void TestWindow100k::opensScrollsAndSearches()
{
    WindowDriver app(m_profile.path());
    QVERIFY(app.waitForWindow());
    const auto count = [&app] { return app.property(u"itemListView"_s, "count").toInt(); };
    during("open", [&] { return count() == notes; });
    app.key(Qt::Key_1, Qt::ControlModifier);
    app.key(Qt::Key_J);

    QQuickItem *view = app.item(u"itemListView"_s);
    QVERIFY(view->property("contentHeight").toDouble() > notes * 60.0);
    int steps = 0;
    during("300 steps of 200 px", [&] {
        view->setProperty("contentY", view->property("contentY").toDouble() + 200);
        return ++steps >= 300;
    });
    steps = 0;
    during("100 jumps", [&] {
        // As a scroll bar does, which knows the height only as it is estimated at the moment.
        const double room = view->property("contentHeight").toDouble() - view->height();
        view->setProperty("contentY", view->property("originY").toDouble() + room * ((steps * 37) % 100) / 100.0);
        return ++steps >= 100;
    });
    during("to the end", [&] {
        app.key(Qt::Key_End);
        return app.window()->property("openId").toString() == "n000001"_L1;
    });

    app.key(Qt::Key_F, Qt::ControlModifier);
    app.type(u"note 9999"_s);
    during("search", [&] { return count() == 11; });
    app.key(Qt::Key_Escape);
    during("search cleared", [&] { return count() == notes; });
    app.store().setNoteTitle(u"n050000"_s, u"changed"_s);
    during("a change comes to the top",
           [&] { return QMetaObject::invokeMethod(view, "positionViewAtBeginning") && app.item(u"row-n050000"_s) != nullptr; });
}

QTEST_MAIN(TestWindow100k)
#include "tst_window100k.moc"
