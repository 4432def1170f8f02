// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"
#include "sql/database.h"
#include "support/releasedfile.h"

#include <QDir>
#include <QtTest>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char registers[] =
    "CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, votes INTEGER);"
    "SELECT sheaf_sync('notes');";
constexpr char counters[] =
    "CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, votes INTEGER);"
    "SELECT sheaf_sync('notes', '{\"columns\":{\"votes\":\"counter\"}}');";
constexpr char tags[] =
    "CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, votes INTEGER, tags TEXT);"
    "SELECT sheaf_sync('notes', '{\"columns\":{\"votes\":\"counter\",\"tags\":\"set\"}}');";
constexpr char colour[] = "ALTER TABLE notes ADD COLUMN colour TEXT;";

/// Puts a file of tests/data/released in the place of the device's own.
void restore(Device &device, const QString &script)
{
    device.close();
    makeReleasedFile(device.path(), script);
}

/// All that is in the file, but for what SQLite counts for itself.
QByteArray contentOf(const QString &path)
{
    QByteArray content;
    sqlite3 *handle = nullptr;
    sqlite3_open(path.toUtf8().constData(), &handle);
    const auto append = [](void *out, int count, char **values, char **) {
        for (int i = 0; i < count; ++i)
            static_cast<QByteArray *>(out)->append(values[i]).append('|');
        return 0;
    };
    for (const char *sql : {"SELECT type, name, sql FROM sqlite_schema", "PRAGMA user_version", "SELECT * FROM sheaf_state",
                            "SELECT * FROM sheaf_outbox", "SELECT * FROM sheaf_spaces", "SELECT * FROM notes"})
        sqlite3_exec(handle, sql, append, &content, nullptr);
    sqlite3_close(handle);
    return content;
}

QStringList schemaOf(Device &device)
{
    QStringList all;
    for (const QVariantList &row :
         device.rows(u"SELECT s.name, i.name, i.type, i.\"notnull\", i.pk, i.dflt_value FROM sqlite_schema s, "
                     u"pragma_table_info(s.name) i WHERE s.type = 'table'"
                     " AND s.name NOT GLOB 'sqlite_*' ORDER BY s.name, i.name"_s)) {
        QStringList line;
        for (const QVariant &value : row)
            line.append(value.toString());
        all.append(line.join(u' '));
    }
    return all;
}

} // namespace

/// Files of every format that a replica ever had: opened, migrated, synced.
class TestReleasedReplicas : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void filesOfAllFormatsAreTaken_data();
    void filesOfAllFormatsAreTaken();
    void whatCanBeUndoneKeepsItsSpace();
    void clocksLearnWhatWasTakenOut();
    void nobodyIsAskedAboutHalfAGroup();
    void aNewerFileIsLeftAsItIs();
};

void TestReleasedReplicas::filesOfAllFormatsAreTaken_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<int>("format");
    const QDir folder(QStringLiteral(RELEASED));
    const int newest = Device(registers).value(u"SELECT format FROM sheaf_state"_s).toInt();
    QVERIFY(newest > 0);
    for (int format = 1; format <= newest; ++format) {
        const QString name = u"replica_%1.sql"_s.arg(format);
        QVERIFY2(folder.exists(name), qPrintable(name)); // tests/data/released/make.py makes it
        QTest::newRow(qPrintable(name)) << folder.filePath(name) << format;
    }
    QCOMPARE(folder.entryList({u"replica_*.sql"_s}, QDir::Files).size(), newest);
}

