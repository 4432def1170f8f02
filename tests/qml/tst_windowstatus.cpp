// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverprocess.h"
#include "windowdriver.h"

#include <QRegularExpression>
#include <QTemporaryDir>

#include <cmath>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

/// The reconnecting engine may sleep for as long as that before it tries again.
constexpr int patienceMs = 60'000;

double luminance(const QColor &colour)
{
    const auto part = [](double value) { return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4); };
    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF());
}

double contrast(const QColor &one, const QColor &other)
{
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

} // namespace

/// What the window says about the sync, through the states of the real engine and a real server.
class TestWindowStatus : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void throughAllStates_data();
    void throughAllStates();
    void longUploadAndFirstDownloadAreCounted();
    void wrongToken();
    void changesOfOthersAreTinted();

private:
    [[nodiscard]] QString text(WindowDriver &app) { return app.property(u"statusText"_s, "text").toString(); }
    [[nodiscard]] QString link(WindowDriver &app) { return app.property(u"statusLink"_s, "text").toString(); }
    void isReadable(WindowDriver &app);
    /// Everything the status has said from now on.
    [[nodiscard]] std::shared_ptr<QStringList> record(WindowDriver &app, const QString &name, const char *property);

    std::unique_ptr<QTemporaryDir> m_profile;
    const QRegularExpression m_synced{u"^Synced · \\d\\d:\\d\\d$"_s};
};

void TestWindowStatus::init()
{
    m_profile = std::make_unique<QTemporaryDir>();
}

void TestWindowStatus::isReadable(WindowDriver &app)
{
    QQuickItem *label = app.item(u"statusText"_s);
    QVERIFY(label);
    const QImage picture = app.window()->grabWindow();
    const QPointF right = label->mapToScene(QPointF(label->width() + 2, label->height() / 2)) * picture.devicePixelRatio();
    const double ratio = contrast(label->property("color").value<QColor>(), picture.pixelColor(right.toPoint()));
    QVERIFY2(ratio >= 4.5, qUtf8Printable(u"%1: contrast %2"_s.arg(text(app)).arg(ratio)));
}

std::shared_ptr<QStringList> TestWindowStatus::record(WindowDriver &app, const QString &name, const char *property)
{
    auto said = std::make_shared<QStringList>();
    auto *status = app.window()->findChild<QObject *>(name);
    connect(&app.engine(), &SyncEngine::statusChanged, this,
            [said, status, property] { said->append(status->property(property).toString()); });
    return said;
}

void TestWindowStatus::throughAllStates_data()
{
    QTest::addColumn<QString>("theme");
    QTest::newRow("light") << u"light"_s;
    QTest::newRow("dark") << u"dark"_s;
}

