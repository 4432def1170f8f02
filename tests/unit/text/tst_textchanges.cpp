// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dice.h"
#include "text/doc.h"

#include <QtTest>

#include <map>

using namespace Qt::StringLiterals;
using namespace Sheaf::Text;

/// What observers are told, and documents as they once were.
class TestTextChanges : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void observersCanFollow_data()
    {
        QTest::addColumn<bool>("formats");
        QTest::addColumn<quint32>("runs");
        QTest::addColumn<quint32>("keys");
        QTest::newRow("plain") << false << 0U << 0U;
        QTest::newRow("formatted") << true << 0U << 0U;
        QTest::newRow("many runs") << true << 300U << 3U;
        QTest::newRow("more keys than are summed up") << true << 300U << 60U;
    }

    void observersCanFollow()
    {
        QFETCH(bool, formats);
        QFETCH(quint32, runs);
        QFETCH(quint32, keys);
        for (unsigned seed = 1; seed <= (runs > 0 ? 3 : 30); ++seed) {
            Dice random(seed);
            Doc one({1, true, true});
            Doc two({2, true, true});
            Doc follower({3, true, true});
            Text copy = follower.text();
            Text text = one.text();
            one.onChange(text, [&copy](const TextChange &change) { copy.applyDelta(change.delta); });
            text.applyDelta(formattedRuns(random, runs, keys));
            QVERIFY(two.apply(one.encode()));
            for (int i = 0; i < 80; ++i) {
                Doc &doc = random() % 2 ? one : two;
                doc.transact([&] {
                    for (quint32 n = 1 + random() % 3; n > 0; --n)
                        edit(doc, random, formats);
                });
                if (random() % 4 == 0)
                    QVERIFY(one.apply(two.encodeSince(one.stateVector())));
                if (random() % 8 == 0)
                    QVERIFY(two.apply(one.encodeSince(two.stateVector(), Format::V2), Format::V2));
                QCOMPARE(sorted(copy.toDelta()), sorted(text.toDelta()));
                QCOMPARE(one.check() + two.check(), QString());
            }
        }
    }

    void listenersAreRemoved()
    {
        Doc doc({1, true, true});
        int changes = 0;
        int updates = 0;
        int transactions = 0;
        const auto onChange = doc.onChange(doc.text(), [&](const TextChange &) { ++changes; });
        const auto onUpdate = doc.onUpdate([&](const QByteArray &, bool, quint64) { ++updates; });
        const auto onTransaction = doc.onTransaction([&](const TransactionInfo &) { ++transactions; });
        doc.text().insert(0, u"a");
        doc.removeListener(onChange);
        doc.text().insert(0, u"b");
        doc.removeListener(onUpdate);
        doc.removeListener(onUpdate); // twice is once
        doc.text().insert(0, u"c");
        doc.removeListener(onTransaction);
        doc.text().insert(0, u"d");
        QCOMPARE(changes, 1);
        QCOMPARE(updates, 2);
        QCOMPARE(transactions, 3);
    }

    void slicesCountEmbeds()
    {
        Doc doc({1, true, true});
        Text text = doc.text();
        text.insert(0, u"one three");
        text.insertEmbed(3, Value(1.0));
        text.insert(4, u" two");
        text.remove(0, 1);
        QCOMPARE(text.slice(0, 100), u"ne\ufffc two three"_s);
        for (quint32 from = 0; from <= text.length() + 1; ++from) {
            for (quint32 length = 0; length <= text.length() + 1; ++length)
                QCOMPARE(text.slice(from, length), text.slice(0, 100).mid(from, length));
        }
    }

    void placesFollowDeltas()
    {
        const Delta delta{{DeltaOp::Retain, {}, {}, 2, {}},
                          {DeltaOp::Insert, u"xyz"_s, {}, 0, {}},
                          {DeltaOp::Retain, {}, {}, 1, {}},
                          {DeltaOp::Delete, {}, {}, 3, {}},
                          {DeltaOp::Embed, {}, Value(1.0), 0, {}}};
        const quint32 withLeft[] = {0, 1, 2, 6, 6, 6, 6, 8};
        const quint32 withRight[] = {0, 1, 5, 7, 7, 7, 7, 8};
        for (quint32 place = 0; place < 8; ++place) {
            QCOMPARE(positionAfter(delta, place, true), withLeft[place]);
            QCOMPARE(positionAfter(delta, place, false), withRight[place]);
        }
    }

    void originAndAuthor()
    {
        Doc one({1, true, true});
        Doc two({2, true, true});
        std::vector<TextChange> seen;
        one.onChange(one.text(), [&seen](const TextChange &change) { seen.push_back(change); });
        one.transact([&] { one.text().insert(0, u"ab"); }, 5);
        two.text().insert(0, u"cd");
        QVERIFY(one.apply(two.encode(), Format::V1, 9));
        one.text().remove(1, 2);
        one.transact([] {}, 4);
        QCOMPARE(seen.size(), size_t{3});
        QVERIFY(seen[0].local && seen[0].origin == 5);
        QVERIFY(!seen[1].local && seen[1].origin == 9);
        QCOMPARE(seen[1].delta, (Delta{{DeltaOp::Retain, {}, {}, 2, {}}, {DeltaOp::Insert, u"cd"_s, {}, 0, {}}}));
        QCOMPARE(seen[2].delta, (Delta{{DeltaOp::Retain, {}, {}, 1, {}}, {DeltaOp::Delete, {}, {}, 2, {}}}));
    }

    void snapshots()
    {
        for (unsigned seed = 1; seed <= 20; ++seed) {
            Dice random(seed);
            Doc doc({1, false, true});
            std::vector<std::pair<QByteArray, QString>> history;
            for (int i = 0; i < 40; ++i) {
                edit(doc, random, false);
                history.emplace_back(writeSnapshot(doc.snapshot(), Format::V2), doc.text().toString());
            }
            for (const auto &[bytes, text] : history) {
                const auto snapshot = readSnapshot(bytes, Format::V2);
                QVERIFY(snapshot);
                for (const Format format : {Format::V1, Format::V2}) {
                    const auto update = doc.encodeAt(*snapshot, format);
                    QVERIFY(update);
                    Doc old({2, true, true});
                    QVERIFY(old.apply(*update, format));
                    QCOMPARE(old.text().toString(), text);
                    QCOMPARE(old.check(), QString());
                }
            }
        }
        Doc collected({1, true, true});
        QCOMPARE(collected.encodeAt({}).error().code, u"text_collected"_s);
        Doc empty({1, false, true});
        QCOMPARE(empty.encodeAt({{}, {{7, 1}}}).error().code, u"text_unknown_snapshot"_s);
        QVERIFY(!readSnapshot("\x01"));
    }

