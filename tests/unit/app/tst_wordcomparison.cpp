// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/wordcomparison.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using Kind = ComparedPiece::Kind;

namespace {

/// [-removed-]{+added+} and everything else as it is.
QString written(const std::vector<ComparedPiece> &pieces)
{
    QString out;
    for (const ComparedPiece &piece : pieces) {
        if (piece.kind == Kind::Removed)
            out += "[-"_L1 + piece.text.toString() + "-]"_L1;
        else if (piece.kind == Kind::Added)
            out += "{+"_L1 + piece.text.toString() + "+}"_L1;
        else
            out += piece.text;
    }
    return out;
}

/// Mark and text of each line.
QString lines(const QString &before, const QString &after)
{
    QStringList out;
    const QList<ComparedLine> all = comparedLines(compareWords(before, after));
    for (const ComparedLine &line : all) {
        QString text(QLatin1Char(line.mark));
        for (const ComparedLine::Run &run : line.runs)
            text += run.text;
        out.append(text);
    }
    return out.join(u'|');
}

/// One of the two texts, put together again.
QString side(const std::vector<ComparedPiece> &pieces, Kind left)
{
    QString text;
    for (const ComparedPiece &piece : pieces) {
        if (piece.kind != left)
            text += piece.text;
    }
    return text;
}

} // namespace

class TestWordComparison : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pieces_data();
    void pieces();
    void lines_data();
    void lines();
    void longLines();
    void bothTextsAreInIt();
    void largeTexts();
};

void TestWordComparison::pieces_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("result");
    QTest::addColumn<int>("added");
    QTest::addColumn<int>("removed");
    QTest::newRow("equal") << u"one two"_s << u"one two"_s << u"one two"_s << 0 << 0;
    QTest::newRow("from nothing") << u""_s << u"one two"_s << u"{+one two+}"_s << 2 << 0;
    QTest::newRow("to nothing") << u"one two"_s << u""_s << u"[-one two-]"_s << 0 << 2;
    QTest::newRow("whole words") << u"a colour here"_s << u"a color here"_s << u"a [-colour-]{+color+} here"_s << 1 << 1;
    QTest::newRow("word put in") << u"one three"_s << u"one two three"_s << u"one {+two +}three"_s << 1 << 0;
    QTest::newRow("word cut in two") << u"foobar x"_s << u"foo bar x"_s << u"[-foobar-]{+foo bar+} x"_s << 2 << 1;
    QTest::newRow("words joined") << u"foo bar x"_s << u"foobar x"_s << u"[-foo bar-]{+foobar+} x"_s << 1 << 2;
    QTest::newRow("end of a word") << u"walk"_s << u"walked"_s << u"[-walk-]{+walked+}"_s << 1 << 1;
    QTest::newRow("beside each other") << u"a red apple."_s << u"a green pear."_s << u"a [-red apple-]{+green pear+}."_s << 2
                                       << 2;
    QTest::newRow("a comma") << u"one two"_s << u"one, two"_s << u"one{+,+} two"_s << 0 << 0;
    QTest::newRow("without spaces") << u"我喜欢茶"_s << u"我喜欢咖啡"_s << u"我喜欢[-茶-]{+咖啡+}"_s << 2 << 1;
    QTest::newRow("emoji") << u"so 🌱 it"_s << u"so 🌳 it"_s << u"so [-🌱-]{+🌳+} it"_s << 0 << 0;
}

void TestWordComparison::pieces()
{
    QFETCH(const QString, before);
    QFETCH(const QString, after);
    QFETCH(const QString, result);
    QFETCH(const int, added);
    QFETCH(const int, removed);
    const auto pieces = compareWords(before, after);
    QCOMPARE(written(pieces), result);
    QCOMPARE(countWords(pieces), (WordCount{added, removed}));
}

