// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "serverhouse.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

/// Grants that change while sessions live, and clients that do not believe it.
class TestAccess : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void aGrantOpensASpaceAtOnce();
    void aRevocationClosesASpaceAtOnce();
    void whatWasRevokedIsSaidAtTheNextWelcome();
    void aLyingClientGetsNothingAfterItsRevocation();
    void whatIsInFlightWhenAccessEndsIsNotTaken();
    void whatIsInFlightWhenATokenIsRevokedIsNotTaken();
    void anUnfinishedTransactionEndsWithTheAccess();
    void aViewerBecomesAnEditorAndBack();
    void whatWasSentBeforeAReGrantIsDropped();
    void aSpaceThatOpensTwiceHearsTheLastOpening();
    void aSpaceIsLeftAndJoinedAgain();
    void leavingWaitsForTheAcks();
    void aStrangersSpaceIsRefusedAlone();
    void ordersSayWhatIsWrong();
    void tablesAreChosen();
    void marksSpeakOfTheChosenTables();
    void aMarkWaitsForThePushesOfItsSpaceAlone();

private:
    void grant(Role role, const QByteArray &space = "team")
    {
        const auto changed = Server::grantSpaces(m_house->storage, "phone", {space}, role);
        QVERIFY2(changed, qPrintable(changed ? QString() : changed.error().message));
        for (const Server::StoredDevice &device : *changed)
            m_house->core->accessChanged(device);
    }
    [[nodiscard]] Push teamPush(quint64 number, const QByteArray &key, bool more = false)
    {
        Push push = pushOf(number, {rowOf(key, {makeHlc(1000 + ++m_stamps), 1}, {"v"})}, more);
        push.space = "team";
        return push;
    }
    QList<Verdict> verdictsOf(Caller &caller)
    {
        m_house->run();
        QList<Verdict> all;
        const QList<Ack> acks = caller.take<Ack>();
        for (const Ack &ack : acks)
            all += ack.verdicts;
        return all;
    }
    /// A push by the other member, of which followers hear.
    void writeInTeam(const QByteArray &key)
    {
        Push push = teamPush(++m_teamNumber, key);
        m_team->send(push);
        m_house->run();
        QCOMPARE(verdictsOf(*m_team).size(), 0);
    }

    std::unique_ptr<ServerHouse> m_house;
    std::unique_ptr<Caller> m_phone;
    std::unique_ptr<Caller> m_team;
    QByteArray m_token;
    QByteArray m_lease;
    qint64 m_stamps = 0;
    quint64 m_teamNumber = 0;
};

void TestAccess::init()
{
    m_house = std::make_unique<ServerHouse>();
    m_team = std::make_unique<Caller>(*m_house);
    m_team->welcomed(m_house->token("member", {"team"}), 9);
    m_phone = std::make_unique<Caller>(*m_house);
    m_token = m_house->token("phone", {"home", "team"});
    m_lease = m_phone->welcomed(m_token, 1).lease;
    m_phone->send(Subscribe{"home", 77, 0});
    m_phone->send(Subscribe{"team", 77, 0});
    m_house->run();
    m_phone->takeAll();
    m_teamNumber = 0;
}

void TestAccess::cleanup()
{
    m_phone.reset();
    m_team.reset();
    m_house.reset();
}

void TestAccess::aGrantOpensASpaceAtOnce()
{
    m_house->core->accessChanged(m_house->device("phone")); // nothing new: nothing is said
    grant(Role::Viewer, "club");
    const QList<Message> told = m_phone->takeAll();
    QCOMPARE(told.size(), 1);
    const auto *opened = std::get_if<Opened>(&told.constFirst());
    QVERIFY(opened);
    QCOMPARE(opened->space, (Welcome::Space{"club", Role::Viewer, 0, 0}));
    m_phone->send(Subscribe{.space = "club", .epoch = 77, .opening = opened->opening});
    m_phone->send(Mark{"club", 1});
    m_house->run();
    QCOMPARE(m_phone->take<Marked>().size(), 1);
    QVERIFY(!m_phone->isOver());
}

void TestAccess::aRevocationClosesASpaceAtOnce()
{
    writeInTeam("a");
    QCOMPARE(m_phone->take<Changes>().size(), 1);
    grant(Role::None);
    const QList<Message> told = m_phone->takeAll();
    QCOMPARE(told.size(), 1);
    const auto *closed = std::get_if<Closed>(&told.constFirst());
    QVERIFY(closed);
    QCOMPARE(closed->space, "team"_ba);
    QCOMPARE(closed->code, u"revoked"_s);
    writeInTeam("b");
    m_house->run(60);
    QVERIFY(m_phone->takeAll().isEmpty());
    m_phone->send(Mark{"home", 1}); // the other space goes on
    m_house->run();
    QCOMPARE(m_phone->take<Marked>().size(), 1);
}

