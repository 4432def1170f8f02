// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "model/notehistory.h"
#include "model/profile.h"
#include "model/storewrites.h"
#include "net/systemclock.h"
#include "serverprocess.h"

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

/// One person on one device.
struct Person {
    explicit Person(const QString &name)
        : engine(Profile(folder.path()).engineOptions(name)), store(engine),
          history(engine, clock, ModelPorts::ofSystem(), VersionMaker{name, u"device of "_s + name})
    {
        if (!await(engine.open()).value_or(fail(u"timeout"_s, {})))
            qFatal("the store cannot be opened");
    }

    void write(const QString &id, const QString &body)
    {
        history.edited(u"note"_s, id);
        engine.write({StoreWrites::setText(u"notes"_s, u"body"_s, id, body, clock.wallMs())});
    }
    bool sync() { return await(engine.waitSynced(patienceMs)).value_or(fail(u"timeout"_s, {})).has_value(); }
    QString read(const QString &sql)
    {
        (void)await(engine.write({}));
        const auto rows = await(engine.query({sql, {}, {}}));
        QStringList values;
        for (const QVariantList &row : rows &&*rows ? (*rows)->rows : QList<QVariantList>())
            values.append(row.first().toString());
        return values.join(u',');
    }
    QString versions() { return read(u"SELECT author || ' ' || reason || others FROM note_versions ORDER BY at, id"_s); }

    QTemporaryDir folder;
    SystemClock clock;
    SyncEngine engine;
    NotesStore store;
    NoteHistory history;
};

} // namespace

/// Versions of two people through a real server.
class TestHistorySync : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everybodySeesWhoWroteWhat();
};

void TestHistorySync::everybodySeesWhoWroteWhat()
{
    ServerProcess server;
    server.start();
    Person anna(u"Anna"_s);
    Person ben(u"Ben"_s);
    anna.engine.connectToServer(server.url(), server.token(u"anna"_s));
    const QString id = anna.store.createNote({}, u"Plan"_s, u"one two three"_s);
    anna.write(id, u"one two three four"_s);
    anna.history.leaveAll();
    QVERIFY(anna.sync());
    const QByteArray token = server.token(u"ben"_s);
    ben.engine.connectToServer(server.url(), token);
    QTRY_COMPARE_WITH_TIMEOUT(ben.versions(), u"Anna found0,Anna edit0"_s, patienceMs);

    // Both write while they are apart; each device makes the version of its person, and both have all of them.
    ben.engine.disconnectFromServer();
    anna.write(id, u"zero one two three four"_s);
    ben.write(id, u"one two three four five"_s);
    anna.history.leaveAll();
    ben.history.leaveAll();
    QVERIFY(anna.sync());
    ben.engine.connectToServer(server.url(), token);
    QTRY_COMPARE_WITH_TIMEOUT(ben.read(u"SELECT body FROM notes"_s), u"zero one two three four five"_s, patienceMs);
    QVERIFY(ben.sync() && anna.sync());
    QTRY_COMPARE_WITH_TIMEOUT(anna.read(u"SELECT count(*) FROM note_versions"_s), u"4"_s, patienceMs);
    QCOMPARE(anna.versions(), ben.versions());

    // What the other writes during a session is noted.
    ben.write(id, u"zero one two three four five six"_s);
    QTRY_VERIFY_WITH_TIMEOUT(anna.read(u"SELECT body FROM notes"_s).endsWith(u"six"_s), patienceMs);
    anna.write(id, u"minus one two three four five six"_s);
    QTRY_VERIFY_WITH_TIMEOUT(ben.read(u"SELECT body FROM notes"_s).startsWith(u"minus"_s), patienceMs);
    ben.history.leaveAll();
    QVERIFY(ben.versions().endsWith(u"Ben edit1"_s));

    // Deleted for good by one, while the other makes a version: nothing of it stays anywhere.
    anna.history.leaveAll();
    QVERIFY(anna.sync() && ben.sync());
    anna.store.deleteForGood({QVariantMap{{u"kind"_s, u"note"_s}, {u"itemId"_s, id}}});
    QTRY_COMPARE_WITH_TIMEOUT(ben.read(u"SELECT count(*) FROM notes"_s), u"0"_s, patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(ben.versions(), QString(), patienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(anna.versions(), QString(), patienceMs);
}

QTEST_GUILESS_MAIN(TestHistorySync)
#include "tst_historysync.moc"
