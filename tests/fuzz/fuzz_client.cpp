// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "protocol/framing.h"
#include "scriptedserver.h"
#include "session/clientsession.h"
#include "support/crashvfs.h"

#include <QCoreApplication>
#include <QFile>
#include <QSqlQuery>
#include <QTemporaryDir>

using namespace Sheaf;
using namespace Qt::StringLiterals;

Fuzz::Budget Fuzz::budget()
{
    // A whole replica is made for each input, on a disk in memory.
    return {.cpuMs = 400, .bytes = 64 * 1024 * 1024};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    return {};
}

namespace {

/// What lives as long as the process.
struct Host {
    Host()
    {
        if (QCoreApplication::instance() == nullptr) {
            static int argc = 1;
            static char name[] = "fuzz";
            static char *argv[] = {name, nullptr};
            application = std::make_unique<QCoreApplication>(argc, argv);
        }
        QFile file(schema());
        SHEAF_CHECK(file.open(QIODevice::WriteOnly));
        file.write("CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT 'home', title TEXT, body);\n"
                   "SELECT sheaf_sync('notes');\n");
    }
    [[nodiscard]] QString schema() const { return folder.filePath(u"schema.sql"_s); }

    std::unique_ptr<QCoreApplication> application;
    QTemporaryDir folder;
    Test::CrashVfs vfs{true};
};

struct World {
    explicit World(Host &host)
    {
        host.vfs.disk().reset();
        auto opened =
            Replica::open({.path = host.folder.filePath(u"replica.db"_s),
                           .schemaPath = host.schema(),
                           .homeSpace = "home",
                           .wallMs = [this] { return clock.wallMs(); },
                           .random = [this] { return state = state * 6364136223846793005ULL + 1442695040888963407ULL; }});
        if (!opened)
            qFatal("cannot open the replica: %s", qUtf8Printable(opened.error().message));
        replica = *std::move(opened);
    }

    void connect()
    {
        session.reset();
        session = std::make_unique<ClientSession>(*replica, clock, random, server, ClientSession::Options{{}, "token", u"fuzz"_s},
                                                  ClientSession::Events{});
        session->start();
        server.accept();
    }
    void receive(const QByteArray &frame)
    {
        if (server.isConnected())
            server.sendRaw(frame);
        clock.settle();
    }
    void write(quint8 what)
    {
        static const QString statements[] = {u"INSERT OR REPLACE INTO notes(id, title, body) VALUES(?, 'new', 1)"_s,
                                             u"UPDATE notes SET title = title || 'x' WHERE id = ?"_s,
                                             u"DELETE FROM notes WHERE id = ?"_s};
        const auto done = replica->write([&](QSqlDatabase &database) -> Result<void> {
            QSqlQuery query(database);
            SHEAF_CHECK(query.prepare(statements[what % 3]));
            query.addBindValue(QString(QChar(u'a' + (what >> 2) % 4)));
            SHEAF_CHECK(query.exec());
            return {};
        });
        SHEAF_CHECK(done); // whatever a server has sent
        if (session)
            session->localChangesCommitted();
        clock.settle();
    }
    /// What an honest server would answer, as far as this one can know.
    void answer()
    {
        const auto pushes = server.take<Push>();
        for (const Push &push : pushes) {
            const Sequence before = head;
            head += static_cast<Sequence>(push.changes.size());
            if (server.isConnected())
                server.send(Ack{push.space, push.number, before, head, clock.wallMs(), {}});
        }
        const auto marks = server.take<Mark>();
        for (const Mark &mark : marks) {
            const SpaceDigest digest = *replica->digest(mark.space);
            if (server.isConnected())
                server.send(Marked{mark.space, mark.id, head, mark.buckets ? digest.toBytes() : digest.totalBytes()});
        }
        clock.settle();
    }

    ManualClock clock;
    FixedRandom random;
    ScriptedServer server{clock};
    quint64 state = 1;
    Sequence head = 0;
    std::unique_ptr<Replica> replica;
    std::unique_ptr<ClientSession> session;
};

} // namespace

/// Steps: the low three bits of each first byte say what happens.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static Host host;
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    World world(host);
    world.connect();
    for (int step = 0; step < 64 && !input.atEnd(); ++step) {
        const quint8 first = input.byte();
        switch (first & 7) {
        case 0: // any frame
            world.receive(input.take(input.word()).toByteArray());
            break;
        case 1: { // any message, well framed
            const QList<QByteArray> frames = frameMessage(input.take(input.word()).toByteArray());
            for (const QByteArray &frame : frames)
                world.receive(frame);
            break;
        }
        case 2:
            if (world.server.isConnected())
                world.server.send(welcomeOf(world.clock, first >> 3));
            world.clock.settle();
            break;
        case 3:
        case 4:
            world.write(input.byte());
            break;
        case 5:
            world.clock.advance(100 * input.byte());
            break;
        case 6:
            world.answer();
            break;
        default:
            world.connect();
        }
    }
    world.clock.settle();
    for (const SpaceState &space : world.replica->spaces()) {
        const auto kept = world.replica->digest(space.name);
        const auto fresh = world.replica->recomputedDigest(space.name);
        SHEAF_CHECK(kept && fresh && *kept == *fresh);
    }
    return 0;
}