void TestAccess::whatWasRevokedIsSaidAtTheNextWelcome()
{
    m_phone->hangUp();
    grant(Role::None);
    Caller again(*m_house);
    const Welcome welcome = again.welcomed(m_token, 1, m_lease);
    QCOMPARE(welcome.spaces.size(), 2);
    QCOMPARE(welcome.spaces.at(0).role, Role::Editor);
    QCOMPARE(welcome.spaces.at(1), (Welcome::Space{"team", Role::None, 0, 0}));
}

void TestAccess::aLyingClientGetsNothingAfterItsRevocation()
{
    writeInTeam("a");
    grant(Role::None);
    m_phone->takeAll();
    m_phone->send(Subscribe{"team", 77, 0});
    m_phone->send(Subscribe{"team", 77, 0, bytesOf(SpaceDigest::Buckets().set())});
    m_phone->send(Mark{"team", 1, true});
    m_phone->send(teamPush(1, "mine"));
    m_phone->send(Plugin{"presence", "team", {}, QByteArray("\0", 1)});
    m_house->run();
    writeInTeam("b");
    const QList<Message> told = m_phone->takeAll();
    for (const Message &message : told) {
        if (const auto *ack = std::get_if<Ack>(&message))
            QCOMPARE(ack->verdicts.constFirst().code, u"no_permission"_s);
        else
            QVERIFY(std::holds_alternative<Closed>(message));
    }
    QCOMPARE(told.size(), 4);
    QCOMPARE(m_house->rowCount("team"), 2);
    QVERIFY(!m_phone->isOver());
}

void TestAccess::whatIsInFlightWhenAccessEndsIsNotTaken()
{
    m_phone->send(teamPush(1, "mine")); // waits for the group to be committed
    grant(Role::None);
    m_house->run();
    QCOMPARE(m_house->rowCount("team"), 0);
    const QList<Message> told = m_phone->takeAll();
    QCOMPARE(told.size(), 2);
    QVERIFY(std::holds_alternative<Closed>(told.at(0)));
    QCOMPARE(std::get<Ack>(told.at(1)).verdicts.constFirst().code, u"no_permission"_s);
}

void TestAccess::whatIsInFlightWhenATokenIsRevokedIsNotTaken()
{
    m_phone->send(teamPush(1, "mine"));
    m_team->send(teamPush(++m_teamNumber, "theirs")); // of the same group
    const auto revoked = Server::revokeToken(m_house->storage, "phone");
    QVERIFY(revoked);
    for (const Server::StoredDevice &device : *revoked)
        m_house->core->accessChanged(device);
    m_house->run();
    QCOMPARE(m_house->rowCount("team"), 1);
    QCOMPARE(m_phone->refusal(), u"bad_token"_s);
    QVERIFY(m_phone->take<Ack>().isEmpty());
}

void TestAccess::anUnfinishedTransactionEndsWithTheAccess()
{
    m_phone->send(teamPush(1, "first", true));
    grant(Role::None);
    grant(Role::Editor);
    m_phone->send(teamPush(2, "second"));
    m_house->run();
    QCOMPARE(m_house->rowCount("team"), 0);
    QVERIFY(!m_phone->isOver());
}

void TestAccess::aViewerBecomesAnEditorAndBack()
{
    grant(Role::Viewer);
    QCOMPARE(m_phone->take<Opened>().constFirst().space.role, Role::Viewer);
    m_phone->send(teamPush(1, "refused"));
    QCOMPARE(verdictsOf(*m_phone).constFirst().code, u"no_permission"_s);
    writeInTeam("seen");
    QCOMPARE(m_phone->take<Changes>().size(), 1);

    grant(Role::Editor);
    const QList<Opened> opened = m_phone->take<Opened>();
    QCOMPARE(opened.size(), 1);
    QCOMPARE(opened.constFirst().space.lastPush, 1U); // a refused push counts: numbers have no gaps
    m_phone->send(teamPush(2, "taken"));
    QCOMPARE(verdictsOf(*m_phone).size(), 0);
    QCOMPARE(m_house->rowCount("team"), 2);

    m_phone->send(teamPush(3, "too late"));
    grant(Role::Viewer);
    QCOMPARE(verdictsOf(*m_phone).constFirst().code, u"no_permission"_s);
    QCOMPARE(m_house->rowCount("team"), 2);
    m_phone->hangUp();
    Caller again(*m_house);
    QCOMPARE(again.welcomed(m_token, 1, m_lease).spaces.at(1).lastPush, 3U);
}