void TestReleasedReplicas::filesOfAllFormatsAreTaken()
{
    QFETCH(QString, script);
    QFETCH(int, format);
    const char *schema = format < 4 ? registers : format < 15 ? counters : tags;
    const int votes = format < 4 ? 1 : 6;
    Device device(schema);
    const int newest = device.value(u"SELECT format FROM sheaf_state"_s).toInt();
    const QStringList fresh = schemaOf(device);
    restore(device, script);
    const auto opened = device.open();
    QVERIFY2(opened, opened ? "" : qPrintable(opened.error().message));
    QCOMPARE(device.value(u"SELECT format FROM sheaf_state"_s).toInt(), newest);
    QCOMPARE(schemaOf(device), fresh); // upgraded or begun with this version, it is the same
    QVERIFY(device.digestHolds());
    QCOMPARE(device.replica().site(), SiteId(0x11));
    QCOMPARE(device.replica().lease(), "lease"_ba);
    const SpaceState home = device.replica().spaces().value(0);
    QCOMPARE(home.cursor, Sequence(3));
    QCOMPARE(home.reached, Sequence(3));
    QCOMPARE(home.epoch, Epoch(7));
    QCOMPARE(device.replica().pendingCount(), 2);
    QCOMPARE(device.replica().rejected()->size(), 1);
    QCOMPARE(device.value(u"SELECT group_concat(id || title || votes) FROM notes"_s).toString(),
             u"aone%1,bedited2,dborn here4"_s.arg(votes));
    QVERIFY(!device.tryExec({u"INSERT INTO sheaf_state(id) VALUES (2)"_s}));

    device.close(); // the next version of the app finds what was parked
    device.setSchema({schema, colour});
    QVERIFY(device.open());
    QCOMPARE(device.value(u"SELECT colour FROM notes WHERE id = 'a'"_s).toString(), u"red"_s);
    QVERIFY(device.digestHolds());
    device.exec(u"UPDATE notes SET votes = votes + 1 WHERE id = 'a'"_s);

    Relay relay; // knows nothing: everything is offered
    Device other(schema, 9);
    other.close();
    other.setSchema({schema, colour});
    QVERIFY(other.open());
    for (Device *peer : {&device, &other, &device})
        relay.sync(*peer);
    QCOMPARE(other.value(u"SELECT group_concat(id || title || votes || coalesce(colour, '')) FROM notes"_s).toString(),
             u"aone%1red,bedited2,dborn here4"_s.arg(votes + 1));
    QVERIFY(device.digestHolds() && other.digestHolds());
    QCOMPARE(*device.replica().digest("home"), *other.replica().digest("home"));
    QCOMPARE(*device.replica().visibleDigest("home"), *other.replica().visibleDigest("home"));
    QCOMPARE(device.replica().pendingCount(), 0);
}

