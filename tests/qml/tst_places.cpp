// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/profile.h"
#include "replica/liveresult.h"
#include "replica/localeorder.h"
#include "sql/database.h"

#include <QFile>
#include <QJSEngine>
#include <QSqlError>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

/// The queries of the lists on screen: an edit must not read a whole list again.
class TestPlaces : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void anEditReadsOneRow_data();
    void anEditReadsOneRow();

private:
    /// Commits and gives what changed.
    CommitChanges write(const QString &sql, const QVariantList &params = {});

    QTemporaryDir m_profile;
    QJSEngine m_script;
    std::unique_ptr<Replica> m_replica;
    CommitChanges m_changes;
};

void TestPlaces::initTestCase()
{
    QFile file(QFINDTESTDATA("../../qml/notes/list/queries.js"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QString script = QString::fromUtf8(file.readAll()).replace(u".pragma library"_s, QString());
    QVERIFY(!m_script.evaluate(script).isError());
    const SyncEngine::Options options = Profile(m_profile.path()).engineOptions(u"test"_s);
    auto replica = Replica::open({.path = options.databasePath,
                                  .schemaPath = options.schemaPath,
                                  .wallMs = [] { return 1'700'000'000'000; },
                                  .random = [n = quint64(1)]() mutable { return n = n * 6364136223846793005 + 1; }});
    QVERIFY(replica);
    m_replica = *std::move(replica);
    registerLocaleOrder(sqliteHandle(m_replica->database())); // which reads here too
    m_replica->setCommitObserver([this](const CommitChanges &changes) { m_changes = changes; });
    write(u"INSERT INTO lists(id, name) VALUES ('l', 'List')"_s);
    for (const char *table : {"notes", "tasks"}) {
        write(u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 1000)"
              " INSERT INTO %1(id, list, title, created, updated, trashed) SELECT printf('%2%04d', n),"
              " CASE WHEN n % 2 THEN 'l' END, 'Title ' || n, n, n, CASE WHEN n % 5 = 0 THEN n END FROM i"_s.arg(
                  QLatin1StringView(table), QChar::fromLatin1(table[0])));
    }
    write(u"UPDATE tasks SET due = date(19000 * 86400 + updated * 8640, 'unixepoch')"_s);
    write(u"UPDATE tasks SET done = created WHERE created % 3 = 0"_s);
}

CommitChanges TestPlaces::write(const QString &sql, const QVariantList &params)
{
    m_changes = {};
    const auto done = m_replica->write([&](QSqlDatabase &database) -> Result<void> {
        QSqlQuery query(database);
        query.prepare(sql);
        for (const QVariant &value : params)
            query.addBindValue(value);
        return query.exec() ? Result<void>() : fail(u"sql_error"_s, query.lastError().text());
    });
    if (!done)
        qFatal("%s", qPrintable(done.error().message));
    return m_changes;
}

void TestPlaces::anEditReadsOneRow_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("order");
    QTest::addColumn<QString>("part");
    const auto names = [this](const char *function, const QString &place) {
        return m_script.globalObject().property(QString::fromLatin1(function)).call({place}).toVariant().toStringList();
    };
    for (const QString &place : {u"inbox"_s, u"today"_s, u"upcoming"_s, u"notes"_s, u"tasks"_s, u"trash"_s, u"list:l"_s}) {
        const QStringList orders = names("orders", place);
        const QStringList parts = names("parts", place);
        for (const QString &order : orders.isEmpty() ? QStringList{u"manual"_s} : orders) {
            for (const QString &part : parts.isEmpty() ? QStringList{u"all"_s} : parts)
                QTest::addRow("%s, by %s, %s", qPrintable(place), qPrintable(order), qPrintable(part))
                    << place << QString() << order << part;
        }
        QTest::addRow("%s, searched", qPrintable(place)) << place << u"title 1"_s << orders.value(0, u"manual"_s) << u"all"_s;
    }
}

void TestPlaces::anEditReadsOneRow()
{
    QFETCH(QString, place);
    QFETCH(QString, filter);
    QFETCH(QString, order);
    QFETCH(QString, part);
    const QJSValue query = m_script.globalObject().property(u"items"_s).call({place, filter, order, part, u"2022-01-20"_s, 0});
    QVERIFY2(!query.isError(), qPrintable(query.toString()));
    const auto live = LiveResult::open(m_replica->database(), query.property(u"sql"_s).toString(),
                                       query.property(u"params"_s).toVariant().toList());
    QVERIFY(live);
    const QList<ResultRow> before = (*live)->rows();
    QVERIFY(before.size() > 10);
    for (const qsizetype at : {qsizetype(0), before.size() / 2, before.size() - 1}) {
        const qint64 read = (*live)->rowsRead();
        const QString table = before[at].value(1).toString() + u's';
        const QVariant id = before[at].value(0);
        const CommitChanges changes =
            write(u"UPDATE %1 SET title = title || '+', updated = updated + 5000 WHERE id = ?"_s.arg(table), {id});
        QVERIFY((*live)->note(changes));
        QVERIFY(!(*live)->runsWhole());
        const auto edits = (*live)->refresh();
        QVERIFY(edits && !edits->isEmpty() && edits->size() <= 2);
        QCOMPARE((*live)->rowsRead() - read, 1);
        QVERIFY(edits->last().row.value(2).toString().endsWith(u'+'));
    }
    QCOMPARE((*live)->wholeRuns(), 1);
}

QTEST_GUILESS_MAIN(TestPlaces)
#include "tst_places.moc"