private:
    /// The order of attributes says nothing, nor do borders between text that is alike.
    static Delta sorted(const Delta &delta)
    {
        Delta joined;
        for (DeltaOp op : delta) {
            const std::map<QString, Value> byKey(op.attributes.begin(), op.attributes.end());
            op.attributes.assign(byKey.begin(), byKey.end());
            if (op.kind == DeltaOp::Insert && !joined.empty() && joined.back().kind == op.kind &&
                joined.back().attributes == op.attributes)
                joined.back().text += op.text;
            else
                joined.push_back(op);
        }
        return joined;
    }

    static Delta formattedRuns(Dice &random, quint32 runs, quint32 keys)
    {
        Delta delta;
        for (; runs > 0; --runs) {
            delta.push_back({DeltaOp::Insert, random.letters(), {}, 0, {}});
            for (quint32 n = random() % 3; n > 0; --n)
                delta.back().attributes.emplace_back(QString::number(random() % keys), Value(double(n)));
        }
        return delta;
    }

    static void edit(Doc &doc, Dice &random, bool formats)
    {
        Text text = doc.text();
        const quint32 at = random() % (text.length() + 1);
        const quint32 kind = random() % (formats ? 5 : 3);
        const QString key = random() % 2 ? u"b"_s : u"c"_s;
        if (kind == 0)
            text.remove(at, 1 + random() % 4);
        else if (kind == 3 && at < text.length())
            text.format(at, 1 + random() % (text.length() - at), {{key, random() % 2 ? Value(true) : Value::null()}});
        else if (kind == 4)
            text.insertEmbed(at, Value(u"picture"_s), {{key, Value(true)}});
        else
            text.insert(at, random.letters());
    }
};

QTEST_GUILESS_MAIN(TestTextChanges)
#include "tst_textchanges.moc"
