// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/doc.h"
#include "text/textdiff.h"

#include <QtTest>

#include <random>

using namespace Sheaf::Text;
using namespace Qt::StringLiterals;

namespace {

QString applied(const QString &before, const std::vector<TextEdit> &edits)
{
    QString result;
    qsizetype at = 0;
    for (const TextEdit &edit : edits) {
        result += QStringView(before).sliced(at, edit.position - at);
        result += edit.inserted;
        at = edit.position + edit.removed;
    }
    return result.append(QStringView(before).sliced(at));
}

/// "position-removed+inserted" of each edit.
QString written(const std::vector<TextEdit> &edits)
{
    QStringList all;
    for (const TextEdit &edit : edits)
        all += u"%1-%2+%3"_s.arg(edit.position).arg(edit.removed).arg(edit.inserted);
    return all.join(u' ');
}

bool splitsPair(const QString &text, qsizetype at)
{
    return at > 0 && at < text.size() && text[at].isLowSurrogate() && text[at - 1].isHighSurrogate();
}

} // namespace

class TestTextDiff : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void editsAreSmall_data();
    void editsAreSmall();
    void randomTextsBecomeEachOther_data();
    void randomTextsBecomeEachOther();
    void aRewrittenTextIsBounded();
    void aDocumentKeepsWhatOthersWroteAndItsEmbeds_data();
    void aDocumentKeepsWhatOthersWroteAndItsEmbeds();
};

void TestTextDiff::editsAreSmall_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("edits");
    QTest::newRow("nothing") << u""_s << u""_s << u""_s;
    QTest::newRow("equal") << u"the same"_s << u"the same"_s << u""_s;
    QTest::newRow("first text") << u""_s << u"milk"_s << u"0-0+milk"_s;
    QTest::newRow("cleared") << u"milk"_s << u""_s << u"0-4+"_s;
    QTest::newRow("a letter") << u"the colour red"_s << u"the color red"_s << u"8-1+"_s;
    QTest::newRow("two places") << u"one two three four"_s << u"one 2 three 4"_s << u"4-3+2 14-4+4"_s;
    QTest::newRow("a word is a whole") << u"the quick fox"_s << u"the brilliant fox"_s << u"4-5+brilliant"_s;
    QTest::newRow("a moved line") << u"a1\nb2\nc3\n"_s << u"b2\nc3\na1\n"_s << u"0-3+ 8-0+\na1"_s;
    QTest::newRow("checked boxes") << u"- [ ] eggs\n- [ ] milk\n"_s << u"- [x] eggs\n- [x] milk\n"_s << u"3-1+x 14-1+x"_s;
    QTest::newRow("a word beside its like") << u"list;item2;"_s << u"list;item6;item2;"_s << u"5-0+item6;"_s;
    QTest::newRow("a word taken out beside its like") << u"list;item6;item2;"_s << u"list;item2;"_s << u"5-6+"_s;
    QTest::newRow("words around their like") << u"list;item2;"_s << u"list;item6;item2;item7;"_s << u"5-0+item6; 10-0+;item7"_s;
    QTest::newRow("a letter beside its like") << u"bok"_s << u"book"_s << u"2-0+o"_s;
    QTest::newRow("han") << u"我喜欢茶。他喜欢水。"_s << u"我喜欢咖啡。他喜欢酒。"_s << u"3-1+咖啡 8-1+酒"_s;
    QTest::newRow("emoji with one half in common") << u"a😀b"_s << u"a😁b"_s << u"1-2+😁"_s;
    QTest::newRow("emoji that end alike") << u"\U0001F600"_s << u"\U0001FA00"_s << u"0-2+\U0001FA00"_s;
}

void TestTextDiff::editsAreSmall()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    const auto edits = diffText(before, after);
    QCOMPARE(applied(before, edits), after);
    QTEST(written(edits), "edits");
}

void TestTextDiff::randomTextsBecomeEachOther_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 20; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TestTextDiff::randomTextsBecomeEachOther()
{
    QFETCH(quint32, seed);
    std::mt19937 random(seed);
    const QStringList pieces{u"a"_s, u"ab"_s, u" "_s, u"\n"_s, u"word"_s, u"茶"_s, u"😀"_s, u"😁"_s, u"é"_s, u"-"_s};
    const auto draw = [&](int most) {
        QStringList drawn;
        for (int left = static_cast<int>(random() % static_cast<quint32>(most)); left > 0; --left)
            drawn += pieces[static_cast<qsizetype>(random() % static_cast<quint32>(pieces.size()))];
        return drawn;
    };
    for (int round = 0; round < 200; ++round) {
        QStringList words = draw(60);
        const QString before = words.join(QString());
        for (int change = static_cast<int>(random() % 6); change > 0; --change) {
            const auto at = static_cast<qsizetype>(random() % static_cast<quint32>(words.size() + 1));
            if (random() % 2 == 0 && at < words.size())
                words.removeAt(at);
            else
                words.insert(at, draw(3).join(QString()));
        }
        const QString after = round % 10 == 0 ? draw(60).join(QString()) : words.join(QString());
        const auto edits = diffText(before, after);
        QCOMPARE(applied(before, edits), after);
        qsizetype end = -1;
        for (const TextEdit &edit : edits) {
            QVERIFY(edit.position > end || (end == -1 && edit.position == 0));
            QVERIFY(edit.removed > 0 || !edit.inserted.isEmpty());
            end = edit.position + edit.removed;
            QVERIFY(!splitsPair(before, edit.position) && !splitsPair(before, end));
        }
    }
}

/// 200,000 words against others: the search gives up where it would cost too much.
void TestTextDiff::aRewrittenTextIsBounded()
{
    QString before = u"begin "_s;
    QString after = u"begin "_s;
    for (int i = 0; i < 200'000; ++i) {
        before += u"a%1 "_s.arg(i);
        after += u"b%1 "_s.arg(i);
    }
    const auto edits = diffText(before, after);
    QCOMPARE(applied(before, edits), after);
    QVERIFY(edits.front().position >= 6);
}

void TestTextDiff::aDocumentKeepsWhatOthersWroteAndItsEmbeds_data()
{
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("merged"); // with the embeds as *, after somebody wrote " now" behind "two"
    QTest::newRow("two places") << u"1 two three 4"_s << u"*1 two now* three 4*"_s;
    QTest::newRow("over an embed") << u"one four"_s << u"*one  now*four*"_s;
    QTest::newRow("everything") << u""_s << u"* now**"_s;
    QTest::newRow("around the embeds") << u"<one two three four>"_s << u"<*one two now* three four>*"_s;
}

void TestTextDiff::aDocumentKeepsWhatOthersWroteAndItsEmbeds()
{
    QFETCH(QString, wanted);
    Doc mine({1, true, true});
    mine.text().insert(0, u"one two three four"_s);
    for (const quint32 at : {18U, 7U, 0U})
        mine.text().insertEmbed(at, Value(u"picture"_s));
    Doc theirs({2, true, true});
    QVERIFY(theirs.apply(mine.encode()));
    theirs.text().insert(8, u" now"_s);

    mine.text().replaceWith(wanted);
    QCOMPARE(mine.text().toString(), wanted);
    QVERIFY(mine.apply(theirs.encode()));
    QString merged;
    for (const DeltaOp &op : mine.text().toDelta())
        merged += op.kind == DeltaOp::Embed ? u"*"_s : op.text;
    QTEST(merged, "merged");
    QCOMPARE(mine.check(), QString());
}

QTEST_APPLESS_MAIN(TestTextDiff)
#include "tst_textdiff.moc"
