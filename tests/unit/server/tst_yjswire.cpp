// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "server/core/yjsaddress.h"
#include "server/core/yjsmessage.h"
#include "text/awareness.h"
#include "unit/text/shared.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include <map>

using namespace Sheaf;
using namespace Qt::StringLiterals;
using Kind = Server::YjsMessage::Kind;

/// What Yjs clients say: where they want to, and messages.
class TestYjsWire : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void addresses_data();
    void addresses();
    void messagesAreReadAsWritten();
    void recordedMessages();
};

void TestYjsWire::addresses_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("key"); // empty: refused
    const auto keyOf = [](const std::vector<ValueView> &values) {
        QByteArray key;
        encodeKey(values, key);
        return key;
    };
    const auto row = [](const char *name, const QByteArray &key, const QByteArray &expected) {
        QTest::newRow(name) << "/yjs/a%20b/t/" + key + "/c?x=1&token=to%2Dken&token=2" << expected;
    };
    row("text", "abc", keyOf({ValueView::ofText("abc")}));
    row("digits are text", "12", keyOf({ValueView::ofText("12")}));
    row("nothing is text", "", keyOf({ValueView::ofText("")}));
    row("escapes", "a%2Fb%3a%2c%C3%A4+~", keyOf({ValueView::ofText("a/b:,\xc3\xa4+~")}));
    row("an integer", "int:-12", keyOf({ValueView::ofInteger(-12)}));
    row("a real", "real:-0.5", keyOf({ValueView::ofReal(-0.5)}));
    row("a blob", "blob:AP8v-_", keyOf({ValueView::ofBlob(QByteArray::fromHex("00ff2ffb"))}));
    row("several", "a,int:1,b", keyOf({ValueView::ofText("a"), ValueView::ofInteger(1), ValueView::ofText("b")}));
    row("a colon", "a:b", {});
    row("no integer", "int:1x", {});
    row("an integer in another form", "int:01", {});
    row("too large an integer", "int:9223372036854775808", {});
    row("no number", "real:nan", {});
    row("no base64", "blob:A!", {});
    row("a bad escape", "%G0", {});
    row("half an escape", "a%4", {});
    row("too long", QByteArray(1100, 'x'), {});
    row("too many", QByteArray("a,").repeated(16) + 'a', {});
    QTest::newRow("too short") << "/yjs/a/b/c?token=1"_ba << QByteArray();
    QTest::newRow("too deep") << "/yjs/a/b/c/d/e?token=1"_ba << QByteArray();
    QTest::newRow("an empty name") << "/yjs//t/abc/c?token=1"_ba << QByteArray();
    QTest::newRow("a long name") << "/yjs/" + QByteArray(129, 's') + "/t/abc/c?token=1" << QByteArray();
}

void TestYjsWire::addresses()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, key);
    const auto address = Server::readYjsTarget(target);
    QCOMPARE(address.has_value(), !key.isEmpty());
    if (!address)
        return;
    QCOMPARE(address->key, key);
    QCOMPARE(address->space, "a b"_ba);
    QCOMPARE(address->table, "t"_ba);
    QCOMPARE(address->column, "c"_ba);
    QCOMPARE(address->token, "to-ken"_ba);
}

void TestYjsWire::messagesAreReadAsWritten()
{
    const QByteArray payload(300, 'p');
    for (const Kind kind : {Kind::SyncStep1, Kind::SyncStep2, Kind::Update, Kind::Awareness}) {
        const QByteArray frame = Server::writeYjsMessage({kind, payload});
        const auto read = Server::readYjsMessage(frame);
        QVERIFY(read && read->kind == kind && read->payload == payload);
        QVERIFY(!Server::readYjsMessage(frame.chopped(1)));
        QVERIFY(!Server::readYjsMessage(frame + 'x'));
    }
    // As npm's y-websocket writes them.
    QCOMPARE(Server::writeYjsMessage({Kind::SyncStep2, QByteArrayView("\0\0", 2)}), QByteArray::fromHex("0001020000"));
    QCOMPARE(Server::writeYjsMessage({Kind::QueryAwareness, {}}), QByteArray::fromHex("03"));
    QCOMPARE(Server::writeYjsMessage({Kind::Denied, "no"}), QByteArray::fromHex("0200026e6f"));
    QVERIFY(Server::readYjsMessage("\x7fwhatever")->kind == Kind::Unknown);
    QVERIFY(!Server::readYjsMessage({}));
}

/// Those that y-protocols 1.0.7 made.
void TestYjsWire::recordedMessages()
{
    QFile file(sharedFile(u"yjs-fixtures.json"_s));
    if (file.fileName().isEmpty() || !file.open(QIODevice::ReadOnly))
        QSKIP("yjs-fixtures.json is not there");
    const std::map<QString, Kind> bare{{u"syncStep1 (empty doc)"_s, Kind::SyncStep1},
                                       {u"syncStep1 (client 1, \"abc\")"_s, Kind::SyncStep1},
                                       {u"syncStep2 (client 1, \"abc\")"_s, Kind::SyncStep2},
                                       {u"update"_s, Kind::Update}};
    const std::map<QString, Kind> framed{{u"y-websocket envelope of syncStep1"_s, Kind::SyncStep1},
                                         {u"y-websocket awareness"_s, Kind::Awareness},
                                         {u"y-websocket queryAwareness"_s, Kind::QueryAwareness}};
    const QJsonArray recorded = QJsonDocument::fromJson(file.readAll()).object().value(u"protocol"_s).toArray();
    QCOMPARE(recorded.size(), 10);
    for (const QJsonValue &value : recorded) {
        const QString name = value[u"name"_s].toString();
        const QByteArray bytes = QByteArray::fromHex(value[u"hex"_s].toString().toLatin1());
        if (name.startsWith(u"awareness")) {
            const auto entries = Text::readAwareness(bytes);
            QVERIFY2(entries, qPrintable(name));
            QCOMPARE(entries->size(), 1U);
            QCOMPARE(entries->front().state.isEmpty(), name.startsWith(u"awareness removal"));
            QCOMPARE(Text::writeAwareness(*entries), bytes);
        } else if (name == u"y-websocket auth denied \"no\"") {
            QCOMPARE(Server::writeYjsMessage({Kind::Denied, "no"}), bytes);
        } else {
            const bool isBare = bare.contains(name);
            QVERIFY2(isBare || framed.contains(name), qPrintable(name));
            const QByteArray frame = isBare ? '\0' + bytes : bytes; // the envelope of y-websocket
            const auto message = Server::readYjsMessage(frame);
            QVERIFY2(message, qPrintable(name));
            QCOMPARE(message->kind, isBare ? bare.at(name) : framed.at(name));
            QCOMPARE(Server::writeYjsMessage(*message), frame);
        }
    }
}

QTEST_GUILESS_MAIN(TestYjsWire)
#include "tst_yjswire.moc"
