// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/storage/memorystorage.h"
#include "server/storage/sqlitestorage.h"

#include <QTemporaryDir>
#include <QtTest>

/// What the tests of the storages share: each implementation behind one face, and short ways to fill it.
namespace Sheaf::Server::StorageTests {

using namespace Qt::StringLiterals;

constexpr Epoch storedEpoch = 0x8123456789abcdefULL; // more than 63 bits

/// One implementation of the port. reopen() is a restart of the server on the same data; what lives
/// in memory alone stays as it is.
class Subject
{
public:
    virtual ~Subject() = default;
    virtual Storage &storage() = 0;
    virtual void reopen() = 0;
};

class MemorySubject final : public Subject
{
public:
    Storage &storage() override { return m_storage; }
    void reopen() override {}

private:
    MemoryStorage m_storage{storedEpoch};
};

class SqliteSubject final : public Subject
{
public:
    SqliteSubject() { open(storedEpoch); }
    Storage &storage() override { return *m_storage; }
    void reopen() override
    {
        m_storage.reset();
        open(7); // another one: the first is kept
    }

private:
    void open(Epoch proposed)
    {
        auto opened = SqliteStorage::open(m_folder.filePath(u"server.sqlite"_s), proposed);
        if (!opened)
            qFatal("%s", qUtf8Printable(opened.error().message));
        m_storage = *std::move(opened);
    }
    QTemporaryDir m_folder;
    std::unique_ptr<SqliteStorage> m_storage;
};

template<typename T>
T need(Result<T> result)
{
    if (!result)
        qFatal("%s: %s", qUtf8Printable(result.error().code), qUtf8Printable(result.error().message));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

using Rows = QList<std::tuple<Sequence, TableId, QByteArray, QByteArray>>;

inline Rows scan(Storage &storage, SpaceId space, Sequence after = 0, qsizetype max = 1'000'000)
{
    Rows rows;
    need(storage.scan(space, after, [&](const RecordView &row) {
        rows.append({row.sequence, row.table, row.key.toByteArray(), row.record.toByteArray()});
        return rows.size() < max;
    }));
    return rows;
}

/// A storage under test. In a test class: rows() in initTestCase_data(), open() in init().
class StorageBench
{
public:
    static void rows()
    {
        QTest::addColumn<bool>("isSqlite");
        QTest::newRow("memory") << false;
        QTest::newRow("sqlite") << true;
    }
    void open()
    {
        QFETCH_GLOBAL(bool, isSqlite);
        if (isSqlite)
            m_subject = std::make_unique<SqliteSubject>();
        else
            m_subject = std::make_unique<MemorySubject>();
    }
    void close() { m_subject.reset(); }
    void reopen() { m_subject->reopen(); }

    Storage &storage() { return m_subject->storage(); }
    std::unique_ptr<StorageTransaction> begin() { return need(storage().begin()); }
    SpaceId makeSpace(const QByteArray &name)
    {
        auto transaction = begin();
        const SpaceId id = need(transaction->putSpace({0, name, 0, {}}));
        need(transaction->commit());
        return id;
    }

    TableId makeTable(SpaceId space, const QByteArray &name)
    {
        auto transaction = begin();
        const TableId id = need(transaction->addTable(space, name));
        need(transaction->commit());
        return id;
    }

    void put(SpaceId space, const RecordView &row, Sequence replaced = 0)
    {
        auto transaction = begin();
        need(transaction->putRecord(space, row, replaced));
        need(transaction->commit());
    }

private:
    std::unique_ptr<Subject> m_subject;
};

} // namespace Sheaf::Server::StorageTests
