// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dice.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

#include <QtTest>

#include <algorithm>
#include <random>

using namespace Qt::StringLiterals;
using namespace Sheaf::Text;

namespace {

/// Three authors type, paste, format, embed and delete in one text, in pairs and beyond the ASCII.
std::unique_ptr<Doc> busyDocument(unsigned seed, int rounds)
{
    Dice dice(seed);
    std::array<std::unique_ptr<Doc>, 3> authors;
    for (quint64 i = 0; i < authors.size(); ++i)
        authors[i] = std::make_unique<Doc>(Doc::Options{.clientId = 0xFFFF'0000U + i, .collectGarbage = i != 2});
    for (int round = 0; round < rounds; ++round) {
        Doc &doc = *authors[dice() % authors.size()];
        Text text = doc.text();
        const quint32 at = dice() % (text.length() + 1);
        switch (dice() % 8) {
        case 0:
            text.remove(at, dice() % 30);
            break;
        case 1:
            text.format(at, dice() % 30, {{u"bold"_s, Value(true)}});
            break;
        case 2:
            text.insertEmbed(at, Value(dice.letters()));
            break;
        case 3:
            text.insert(at, QStringView(u"gr\u00fcn \U0001F33F \u20ac ").toString().repeated(static_cast<int>(dice() % 90)));
            break;
        default:
            text.insert(at, dice.letters());
        }
        if (dice() % 4 == 0) {
            Doc &other = *authors[dice() % authors.size()];
            if (!other.apply(doc.encodeSince(other.stateVector())))
                qFatal("an update of our own was refused");
        }
    }
    for (const auto &author : authors) {
        if (!authors[0]->apply(author->encode()))
            qFatal("an update of our own was refused");
    }
    return std::move(authors[0]);
}

} // namespace

/// Updates cut into pieces, and the first update of a text that was a register.
class TestTextPieces : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void piecesTogetherAreTheWhole_data()
    {
        QTest::addColumn<qsizetype>("bytesMax");
        QTest::newRow("1 KiB") << qsizetype(1024);
        QTest::newRow("3000 bytes") << qsizetype(3000);
        QTest::newRow("128 KiB") << qsizetype(128 * 1024);
    }

    void piecesTogetherAreTheWhole()
    {
        QFETCH(qsizetype, bytesMax);
        for (unsigned seed = 1; seed <= 12; ++seed) {
            const auto doc = busyDocument(seed, 900);
            checkPieces(doc->encode(), bytesMax, seed);
        }
    }

    void updatesWithHolesToo()
    {
        const auto doc = busyDocument(40, 600);
        const auto pieces = splitUpdate(doc->encode(), 1024);
        QVERIFY(pieces && pieces->size() > 10);
        std::vector<QByteArray> some;
        std::vector<QByteArray> rest;
        for (size_t i = 0; i < pieces->size(); ++i)
            (i % 3 == 1 ? rest : some).push_back((*pieces)[i]);
        const auto holey = mergeUpdates(some, Format::V1);
        QVERIFY(holey);
        const auto again = splitUpdate(*holey, 2000);
        QVERIFY(again);
        Doc copy({7});
        for (const auto &list : {*again, rest}) {
            for (const QByteArray &piece : list)
                QVERIFY(copy.apply(piece));
        }
        QVERIFY(!copy.hasPending());
        QCOMPARE(copy.text().toDelta(), doc->text().toDelta());
    }

    void aLongStringIsCutBetweenPairs()
    {
        Doc doc({1});
        doc.text().insert(0, u"x"_s + QStringView(u"\U0001F33F").toString().repeated(100'000));
        const auto pieces = splitUpdate(doc.encode(), 128 * 1024);
        QVERIFY(pieces);
        QCOMPARE(pieces->size(), 4U); // 400,001 bytes: the room is used
        checkPieces(doc.encode(), 128 * 1024, 1);
        QVERIFY(std::ranges::none_of(*pieces, [](const QByteArray &piece) { return piece.contains("\xEF\xBF\xBD"); }));
    }

    void manyDeletionsAreCutToo()
    {
        Doc doc({1});
        doc.text().insert(0, QString(20'000, u'x'));
        Doc copy({2});
        QVERIFY(copy.apply(doc.encode()));
        for (quint32 at = 0; at < 9'000; ++at)
            doc.text().remove(at, 1);
        const QByteArray deletions = doc.encodeSince(copy.stateVector());
        const auto pieces = splitUpdate(deletions, 1024);
        QVERIFY(pieces && pieces->size() > 10);
        for (const QByteArray &piece : *pieces) {
            QVERIFY(piece.size() <= 1024);
            QVERIFY(copy.apply(piece));
        }
        QCOMPARE(copy.encode(), doc.encode());
    }

    void whatCannotBeCutStaysWhole()
    {
        Doc doc({1});
        doc.text().insert(0, u"before");
        doc.text().insertEmbed(3, Value(QString(5000, u'e')));
        const auto pieces = splitUpdate(doc.encode(), 1024);
        QVERIFY(pieces);
        QVERIFY(std::ranges::any_of(*pieces, [](const QByteArray &piece) { return piece.size() > 5000; }));
        checkPieces(doc.encode(), 6000, 1);
        const QByteArray small = doc.encode();
        QCOMPARE(*splitUpdate(small, small.size()), std::vector{small});
        QVERIFY(!splitUpdate(QByteArray(2000, '\xFF'), 1024));
    }

    void seedsAreTheSameEverywhere()
    {
        const QByteArray text("gr\xC3\xBCn \xF0\x9F\x8C\xBF");
        const QByteArray seed = seedUpdate(text);
        // Client, clock 0, one string into the root "text", no deletions: as PROTOCOL.md says.
        QCOMPARE(seed.toHex(), "0101" + client(text) + "00" + "040104" + "74657874" + "0a" + text.toHex() + "00");
        Doc doc({1});
        QVERIFY(doc.apply(seed));
        QCOMPARE(doc.text().toString(), QString::fromUtf8(text));
        QVERIFY(doc.apply(seedUpdate(text)));
        QCOMPARE(doc.text().toString(), QString::fromUtf8(text));
        QVERIFY(doc.apply(seedUpdate("two")));
        QCOMPARE(doc.text().length(), static_cast<quint32>(QString::fromUtf8(text).size() + 3));
        QCOMPARE(seedUpdate(""), QByteArray("\0\0", 2));
        Doc empty({1});
        QVERIFY(empty.apply(seedUpdate("")));
        QCOMPARE(empty.text().length(), 0U);
    }

    void anEditOfASeedCarriesIt()
    {
        // Two devices with the same register edit it; nobody ever sends the seed.
        const QByteArray seed = seedUpdate("Milk");
        Doc one({11});
        Doc two({12});
        QVERIFY(one.apply(seed) && two.apply(seed));
        one.text().insert(4, u" and bread");
        two.text().insert(0, u"Buy: ");
        Doc server({13});
        QVERIFY(server.apply(one.encodeSince({})) && server.apply(two.encodeSince({})));
        QVERIFY(!server.hasPending());
        QCOMPARE(server.text().toString(), u"Buy: Milk and bread"_s);
        QVERIFY(one.apply(seed) && one.apply(server.encode()) && two.apply(server.encode()));
        QCOMPARE(one.encode(), two.encode());
    }

private:
    static QByteArray client(const QByteArray &utf8)
    {
        quint64 hash = 0xcbf29ce484222325;
        for (const char byte : utf8)
            hash = (hash ^ static_cast<quint8>(byte)) * 0x100000001b3;
        quint64 left = (hash >> 32) ^ (hash & 0xFFFF'FFFF);
        QByteArray varint;
        for (; left >= 0x80; left >>= 7)
            varint += static_cast<char>(left | 0x80);
        return (varint + static_cast<char>(left)).toHex();
    }

    static void checkPieces(const QByteArray &whole, qsizetype bytesMax, unsigned seed)
    {
        Doc expected({7});
        QVERIFY(expected.apply(whole));
        auto pieces = splitUpdate(whole, bytesMax);
        QVERIFY(pieces);
        QCOMPARE(pieces->size() > 1, whole.size() > bytesMax);
        for (const QByteArray &piece : *pieces)
            QVERIFY2(piece.size() <= bytesMax, qPrintable(QString::number(piece.size())));
        checkSame(*pieces, expected);
        // Yjs, and so a document, may keep pieces of several authors waiting when they come in another order, until
        // more comes; merged they are the whole in any.
        std::mt19937 random(seed);
        for (int order = 0; order < 4; ++order) {
            std::ranges::shuffle(*pieces, random);
            const auto merged = mergeUpdates(*pieces, Format::V1);
            QVERIFY(merged);
            checkSame({*merged}, expected);
        }
    }

    static void checkSame(const std::vector<QByteArray> &pieces, const Doc &expected)
    {
        Doc copy({7});
        for (const QByteArray &piece : pieces)
            QVERIFY(copy.apply(piece));
        QVERIFY(!copy.hasPending());
        QCOMPARE(copy.check(), QString());
        QCOMPARE(copy.encode(), expected.encode());
    }
};

QTEST_GUILESS_MAIN(TestTextPieces)
#include "tst_textpieces.moc"
