// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/densetexts.h"
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "yjscaller.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;
using Kind = Server::YjsMessage::Kind;
using Server::YjsEnd;

namespace {

int codeOf(YjsEnd end)
{
    return static_cast<int>(end);
}

} // namespace

/// How sessions of Yjs clients end, and what they may not cost.
class TestYjsEndings : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ServerHouse>();
        Caller replica(*m_house);
        replica.welcomed(m_house->token("replica"), 1);
        replica.send(pushOf(1, {rowOf("k", {makeHlc(1000), 1}, {"1", "2", "3", "seed"})}));
        m_house->run(10);
        m_token = m_house->token("browser");
        m_one = std::make_unique<YjsCaller>(*m_house, YjsCaller::target(m_token), 5);
        sync(*m_one);
    }
    void cleanup()
    {
        m_one.reset();
        QCOMPARE(m_house->space("home").digest, m_house->freshDigest("home"));
        m_house.reset();
    }

    void badMessages_data();
    void badMessages();
    void extensionsAreIgnored();
    void tooManyQuestions();
    void silenceIsBroken();
    void revokedTokens();
    void otherRoles();
    void whatIsInFlightWhenAccessEndsIsNotTaken_data();
    void whatIsInFlightWhenAccessEndsIsNotTaken();
    void aServerThatStops();
    void textsThatGrowTooLarge();
    void textsOfTooManyStructs();
    void whatNeverBecomesWholeIsBounded();
    void aReaderThatDoesNotRead();
    void aReaderThatStalls();
    void strangersGetNothing();
    void sealedTexts();

private:
    void sync(YjsCaller &caller)
    {
        caller.ask();
        m_house->run(10);
        caller.settle();
        m_house->run(10);
        QVERIFY(caller.isSynced());
    }

    std::unique_ptr<ServerHouse> m_house;
    std::unique_ptr<YjsCaller> m_one;
    QByteArray m_token;
};

void TestYjsEndings::badMessages_data()
{
    QTest::addColumn<QByteArray>("frame");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a sync type") << QByteArray::fromHex("000300");
    QTest::newRow("a length that lies") << QByteArray::fromHex("000205");
    QTest::newRow("a length without end") << QByteArray::fromHex("0002ffffffffffffffffffff");
    QTest::newRow("more than a message") << QByteArray::fromHex("00020200000a");
    QTest::newRow("no update") << QByteArray::fromHex("000203ffffff");
    QTest::newRow("no state vector") << QByteArray::fromHex("000002ffff");
}

void TestYjsEndings::badMessages()
{
    QFETCH(QByteArray, frame);
    YjsCaller other(*m_house, YjsCaller::target(m_token), 6);
    sync(other);
    m_one->sendRaw(frame);
    m_house->run(10);
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::BadMessage));
    QCOMPARE(other.closeCode(), 0);
}

void TestYjsEndings::extensionsAreIgnored()
{
    m_one->sendRaw(QByteArray::fromHex("1122334455"));
    m_one->sendRaw(QByteArray::fromHex("0200"));
    m_house->run(10);
    QCOMPARE(m_one->closeCode(), 0);
}

void TestYjsEndings::tooManyQuestions()
{
    for (int i = 0; i < Server::Tuning::yjsQuestionsBurst + 1; ++i)
        m_one->ask();
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::Flooding));
    YjsCaller patient(*m_house, YjsCaller::target(m_token), 6);
    for (int i = 0; i < 100; ++i) {
        patient.ask();
        m_house->run(1000);
    }
    QCOMPARE(patient.closeCode(), 0);
    patient.send(Kind::SyncStep1, QByteArray(Server::Tuning::yjsStateVectorBytesMax + 1, '\0'));
    QCOMPARE(patient.closeCode(), codeOf(YjsEnd::TooLarge));
}

void TestYjsEndings::silenceIsBroken()
{
    m_one->take(Kind::Awareness);
    m_house->run(65'000);
    // y-websocket gives a server up after 30 s.
    QCOMPARE(m_one->take(Kind::Awareness).size(), 3);
    QCOMPARE(m_one->closeCode(), 0);
}

void TestYjsEndings::revokedTokens()
{
    YjsCaller other(*m_house, YjsCaller::target(m_house->token("phone")), 6);
    sync(other);
    Server::StoredDevice browser = m_house->device("browser");
    browser.tokenHash.clear();
    m_house->core->accessChanged(browser);
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::BadToken));
    QCOMPARE(other.closeCode(), 0);
}

