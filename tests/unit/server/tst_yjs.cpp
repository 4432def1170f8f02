// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "text/updatealgebra.h"
#include "yjscaller.h"

#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;
using Kind = Server::YjsMessage::Kind;
using Server::YjsEnd;

namespace {

constexpr Stamp born{makeHlc(1000), 1};
constexpr ColumnId body = 4;

int codeOf(YjsEnd end)
{
    return static_cast<int>(end);
}

} // namespace

/// Yjs clients at one text of the server, beside a replica that writes rows.
class TestYjs : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ServerHouse>();
        m_replica = std::make_unique<Caller>(*m_house);
        m_replica->welcomed(m_house->token("replica"), 1);
        m_replica->send(Subscribe{"home", 77, 0, {}});
        m_token = m_house->token("browser");
        m_number = 0;
        m_hlc = makeHlc(2000);
        const Change row = rowOf("k", born, {"1", "2", "3", "seed"});
        m_key = row.key;
        push(row);
        m_house->run(10);
    }
    void cleanup()
    {
        // Whatever happened: the digest is that of what is stored.
        QCOMPARE(m_house->space("home").digest, m_house->freshDigest("home"));
        m_replica.reset();
        m_house.reset();
    }

    void aTextIsToldWithItsSeed();
    void whatIsWrittenReachesEverybody();
    void replicasAndClientsHearEachOther();
    void updatesDoNotWaitForTheSeed();
    void whatIsKnownIsNotStoredAgain();
    void nothingIsToldBeforeItIsDurable();
    void whatWaitsIsStoredWhenItIsWhole();
    void whatAForeignEditCompletesIsStoredToo();
    void aDeviceHasOneSite();
    void aClockSetBackStopsNobody();
    void readersMayNotWrite();
    void rowsThatGoEndTheirTexts();
    void largeTextsComeInPieces();
    void carets();

private:
    void push(const Change &change)
    {
        m_replica->send(pushOf(++m_number, {change}));
        m_house->run(10);
        const QList<Ack> acks = m_replica->take<Ack>();
        if (acks.size() != 1 || !acks.constFirst().verdicts.isEmpty())
            qFatal("not accepted");
    }
    /// An edit of the replica.
    void pushText(const QByteArray &update)
    {
        Change change = rowOf("k", born, {});
        change.record.clear();
        encodeRecord({1, born, {}, {{body, {++m_hlc, 1}, update}}}, change.record);
        push(change);
    }
    void sync(YjsCaller &caller)
    {
        caller.ask();
        settle({&caller});
        QVERIFY(caller.isSynced());
    }
    void settle(const QList<YjsCaller *> &callers)
    {
        for (int i = 0; i < 3; ++i) {
            m_house->run(10);
            for (YjsCaller *caller : callers)
                caller->settle();
        }
    }
    [[nodiscard]] QList<QByteArray> stored();
    [[nodiscard]] QString storedText();
    [[nodiscard]] RowRecord record();
    [[nodiscard]] Sequence head() { return m_house->space("home").head; }

    std::unique_ptr<ServerHouse> m_house;
    std::unique_ptr<Caller> m_replica;
    QByteArray m_token;
    QByteArray m_key;
    QByteArray m_found;
    quint64 m_number = 0;
    Hlc m_hlc = 0;
};

/// The updates of the text, seed apart.
QList<QByteArray> TestYjs::stored()
{
    QList<QByteArray> updates;
    (void)m_house->storage.scanTexts(m_house->space("home").id, 0, 0, [&](const Server::TextView &text) {
        updates.append(text.update.toByteArray());
        return true;
    });
    return updates;
}

/// What they say without the seed: nothing stored may count on it.
QString TestYjs::storedText()
{
    Text::Doc doc({.clientId = 9});
    const QList<QByteArray> updates = stored();
    for (const QByteArray &update : updates) {
        if (!doc.apply(update))
            qFatal("a bad update is stored");
    }
    return doc.hasPending() ? u"(waiting)"_s : doc.text().toString();
}

RowRecord TestYjs::record()
{
    RowRecord record;
    (void)m_house->storage.scan(m_house->space("home").id, 0, [&](const Server::RecordView &row) {
        m_found = row.record.toByteArray();
        return true;
    });
    if (!decodeRecord(m_found, record))
        qFatal("a bad record is stored");
    return record;
}

void TestYjs::aTextIsToldWithItsSeed()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    QCOMPARE(one.take(Kind::SyncStep1).size(), 1); // at once
    sync(one);
    QCOMPARE(one.text(), u"seed"_s);
    // Reading stores nothing.
    QVERIFY(stored().isEmpty());
    // A second question gets what is missing, which is nothing.
    one.ask();
    m_house->run(10);
    const QList<QByteArray> answers = one.take(Kind::SyncStep2);
    QCOMPARE(answers, QList<QByteArray>{QByteArrayView("\0\0", 2).toByteArray()});
}