void TestAccess::whatWasSentBeforeAReGrantIsDropped()
{
    grant(Role::None);
    grant(Role::Editor);
    const quint64 opening = m_phone->take<Opened>().constFirst().opening;
    QCOMPARE(opening, 1U);
    m_phone->takeAll();
    m_phone->send(teamPush(1, "sent before it heard of either"));
    m_phone->send(Subscribe{"team", 77, 0});
    m_phone->send(teamPush(1, "so was this"));
    m_phone->send(Mark{"team", 1});
    m_phone->send(Leave{"team"});
    m_house->run();
    writeInTeam("meanwhile");
    QVERIFY(m_phone->takeAll().isEmpty());
    m_phone->send(Subscribe{.space = "team", .epoch = 77, .opening = opening});
    m_phone->send(teamPush(1, "sent behind the subscription"));
    m_house->run();
    QCOMPARE(m_house->rowCount("team"), 2);
    const QList<Message> told = m_phone->takeAll();
    QCOMPARE(told.size(), 3);
    QVERIFY(std::holds_alternative<Subscribed>(told.at(0))); // says where the changes of this subscription begin
    QVERIFY(std::holds_alternative<Changes>(told.at(1)));
    QVERIFY(std::holds_alternative<Ack>(told.at(2)));
    QVERIFY(!m_phone->isOver());
}

void TestAccess::aSpaceThatOpensTwiceHearsTheLastOpening()
{
    for (int i = 0; i < 2; ++i) {
        grant(Role::None);
        grant(Role::Editor);
    }
    QCOMPARE(m_phone->take<Opened>().constLast().opening, 2U);
    m_phone->takeAll();
    m_phone->send(Subscribe{.space = "team", .epoch = 77, .opening = 1});
    m_phone->send(teamPush(1, "between the two"));
    m_house->run();
    QVERIFY(m_phone->takeAll().isEmpty());
    m_phone->send(Subscribe{.space = "team", .epoch = 77, .opening = 2});
    m_phone->send(teamPush(1, "behind both"));
    grant(Role::Viewer); // another role is no other opening
    QCOMPARE(m_phone->take<Opened>().constFirst().opening, 2U);
    m_house->run();
    QCOMPARE(m_phone->take<Ack>().size(), 1);
}

void TestAccess::aSpaceIsLeftAndJoinedAgain()
{
    m_phone->send(Leave{"team"});
    m_house->run();
    QCOMPARE(m_phone->take<Closed>(), (QList<Closed>{{"team", u"left"_s, {}}}));
    writeInTeam("meanwhile");
    QVERIFY(m_phone->takeAll().isEmpty());
    m_phone->send(Subscribe{"team", 77, 0});
    m_phone->send(teamPush(1, "mine"));
    m_house->run();
    QCOMPARE(m_phone->take<Changes>().size(), 1);
    QCOMPARE(m_phone->take<Ack>().size(), 1);
    QCOMPARE(m_house->rowCount("team"), 2);
}

void TestAccess::leavingWaitsForTheAcks()
{
    m_phone->send(teamPush(1, "mine"));
    m_phone->send(Leave{"team"});
    QVERIFY(m_phone->takeAll().isEmpty());
    m_house->run();
    const QList<Message> told = m_phone->takeAll();
    QCOMPARE(told.size(), 2);
    QVERIFY(std::get<Ack>(told.at(0)).verdicts.isEmpty());
    QCOMPARE(std::get<Closed>(told.at(1)).code, u"left"_s);
    QCOMPARE(m_house->rowCount("team"), 1);
}

void TestAccess::aStrangersSpaceIsRefusedAlone()
{
    m_phone->send(Subscribe{"theirs", 77, 0});
    m_phone->send(Leave{"theirs"});
    m_house->run();
    const QList<Closed> closed = m_phone->take<Closed>();
    QCOMPARE(closed.size(), 2);
    QCOMPARE(closed.at(0).code, u"no_permission"_s);
    QCOMPARE(closed.at(1).code, u"left"_s);
    writeInTeam("news");
    QCOMPARE(m_phone->take<Changes>().size(), 1);
}