/// Until format 10 the undo log asked the row for its space, which a forgotten delete cannot say.
void TestReleasedReplicas::whatCanBeUndoneKeepsItsSpace()
{
    Device device(counters);
    restore(device, QStringLiteral(RELEASED "/replica_10.sql"));
    sqlite3 *handle = nullptr;
    sqlite3_open(device.path().toUtf8().constData(), &handle);
    const char log[] =
        "INSERT INTO sheaf_undo(n, label, grp, at, bytes) VALUES (1, 'forgotten', '', 0, 1), (2, 'known', '', 0, 1);"
        "INSERT INTO sheaf_undo_rows SELECT 1, 1, 1, x'030178', x'00';"
        "INSERT INTO sheaf_undo_rows SELECT 2, 1, 1, x'030178', x'00';"
        "INSERT INTO sheaf_undo_rows SELECT 2, 2, tbl, pk, x'00' FROM sheaf_rows WHERE pk = x'030162';";
    QCOMPARE(sqlite3_exec(handle, log, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
    QVERIFY(device.open());
    QCOMPARE(device.rows(u"SELECT action, i, space FROM sheaf_undo_rows"_s), (QList<QVariantList>{{2, 2, 1}}));
    QCOMPARE(device.rows(u"SELECT label FROM sheaf_undo"_s), (QList<QVariantList>{{u"known"_s}}));
    QVERIFY(device.replica().closeSpace("home", u"no_access"_s, {}));
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_undo"_s).toInt(), 0);
}

/// Until format 15 clocks did not tell which parts were taken out, and digests had those, too.
void TestReleasedReplicas::clocksLearnWhatWasTakenOut()
{
    Device newer(tags);
    restore(newer, QStringLiteral(RELEASED "/replica_15.sql"));
    QVERIFY(newer.open());
    Device older(tags);
    restore(older, QStringLiteral(RELEASED "/replica_15.sql"));
    SiteNumbers sites;
    sites.append(0x22);
    sites.append(0x11);
    RowClock clock;
    QVERIFY(decodeClock(newer.value(u"SELECT clock FROM sheaf_rows WHERE pk = x'030161'"_s).toByteArray(), sites, clock));
    QCOMPARE(std::ranges::count_if(clock.parts, &RowClock::Part::isGone), 1);
    for (RowClock::Part &part : clock.parts)
        part.isGone = false;
    QByteArray bytes;
    encodeClock(clock, sites, bytes);
    sqlite3 *handle = nullptr;
    sqlite3_open(older.path().toUtf8().constData(), &handle);
    const QByteArray asItWas =
        "UPDATE sheaf_state SET format = 14; UPDATE sheaf_buckets SET sum = x'00112233445566778899aabbccddeeff';"
        "UPDATE sheaf_rows SET clock = x'" +
        bytes.toHex() + "' WHERE pk = x'030161'";
    QCOMPARE(sqlite3_exec(handle, asItWas.constData(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
    QVERIFY(older.open());
    QVERIFY(older.digestHolds());
    QCOMPARE(*older.replica().digest("home"), *newer.replica().digest("home"));
    QCOMPARE(older.value(u"SELECT hex(clock) FROM sheaf_rows WHERE pk = x'030161'"_s),
             newer.value(u"SELECT hex(clock) FROM sheaf_rows WHERE pk = x'030161'"_s));
}

/// Until format 15 the columns of a group were in the conflict log one by one.
void TestReleasedReplicas::nobodyIsAskedAboutHalfAGroup()
{
    Device device(tags);
    restore(device, QStringLiteral(RELEASED "/replica_15.sql"));
    sqlite3 *handle = nullptr;
    sqlite3_open(device.path().toUtf8().constData(), &handle);
    const char asItWas[] =
        "UPDATE sheaf_columns SET grp = 1 WHERE name = CAST('title' AS BLOB);"
        "INSERT INTO sheaf_conflicts(space, tbl, pk, col, kind, winner, mine, theirs, stands, site, hlc, at, asks) SELECT"
        " CAST('home' AS BLOB), CAST('notes' AS BLOB), x'030161', CAST(column1 AS BLOB), 0, 0, x'0101', x'0102', x'0101', 34, 0,"
        " 9000000000000, 3 FROM (VALUES ('title'), ('colour'))";
    QCOMPARE(sqlite3_exec(handle, asItWas, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(handle);
    QVERIFY(device.open());
    const QList<Conflict> log = device.replica().conflicts().value();
    QCOMPARE(log.size(), 2); // what they have lost stays
    for (const Conflict &conflict : log)
        QCOMPARE(conflict.open, conflict.column == "colour");
}

/// A file of a format, or of a schema of the app, that this version does not know.
void TestReleasedReplicas::aNewerFileIsLeftAsItIs()
{
    for (const char *change : {"UPDATE sheaf_state SET format = 1000", "PRAGMA user_version = 1000"}) {
        Device device(registers);
        device.exec(u"INSERT INTO notes(id, title) VALUES ('a', 'kept')"_s);
        device.close();
        sqlite3 *handle = nullptr;
        sqlite3_open(device.path().toUtf8().constData(), &handle);
        QCOMPARE(sqlite3_exec(handle, change, nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(handle);
        const QByteArray before = contentOf(device.path());
        const auto opened = device.open();
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, u"newer_schema"_s);
        QVERIFY(opened.error().message.contains(u"newer version"));
        QCOMPARE(contentOf(device.path()), before);
    }
}

QTEST_GUILESS_MAIN(TestReleasedReplicas)
#include "tst_releasedreplicas.moc"
