// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "scriptedserver.h"

#include "protocol/codec.h"

#include <QFile>
#include <QSqlQuery>

namespace Sheaf {

using namespace Qt::StringLiterals;

Clock::TimerId ManualClock::start(std::chrono::milliseconds delay, std::function<void()> callback)
{
    const TimerId timer = ++m_last;
    m_entries.emplace(m_now + delay.count(), Entry{timer, std::move(callback)});
    return timer;
}

void ManualClock::cancel(TimerId timer)
{
    for (auto it = m_entries.begin(); it != m_entries.end(); ++it) {
        if (it->second.timer == timer) {
            m_entries.erase(it);
            return;
        }
    }
}

void ManualClock::turn()
{
    if (m_entries.empty() || m_entries.begin()->first > m_now)
        return;
    const auto node = m_entries.extract(m_entries.begin());
    node.mapped().callback();
}

void ManualClock::advance(qint64 ms)
{
    const qint64 until = m_now + ms;
    while (!m_entries.empty() && m_entries.begin()->first <= until) {
        const auto node = m_entries.extract(m_entries.begin());
        m_now = std::max(m_now, node.key());
        node.mapped().callback();
    }
    m_now = until;
}

class ScriptedServer::Wire final : public Connection
{
public:
    Wire(ScriptedServer &server, Observer *observer) : m_server(server), m_observer(observer) {}
    ~Wire() override { drop(); }

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        const auto taken = m_server.m_assembler.take(frame);
        if (!taken)
            qFatal("the client sent a bad frame");
        if (!taken->has_value())
            return;
        auto message = decodeMessage(**taken);
        if (!message)
            qFatal("the client sent a bad message");
        if (const auto *subscribe = std::get_if<Subscribe>(&*message); subscribe != nullptr && m_server.answersSubscriptions) {
            m_server.m_subscribed.append(subscribe->space);
            m_server.m_clock.start(std::chrono::milliseconds(0), [&server = m_server] { server.answerSubscriptions(); });
        }
        m_server.m_received.push_back(*std::move(message));
    }
    [[nodiscard]] qint64 unsentBytes() const override { return 0; }
    void close() override
    {
        m_server.m_clock.start(std::chrono::milliseconds(0), [&server = m_server, this] {
            if (server.m_connection == this)
                server.hangUp(u"closed"_s);
        });
    }
    void drop() override
    {
        m_observer = nullptr;
        if (m_server.m_connection == this)
            m_server.m_connection = nullptr;
    }
    [[nodiscard]] Observer *observer() const { return m_observer; }

private:
    ScriptedServer &m_server;
    Observer *m_observer;
};

std::unique_ptr<Connection> ScriptedServer::connectTo(const QUrl &, Connection::Observer *observer)
{
    ++m_attempts;
    m_assembler = {};
    m_received.clear();
    m_subscribed.clear();
    auto wire = std::make_unique<Wire>(*this, observer);
    m_connection = wire.get();
    return wire;
}

void ScriptedServer::accept()
{
    m_connection->observer()->opened();
    m_clock.settle();
}

void ScriptedServer::answerSubscriptions()
{
    while (!m_subscribed.isEmpty() && m_connection != nullptr)
        send(Subscribed{m_subscribed.takeFirst()});
}

void ScriptedServer::send(const Message &message)
{
    if (!std::holds_alternative<Subscribed>(message))
        answerSubscriptions();
    const QList<QByteArray> frames = frameMessage(encodeMessage(message));
    for (const QByteArray &frame : frames)
        sendRaw(frame);
}

void ScriptedServer::sendRaw(const QByteArray &frame)
{
    m_assembler.setWelcomed(true); // whatever this is, it may be a welcome
    if (m_connection && m_connection->observer())
        m_connection->observer()->frameReceived(frame);
}

void ScriptedServer::hangUp(const QString &reason)
{
    Connection::Observer *observer = m_connection->observer();
    m_connection->drop();
    if (observer)
        observer->closed(reason);
    m_clock.settle();
}

TestReplica::TestReplica(ManualClock &clock, quint64 seed, const QByteArray &schema)
{
    const QByteArray notes =
        "CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, body TEXT);\n"
        "SELECT sheaf_sync('notes');\n";
    QFile file(folder.filePath(u"schema.sql"_s));
    if (!file.open(QIODevice::WriteOnly))
        qFatal("cannot write the schema");
    file.write(schema.isEmpty() ? notes : schema);
    file.close();
    config.path = folder.filePath(u"replica.db"_s);
    config.schemaPath = file.fileName();
    config.wallMs = [&clock] { return clock.wallMs(); };
    config.random = [state = seed]() mutable { return state = state * 6364136223846793005ULL + 1442695040888963407ULL; };
    open();
}

void TestReplica::open()
{
    auto opened = Replica::open(config);
    if (!opened)
        qFatal("cannot open the replica: %s", qUtf8Printable(opened.error().message));
    replica = *std::move(opened);
}

void TestReplica::write(const QString &sql, const QVariantList &params)
{
    const auto done = replica->write([&](QSqlDatabase &database) -> Result<void> {
        QSqlQuery query(database);
        if (!query.prepare(sql))
            return fail(u"sql_error"_s, sql);
        for (const QVariant &param : params)
            query.addBindValue(param);
        if (!query.exec())
            return fail(u"sql_error"_s, sql);
        return {};
    });
    if (!done)
        qFatal("cannot write: %s", qUtf8Printable(done.error().message));
}

void TestReplica::addNote(const QString &id, const QString &title, const QString &body)
{
    write(u"INSERT INTO notes(id, title, body) VALUES(?, ?, ?)"_s, {id, title, body});
}

QString TestReplica::titleOf(const QString &id) const
{
    QSqlQuery query(replica->database());
    query.prepare(u"SELECT title FROM notes WHERE id = ?"_s);
    query.addBindValue(id);
    return query.exec() && query.next() ? query.value(0).toString() : QString();
}

int TestReplica::count() const
{
    QSqlQuery query(replica->database());
    return query.exec(u"SELECT count(*) FROM notes"_s) && query.next() ? query.value(0).toInt() : -1;
}

Sequence TestReplica::cursor() const
{
    const QList<SpaceState> spaces = replica->spaces();
    for (const SpaceState &space : spaces) {
        if (space.name == "home")
            return space.cursor;
    }
    return 0;
}

Changes TestReplica::exported(Sequence previous, Sequence sequence) const
{
    const auto push = replica->nextPush("home", 1, {});
    if (!push || !push->has_value())
        qFatal("nothing to export");
    const Push &all = (*push)->push;
    return Changes{"home", previous, sequence, sequence, false, all.tables, all.changes};
}

Welcome welcomeOf(const ManualClock &clock, Sequence head, quint64 lastPush)
{
    Welcome welcome;
    welcome.session = "session";
    welcome.clockMs = clock.wallMs();
    welcome.lease = "lease";
    welcome.epoch = 7;
    welcome.spaces = {{"home", Role::Editor, head, lastPush}};
    return welcome;
}

} // namespace Sheaf