void TestYjs::whatIsWrittenReachesEverybody()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    YjsCaller two(*m_house, YjsCaller::target(m_token), 6);
    sync(one);
    sync(two);
    one.type(4, u" one"_s);
    two.type(0, u"two "_s);
    settle({&one, &two});
    QCOMPARE(one.text(), u"two seed one"_s);
    QCOMPARE(two.text(), one.text());
    one.doc.text().remove(0, 4);
    settle({&one, &two});
    QCOMPARE(two.text(), u"seed one"_s);
    QCOMPARE(storedText(), two.text());
    // Away for a while, with words of one's own.
    one.hangUp();
    one.type(0, u"away "_s);
    two.type(0, u"here "_s);
    settle({&two});
    YjsCaller again(*m_house, YjsCaller::target(m_token), 7);
    QVERIFY(again.doc.apply(one.doc.encode()));
    sync(again);
    settle({&again, &two});
    QCOMPARE(again.text().size(), u"away here seed one"_s.size());
    QCOMPARE(two.text(), again.text());
    QCOMPARE(storedText(), again.text());
}

void TestYjs::replicasAndClientsHearEachOther()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    sync(one);
    m_replica->take<Changes>();
    one.type(4, u"!"_s);
    settle({&one});
    const QList<Changes> heard = m_replica->take<Changes>();
    QCOMPARE(heard.size(), 1);
    RowRecord record;
    QVERIFY(decodeRecord(heard.constFirst().changes.constFirst().record, record));
    QCOMPARE(record.texts.size(), size_t(1));
    Text::Doc replica({.clientId = 8});
    QVERIFY(replica.apply(record.texts.front().update));
    QCOMPARE(replica.text().toString(), u"seed!"_s); // the seed came with it
    const auto known = replica.stateVector();
    replica.text().insert(0, u"from afar: "_s);
    pushText(replica.encodeSince(known));
    settle({&one});
    QCOMPARE(one.text(), u"from afar: seed!"_s);
    // Other rows and other columns are not its business.
    push(rowOf("other", born, {"1", "2", "3", "4"}));
    push(rowOf("k", {makeHlc(3000), 1}, {"new"}));
    settle({&one});
    QCOMPARE(one.closeCode(), 0);
    QCOMPARE(one.text(), u"from afar: seed!"_s);
}

void TestYjs::updatesDoNotWaitForTheSeed()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    sync(one);
    one.doc.text().remove(0, 2); // says nothing but a deletion in the seed
    settle({&one});
    QCOMPARE(storedText(), u"ed"_s);
    one.type(0, u"f"_s);
    one.type(1, u"e"_s);
    settle({&one});
    QCOMPARE(storedText(), u"feed"_s);
    // The seed is there: no later update carries it again.
    QVERIFY(stored().constLast().size() < stored().constFirst().size());
    QVERIFY(!stored().constLast().contains("seed"));
}

void TestYjs::whatIsKnownIsNotStoredAgain()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    sync(one);
    one.type(0, u"x"_s);
    settle({&one});
    const Sequence before = head();
    for (int i = 0; i < 5; ++i) {
        one.send(Kind::SyncStep2, one.doc.encode());
        one.send(Kind::Update, one.doc.encode());
        settle({&one});
    }
    QCOMPARE(head(), before);
    QCOMPARE(storedText(), u"xseed"_s);
}

void TestYjs::nothingIsToldBeforeItIsDurable()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    YjsCaller two(*m_house, YjsCaller::target(m_token), 6);
    sync(one);
    one.type(0, u"x"_s);
    two.ask(); // the commit has not been made
    two.settle();
    QVERIFY(!two.isSynced());
    settle({&one, &two});
    QCOMPARE(two.text(), u"xseed"_s);
    for (const bool isApplied : {false, true}) {
        YjsCaller author(*m_house, YjsCaller::target(m_token), isApplied ? 7 : 8);
        YjsCaller reader(*m_house, YjsCaller::target(m_token), isApplied ? 9 : 10);
        sync(author);
        sync(reader);
        const QString before = reader.text();
        m_house->storage.failNextCommit(isApplied);
        author.type(0, u"y"_s);
        settle({&author, &reader});
        // Nobody knows: all begin again, and what is not stored comes from its author.
        QCOMPARE(author.closeCode(), codeOf(YjsEnd::Unavailable));
        QCOMPARE(reader.closeCode(), codeOf(YjsEnd::Unavailable));
        QCOMPARE(reader.text(), before);
        YjsCaller again(*m_house, YjsCaller::target(m_token), isApplied ? 17 : 18);
        QVERIFY(again.doc.apply(author.doc.encode()));
        sync(again);
        settle({&again});
        QCOMPARE(storedText(), author.text());
    }
}