void TestAccess::ordersSayWhatIsWrong()
{
    auto &storage = m_house->storage;
    QCOMPARE(Server::grantSpaces(storage, "nobody", {"team"}, Role::Editor).error().code, u"unknown_device"_s);
    QCOMPARE(Server::grantSpaces(storage, "phone", {"club"}, Role::None).error().code, u"no_access"_s);
    QCOMPARE(Server::grantSpaces(storage, "phone", {"team", ""}, Role::None).error().code, u"bad_name"_s);
    QVERIFY(Server::grantSpaces(storage, "phone", {"team"}, Role::None));
    QCOMPARE(Server::grantSpaces(storage, "phone", {"team"}, Role::None).error().code, u"no_access"_s);
    QList<QByteArray> many;
    for (int i = 0; i < 199; ++i)
        many.append("s" + QByteArray::number(i));
    QCOMPARE(Server::grantSpaces(storage, "phone", many, Role::Editor).error().code, u"too_large"_s);
}

void TestAccess::tablesAreChosen()
{
    const auto write = [this](const QByteArray &table, const QByteArray &key, quint64 number) {
        Push push = pushOf(number, {rowOf(key, {makeHlc(number), 1}, {"v"})});
        push.space = "team";
        push.tables.first().table = table;
        m_team->send(push);
        m_house->run();
    };
    write("a", "1", 1);
    write("b", "2", 2);
    m_phone->takeAll();
    m_phone->send(Subscribe{"team", 77, 0, {}, {"b"}});
    m_house->run();
    const auto tablesOf = [](const QList<Changes> &all) {
        QList<QByteArray> names;
        for (const Changes &one : all) {
            for (const Change &change : one.changes)
                names.append(one.tables.at(change.table).table);
        }
        return names;
    };
    QList<Changes> pulled = m_phone->take<Changes>();
    QCOMPARE(pulled.constLast().sequence, 2U);
    QCOMPARE(tablesOf(pulled), QList<QByteArray>{"b"});
    write("a", "3", 3); // live: an empty batch moves the cursor
    write("b", "4", 4);
    pulled = m_phone->take<Changes>();
    QCOMPARE(pulled.size(), 2);
    QCOMPARE(pulled.at(0).previous, 2U);
    QCOMPARE(pulled.at(0).sequence, 3U);
    QCOMPARE(pulled.at(1).previous, 3U);
    QCOMPARE(tablesOf(pulled), QList<QByteArray>{"b"});
    m_phone->send(Subscribe{"team", 77, 0, {}, {"a", "b"}});
    m_house->run();
    QCOMPARE(tablesOf(m_phone->take<Changes>()).size(), 4);
}

void TestAccess::marksSpeakOfTheChosenTables()
{
    const auto digestOf = [this] {
        m_phone->send(Mark{"team", 1});
        m_house->run();
        return m_phone->take<Marked>().constFirst().digest;
    };
    const auto write = [this](const QByteArray &table, const QByteArray &value, quint64 number) {
        Push push = pushOf(number, {rowOf("k", {makeHlc(number), 1}, {value})});
        push.space = "team";
        push.tables.first().table = table;
        m_team->send(push);
        m_house->run();
        m_phone->take<Changes>();
    };
    write("a", "1", 1);
    const QByteArray onlyA = digestOf();
    write("b", "1", 2);
    QVERIFY(digestOf() != onlyA);
    m_phone->send(Subscribe{"team", 77, 2, {}, {"a"}});
    m_house->run();
    QCOMPARE(digestOf(), onlyA);
    write("b", "2", 3);
    QCOMPARE(digestOf(), onlyA);
    write("a", "2", 4); // kept up to date from the first question on
    const QByteArray newer = digestOf();
    QVERIFY(newer != onlyA);
    m_phone->send(Subscribe{"team", 77, 4, {}, {"a", "none"}});
    QCOMPARE(digestOf(), newer);
    m_phone->send(Subscribe{"team", 77, 4, {}, {"none"}});
    QCOMPARE(digestOf(), QByteArray(16, '\0'));
    m_phone->send(Subscribe{"team", 77, 4});
    QCOMPARE(digestOf(), m_house->freshDigest("team").totalBytes());
}

void TestAccess::aMarkWaitsForThePushesOfItsSpaceAlone()
{
    m_phone->send(pushOf(1, {rowOf("a", {makeHlc(1), 1}, {"v"})}));
    m_phone->send(Mark{"team", 1});
    m_phone->send(Mark{"home", 2}); // both before the push is committed
    m_house->run();
    const QList<Message> told = m_phone->takeAll();
    QCOMPARE(told.size(), 3);
    QCOMPARE(std::get<Marked>(told.at(0)).space, "team"_ba);
    QVERIFY(std::holds_alternative<Ack>(told.at(1)));
    QCOMPARE(std::get<Marked>(told.at(2)).head, Sequence(1));
}

QTEST_GUILESS_MAIN(TestAccess)
#include "tst_access.moc"
