// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "corelink.h"
#include "server/core/authenticator.h"
#include "server/core/tuning.h"
#include "server/storage/memorystorage.h"
#include "session/clientsession.h"
#include "turnedcompression.h"

#include <QTest>

#include <array>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// An app's own compression between real sessions and the real server's core: what is agreed, and what becomes of a connection
/// whose compression fails on either side.
class TestCompressionHook : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_token.clear();
        storage = std::make_unique<Server::MemoryStorage>(7);
        link.core = std::make_unique<Server::ServerCore>(*storage, clock, random);
        onServer = std::make_shared<TurnedCompression>();
        link.core->setCompressions({onServer});
        for (quint64 i = 0; i < parties.size(); ++i)
            parties[i] = std::make_unique<Party>(clock, i + 1);
    }
    void cleanup()
    {
        for (auto &party : parties)
            party.reset();
        link.core.reset();
        storage.reset();
    }

    void bothUseWhatTheyAgreeOn()
    {
        int packed = 0;
        int unpacked = 0;
        Party &one = *parties[0];
        one.compression->onCompress = [&](QByteArrayView message) {
            ++packed;
            return TurnedCompression().compress(message);
        };
        onServer->onDecompress = [&](QByteArrayView bytes, std::span<char> message) {
            ++unpacked;
            return TurnedCompression().decompress(bytes, message);
        };
        connectAll();
        write(one);
        rest();
        QVERIFY(one.progress.proven && parties[1]->progress.proven);
        QVERIFY(packed > 0);
        QVERIFY(unpacked > 0);
        QCOMPARE(parties[1]->replica.titleOf(u"a"_s), m_words);
    }

    void withNothingInCommonMessagesGoPlain()
    {
        Party &one = *parties[0];
        one.compression = std::make_shared<TurnedCompression>("thirds");
        for (TurnedCompression *never : {one.compression.get(), onServer.get()}) {
            never->onCompress = [](QByteArrayView) -> QByteArray { throwSomething(); };
            never->onDecompress = [](QByteArrayView, std::span<char>) -> qsizetype { throwSomething(); };
        }
        connectTo(one);
        write(one);
        rest();
        QVERIFY(one.progress.proven);
    }

    void whatFailsEndsOneConnectionAlone_data()
    {
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("code");
        QTest::newRow("the client cannot pack") << 0 << u"compression_failed"_s;
        QTest::newRow("the server cannot unpack") << 1 << u"compression_failed"_s;
        QTest::newRow("the server unpacks something else") << 2 << u"bad_frame"_s;
        QTest::newRow("the server cannot pack") << 3 << u"compression_failed"_s;
        QTest::newRow("the client cannot unpack") << 4 << u"compression_failed"_s;
        QTest::newRow("the client unpacks something else") << 5 << u"bad_frame"_s;
    }

    void whatFailsEndsOneConnectionAlone()
    {
        QFETCH(int, fault);
        const auto noPacking = [](QByteArrayView) -> QByteArray { throwSomething(); };
        const auto noUnpacking = [](QByteArrayView, std::span<char>) -> qsizetype { throwSomething(); };
        const auto lie = [](QByteArrayView, std::span<char> message) { return static_cast<qsizetype>(message.size()) + 1; };
        Party &one = *parties[0]; // pushes, and two hears of it
        Party &two = *parties[1];
        if (fault == 0)
            one.compression->onCompress = noPacking;
        else if (fault == 1)
            onServer->onDecompress = noUnpacking;
        else if (fault == 2)
            onServer->onDecompress = lie;
        else if (fault == 3)
            onServer->onCompress = noPacking;
        else
            two.compression->onDecompress =
                fault == 4 ? std::function<qsizetype(QByteArrayView, std::span<char>)>(noUnpacking) : lie;
        connectAll();
        QVERIFY(one.endCode.isEmpty() && two.endCode.isEmpty());
        write(one);
        clock.advance(15 * Server::Tuning::tickMs); // last words have their time
        Party &failed = fault <= 2 ? one : two;
        Party &other = fault <= 2 ? two : one;
        QTEST(failed.endCode, "code");
        QVERIFY2(other.endCode.isEmpty(), qPrintable(other.endCode));
        // The edit is lost nowhere: what the device does not know to be on the server waits for the next connection.
        QCOMPARE(one.replica.replica->pendingCount() == 0, fault > 2);
        QCOMPARE(link.core->sessionCount(), 1);
    }

private:
    /// A device with its session, and the compression that it knows.
    struct Party {
        Party(ManualClock &clock, quint64 seed) : replica(clock, seed) {}

        TestReplica replica;
        std::shared_ptr<TurnedCompression> compression = std::make_shared<TurnedCompression>();
        std::unique_ptr<ClientSession> session;
        SyncProgress progress;
        QString endCode;
    };

    void connectTo(Party &party)
    {
        if (m_token.isEmpty())
            m_token = *Server::addToken(*storage, random, "one", {});
        ClientSession::Options options{.url = {}, .token = m_token, .app = u"test"_s, .compressions = {party.compression}};
        ClientSession::Events events;
        events.progressed = [&party](const SyncProgress &now) { party.progress = now; };
        events.ended = [&party](const QString &code, const QString &, qint64) { party.endCode = code; };
        party.session = std::make_unique<ClientSession>(*party.replica.replica, clock, random, link, options, events);
        party.session->start();
        clock.settle();
    }
    void connectAll()
    {
        for (auto &party : parties)
            connectTo(*party);
    }
    void write(Party &party)
    {
        party.replica.addNote(u"a"_s, m_words);
        party.session->localChangesCommitted();
        clock.settle();
    }
    /// Both sides have time to prove that they have the same.
    void rest() { clock.advance(5 * Server::Tuning::tickMs); }

    ManualClock clock;
    FixedRandom random;
    CoreLink link{clock};
    std::unique_ptr<Server::MemoryStorage> storage;
    std::shared_ptr<TurnedCompression> onServer;
    std::array<std::unique_ptr<Party>, 2> parties;
    QByteArray m_token;
    const QString m_words = u"the same again "_s.repeated(200);
};

QTEST_GUILESS_MAIN(TestCompressionHook)
#include "tst_compressionhook.moc"