void TestWordComparison::lines_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("result");
    QTest::newRow("nothing") << u""_s << u""_s << u""_s;
    QTest::newRow("equal") << u"a\n\nb\n"_s << u"a\n\nb\n"_s << u" a| | b"_s;
    QTest::newRow("line at the end") << u"a"_s << u"a\nb"_s << u" a|+b"_s;
    QTest::newRow("line at the start") << u"b"_s << u"a\nb"_s << u"+a| b"_s;
    QTest::newRow("line in the middle") << u"a\nc"_s << u"a\nb\nc"_s << u" a|+b| c"_s;
    QTest::newRow("line gone") << u"a\nb\nc"_s << u"a\nc"_s << u" a|-b| c"_s;
    QTest::newRow("empty line") << u"a\nb"_s << u"a\n\nb"_s << u" a|+| b"_s;
    QTest::newRow("word in a line") << u"x\na b\ny"_s << u"x\na c\ny"_s << u" x|*a bc| y"_s;
    QTest::newRow("line cut in two") << u"One. Two."_s << u"One.\n Two."_s << u"*One.¶|  Two."_s;
    QTest::newRow("lines joined") << u"One.\n Two."_s << u"One. Two."_s << u"*One.¶|  Two."_s;
    QTest::newRow("line anew") << u"x\nold words\ny"_s << u"x\nall new\ny"_s << u" x|-old words|+all new| y"_s;
    QTest::newRow("lines anew") << u"x\na\nb\ny"_s << u"x\nc\nd\ny"_s << u" x|-a|+c|-b|+d| y"_s;
    QTest::newRow("end of a line and more") << u"line twenty\nand more\n"_s << u"line 20\n"_s << u"*line twenty20|-and more"_s;
    QTest::newRow("lines that begin alike") << u"- a\n- b\n"_s << u"- a\n- c d\n- b\n"_s << u" - a|+- c d| - b"_s;
    QTest::newRow("lines that end alike") << u"a.\nb c.\n\nd"_s << u"a.\n\nd"_s << u" a.|-b c.| | d"_s;
    QTest::newRow("windows") << u"a\r\nb\r\n"_s << u"a\r\nb\r\nc\r\n"_s << u" a| b|+c"_s;
}

void TestWordComparison::lines()
{
    QFETCH(const QString, before);
    QFETCH(const QString, after);
    QTEST(::lines(before, after), "result");
}

void TestWordComparison::longLines()
{
    const QString words = u"word "_s.repeated(2000);
    const QString block = u"🌱"_s.repeated(5000);
    for (const QString &text : {words, block, u"x"_s + block}) {
        const QList<ComparedLine> all = comparedLines(compareWords({}, text));
        QVERIFY(all.size() > 4);
        QString joined;
        for (const ComparedLine &line : all) {
            QCOMPARE(line.mark, '+');
            for (const ComparedLine::Run &run : line.runs) {
                QVERIFY(run.text.size() <= 2000 && !run.text.back().isHighSurrogate());
                joined += run.text;
            }
        }
        QCOMPARE(joined, text);
    }
}

void TestWordComparison::bothTextsAreInIt()
{
    QRandomGenerator random(11);
    const QString letters = u"ab cd.\nx🌱茶\r"_s;
    const auto some = [&](int length) {
        QString text;
        for (int i = 0; i < length; ++i)
            text += letters[random.bounded(int(letters.size()))];
        return text;
    };
    for (int round = 0; round < 3000; ++round) {
        QString before = some(random.bounded(60));
        QString after = before;
        for (int edits = random.bounded(5); edits > 0; --edits) {
            const int at = random.bounded(int(after.size()) + 1);
            after.replace(at, random.bounded(8), some(random.bounded(8)));
        }
        const auto pieces = compareWords(before, after);
        QCOMPARE(side(pieces, Kind::Added), before);
        QCOMPARE(side(pieces, Kind::Removed), after);
        QString shown[2];
        const QList<ComparedLine> all = comparedLines(pieces);
        for (const ComparedLine &line : all) {
            for (const ComparedLine::Run &run : line.runs) {
                shown[0] += run.kind == Kind::Added ? QString() : run.text;
                shown[1] += run.kind == Kind::Removed ? QString() : run.text;
            }
        }
        QCOMPARE(shown[0].remove(u'\u00B6').remove(u'\r'), before.remove(u'\n').remove(u'\r'));
        QCOMPARE(shown[1].remove(u'\u00B6').remove(u'\r'), after.remove(u'\n').remove(u'\r'));
    }
}

/// A megabyte with an edit on each page; the bound is far above what it takes, and far below what would be felt as a hang.
void TestWordComparison::largeTexts()
{
    QString before;
    for (int i = 0; before.size() < 1'000'000; ++i)
        before += u"Paragraph %1 has some words of its own, and a number at the end: %2.\n"_s.arg(i).arg(i * 7);
    QString after = before;
    for (qsizetype at = 500; at < after.size(); at += 40'000)
        after.insert(after.indexOf(u' ', at), u" changed"_s);
    QElapsedTimer timer;
    timer.start();
    const auto pieces = compareWords(before, after);
    const QList<ComparedLine> all = comparedLines(pieces);
    const qint64 ms = timer.elapsed();
    QCOMPARE(countWords(pieces), (WordCount{25, 0}));
    QVERIFY(all.size() > 10'000);
    QVERIFY2(ms < 5000, qPrintable(QString::number(ms)));
    qInfo("1 MB compared and cut into %lld lines in %lld ms", qint64(all.size()), ms);
}

QTEST_GUILESS_MAIN(TestWordComparison)
#include "tst_wordcomparison.moc"
