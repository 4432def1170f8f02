// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/textdocument.h"
#include "firstcolumn.h"
#include "model/profile.h"
#include "model/storewrites.h"
#include "support/releasedfile.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr int patienceMs = 30'000;

} // namespace

/// Stores that every version of the app's tables has left behind: nothing in them is lost, and they go on.
class TestReleasedStores : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everySchemaHasAFile();
    void storesOfAllSchemasAreTaken_data();
    void storesOfAllSchemasAreTaken();
};

void TestReleasedStores::everySchemaHasAFile()
{
    const QStringList scripts = QDir(u":/sheaf/schema"_s).entryList({u"*.sql"_s});
    QVERIFY(!scripts.isEmpty());
    QCOMPARE(QDir(QStringLiteral(RELEASED)).entryList({u"app_*.sql"_s}).size(), scripts.size());
}

void TestReleasedStores::storesOfAllSchemasAreTaken_data()
{
    QTest::addColumn<int>("version");
    const auto count = QDir(QStringLiteral(RELEASED)).entryList({u"app_*.sql"_s}).size();
    for (int version = 1; version <= count; ++version)
        QTest::addRow("schema %d", version) << version;
}

void TestReleasedStores::storesOfAllSchemasAreTaken()
{
    QFETCH(const int, version);
    const QTemporaryDir folder;
    const SyncEngine::Options options = Profile(folder.path()).engineOptions(u"test"_s);
    makeReleasedFile(options.databasePath, QStringLiteral(RELEASED "/app_%1.sql").arg(version));
    SyncEngine engine(options);
    const auto opened = engine.open();
    QTRY_VERIFY_WITH_TIMEOUT(opened.isFinished(), patienceMs);
    QVERIFY2(opened.result(), opened.result() ? "" : qPrintable(opened.result().error().message));
    const auto read = [&engine](const QString &sql) { return firstColumn(engine, sql, patienceMs); };

    const QString written = u"# H\u00e9\r\n\U0001F600 \u2028end\r"_s;
    const QString body = version >= 2 ? u"typed: "_s + written : written;
    QCOMPARE(read(u"SELECT name || position FROM lists"_s), u"Workb"_s);
    QCOMPARE(read(u"SELECT title || list || tags || pinned FROM notes"_s), u"Planl[\"a\",\"b\"]1"_s);
    QCOMPARE(read(u"SELECT body FROM notes"_s), body);
    QCOMPARE(read(u"SELECT title || due || done FROM tasks"_s), u"Call2026-11-219"_s);
    QCOMPARE(read(u"SELECT notes FROM tasks"_s), written);
    QCOMPARE(read(u"SELECT author || title FROM note_versions"_s), version >= 3 ? u"AdaPlan"_s : QString());
    QCOMPARE(read(u"SELECT value FROM settings"_s), version >= 3 ? u"month"_s : QString());
    QVERIFY(engine.pending() >= 3); // nothing of it has met a server

    TextDocument document;
    document.setEngine(&engine);
    document.setTable(u"notes"_s);
    document.setColumn(u"body"_s);
    document.setKey({u"n"_s});
    QTRY_COMPARE_WITH_TIMEOUT(document.text(), body, patienceMs);
    document.replace(document.length(), 0, u"more"_s);
    QTRY_VERIFY_WITH_TIMEOUT(document.isSaved(), patienceMs);
    QVERIFY(engine.write({StoreWrites::createNote(u"new"_s, u"l"_s, u"t"_s, u"b"_s, 5)}).result());
    QCOMPARE(read(u"SELECT body FROM notes ORDER BY id"_s), body + u"more,b"_s);
}

QTEST_GUILESS_MAIN(TestReleasedStores)
#include "tst_releasedstores.moc"
