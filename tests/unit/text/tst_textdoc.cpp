// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dice.h"
#include "shared.h"
#include "text/bytes.h"
#include "text/doc.h"
#include "text/updatealgebra.h"
#include "trace.h"

#include <QtTest>

using namespace Qt::StringLiterals;
using namespace Sheaf::Text;

/// Edits against a naive string, convergence of replicas in any order, hostile bytes, recorded traces.
class TestTextDoc : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void editsEqualThoseOfAString()
    {
        for (unsigned seed = 1; seed <= 20; ++seed) {
            Dice random(seed);
            Doc doc({seed, true, true});
            QString expected;
            for (int i = 0; i < 400; ++i) {
                const auto at = static_cast<quint32>(random() % static_cast<unsigned>(expected.size() + 1));
                if (random() % 3 != 0 || expected.isEmpty()) {
                    const QString piece = random.letters();
                    doc.text().insert(at, piece);
                    expected.insert(at, piece);
                } else {
                    const quint32 count = 1 + random() % 5;
                    doc.text().remove(at, count);
                    expected.remove(at, count);
                }
                QCOMPARE(doc.check(), QString());
                QCOMPARE(doc.text().toString(), expected);
            }
        }
    }

    void replicasConvergeInAnyOrder()
    {
        for (unsigned seed = 1; seed <= 30; ++seed) {
            Dice random(seed);
            std::vector<std::unique_ptr<Doc>> docs;
            std::vector<QByteArray> updates;
            for (quint64 client = 1; client <= 3; ++client) {
                docs.push_back(std::make_unique<Doc>(Doc::Options{client * 10, true, true}));
                docs.back()->onUpdate([&updates](const QByteArray &update, bool local, quint64) {
                    if (local)
                        updates.push_back(update);
                });
            }
            for (int i = 0; i < 60; ++i) {
                Doc &doc = *docs[random() % docs.size()];
                if (random() % 3 == 0 && !updates.empty())
                    QVERIFY(doc.apply(updates[random() % updates.size()]));
                else if (random() % 3 == 0)
                    doc.text().remove(random() % (doc.text().length() + 1), 1 + random() % 3);
                else
                    doc.text().insert(random() % (doc.text().length() + 1), random.letters());
            }
            const std::vector<QByteArray> all = updates;
            for (const auto &doc : docs) {
                auto shuffled = all;
                std::shuffle(shuffled.begin(), shuffled.end(), random);
                for (const QByteArray &update : shuffled)
                    QVERIFY(doc->apply(update));
                QVERIFY(!doc->hasPending());
                QCOMPARE(doc->check(), QString());
                QCOMPARE(doc->text().toString(), docs.front()->text().toString());
                QCOMPARE(doc->encode(), docs.front()->encode());
            }
        }
    }

    /// Typing and deleting beside the last edit need no new items, unless somebody watches: the bytes are the same.
    void editsInPlaceEqualThoseThatAreWatched()
    {
        for (unsigned seed = 1; seed <= 40; ++seed) {
            Dice random(seed);
            std::vector<std::unique_ptr<Doc>> docs; // edited, edited and watched, and the same by updates
            for (const quint64 client : {1, 1, 2, 3})
                docs.push_back(std::make_unique<Doc>(Doc::Options{client, true, true}));
            for (const size_t watched : {1U, 3U})
                docs[watched]->onChange(docs[watched]->text(), [](const TextChange &) {});
            docs[0]->onUpdate([&docs](const QByteArray &update, bool, quint64) {
                QVERIFY(docs[2]->apply(update));
                QVERIFY(docs[3]->apply(update));
            });
            QString expected;
            for (int sitting = 0; sitting < 60; ++sitting) {
                qsizetype at = random() % static_cast<unsigned>(expected.size() + 1);
                const unsigned what = random() % 3; // type, erase backwards, erase forwards
                for (unsigned n = 1 + random() % 6; n > 0; --n) {
                    const QString piece = random() % 8 == 0 ? u"😀"_s : random.letters();
                    if (what == 1)
                        at = std::max<qsizetype>(at - 1, 0);
                    if (at > 0 && at < expected.size() && expected.at(at).isLowSurrogate())
                        --at;
                    const bool pair = at < expected.size() && expected.at(at).isHighSurrogate();
                    for (size_t i = 0; i < 2; ++i) {
                        if (what == 0)
                            docs[i]->text().insert(static_cast<quint32>(at), piece);
                        else
                            docs[i]->text().remove(static_cast<quint32>(at), 1);
                    }
                    if (what == 0)
                        expected.insert(at, piece);
                    else
                        expected.remove(at, pair ? 2 : 1);
                    at += what == 0 ? piece.size() : 0;
                }
                for (const auto &doc : docs) {
                    QCOMPARE(doc->check(), QString());
                    QCOMPARE(doc->text().toString(), expected);
                    QCOMPARE(doc->encode(Format::V2), docs.front()->encode(Format::V2));
                }
            }
        }
    }

    void whatIsTypedBeforeDeletedTextGoesBehindIt()
    {
        Doc doc({1, true, true});
        Text text = doc.text();
        text.insert(0, u"ab");
        Doc other({2, true, true});
        QVERIFY(other.apply(doc.encode()));
        other.text().insert(2, u"c");
        other.text().remove(2, 1);
        QVERIFY(doc.apply(other.encode()));
        text.insert(2, u"d"); // its origin is the deleted c, so it is not one with ab
        text.insert(3, u"e");
        QCOMPARE(text.toString(), u"abde"_s);
        QCOMPARE(doc.encode().toHex(),
                 "0201020081010101"_ba + "020100" + "0401047465787402" + "6162" + "84020002" + "6465" + "0102010001");
    }

    void aDeltaHasEveryUnit()
    {
        // A text "ab" with a map, and an array's two values, before the b.
        Doc doc({1, true, true});
        QVERIFY(doc.apply("\x01\x04\x05\x00\x04\x01\x04text\x01"
                          "a\x87\x05\x00\x01\x88\x05\x01\x02\x78\x79\x84\x05\x03\x01"
                          "b\x00"_ba));
        QCOMPARE(doc.check(), QString());
        QCOMPARE(doc.text().length(), 5U);
        const Delta expected{{DeltaOp::Insert, u"a"_s, {}, 0, {}},
                             {DeltaOp::Embed, {}, {}, 0, {}},
                             {DeltaOp::Embed, {}, Value(true), 0, {}},
                             {DeltaOp::Embed, {}, Value(false), 0, {}},
                             {DeltaOp::Insert, u"b"_s, {}, 0, {}}};
        QCOMPARE(doc.text().toDelta(), expected);
    }

    void aClientIdThatOthersUseIsLeft()
    {
        quint64 next = 70;
        const auto draw = [&next] { return next++; };
        Doc one({.clientId = 5, .newClientId = draw});
        Doc two({.clientId = 5});
        one.text().insert(0, u"one");
        QVERIFY(one.apply(one.encode()));
        QCOMPARE(one.clientId(), 5U); // nothing new
        two.text().insert(0, u"other");
        QVERIFY(one.apply(two.encode())); // under the same clocks, and two more
        QCOMPARE(one.clientId(), 70U);
        one.text().insert(0, u"mine ");
        Doc copy({.clientId = 6});
        QVERIFY(copy.apply(one.encode()));
        QCOMPARE(copy.text().toString(), one.text().toString());
        QCOMPARE(one.stateVector().at(70), 5U);
        QCOMPARE(one.check(), QString());
    }

    void hostileBytesChangeNothing()
    {
        Doc source({5, true, true});
        source.text().insert(0, u"hello wörld");
        source.text().format(2, 4, {{u"b"_s, Value(true)}});
        source.text().remove(1, 2);
        Dice random(7);
        for (const Format format : {Format::V1, Format::V2}) {
            const QByteArray good = source.encode(format);
            for (qsizetype cut = 0; cut + 1 < good.size(); ++cut) {
                applyToMine(good.left(cut), format);
            }
            for (int i = 0; i < 5000; ++i) {
                QByteArray bad = good;
                for (unsigned n = 1 + random() % 3; n > 0; --n)
                    bad[static_cast<qsizetype>(random() % static_cast<unsigned>(bad.size()))] = static_cast<char>(random());
                applyToMine(bad, format);
            }
        }
    }

    void formattingKeepsPairsWhole_data()
    {
        QTest::addColumn<quint32>("position");
        QTest::addColumn<quint32>("length");
        QTest::newRow("begins inside") << 2U << 1U;
        QTest::newRow("ends inside") << 1U << 1U;
        QTest::newRow("the whole pair") << 1U << 2U;
    }

    void formattingKeepsPairsWhole()
    {
        QFETCH(quint32, position);
        QFETCH(quint32, length);
        Doc doc({1, true, true});
        doc.text().insert(0, u"a\U0001F600b");
        const Attributes bold{{u"b"_s, Value(true)}};
        doc.text().format(position, length, bold);
        const Delta expected{{DeltaOp::Insert, u"a"_s, {}, 0, {}},
                             {DeltaOp::Insert, u"\U0001F600"_s, {}, 0, bold},
                             {DeltaOp::Insert, u"b"_s, {}, 0, {}}};
        QCOMPARE(doc.text().toDelta(), expected);
        QCOMPARE(doc.check(), QString());
    }

    void aHalfOfAPairBecomesWhatTheWireMakesOfIt()
    {
        const QString halves = u"x"_s + QChar(0xD83D) + u"-y"_s + QChar(0xDE00) + QChar(0xDE00);
        const QString whole = u"x\uFFFD-y\uFFFD\uFFFD"_s;
        const std::vector<std::function<void(Text &)>> ways{
            [&](Text &text) { text.insert(0, halves); },
            [&](Text &text) {
                text.insert(0, halves.first(1));
                for (qsizetype i = 1; i < halves.size(); ++i) // typed on, in place
                    text.insert(static_cast<quint32>(i), halves.sliced(i, 1));
            },
            [&](Text &text) { text.insert(0, halves, {}); },
            [&](Text &text) {
                text.applyDelta({{DeltaOp::Insert, halves, {}, 0, {}}});
            },
            [&](Text &text) { text.replaceWith(halves); },
        };
        for (const auto &way : ways) {
            Doc doc({1, true, true});
            Text text = doc.text();
            way(text);
            QCOMPARE(text.toString(), whole);
            Doc copy({2, true, true});
            QVERIFY(copy.apply(doc.encode()));
            QCOMPARE(copy.text().toString(), whole);
            const QByteArray before = doc.encode();
            text.replaceWith(halves); // is what is there
            QCOMPARE(doc.encode(), before);
        }
    }

    /// Format v2 keeps all strings as one and their lengths apart, which can cut a pair.
    void aPairThatAColumnCutsIsTwoHalves()
    {
        ByteWriter strings;
        strings.varString(u"text\U0001F600"_s);
        strings.raw("\x04\x41\x00"_ba); // lengths: 4, then twice 1
        ByteWriter update;
        update.varUint(0);
        for (const QByteArray &column : {""_ba, "\x45\x00"_ba, "\x00"_ba, ""_ba, "\x04\x00\x84"_ba, strings.take(), "\x01"_ba,
                                         ""_ba, ""_ba}) // client 5 twice, origin 0, two strings, in a root type
            update.varBuf(column);
        update.raw("\x01\x02\x00\x00"_ba); // one block of two structs from clock 0, no deletions
        Doc doc({1, true, true});
        QVERIFY(doc.apply(update.take(), Format::V2));
        QCOMPARE(doc.text().toString(), u"\uFFFD\uFFFD"_s);
        Doc copy({2, true, true});
        QVERIFY(copy.apply(doc.encode(Format::V2), Format::V2));
        QCOMPARE(copy.text().toString(), doc.text().toString());
    }

    /// A replica that holds two halves brings them by its state to those that hold the pair and know all of that state.
    void aKnownHalfCutsThePair()
    {
        Doc author({1, true, true});
        author.text().insert(0, u"a\U0001F600b");
        Doc another({2, true, true});
        another.text().insert(0, u"c");
        for (const std::vector<QByteArray> &others : {std::vector<QByteArray>{}, {another.encode()}}) {
            Doc reader({3, true, true});
            QVERIFY(reader.apply(author.encode()));
            const auto half = diffUpdate(author.encode(), {{1, 2}}, Format::V1);
            QVERIFY(half);
            std::vector<QByteArray> updates = others;
            updates.push_back(*half);
            const auto together = mergeUpdates(updates, Format::V1);
            QVERIFY(together);
            QVERIFY(reader.apply(*together));
            QCOMPARE(reader.text().toString().left(4), u"a\uFFFD\uFFFDb"_s);
            QCOMPARE(reader.check(), QString());
        }
    }

    void traces_data()
    {
        QTest::addColumn<QString>("file");
        for (const char *name : {"automerge-paper", "sveltecomponent", "friendsforever_flat"})
            QTest::newRow(name) << u"traces/"_s + QString::fromLatin1(name) + u".json.gz"_s;
    }

    void traces()
    {
        QFETCH(QString, file);
        const QString path = sharedFile(file);
        if (path.isEmpty())
            QSKIP("the trace is not there");
        const auto trace = Sheaf::TextBridge::readTrace(path);
        QVERIFY(trace);
        Doc doc({1, true, true});
        Text text = doc.text();
        text.insert(0, trace->start);
        for (const auto &patches : trace->transactions) {
            doc.transact([&] {
                for (const auto &patch : patches) {
                    text.remove(patch.position, patch.removed);
                    text.insert(patch.position, patch.inserted);
                }
            });
        }
        QCOMPARE(text.toString(), trace->end);
        QCOMPARE(doc.check(), QString());
        for (const Format format : {Format::V1, Format::V2}) {
            Doc loaded({2, true, true});
            QVERIFY(loaded.apply(doc.encode(format), format));
            QCOMPARE(loaded.text().toString(), trace->end);
            QCOMPARE(loaded.check(), QString());
            QCOMPARE(loaded.encode(format), doc.encode(format));
        }
        if (file.contains(u"automerge-paper")) {
            QCOMPARE(doc.encode().size(), 223414);
            QCOMPARE(doc.encode(Format::V2).size(), 159921);
        }
    }

private:
    /// Bytes that may be no update, on a document with a text of its own: refused they change nothing, taken they leave it
    /// whole, and make the same text wherever the document goes.
    static void applyToMine(const QByteArray &bytes, Format format)
    {
        Doc doc({6, true, true});
        doc.text().insert(0, u"mine");
        const QByteArray before = doc.encode();
        const auto result = doc.apply(bytes, format);
        QCOMPARE(doc.check(), QString());
        if (!result) {
            QCOMPARE(doc.text().toString(), u"mine"_s);
            QCOMPARE(doc.encode(), before);
            return;
        }
        if (!doc.snapshot().deletions.contains(6)) {
            const QString text = doc.text().toString();
            qsizetype at = 0;
            for (const QChar letter : u"mine"_s) {
                at = text.indexOf(letter, at) + 1;
                QVERIFY2(at > 0, qPrintable(text));
            }
        }
        Doc copy({7, true, true});
        QVERIFY(copy.apply(doc.encode(format), format));
        QCOMPARE(copy.text().toString(), doc.text().toString());
    }
};

QTEST_GUILESS_MAIN(TestTextDoc)
#include "tst_textdoc.moc"
