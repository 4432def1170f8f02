// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/awareness.h"
#include "text/doc.h"
#include "text/limits.h"
#include "text/relativejson.h"

#include <QJsonDocument>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::Text;
using namespace Qt::StringLiterals;

namespace {

QByteArray updateOf(quint64 client, quint64 clock, const QByteArray &state)
{
    const AwarenessEntry entry{client, clock, state};
    return writeAwareness({&entry, 1});
}

using Clients = std::vector<quint64>;

} // namespace

/// Awareness updates as y-protocols writes and takes them, and relative positions as editors put them in.
class TestAwareness : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bytesAreThoseOfYProtocols();
    void updatesComeBackAsTheyWere();
    void badUpdatesAreErrors_data();
    void badUpdatesAreErrors();
    void onlyNewsCounts();
    void renewalsAreNoChange();
    void whoIsSilentExpires();
    void lateNewsBringsNobodyBack();
    void nobodySpeaksForUs();
    void twoOfThemAgree();
    void positionsAsJson_data();
    void positionsAsJson();
    void positionsOfEditorsAreRead();
    void positionsInOtherTypesAreNone();
};

void TestAwareness::bytesAreThoseOfYProtocols()
{
    // y-protocols 1.0.7, client 1: a state at clock 1, and its removal.
    QCOMPARE(updateOf(1, 1, R"({"user":{"name":"Ann"}})").toHex(), "010101177b2275736572223a7b226e616d65223a22416e6e227d7d");
    QCOMPARE(updateOf(1, 2, {}).toHex(), "010102046e756c6c");
    const auto read = readAwareness(QByteArray::fromHex("010102046e756c6c"));
    QVERIFY(read);
    QCOMPARE(*read, (std::vector<AwarenessEntry>{{1, 2, {}}}));
}

void TestAwareness::updatesComeBackAsTheyWere()
{
    const std::vector<AwarenessEntry> entries{
        {0, 0, "{}"}, {UINT32_MAX, 300, R"({"a":[1,{"b":null}]})"}, {(quint64{1} << 53) - 1, (quint64{1} << 53) - 1, {}}};
    const QByteArray update = writeAwareness(entries);
    const auto read = readAwareness(update);
    QVERIFY(read);
    QCOMPARE(*read, entries);
    for (qsizetype size = 0; size < update.size(); ++size)
        QVERIFY(!readAwareness(update.first(size)));
}

void TestAwareness::badUpdatesAreErrors_data()
{
    QTest::addColumn<QByteArray>("update");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("more behind") << QByteArray::fromHex("0000");
    QTest::newRow("a count that lies") << QByteArray::fromHex("02010104") + "null";
    QTest::newRow("a count without end") << QByteArray::fromHex("ffffffffffffff0f");
    QTest::newRow("a client beyond 2^53") << QByteArray::fromHex("01ffffffffffffffff0f01046e756c6c");
    QTest::newRow("no JSON") << updateOf(1, 1, "{");
    QTest::newRow("JSON and more") << updateOf(1, 1, "{} {}");
    QTest::newRow("a number") << updateOf(1, 1, "7");
    QTest::newRow("an array") << updateOf(1, 1, "[]");
    QTest::newRow("no UTF-8") << updateOf(1, 1, "{\"\xff\":1}");
    QTest::newRow("a deep state") << updateOf(1, 1, "{\"x\":" + QByteArray(500, '[') + QByteArray(500, ']') + '}');
    QTest::newRow("a large state") << updateOf(1, 1, "{\"x\":\"" + QByteArray(Limits::awarenessStateBytesMax, 'x') + "\"}");
}

void TestAwareness::badUpdatesAreErrors()
{
    QFETCH(QByteArray, update);
    const auto read = readAwareness(update);
    QVERIFY(!read);
    QCOMPARE(read.error().code, u"bad_awareness"_s);
    Awareness awareness(1);
    QVERIFY(!awareness.apply(update, 0));
    QVERIFY(awareness.clients().empty());
}

void TestAwareness::onlyNewsCounts()
{
    Awareness awareness(1);
    const auto present = [&](quint64 clock, const QByteArray &state) {
        return awareness.apply(updateOf(7, clock, state), 0).value().present;
    };
    QVERIFY(present(0, "{}").empty()); // unknown clients count as clock 0
    QCOMPARE(present(5, R"({"x":1})"), Clients{7});
    QVERIFY(present(5, R"({"x":2})").empty());
    QVERIFY(present(4, R"({"x":3})").empty());
    QCOMPARE(awareness.state(7), R"({"x":1})");
    QCOMPARE(present(6, R"({"x":4})"), Clients{7});
    const auto gone = awareness.apply(updateOf(7, 6, {}), 0); // the end, under the same clock
    QCOMPARE(gone.value().gone, Clients{7});
    QVERIFY(awareness.clients().empty());
    QVERIFY(present(6, R"({"x":4})").empty());
    QCOMPARE(present(7, R"({"x":5})"), Clients{7});
}

