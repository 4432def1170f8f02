// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "programs.h"
#include "serverprocess.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr int notes = 600;

QString noteId(int number)
{
    return u'n' + QString::number(number).rightJustified(4, u'0');
}

/// One device that makes exactly 1,000 edits, each a transaction of its own.
class Editor
{
public:
    Editor(AppReplica &replica, const QString &name) : m_replica(replica), m_name(name) {}

    void set(const QString &column, int from, int to)
    {
        for (int i = from; i < to; ++i) {
            exec(u"UPDATE notes SET %1 = ?, updated = updated + 1 WHERE id = ?"_s.arg(column),
                 {m_name + u' ' + column + QString::number(i), noteId(i)});
        }
    }
    void create(int count)
    {
        for (int i = 0; i < count; ++i)
            exec(u"INSERT INTO notes(id, title, body, created, updated) VALUES(?, ?, ?, 1, 1)"_s,
                 {m_name + QString::number(i), u"made by "_s + m_name, QString(200, u'x')});
    }
    void remove(const QStringList &ids)
    {
        for (const QString &id : ids)
            exec(u"DELETE FROM notes WHERE id = ?"_s, {id});
    }
    [[nodiscard]] int edits() const { return m_edits; }

private:
    void exec(const QString &sql, const QJsonArray &params)
    {
        m_replica.exec(sql, params);
        ++m_edits;
    }

    AppReplica &m_replica;
    QString m_name;
    int m_edits = 0;
};

QStringList noteIds(int from, int to)
{
    QStringList ids;
    for (int i = from; i < to; ++i)
        ids.append(noteId(i));
    return ids;
}

/// Notes 0-299: other columns. 300-499: the same column. 500-549: deleted by A, edited by B.
/// 550-599: deleted by both. And each makes 200 notes; B deletes 50 of its own again.
void editOffline(AppReplica &a, AppReplica &b)
{
    Editor one(a, u"A"_s);
    one.set(u"title"_s, 0, 300);
    one.set(u"title"_s, 300, 500);
    one.set(u"body"_s, 300, 500);
    one.create(200);
    one.remove(noteIds(500, 600));
    QCOMPARE(one.edits(), 1000);
    Editor other(b, u"B"_s);
    other.set(u"body"_s, 0, 300);
    other.set(u"title"_s, 300, 500);
    other.set(u"tags"_s, 300, 450);
    other.create(200);
    other.set(u"title"_s, 500, 550);
    other.remove(noteIds(550, 600));
    QStringList own;
    for (int i = 0; i < 50; ++i)
        own.append(u"B%1"_s.arg(i));
    other.remove(own);
    QCOMPARE(other.edits(), 1000);
}

} // namespace

/// 1,000 edits on each of two devices without a server, overlapping; then the server is back.
class TestOfflineEdits : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void merge_data();
    void merge();
};

void TestOfflineEdits::merge_data()
{
    QTest::addColumn<QString>("first");
    QTest::newRow("A is back first") << u"A"_s;
    QTest::newRow("B is back first") << u"B"_s;
    QTest::newRow("both at once") << u"both"_s;
}

void TestOfflineEdits::merge()
{
    QFETCH(const QString, first);
    QTemporaryDir folder;
    QVERIFY(QDir(folder.path()).mkpath(u"a"_s) && QDir(folder.path()).mkpath(u"b"_s));
    ServerProcess server;
    server.start();
    AppReplica a(folder.filePath(u"a"_s));
    AppReplica b(folder.filePath(u"b"_s));
    const QByteArray tokenA = server.token(u"a"_s);
    const QByteArray tokenB = server.token(u"b"_s);
    a.exec(u"WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n < ?) INSERT INTO notes(id, title, body, "
           u"created, updated)"
           " SELECT printf('n%04d', n), 'title ' || n, 'body ' || n, 1, 1 FROM i"_s,
           {notes - 1});
    a.connectTo(server.url(), tokenA);
    QVERIFY(a.waitSynced());
    b.connectTo(server.url(), tokenB);
    QVERIFY(b.waitSynced());
    QCOMPARE(b.value(u"SELECT count(*) FROM notes"_s).toInt(), notes);

    server.terminate();
    editOffline(a, b);
    if (first != "both"_L1) {
        a.disconnect();
        b.disconnect();
    }
    server.start();
    if (first == "A"_L1) {
        a.connectTo(server.url(), tokenA);
        QVERIFY(a.waitSynced());
        b.connectTo(server.url(), tokenB);
    } else if (first == "B"_L1) {
        b.connectTo(server.url(), tokenB);
        QVERIFY(b.waitSynced());
        a.connectTo(server.url(), tokenA);
    }
    // What one device merges last may be a new write for the other: the proofs come in a second round.
    QVERIFY(a.waitSynced() && b.waitSynced());
    QVERIFY(a.waitSynced() && b.waitSynced());

    QCOMPARE(a.digest(), b.digest());
    QCOMPARE(a.outboxSize(), 0);
    QCOMPARE(b.outboxSize(), 0);
    QCOMPARE(a.demand({{u"do"_s, u"rejected"_s}}).toArray(), QJsonArray());
    const QString ordered = u"SELECT id, title, body, tags FROM notes ORDER BY id"_s;
    const QJsonArray rows = a.rows(ordered);
    QCOMPARE(rows, b.rows(ordered));

    QHash<QString, QJsonArray> byId;
    for (const QJsonValue &row : rows)
        byId.insert(row[0].toString(), row.toArray());
    for (int i = 0; i < 300; ++i)
        QCOMPARE(byId.value(noteId(i)), (QJsonArray{noteId(i), u"A title%1"_s.arg(i), u"B body%1"_s.arg(i), u"[]"_s}));
    for (int i = 300; i < 500; ++i) {
        const QJsonArray row = byId.value(noteId(i));
        QVERIFY(row[1] == u"A title%1"_s.arg(i) || row[1] == u"B title%1"_s.arg(i));
        QCOMPARE(row[2].toString(), u"A body%1"_s.arg(i));
        QCOMPARE(row[3].toString(), i < 450 ? u"B tags%1"_s.arg(i) : u"[]"_s);
    }
    for (int i = 0; i < 200; ++i) {
        QVERIFY(byId.contains(u"A%1"_s.arg(i)));
        QCOMPARE(byId.contains(u"B%1"_s.arg(i)), i >= 50);
    }
    // A delete that meets an edit which is not acknowledged yet brings the note back whole, with the edit.
    for (int i = 500; first == "A"_L1 && i < 550; ++i)
        QCOMPARE(byId.value(noteId(i)), (QJsonArray{noteId(i), u"B title%1"_s.arg(i), u"body %1"_s.arg(i), u"[]"_s}));
    for (int i = 550; i < notes; ++i)
        QVERIFY(!byId.contains(noteId(i)));
}

QTEST_GUILESS_MAIN(TestOfflineEdits)
#include "tst_offlineedits.moc"