void TestWindowStatus::throughAllStates()
{
    QFETCH(const QString, theme);
    ServerProcess server;
    server.start();
    const QString host = u"127.0.0.1:%1"_s.arg(server.url().port());
    WindowDriver app(m_profile->path(), theme);
    QVERIFY(app.waitForWindow());
    auto *status = app.window()->findChild<QObject *>(u"syncStatus"_s);
    auto *connection = app.window()->property("connection").value<QObject *>();
    QCOMPARE(text(app), u"On this device only"_s);
    QCOMPARE(link(app), u"Connect"_s);
    isReadable(app);

    app.store().createNote({}, u"before"_s, {});
    QString problem;
    QVERIFY(QMetaObject::invokeMethod(connection, "connectTo", Q_RETURN_ARG(QString, problem),
                                      Q_ARG(QString, server.url().toString()),
                                      Q_ARG(QString, QString::fromUtf8(server.token(u"test"_s)))));
    QCOMPARE(problem, QString());
    QTRY_VERIFY_WITH_TIMEOUT(m_synced.match(text(app)).hasMatch(), patienceMs);
    QVERIFY(!app.item(u"statusLink"_s));
    QVERIFY(!app.item(u"banner"_s));
    QVERIFY(app.items(u"unsentMark"_s).isEmpty());
    isReadable(app);

    server.kill();
    QTRY_VERIFY_WITH_TIMEOUT(QRegularExpression(u"^Reconnecting in \\d+ s$"_s).match(text(app)).hasMatch(), patienceMs);
    QCOMPARE(link(app), u"Now"_s);
    QVERIFY(!app.item(u"banner"_s));
    isReadable(app);
    for (int i = 0; i < 3; ++i)
        app.store().createTask({}, u"made offline"_s);
    QTRY_COMPARE_WITH_TIMEOUT(text(app), u"Offline · 3 changes waiting"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(app.items(u"unsentMark"_s).size(), 3, patienceMs);
    isReadable(app);

    status->setProperty("patienceMs", 0);
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"bannerText"_s, "text").toString(),
                              u"Can't reach %1 — 3 changes waiting on this device"_s.arg(host), patienceMs);
    QCOMPARE(text(app), u"Offline · 3 changes waiting"_s);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"bannerDismiss"_s), "clicked"));
    QTRY_VERIFY(!app.item(u"banner"_s));

    server.start();
    QVERIFY(QMetaObject::invokeMethod(app.item(u"statusLink"_s), "clicked"));
    QTRY_VERIFY_WITH_TIMEOUT(m_synced.match(text(app)).hasMatch(), patienceMs);
    QTRY_VERIFY(app.items(u"unsentMark"_s).isEmpty());
    server.kill();
    QTRY_COMPARE_WITH_TIMEOUT(text(app), u"Can't reach %1"_s.arg(host), patienceMs);
    QCOMPARE(link(app), u"Details"_s);
    QCOMPARE(app.property(u"bannerText"_s, "text").toString(),
             u"Can't reach %1 — everything is stored on this device"_s.arg(host));
    isReadable(app);

    QVERIFY(QMetaObject::invokeMethod(app.item(u"statusButton"_s), "clicked"));
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"syncPanelState"_s, "text").toString(), text(app), patienceMs);
    QCOMPARE(app.property(u"syncPanelWaiting"_s, "value").toString(), u"0"_s);
    QVERIFY(QMetaObject::invokeMethod(connection, "pause"));
    QTRY_COMPARE_WITH_TIMEOUT(text(app), u"Offline"_s, patienceMs);
    QVERIFY(!app.item(u"banner"_s));
    app.store().createTask({}, u"while paused"_s);
    QTRY_COMPARE_WITH_TIMEOUT(text(app), u"Offline · 1 change waiting"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"syncPanelWaiting"_s, "value").toString(), u"1"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(app.items(u"unsentMark"_s).size(), 1, patienceMs);
}

void TestWindowStatus::longUploadAndFirstDownloadAreCounted()
{
    constexpr int rows = 6000;
    ServerProcess server;
    server.start();
    {
        WindowDriver app(m_profile->filePath(u"a"_s), server.url(), server.token(u"a"_s), u"light"_s);
        QVERIFY(app.waitForWindow());
        QTRY_VERIFY_WITH_TIMEOUT(m_synced.match(text(app)).hasMatch(), patienceMs);
        const auto said = record(app, u"statusText"_s, "text");
        const auto written =
            app.engine().write({{u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?) INSERT INTO "
                                 u"notes(id, title, body, created, updated)"
                                 " SELECT printf('n%06d', n), 'title ' || n, hex(randomblob(300)), n, n FROM i"_s,
                                 {rows},
                                 {}}});
        QTRY_VERIFY_WITH_TIMEOUT(app.engine().pending() > 0, patienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(app.engine().pending() == 0 && m_synced.match(text(app)).hasMatch(), patienceMs);
        QVERIFY2(!said->filter(QRegularExpression(u"^Syncing \\d+ of %1$"_s.arg(rows))).isEmpty(),
                 qUtf8Printable(said->join(u'|')));
    }
    WindowDriver app(m_profile->filePath(u"b"_s));
    QVERIFY(app.waitForWindow());
    const auto said = record(app, u"syncStatus"_s, "download");
    app.engine().connectToServer(server.url(), server.token(u"b"_s));
    QTRY_VERIFY_WITH_TIMEOUT(m_synced.match(text(app)).hasMatch(), patienceMs);
    QVERIFY(!app.item(u"downloadBar"_s));
    QCOMPARE(app.value(u"SELECT count(*) FROM notes"_s).toInt(), rows);
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"itemListView"_s, "count").toInt(), rows, patienceMs);
    QVERIFY2(!said->filter(QRegularExpression(u"^Downloading \\d+ of \\d+ — newest first$"_s)).isEmpty(),
             qUtf8Printable(said->join(u'|')));
}