void TestYjsEndings::otherRoles()
{
    YjsCaller other(*m_house, YjsCaller::target(m_house->token("phone")), 6);
    sync(other);
    for (const Role role : {Role::Viewer, Role::None}) {
        const auto changed = Server::grantSpaces(m_house->storage, "browser", {"home"}, role);
        QVERIFY(changed);
        for (const Server::StoredDevice &device : *changed)
            m_house->core->accessChanged(device);
        // With another role it comes again by itself and asks for its rights anew.
        QCOMPARE(m_one->closeCode(), codeOf(role == Role::None ? YjsEnd::NoPermission : YjsEnd::Restarting));
        m_one = std::make_unique<YjsCaller>(*m_house, YjsCaller::target(m_token), 5);
        m_house->run(10);
    }
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::NoPermission));
    QCOMPARE(other.closeCode(), 0);
}

void TestYjsEndings::whatIsInFlightWhenAccessEndsIsNotTaken_data()
{
    QTest::addColumn<bool>("isRevoked");
    QTest::addColumn<int>("role");
    QTest::newRow("token revoked") << true << static_cast<int>(Role::Editor);
    QTest::newRow("viewer") << false << static_cast<int>(Role::Viewer);
    QTest::newRow("no access") << false << static_cast<int>(Role::None);
}

void TestYjsEndings::whatIsInFlightWhenAccessEndsIsNotTaken()
{
    QFETCH(const bool, isRevoked);
    QFETCH(const int, role);
    YjsCaller other(*m_house, YjsCaller::target(m_house->token("phone")), 6);
    sync(other);
    m_one->type(4, u" lost"_s); // waits for the group to be committed
    const auto changed = isRevoked ? Server::revokeToken(m_house->storage, "browser")
                                   : Server::grantSpaces(m_house->storage, "browser", {"home"}, static_cast<Role>(role));
    QVERIFY(changed);
    for (const Server::StoredDevice &device : *changed)
        m_house->core->accessChanged(device);
    m_house->run(10);
    other.settle();
    QCOMPARE(other.text(), u"seed"_s);
    other.type(4, u" kept"_s); // the text goes on without it
    m_house->run(10);
    YjsCaller third(*m_house, YjsCaller::target(m_house->token("tablet")), 7);
    sync(third);
    QCOMPARE(third.text(), u"seed kept"_s);
    QCOMPARE(other.closeCode(), 0);
}

void TestYjsEndings::aServerThatStops()
{
    m_one->type(4, u" kept"_s);
    bool isFinished = false;
    m_house->core->stop([&] { isFinished = true; });
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::Restarting));
    QVERIFY(!isFinished);
    m_house->run(100);
    QVERIFY(isFinished);
    YjsCaller late(*m_house, YjsCaller::target(m_token), 6);
    late.ask();
    m_house->run(10);
    QVERIFY(!late.isSynced());
    // What had come was stored first.
    m_house->core = std::make_unique<Server::ServerCore>(m_house->storage, m_house->clock, m_house->random);
    YjsCaller again(*m_house, YjsCaller::target(m_token), 7);
    sync(again);
    QCOMPARE(again.text(), u"seed kept"_s);
}

void TestYjsEndings::textsThatGrowTooLarge()
{
    YjsCaller other(*m_house, YjsCaller::target(m_token), 6);
    sync(other);
    const QString part(500'000, u'x');
    qint64 written = 0;
    while (m_one->closeCode() == 0 && written < 2 * Sheaf::Limits::textBytesMax) {
        m_one->type(4, part);
        written += part.size();
        m_house->run(10);
        m_one->settle();
        other.settle();
    }
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::TooLarge));
    QVERIFY(written > Sheaf::Limits::textBytesMax - 2 * part.size());
    // The others go on with what is stored: all but the last part, of which the pieces that had room.
    QCOMPARE(other.closeCode(), 0);
    QVERIFY(other.text().size() >= 4 + written - part.size());
    QVERIFY(other.text().size() < 4 + written);
    other.type(0, u"still "_s);
    m_house->run(10);
    other.settle();
    YjsCaller late(*m_house, YjsCaller::target(m_token), 7);
    sync(late);
    QVERIFY(late.text() == other.text());
}

void TestYjsEndings::textsOfTooManyStructs()
{
    constexpr quint64 part = 250'000;
    constexpr quint64 most = Sheaf::Limits::textStructsMax;
    quint64 sent = 0;
    for (; m_one->closeCode() == 0 && sent < 2 * most; sent += part) {
        m_one->send(Kind::Update, TextBombs::smallStructs(Text::Ref::Deleted, part, sent));
        m_house->run(10);
    }
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::TooLarge));
    QCOMPARE(sent, most); // the text itself is one struct more
    YjsCaller again(*m_house, YjsCaller::target(m_token), 6);
    sync(again);
    QCOMPARE(again.text(), u"seed"_s);
}

