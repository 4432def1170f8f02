// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <QDir>
#include <QFile>

namespace Sheaf {

using namespace Qt::StringLiterals;

Device::Device(const QString &name) : m_name(name)
{
    addMigration(
        "CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, body TEXT, votes INTEGER);\n"
        "CREATE TABLE settings(name TEXT PRIMARY KEY, value TEXT);\n"
        "CREATE TABLE pages(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', body TEXT NOT NULL DEFAULT '');\n"
        "SELECT sheaf_sync('notes');\n"
        "SELECT sheaf_sync('pages', '{\"columns\":{\"body\":\"text\"}}');\n");
    restart();
}

void Device::addMigration(const QByteArray &sql)
{
    QDir().mkpath(path(u"schema"_s));
    QFile script(path(u"schema/%1_step.sql"_s.arg(++m_scripts, 4, 10, QLatin1Char('0'))));
    if (!script.open(QIODevice::WriteOnly) || script.write(sql) != sql.size())
        qFatal("cannot write the schema");
}

SyncEngine::Options Device::options() const
{
    SyncEngine::Options options;
    options.databasePath = path(u"replica.db"_s);
    options.schemaPath = path(u"schema"_s);
    options.app = u"test "_s + m_name;
    options.conflicts = policy;
    options.transport = transport;
    options.compressions = compressions;
    options.filters = filters;
    return options;
}

void Device::restart()
{
    m_engine.reset();
    m_engine = std::make_unique<SyncEngine>(options());
    const auto opened = await(m_engine->open());
    if (!opened || !*opened)
        qFatal("cannot open the replica: %s", qUtf8Printable(opened ? opened->error().message : u"no answer"_s));
}

void Device::write(const QString &sql, const QVariantList &params)
{
    const auto written = await(m_engine->write({{sql, params, {}}}));
    if (!written || !*written)
        qFatal("cannot write: %s", qUtf8Printable(written ? written->error().message : u"no answer"_s));
}

void Device::addNote(const QString &id, const QString &title)
{
    write(u"INSERT INTO notes(id, title) VALUES(?, ?)"_s, {id, title});
}

QVariant Device::value(const QString &sql, const QVariantList &params)
{
    const auto found = await(m_engine->query({sql, params, {}}));
    if (!found || !*found)
        qFatal("cannot read: %s", qUtf8Printable(found ? found->error().message : u"no answer"_s));
    return (*found)->rows.isEmpty() ? QVariant() : (*found)->rows.first().first();
}

QString Device::titleOf(const QString &id)
{
    return value(u"SELECT title FROM notes WHERE id = ?"_s, {id}).toString();
}

bool Device::waitSynced()
{
    const auto synced = await(m_engine->waitSynced(patienceMs));
    if (synced && !*synced)
        qWarning("%s is not synced: %s", qUtf8Printable(m_name), qUtf8Printable(synced->error().message));
    return synced && synced->has_value();
}

QByteArray Device::stampDigest()
{
    QByteArray bytes;
    const auto future = m_engine->withReplica([&](Replica &replica) { bytes = replica.digest("home")->toBytes(); });
    return QTest::qWaitFor([&] { return future.isFinished(); }, patienceMs) ? bytes : QByteArray();
}

QByteArray Device::rowDigest()
{
    QByteArray bytes;
    const auto future = m_engine->withReplica([&](Replica &replica) { bytes = *replica.visibleDigest("home"); });
    return QTest::qWaitFor([&] { return future.isFinished(); }, patienceMs) ? bytes : QByteArray();
}

} // namespace Sheaf