void TestWindowStatus::wrongToken()
{
    ServerProcess server;
    server.start();
    WindowDriver app(m_profile->path(), server.url(), "nonsense", u"light"_s);
    QVERIFY(app.waitForWindow());
    QTRY_COMPARE_WITH_TIMEOUT(text(app), u"Signed out — sign in to sync"_s, patienceMs);
    QCOMPARE(app.property(u"bannerText"_s, "text").toString(), u"Signed out — sign in to sync"_s);
    QVERIFY(!app.item(u"bannerDismiss"_s));
    QCOMPARE(app.property(u"bannerAction"_s, "text").toString(), u"Sign in"_s);
    app.store().createTask({}, u"kept"_s);
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"bannerText"_s, "text").toString(), u"Signed out — sign in to send 1 change"_s,
                              patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(app.items(u"unsentMark"_s).size(), 1, patienceMs);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"bannerAction"_s), "clicked"));
    QTRY_VERIFY(app.item(u"serverToken"_s) && app.item(u"serverToken"_s)->hasActiveFocus());
    QCOMPARE(app.property(u"serverAddress"_s, "text").toString(), server.url().toString());
    app.type(QString::fromUtf8(server.token(u"a"_s)));
    app.key(Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(m_synced.match(text(app)).hasMatch(), patienceMs);
    QVERIFY(!app.item(u"banner"_s));
}

void TestWindowStatus::changesOfOthersAreTinted()
{
    ServerProcess server;
    server.start();
    WindowDriver app(m_profile->filePath(u"a"_s), server.url(), server.token(u"a"_s), u"light"_s);
    QVERIFY(app.waitForWindow());
    const QString mine = app.store().createNote({}, u"mine"_s, {});
    const QString other = app.store().createNote({}, u"untouched"_s, {});
    QTRY_VERIFY(app.item(u"row-"_s + mine) && app.item(u"row-"_s + other));
    const auto watch = [this](QQuickItem *row) {
        auto most = std::make_shared<double>(0);
        auto *news = row->findChild<QQuickItem *>(u"news"_s);
        connect(news, &QQuickItem::opacityChanged, this, [most, news] { *most = std::max(*most, news->opacity()); });
        return most;
    };
    const auto tint = watch(app.item(u"row-"_s + mine));
    const auto otherTint = watch(app.item(u"row-"_s + other));
    app.store().setNoteTitle(mine, u"still mine"_s);
    QTRY_COMPARE_WITH_TIMEOUT(app.value(u"SELECT title FROM notes WHERE id = '%1'"_s.arg(mine)).toString(), u"still mine"_s,
                              patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(app.engine().pending() == 0 && m_synced.match(text(app)).hasMatch(), patienceMs);
    QCOMPARE(*tint, 0.0);

    SyncEngine::Options options;
    options.databasePath = m_profile->filePath(u"b.sqlite"_s);
    options.schemaPath = u":/sheaf/schema"_s;
    SyncEngine somebody(options);
    QVERIFY(somebody.open().result());
    somebody.connectToServer(server.url(), server.token(u"b"_s));
    const auto synced = somebody.waitSynced(patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(synced.isFinished(), patienceMs);
    QVERIFY(somebody.write({{u"UPDATE notes SET title = 'theirs' WHERE id = ?"_s, {mine}, {}}}).result());
    QTRY_VERIFY_WITH_TIMEOUT(*tint > 0.5, patienceMs);
    QCOMPARE(*otherTint, 0.0);
}

QTEST_MAIN(TestWindowStatus)
#include "tst_windowstatus.moc"
