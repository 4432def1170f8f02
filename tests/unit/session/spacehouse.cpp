// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "spacehouse.h"

#include "server/core/authenticator.h"

#include <QFile>
#include <QSqlError>
#include <QSqlQuery>

namespace Sheaf::Test {

using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = R"sql(
CREATE TABLE notes(id TEXT PRIMARY KEY NOT NULL, space TEXT NOT NULL DEFAULT 'home', title TEXT, body TEXT,
                   votes INTEGER NOT NULL DEFAULT 0, labels TEXT);
CREATE TABLE tasks(id TEXT PRIMARY KEY NOT NULL, space TEXT NOT NULL DEFAULT 'home', title TEXT,
                   note TEXT REFERENCES notes(id) ON DELETE CASCADE);
CREATE TABLE found(id TEXT PRIMARY KEY NOT NULL);
CREATE TRIGGER note_found AFTER INSERT ON notes BEGIN INSERT INTO found VALUES (new.id); END;
CREATE TRIGGER note_lost AFTER DELETE ON notes BEGIN
    DELETE FROM found WHERE id = old.id;
    DELETE FROM tasks WHERE note = old.id;
END;
SELECT sheaf_sync('notes', '{"columns":{"body":"text","votes":"counter","labels":"set"}}');
SELECT sheaf_sync('tasks');
)sql";

template<typename T>
T need(Result<T> result)
{
    if (!result)
        qFatal("%s", qUtf8Printable(result.error().code + u": "_s + result.error().message));
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

SpaceHouse::SpaceHouse()
{
    clock = std::make_unique<NodeClock>(queue, skewMs);
    replaceServer();
}

SpaceHouse::~SpaceHouse()
{
    network.setAcceptor({});
    core.reset();
}

void SpaceHouse::replaceServer()
{
    core.reset();
    storage = std::make_unique<Server::MemoryStorage>(random.next());
    core = std::make_unique<Server::ServerCore>(*storage, *clock, random);
    network.setAcceptor([this](std::unique_ptr<Connection> connection) { core->accept(std::move(connection)); });
}

QByteArray SpaceHouse::token(const QByteArray &device, const QList<QByteArray> &spaces)
{
    return need(Server::addToken(*storage, random, device, spaces));
}

void SpaceHouse::grant(const QByteArray &device, const QByteArray &space, Role role)
{
    for (const Server::StoredDevice &changed : need(Server::grantSpaces(*storage, device, {space}, role)))
        core->accessChanged(changed);
}

qsizetype SpaceHouse::rowCount(const QByteArray &space)
{
    const auto id = need(need(storage->begin())->space(space))->id;
    qsizetype alive = 0;
    need(storage->scan(id, 0, [&alive](const Server::RecordView &row) {
        RowRecord record;
        need(decodeRecord(row.record, record));
        alive += isAlive(record.length) ? 1 : 0;
        return true;
    }));
    return alive;
}

SpaceDevice::SpaceDevice(SpaceHouse &h, int n, const QByteArray &more)
    : house(h), number(n), random(100 + static_cast<quint64>(n))
{
    house.network.faults(number).delayUsMax = 2'000;
    QFile file(folder.filePath(u"schema.sql"_s));
    if (!file.open(QIODevice::WriteOnly) || file.write(schema + more) < 0)
        qFatal("cannot write the schema");
    file.close();
    start();
}

SpaceDevice::~SpaceDevice()
{
    stop();
}

void SpaceDevice::start()
{
    clock = std::make_unique<NodeClock>(house.queue, skewMs);
    ReplicaConfig config;
    config.path = folder.filePath(u"replica.db"_s);
    config.schemaPath = folder.filePath(u"schema.sql"_s);
    config.wallMs = [this] { return clock->wallMs(); };
    config.random = [this] { return random.next(); };
    replica = need(Replica::open(config));
    replica->setCommitObserver([this](const CommitChanges &changes) {
        for (const auto &rows : changes.tables) {
            for (const CommitChanges::Row &row : rows)
                gone += row.gone ? 1 : 0;
        }
    });
    transport = house.network.transportOf(number);
    Reconnector::Events events;
    events.reported = [this](const QString &code, const QString &) { reports.append(code); };
    events.space = [this](const SpaceNews &told) {
        static const QStringList kinds{u"opened"_s, u"role"_s, u"closed"_s};
        const QString role = QString::number(static_cast<int>(told.role));
        news.append(kinds[static_cast<int>(told.kind)] + u' ' + QString::fromUtf8(told.space) + u' ' +
                    (told.code.isEmpty() ? role : told.code));
    };
    reconnector = std::make_unique<Reconnector>(*replica, *clock, random, *transport, u"test"_s, events);
    if (!token.isEmpty())
        connect(token);
}

void SpaceDevice::stop()
{
    reconnector.reset();
    transport.reset();
    replica.reset();
    clock.reset();
}

void SpaceDevice::connect(const QByteArray &with)
{
    token = with;
    reconnector->connectTo(QUrl(u"ws://house"_s), token);
}

void SpaceDevice::write(const QString &sql, const UserAction &action)
{
    need(replica->write(
        [&sql](QSqlDatabase &database) -> Result<void> {
            const QStringList statements = sql.split(u';', Qt::SkipEmptyParts);
            for (const QString &statement : statements) {
                QSqlQuery query(database);
                if (!query.exec(statement))
                    return fail(u"sql_error"_s, query.lastError().text() + u" in "_s + statement);
            }
            return {};
        },
        action));
    reconnector->localChangesCommitted();
}

QStringList SpaceDevice::read(const QString &sql) const
{
    QSqlQuery query(replica->database());
    if (!query.exec(sql))
        qFatal("%s", qUtf8Printable(query.lastError().text()));
    QStringList values;
    while (query.next())
        values.append(query.value(0).toString());
    return values;
}

qint64 SpaceDevice::count(const QString &table) const
{
    return value(u"SELECT count(*) FROM "_s + table).toLongLong();
}

QList<QuarantinedChange> SpaceDevice::quarantine() const
{
    return need(replica->quarantined());
}

} // namespace Sheaf::Test