void TestAwareness::renewalsAreNoChange()
{
    Awareness awareness(1);
    QVERIFY(!awareness.apply(updateOf(7, 1, "{}"), 0).value().isEmpty());
    QVERIFY(awareness.apply(updateOf(7, 2, "{}"), 20'000).value().isEmpty());
    QVERIFY(awareness.expire(40'000).isEmpty()); // but they count as a sign of life
    QCOMPARE(awareness.nextExpiryMs(), 50'000);
}

void TestAwareness::whoIsSilentExpires()
{
    Awareness awareness(1);
    QCOMPARE(awareness.nextExpiryMs(), -1);
    (void)awareness.apply(updateOf(7, 1, "{}"), 1000);
    (void)awareness.apply(updateOf(8, 1, "{}"), 2000);
    QVERIFY(awareness.expire(1000 + Limits::awarenessMsMax - 1).isEmpty());
    QCOMPARE(awareness.expire(1000 + Limits::awarenessMsMax).gone, Clients{7});
    QCOMPARE(awareness.clients(), Clients{8});
    QCOMPARE(awareness.forgetOthers().gone, Clients{8});
    QVERIFY(awareness.clients().empty());
}

void TestAwareness::lateNewsBringsNobodyBack()
{
    Awareness awareness(1);
    (void)awareness.apply(updateOf(7, 5, "{}"), 0);
    (void)awareness.expire(Limits::awarenessMsMax);
    QVERIFY(awareness.apply(updateOf(7, 5, "{}"), Limits::awarenessMsMax + 1).value().isEmpty());
    QVERIFY(awareness.clients().empty());
    (void)awareness.expire(3 * Limits::awarenessMsMax);
    QCOMPARE(awareness.nextExpiryMs(), -1); // nothing is kept for ever
}

void TestAwareness::nobodySpeaksForUs()
{
    Awareness awareness(1);
    QCOMPARE(awareness.setOwn("{}"), updateOf(1, 1, "{}"));
    QVERIFY(awareness.apply(updateOf(1, 1, "{}"), 0).value().isEmpty()); // our own echo
    const auto denied = awareness.apply(updateOf(1, 9, {}), 0);
    QVERIFY(denied.value().isOwnDenied);
    QCOMPARE(awareness.renew(), updateOf(1, 10, "{}"));
    QVERIFY(awareness.clients().empty());
}

void TestAwareness::twoOfThemAgree()
{
    Awareness a(1);
    Awareness b(2);
    QList<QByteArray> sent;
    for (int i = 0; i < 20; ++i)
        sent.append(a.setOwn(i % 5 == 4 ? QByteArray() : "{\"x\":" + QByteArray::number(i) + '}'));
    sent.append(a.setOwn(R"({"x":"last"})"));
    std::reverse(sent.begin(), sent.end()); // in any order, and twice
    for (const QByteArray &update : sent + sent)
        QVERIFY(b.apply(update, 0));
    QCOMPARE(b.state(1), R"({"x":"last"})");
}

void TestAwareness::positionsAsJson_data()
{
    QTest::addColumn<QByteArray>("binary");
    QTest::addColumn<QByteArray>("json");
    // As Yjs 13.6 writes both.
    QTest::newRow("item") << QByteArray::fromHex("00070200") << R"({"assoc":0,"item":{"client":7,"clock":2}})"_ba;
    QTest::newRow("left of an item") << QByteArray::fromHex("00070141") << R"({"assoc":-1,"item":{"client":7,"clock":1}})"_ba;
    QTest::newRow("the end") << QByteArray::fromHex("01047465787400") << R"({"assoc":0,"tname":"text"})"_ba;
    QTest::newRow("a type") << QByteArray::fromHex("02070300") << R"({"assoc":0,"type":{"client":7,"clock":3}})"_ba;
}

void TestAwareness::positionsAsJson()
{
    QFETCH(QByteArray, binary);
    QFETCH(QByteArray, json);
    QCOMPARE(QJsonDocument(relativeToJson(binary)).toJson(QJsonDocument::Compact), json);
    QCOMPARE(relativeFromJson(QJsonDocument::fromJson(json).object()), binary);
    for (qsizetype size = 0; size + 1 < binary.size(); ++size)
        QVERIFY(relativeToJson(binary.first(size)).isEmpty());
}

void TestAwareness::positionsOfEditorsAreRead()
{
    Doc doc({.clientId = 7});
    doc.text().insert(0, u"hello");
    // Editors put the whole object in, with what does not apply as null.
    const QJsonObject json =
        QJsonDocument::fromJson(R"({"type":null,"tname":"text","item":{"client":7,"clock":3},"assoc":0})").object();
    QCOMPARE(doc.absolutePosition(doc.text(), relativeFromJson(json)).value(), std::optional<quint32>(3));
    QVERIFY(relativeFromJson({}).isEmpty());
    QVERIFY(relativeFromJson({{u"item"_s, QJsonObject{{u"client"_s, -1}, {u"clock"_s, 2}}}}).isEmpty());
    const QByteArray old = QByteArray::fromHex("000702"); // older data lacks the side
    QCOMPARE(relativeToJson(old)["assoc"_L1].toInt(7), 0);
}

void TestAwareness::positionsInOtherTypesAreNone()
{
    Doc doc({.clientId = 7});
    const Sheaf::Text::Text text = doc.text();
    const Sheaf::Text::Text other = doc.text(u"other"_s);
    doc.text().insert(0, u"hello");
    doc.text(u"other"_s).insert(0, u"there");
    for (const int assoc : {0, -1}) {
        for (const quint32 place : {0U, 2U, 5U}) {
            const QByteArray relative = doc.relativePosition(other, place, assoc);
            QCOMPARE(doc.absolutePosition(other, relative).value(), std::optional<quint32>(place));
            QCOMPARE(doc.absolutePosition(text, relative).value(), std::optional<quint32>());
        }
    }
    const QByteArray unknown = relativeFromJson({{u"tname"_s, u"what a peer may send"_s}});
    QVERIFY(!unknown.isEmpty());
    QCOMPARE(doc.absolutePosition(text, unknown).value(), std::optional<quint32>());
}

QTEST_GUILESS_MAIN(TestAwareness)
#include "tst_awareness.moc"
