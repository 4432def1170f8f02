// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "storagebench.h"
#include "support/longpast.h"

#include <QRandomGenerator>

#include <sqlite3.h>

using namespace Sheaf;
using namespace Sheaf::Server;
using namespace Sheaf::Server::StorageTests;
using namespace Qt::StringLiterals;

/// How the server's file keeps large updates of texts.
class TestPackedStorage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void largeUpdatesArePacked();
    void whatOlderVersionsStoredIsRead();
    void aDamagedTextIsAnError();

private:
    void open() { m_storage = need(SqliteStorage::open(m_folder->filePath(u"server.db"_s), 7)); }
    void add(const QByteArray &update, bool isSealed = false)
    {
        auto transaction = need(m_storage->begin());
        need(transaction->addText(m_space, {0, 1, m_table, "k", 1, isSealed, update, {}}));
        need(transaction->commit());
    }
    /// On the file, which nobody has open.
    QList<qint64> run(const QByteArray &sql)
    {
        m_storage.reset();
        QList<qint64> values;
        sqlite3 *handle = nullptr;
        sqlite3_open(m_folder->filePath(u"server.db"_s).toUtf8().constData(), &handle);
        const auto take = [](void *out, int, char **row, char **) {
            static_cast<QList<qint64> *>(out)->append(QByteArray(row[0]).toLongLong());
            return 0;
        };
        const int code = sqlite3_exec(handle, sql.constData(), take, &values, nullptr);
        sqlite3_close(handle);
        if (code != SQLITE_OK)
            qFatal("cannot run %s", sql.constData());
        open();
        return values;
    }
    /// As a catch-up reads them.
    Result<QByteArrayList> scanned()
    {
        QByteArrayList updates;
        auto done = m_storage->scanTexts(m_space, 0, 0, [&updates](const TextView &text) {
            updates.append(text.update.toByteArray());
            return true;
        });
        return done ? Result<QByteArrayList>(updates) : fail(done.error());
    }
    /// As a merge reads them.
    Result<QByteArrayList> visited()
    {
        QByteArrayList updates;
        auto transaction = need(m_storage->begin());
        auto done = transaction->texts(m_table, "k", 1, {},
                                       [&updates](const TextView &text) { updates.append(text.update.toByteArray()); });
        return done ? Result<QByteArrayList>(updates) : fail(done.error());
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SqliteStorage> m_storage;
    SpaceId m_space = 0;
    TableId m_table = 0;
    const QByteArray m_large = QByteArray("stretches that are gone ").repeated(4'000);
};

void TestPackedStorage::init()
{
    m_storage.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    open();
    auto transaction = need(m_storage->begin());
    m_space = need(transaction->putSpace({0, "home", 0, {}}));
    m_table = need(transaction->addTable(m_space, "notes"));
    need(transaction->putRecord(m_space, {1, m_table, "k", "record"}, 0));
    need(transaction->commit());
}

void TestPackedStorage::largeUpdatesArePacked()
{
    QByteArray random(5'000, Qt::Uninitialized);
    for (char &byte : random)
        byte = static_cast<char>(QRandomGenerator::global()->bounded(256));
    const QByteArray past = updateWithLongPast(500);
    for (const QByteArray &update : {m_large, past, "typed"_ba, random})
        add(update);
    add(m_large, true);
    const QByteArrayList all{m_large, past, "typed", random, m_large};
    QCOMPARE(*scanned(), all);
    QCOMPARE(*visited(), all);
    const QList<qint64> kept = run("SELECT length(bytes) FROM text_update ORDER BY number");
    QVERIFY(kept[0] < m_large.size() / 100);
    QVERIFY(kept[1] < past.size() / 10);
    QCOMPARE(kept.mid(2), (QList<qint64>{5, random.size(), m_large.size()}));
    QCOMPARE(*scanned(), all);
    // Limits and merges count what they are, not what they take.
    auto transaction = need(m_storage->begin());
    const auto blocks = need(transaction->textBlocks(m_table, "k", 1));
    QCOMPARE(blocks,
             (std::vector<TextBlock>{{1, false, m_large.size() + past.size() + 5 + random.size()}, {1, true, m_large.size()}}));
}

void TestPackedStorage::whatOlderVersionsStoredIsRead()
{
    add("typed");
    run("UPDATE text_update SET bytes = CAST('" + m_large + "' AS BLOB), size = " + QByteArray::number(m_large.size()));
    QCOMPARE(*scanned(), QByteArrayList{m_large});
    QCOMPARE(*visited(), QByteArrayList{m_large});
}

void TestPackedStorage::aDamagedTextIsAnError()
{
    for (const char *damage : {"UPDATE text_update SET bytes = substr(bytes, 1, length(bytes) / 2)",
                               "UPDATE text_update SET bytes = zeroblob(length(bytes))", "UPDATE text_update SET size = 1 << 60",
                               "UPDATE text_update SET size = 1", "UPDATE text_update SET bytes = x''"}) {
        init();
        add(m_large);
        run(damage);
        for (const auto &read : {scanned(), visited()}) {
            QVERIFY2(!read, damage);
            QCOMPARE(read.error().code, u"database_damaged"_s);
        }
        add("typed"); // it is no reason to stop
    }
}

QTEST_GUILESS_MAIN(TestPackedStorage)
#include "tst_packedstorage.moc"