void TestYjs::whatWaitsIsStoredWhenItIsWhole()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    YjsCaller two(*m_house, YjsCaller::target(m_token), 6);
    sync(one);
    sync(two);
    Text::Doc away({.clientId = 30});
    QVERIFY(away.apply(one.doc.encode()));
    away.text().insert(0, u"a"_s);
    const auto first = away.encodeSince(one.doc.stateVector());
    const auto known = away.stateVector();
    away.text().insert(1, u"b"_s);
    const Sequence before = head();
    two.send(Kind::Update, away.encodeSince(known));
    settle({&one, &two});
    QCOMPARE(head(), before);
    one.send(Kind::SyncStep2, first);
    settle({&one, &two});
    QCOMPARE(storedText(), u"abseed"_s);
    // Each of them gets also what it did not send itself.
    QCOMPARE(one.text(), u"abseed"_s);
    QCOMPARE(two.text(), u"abseed"_s);
}

void TestYjs::whatAForeignEditCompletesIsStoredToo()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    sync(one);
    Text::Doc replica({.clientId = 30});
    QVERIFY(replica.apply(one.doc.encode()));
    replica.text().insert(4, u" R"_s);
    // The client got the edit of the replica another way, before the server did, and wrote on.
    Text::Doc client({.clientId = 40});
    QVERIFY(client.apply(replica.encode()));
    const auto before = client.stateVector();
    client.text().insert(6, u" C"_s);
    one.send(Kind::Update, client.encodeSince(before));
    settle({&one});
    QCOMPARE(storedText(), QString());
    pushText(replica.encode());
    m_house->run(10);
    // The server asks once more, and the client has it, as every Yjs client keeps what waits.
    QCOMPARE(one.take(Kind::SyncStep1).size(), 1);
    one.send(Kind::SyncStep2, client.encode());
    settle({&one});
    QCOMPARE(storedText(), u"seed R C"_s);
    QCOMPARE(one.text(), u"seed R C"_s);
}

void TestYjs::aDeviceHasOneSite()
{
    for (quint64 client = 5; client < 8; ++client) {
        YjsCaller one(*m_house, YjsCaller::target(m_token), client);
        sync(one);
        one.type(0, u"x"_s);
        settle({&one});
        QCOMPARE(record().texts.size(), size_t(1));
    }
    const Stamp stamp = record().texts.front().stamp;
    QVERIFY(stamp.hlc >= makeHlc(m_house->clock.wallMs() - 1000));
    YjsCaller other(*m_house, YjsCaller::target(m_house->token("phone")), 20);
    sync(other);
    other.type(0, u"x"_s);
    settle({&other});
    QCOMPARE(record().texts.size(), size_t(2));
    // A replica of another device cannot take that name.
    Caller thief(*m_house);
    thief.hello(m_house->token("thief"), stamp.site);
    m_house->run(10);
    QCOMPARE(thief.refusal(), u"site_taken"_s);
}

void TestYjs::aClockSetBackStopsNobody()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    sync(one);
    one.type(0, u"a"_s);
    settle({&one});
    for (const qint64 skew : {-3'600'000, -7'200'000, 3'600'000}) {
        m_house->skewMs = skew;
        one.type(0, u"b"_s);
        settle({&one});
        QCOMPARE(one.closeCode(), 0);
    }
    QCOMPARE(storedText(), u"bbbaseed"_s);
}

void TestYjs::readersMayNotWrite()
{
    const QByteArray token = m_house->token("reader");
    m_house->setRole("reader", Role::Viewer);
    YjsCaller reader(*m_house, YjsCaller::target(token), 5);
    YjsCaller writer(*m_house, YjsCaller::target(m_token), 6);
    m_house->run(10);
    QVERIFY(reader.take(Kind::SyncStep1).isEmpty()); // nobody asks what it has
    sync(reader);
    sync(writer);
    const Sequence before = head();
    reader.type(0, u"x"_s);
    reader.type(0, u"y"_s);
    m_house->run(10);
    QCOMPARE(reader.take(Kind::Denied).size(), 1);
    QCOMPARE(head(), before);
    QCOMPARE(reader.closeCode(), 0);
    writer.type(4, u" grows"_s);
    settle({&writer, &reader});
    QCOMPARE(writer.text(), u"seed grows"_s);
    QCOMPARE(reader.text(), u"yxseed grows"_s);
    YjsCaller stranger(*m_house, YjsCaller::target(m_house->token("stranger", {"elsewhere"})), 7);
    QCOMPARE(stranger.closeCode(), codeOf(YjsEnd::NoPermission));
}

