// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverprocess.h"
#include "windowdriver.h"

#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 60'000;

} // namespace

/// What the server refused, and what two devices wrote at once, is where a person finds it, with a real server.
class TestWindowReview : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusedChangesAreTriedAgainOrDiscarded();
    void theOtherVersionCanBeTaken();

private:
    void click(WindowDriver &app, const QString &entry, const QString &button);
};

void TestWindowReview::click(WindowDriver &app, const QString &entry, const QString &button)
{
    QTRY_VERIFY_WITH_TIMEOUT(app.item(entry), patienceMs);
    auto *found = app.item(entry)->findChild<QQuickItem *>(button);
    QVERIFY(found);
    QVERIFY(QMetaObject::invokeMethod(found, "clicked"));
}

void TestWindowReview::refusedChangesAreTriedAgainOrDiscarded()
{
    ServerProcess server;
    server.start();
    QTemporaryDir profile;
    WindowDriver app(profile.path(), server.url(), server.token(u"a"_s), u"light"_s);
    QVERIFY(app.waitForWindow());
    const QString note = app.store().createNote({}, u"short"_s, {});
    QTRY_COMPARE_WITH_TIMEOUT(app.engine().pending(), 0, patienceMs);
    QVERIFY(!app.item(u"reviewLink"_s));
    QVERIFY(app.exec(u"UPDATE notes SET title = ? WHERE id = ?"_s, {QString(300 * 1024, u'x'), note}));
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"reviewLink"_s, "text").toString(), u"1 change to review"_s, patienceMs);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"reviewLink"_s), "clicked"));
    QTRY_VERIFY(app.item(u"rejectedEntry"_s));
    QVERIFY(!app.property(u"reviewNote"_s, "text").toString().isEmpty());
    // It is refused again.
    const QVariant before = app.value(u"SELECT max(n) FROM sheaf_rejected"_s);
    click(app, u"rejectedEntry"_s, u"reviewPrimary"_s);
    QTRY_VERIFY_WITH_TIMEOUT(app.value(u"SELECT max(n) FROM sheaf_rejected"_s).toLongLong() > before.toLongLong(), patienceMs);
    const QVariant again = app.value(u"SELECT max(n) FROM sheaf_rejected"_s);
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"rejectedEntry"_s, "number").toLongLong(), again.toLongLong(), patienceMs);
    click(app, u"rejectedEntry"_s, u"reviewOther"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!app.item(u"rejectedEntry"_s) && !app.item(u"reviewLink"_s), patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(app.value(u"SELECT title FROM notes"_s).toString(), u"short"_s, patienceMs);
}

void TestWindowReview::theOtherVersionCanBeTaken()
{
    ServerProcess server;
    server.start();
    QTemporaryDir profile;
    const QByteArray token = server.token(u"a"_s);
    WindowDriver app(profile.filePath(u"a"_s), server.url(), token, u"light"_s);
    QVERIFY(app.waitForWindow());
    const QString note = app.store().createNote({}, u"base"_s, {});
    QTRY_COMPARE_WITH_TIMEOUT(app.engine().pending(), 0, patienceMs);
    SyncEngine other({.databasePath = profile.filePath(u"b.db"_s), .schemaPath = u":/sheaf/schema"_s, .app = u"test"_s});
    other.open();
    other.connectToServer(server.url(), server.token(u"b"_s));
    auto synced = other.waitSynced(patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(synced.isFinished() && synced.result(), patienceMs);
    app.engine().disconnectFromServer();
    QTRY_COMPARE_WITH_TIMEOUT(app.engine().state(), SyncEngine::State::Offline, patienceMs);
    QVERIFY(app.exec(u"UPDATE notes SET title = 'mine' WHERE id = ?"_s, {note}));
    other.write({{u"UPDATE notes SET title = 'theirs' WHERE id = ?"_s, {note}, {}}});
    synced = other.waitSynced(patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(synced.isFinished() && synced.result(), patienceMs);
    app.engine().connectToServer(server.url(), token);
    QTRY_COMPARE_WITH_TIMEOUT(app.property(u"reviewLink"_s, "text").toString(), u"1 change to review"_s, patienceMs);
    QVERIFY(QMetaObject::invokeMethod(app.item(u"reviewLink"_s), "clicked"));
    QTRY_VERIFY(app.item(u"conflictEntry"_s));
    QCOMPARE(app.property(u"reviewValue"_s, "text").toString(), u"mine"_s);
    click(app, u"conflictEntry"_s, u"reviewPrimary"_s); // Keep mine
    QTRY_COMPARE_WITH_TIMEOUT(app.value(u"SELECT title FROM notes"_s).toString(), u"mine"_s, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(!app.item(u"reviewLink"_s), patienceMs);
}

QTEST_MAIN(TestWindowReview)
#include "tst_windowreview.moc"
