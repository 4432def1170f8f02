// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/syncengine.h"

#include <QFile>
#include <QNetworkInformation>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <atomic>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using Reachability = QNetworkInformation::Reachability;

namespace {

constexpr int patience = 30'000;

/// Nobody answers: each connection ends in the next turn of the event loop.
class NoServer final : public Transport
{
public:
    explicit NoServer(std::atomic<int> &attempts) : m_attempts(attempts) {}
    std::unique_ptr<Connection> connectTo(const QUrl &, Connection::Observer *observer) override
    {
        ++m_attempts;
        return std::make_unique<Dead>(observer);
    }

private:
    class Dead final : public QObject, public Connection
    {
    public:
        explicit Dead(Observer *observer)
        {
            QTimer::singleShot(0, this, [observer] { observer->closed(u"nobody is there"_s); });
        }
        void setObserver(Observer *) override {}
        void sendFrame(const QByteArray &) override {}
        [[nodiscard]] qint64 unsentBytes() const override { return 0; }
        void close() override {}
        void drop() override {}
    };

    std::atomic<int> &m_attempts;
};

} // namespace

/// The system says that the network is back, and the engine tries at once.
class TestNetworkBack : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reconnectsAtOnce_data()
    {
        QTest::addColumn<Reachability>("news");
        QTest::addColumn<bool>("tried");
        QTest::newRow("online") << Reachability::Online << true;
        QTest::newRow("site") << Reachability::Site << true;
        QTest::newRow("local") << Reachability::Local << false;
        QTest::newRow("disconnected") << Reachability::Disconnected << false;
    }
    void reconnectsAtOnce()
    {
        QFETCH(Reachability, news);
        QFETCH(bool, tried);
        QTemporaryDir folder;
        QFile schema(folder.filePath(u"schema.sql"_s));
        QVERIFY(schema.open(QIODevice::WriteOnly));
        schema.write("CREATE TABLE notes(id TEXT PRIMARY KEY); SELECT sheaf_sync('notes');");
        schema.close();
        std::atomic<int> attempts = 0;
        SyncEngine::Options options;
        options.databasePath = folder.filePath(u"a.db"_s);
        options.schemaPath = schema.fileName();
        options.transport = [&attempts] { return std::make_unique<NoServer>(attempts); };
        SyncEngine engine(options);
        if (QNetworkInformation::instance() == nullptr)
            QSKIP("This system tells nothing of its network.");
        engine.open();
        engine.connectToServer(QUrl(u"ws://127.0.0.1:1"_s), "token");
        constexpr qint64 restMs = 1500; // so long until the next attempt that comes by itself
        QTRY_VERIFY_WITH_TIMEOUT(engine.reconnectInMs() > restMs, patience);
        const int before = attempts;
        Q_EMIT QNetworkInformation::instance()->reachabilityChanged(news);
        if (tried) {
            QTRY_VERIFY_WITH_TIMEOUT(attempts > before, restMs / 3);
        } else {
            QTest::qWait(restMs / 3);
            QCOMPARE(attempts.load(), before);
        }
    }
};

QTEST_GUILESS_MAIN(TestNetworkBack)
#include "tst_networkback.moc"
