// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include "base/check.h"

#include <QDir>
#include <QFile>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>

namespace Sheaf {

using namespace Qt::StringLiterals;

Device::Device(const QByteArray &schema, quint64 seed) : m_random(seed * 0x9E3779B97F4A7C15 + 1)
{
    setSchema({schema});
    const auto opened = open();
    if (!opened)
        qFatal("%s", qPrintable(opened.error().message));
}

void Device::setSchema(const QList<QByteArray> &scripts)
{
    QDir(m_dir.path()).mkdir(u"schema"_s);
    int number = 0;
    for (const QByteArray &script : scripts) {
        QFile file(m_dir.filePath(u"schema/%1_step.sql"_s.arg(++number, 4, 10, QLatin1Char('0'))));
        SHEAF_CHECK(file.open(QIODevice::WriteOnly));
        file.write(script);
    }
}

ReplicaConfig Device::config()
{
    return {.path = path(),
            .schemaPath = m_dir.filePath(u"schema"_s),
            .conflicts = policy,
            .undo = undo,
            .filters = filters,
            .birthmark = [this] { return birthmark; },
            .wallMs = [this] { return wallMs; },
            .random =
                [this] { return m_random = m_random * 6364136223846793005 + 1442695040888963407, m_random ^ (m_random >> 29); }};
}

Result<void> Device::open()
{
    auto replica = Replica::open(config());
    if (!replica)
        return fail(replica.error());
    m_replica = *std::move(replica);
    m_replica->setCommitObserver([this](const CommitChanges &changes) { lastCommit = changes; });
    return {};
}

void Device::reopen()
{
    close();
    const auto opened = open();
    if (!opened)
        qFatal("%s", qPrintable(opened.error().message));
}

Result<void> Device::tryExec(const QStringList &statements)
{
    return m_replica->write([&](QSqlDatabase &database) -> Result<void> {
        for (const QString &sql : statements) {
            QSqlQuery query(database);
            if (!query.exec(sql))
                return fail(u"sql_error"_s, query.lastError().databaseText());
        }
        return {};
    });
}

void Device::exec(const QString &sql, const QVariantList &params)
{
    const auto done = m_replica->write([&](QSqlDatabase &database) -> Result<void> {
        QSqlQuery query(database);
        query.prepare(sql);
        for (const QVariant &param : params)
            query.addBindValue(param);
        if (!query.exec())
            return fail(u"sql_error"_s, query.lastError().databaseText());
        return {};
    });
    if (!done)
        qFatal("%s: %s", qPrintable(sql), qPrintable(done.error().message));
}

void Device::act(const QStringList &statements, const UserAction &action)
{
    const auto done = m_replica->write(
        [&](QSqlDatabase &database) -> Result<void> {
            for (const QString &sql : statements) {
                QSqlQuery query(database);
                if (!query.exec(sql))
                    return fail(u"sql_error"_s, sql + query.lastError().databaseText());
            }
            return {};
        },
        action);
    if (!done)
        qFatal("%s", qPrintable(done.error().message));
}

QList<QVariantList> Device::rows(const QString &sql)
{
    QSqlQuery query(m_replica->database());
    if (!query.exec(sql))
        qFatal("%s: %s", qPrintable(sql), qPrintable(query.lastError().databaseText()));
    QList<QVariantList> all;
    while (query.next()) {
        QVariantList row;
        for (int column = 0; column < query.record().count(); ++column)
            row.append(query.value(column));
        all.append(row);
    }
    return all;
}

QVariant Device::value(const QString &sql)
{
    const auto all = rows(sql);
    return all.isEmpty() ? QVariant() : all.first().value(0);
}

bool Device::digestHolds()
{
    for (const SpaceState &space : m_replica->spaces()) {
        if (*m_replica->digest(space.name) != *m_replica->recomputedDigest(space.name))
            return false;
    }
    return true;
}

} // namespace Sheaf