void TestYjsEndings::whatNeverBecomesWholeIsBounded()
{
    Text::Doc away({.clientId = 30});
    away.text().insert(0, u"never sent"_s);
    qint64 sent = 0;
    while (m_one->closeCode() == 0 && sent < 2 * Sheaf::Limits::textBytesMax) {
        const auto known = away.stateVector();
        away.text().insert(0, QString(900'000, u'x'));
        const QByteArray update = away.encodeSince(known);
        m_one->send(Kind::Update, update);
        sent += update.size();
        m_house->run(10);
    }
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::TooLarge));
    QCOMPARE(m_house->space("home").head, Sequence(1));
    YjsCaller again(*m_house, YjsCaller::target(m_token), 6);
    sync(again);
    QCOMPARE(again.text(), u"seed"_s);
}

void TestYjsEndings::aReaderThatDoesNotRead()
{
    for (int i = 0; i < 8; ++i) {
        m_one->type(4, QString(500'000, u'x'));
        m_house->run(10);
        m_one->settle();
    }
    YjsCaller slow(*m_house, YjsCaller::target(m_token), 6);
    slow.stopReading();
    slow.ask();
    m_house->run(100);
    // The answer goes out as it is read.
    QVERIFY(slow.unsentBytes() < Sheaf::Limits::unsentBytesPause + 2 * Sheaf::Limits::textUpdateBytesMax);
    for (int i = 0; i < 20 && !slow.isSynced(); ++i) {
        slow.readAgain();
        slow.settle();
        m_house->run(100);
    }
    QVERIFY(slow.isSynced());
    QVERIFY(slow.text() == m_one->text());
    // News are not kept for whoever never reads.
    slow.readAgain();
    for (int i = 0; i < 10; ++i) {
        m_one->type(4, QString(450'000, u'y'));
        m_house->run(10);
        m_one->settle();
    }
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::TooLarge));
    m_house->run(2'000);
    QVERIFY(slow.unsentBytes() < 2 * Sheaf::Limits::unsentBytesMax);
}

void TestYjsEndings::aReaderThatStalls()
{
    YjsCaller slow(*m_house, YjsCaller::target(m_token), 6);
    sync(slow);
    slow.stopReading();
    m_one->type(0, u"x"_s);
    m_house->run(10);
    QVERIFY(slow.unsentBytes() > 0);
    m_house->run(Server::Tuning::stalledMsMax - 2'000);
    QVERIFY(!slow.isOver());
    m_house->run(5'000);
    QVERIFY(slow.isOver());
}

void TestYjsEndings::strangersGetNothing()
{
    for (const QByteArray &target : {"/yjs/home/t/k/d"_ba, YjsCaller::target("guess"), YjsCaller::target({})}) {
        YjsCaller stranger(*m_house, target, 6);
        QCOMPARE(stranger.closeCode(), codeOf(YjsEnd::BadToken));
        stranger.ask();
        stranger.type(0, u"x"_s);
        m_house->run(100);
        QVERIFY(stranger.take(Kind::SyncStep2).isEmpty());
        QVERIFY(stranger.take(Kind::SyncStep1).isEmpty());
    }
    QCOMPARE(m_house->space("home").head, Sequence(1));
}

void TestYjsEndings::sealedTexts()
{
    Caller replica(*m_house);
    replica.welcomed(m_house->token("other"), 2);
    Change change{0, rowOf("k", {makeHlc(1000), 1}, {}).key, {}};
    const QByteArray sealed = QByteArray(8, '\xFF') + '\x7F' + QByteArray(60, 'c');
    encodeRecord({1, {makeHlc(1000), 1}, {}, {{4, {makeHlc(2000), 2}, sealed}}}, change.record);
    replica.send(pushOf(1, {change}));
    m_house->run(10);
    QVERIFY(replica.take<Ack>().value(0).verdicts.isEmpty());
    QCOMPARE(m_one->closeCode(), codeOf(YjsEnd::Sealed));
    YjsCaller late(*m_house, YjsCaller::target(m_token), 6);
    m_house->run(10);
    QCOMPARE(late.closeCode(), codeOf(YjsEnd::Sealed));
}

QTEST_GUILESS_MAIN(TestYjsEndings)
#include "tst_yjsendings.moc"