void TestYjs::rowsThatGoEndTheirTexts()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    sync(one);
    // The same words under another stamp change nothing, other words are another text.
    push(rowOf("k", {makeHlc(3000), 1}, {"1", "2", "3", "seed"}));
    settle({&one});
    QCOMPARE(one.closeCode(), 0);
    push(rowOf("k", {makeHlc(4000), 1}, {"1", "2", "3", "other"}));
    settle({&one});
    QCOMPARE(one.closeCode(), codeOf(YjsEnd::Replaced));
    YjsCaller two(*m_house, YjsCaller::target(m_token), 6);
    sync(two);
    QCOMPARE(two.text(), u"other"_s);
    two.type(0, u"x"_s);
    m_house->run(0);
    push(rowOf("k", {makeHlc(5000), 1}, {}, 2));
    settle({&two});
    QCOMPARE(two.closeCode(), codeOf(YjsEnd::Replaced));
    QVERIFY(stored().isEmpty());
    YjsCaller three(*m_house, YjsCaller::target(m_token), 7);
    QCOMPARE(three.closeCode(), codeOf(YjsEnd::UnknownText));
    push(rowOf("k", {makeHlc(6000), 1}, {"1", "2", "3", "reborn"}, 3));
    YjsCaller four(*m_house, YjsCaller::target(m_token), 8);
    sync(four);
    four.type(0, u"is "_s);
    settle({&four});
    QCOMPARE(storedText(), u"is reborn"_s);
}

void TestYjs::largeTextsComeInPieces()
{
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    YjsCaller two(*m_house, YjsCaller::target(m_token), 6);
    sync(one);
    sync(two);
    const QString large = u"0123456789😀"_s.repeated(50'000);
    one.type(4, large);
    settle({&one, &two});
    QCOMPARE(one.closeCode(), 0);
    QVERIFY(two.text() == u"seed"_s + large);
    QVERIFY(storedText() == two.text());
    const QList<QByteArray> updates = stored();
    for (const QByteArray &update : updates)
        QVERIFY(update.size() <= Sheaf::Limits::textUpdateBytesMax);
    YjsCaller late(*m_house, YjsCaller::target(m_token), 7);
    late.ask();
    m_house->run(10);
    const QList<QByteArray> first = late.take(Kind::Update);
    QVERIFY(first.size() >= 3);
    const QList<QByteArray> last = late.take(Kind::SyncStep2); // behind them
    QCOMPARE(last.size(), 1);
    for (const QByteArray &update : first + last)
        QVERIFY(late.doc.apply(update));
    QVERIFY(late.text() == two.text());
}

void TestYjs::carets()
{
    const auto state = [](quint64 client, quint64 clock, const QByteArray &json) {
        const Text::AwarenessEntry entry{client, clock, json};
        return Text::writeAwareness({&entry, 1});
    };
    const auto seen = [](YjsCaller &caller) { return caller.take(Kind::Awareness).join(); };
    YjsCaller one(*m_house, YjsCaller::target(m_token), 5);
    YjsCaller two(*m_house, YjsCaller::target(m_token), 6);
    one.send(Kind::Awareness, state(5, 1, "{\"user\":1}"));
    m_house->run(100);
    QVERIFY(seen(two).contains("{\"user\":1}"));
    // The app shows itself at the same place by the plugin.
    const QByteArray place = textPlace("t", m_key, "d");
    m_replica->send(Plugin{"presence", "home", place, state(9, 1, "{\"cursor\":null}")});
    m_house->run(100);
    QVERIFY(seen(one).contains("{\"cursor\":null}"));
    const QList<Plugin> heard = m_replica->take<Plugin>();
    QVERIFY(!heard.isEmpty());
    QVERIFY(heard.constFirst().payload.contains("{\"user\":1}"));
    // Nobody speaks for another one, and what cannot be read hurts nobody.
    YjsCaller thief(*m_house, YjsCaller::target(m_house->token("thief")), 7);
    thief.send(Kind::Awareness, state(5, 8, "{\"user\":666}"));
    thief.send(Kind::Awareness, "\xff\xff");
    m_house->run(100);
    QVERIFY(!seen(two).contains("666"));
    QCOMPARE(thief.closeCode(), 0);
    // Who comes later, or asks, gets all of it.
    YjsCaller late(*m_house, YjsCaller::target(m_token), 8);
    m_house->run(100);
    const QByteArray all = seen(late);
    QVERIFY(all.contains("{\"user\":1}") && all.contains("{\"cursor\":null}"));
    late.send(Kind::QueryAwareness, {});
    m_house->run(100);
    QVERIFY(seen(late).contains("{\"user\":1}"));
    one.hangUp();
    m_house->run(100);
    QVERIFY(seen(two).contains("\x05\x01\x04null"));
    m_replica->hangUp();
    m_house->run(100);
    QVERIFY(seen(two).contains("\x09\x01\x04null"));
}

QTEST_GUILESS_MAIN(TestYjs)
#include "tst_yjs.moc"
