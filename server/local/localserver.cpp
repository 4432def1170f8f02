// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/local/localserver.h"

#include "base/handover.h"
#include "server/core/authenticator.h"
#include "server/core/servercore.h"
#include "server/local/pipe.h"
#include "server/net/systemsources.h"
#include "server/storage/memorystorage.h"
#include "server/storage/sqlitestorage.h"

#include <QLockFile>

#include <future>
#include <mutex>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

/// The server itself, in its thread.
class LocalServer::House final : public QObject
{
public:
    ~House() override
    {
        m_core.reset(); // the connections first
    }

    Result<void> open(const QString &path, const Compressions &compressions)
    {
        m_clock = std::make_unique<SystemClock>(); // of this thread
        if (path.isEmpty()) {
            m_storage = std::make_unique<MemoryStorage>(m_random.next() | 1U);
        } else {
            m_lock = std::make_unique<QLockFile>(path + u".lock"_s);
            m_lock->setStaleLockTime(0); // only a dead holder gives it up
            if (!m_lock->tryLock(0))
                return fail(u"locked"_s, u"The file %1 is in use: close it first."_s.arg(path));
            auto opened = SqliteStorage::open(path, m_random.next() | 1U);
            if (!opened)
                return fail(opened.error());
            m_storage = *std::move(opened);
        }
        m_core = std::make_unique<ServerCore>(*m_storage, *m_clock, m_random);
        m_core->setCompressions(compressions);
        return {};
    }

    Result<QByteArray> addDevice(const QByteArray &name, const QList<QByteArray> &spaces)
    {
        return addToken(*m_storage, m_random, name, spaces);
    }

    void accept(const std::shared_ptr<PipeLine> &line)
    {
        auto end = std::make_unique<PipeEnd>(line, PipeEnd::Side::Server);
        m_core->accept(std::move(end));
        tellOpened(*line);
    }

private:
    SystemRandom m_random;
    std::unique_ptr<SystemClock> m_clock;
    std::unique_ptr<QLockFile> m_lock;
    std::unique_ptr<Storage> m_storage;
    std::unique_ptr<ServerCore> m_core;
};

/// Where transports knock; nobody opens once the server is gone.
struct LocalServer::Door {
    class Knocker final : public Transport
    {
    public:
        explicit Knocker(std::shared_ptr<Door> door) : m_door(std::move(door)) {}

        std::unique_ptr<Connection> connectTo(const QUrl &, Connection::Observer *observer) override
        {
            auto line = makeLine();
            auto end = std::make_unique<PipeEnd>(line, PipeEnd::Side::Client);
            end->setObserver(observer);
            const std::lock_guard lock(m_door->mutex);
            if (House *house = m_door->house)
                QMetaObject::invokeMethod(house, Handover([house, line] { house->accept(line); }), Qt::QueuedConnection);
            else
                tellRefused(*line, u"The server of this process is closed."_s);
            return end;
        }

    private:
        std::shared_ptr<Door> m_door;
    };

    std::mutex mutex; ///< the house stays while it is held
    House *house = nullptr;
};

LocalServer::LocalServer() : m_door(std::make_shared<Door>())
{
}

/// Does something in the server's thread and waits for it.
template<typename Work>
auto LocalServer::inHouse(Work work)
{
    std::promise<std::invoke_result_t<Work>> result;
    QMetaObject::invokeMethod(m_house, Handover([&result, &work] { result.set_value(work()); }), Qt::QueuedConnection);
    return result.get_future().get();
}

Result<std::unique_ptr<LocalServer>> LocalServer::open(const QString &path, const Compressions &compressions)
{
    std::unique_ptr<LocalServer> server(new LocalServer());
    server->m_house = new House;
    server->m_house->moveToThread(&server->m_thread);
    QObject::connect(&server->m_thread, &QThread::finished, server->m_house, &QObject::deleteLater);
    server->m_thread.setObjectName(u"local server"_s);
    server->m_thread.start();
    const auto opened = server->inHouse([&, house = server->m_house] { return house->open(path, compressions); });
    if (!opened)
        return fail(opened.error());
    server->m_door->house = server->m_house;
    return server;
}

LocalServer::~LocalServer()
{
    {
        const std::lock_guard lock(m_door->mutex);
        m_door->house = nullptr;
    }
    m_thread.quit();
    m_thread.wait();
}

Result<QByteArray> LocalServer::addDevice(const QByteArray &name, const QList<QByteArray> &spaces)
{
    return inHouse([this, name, spaces] { return m_house->addDevice(name, spaces); });
}

LocalServer::Transports LocalServer::transports() const
{
    return [door = m_door]() -> std::unique_ptr<Transport> { return std::make_unique<Door::Knocker>(door); };
}

QUrl LocalServer::url()
{
    return QUrl(u"local:server"_s);
}

} // namespace Sheaf::Server
