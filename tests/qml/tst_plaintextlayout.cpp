// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "plaintextlayout.h"

#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextLayout>
#include <QtTest>

#include <random>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr qreal textWidth = 240;

void prepare(QTextDocument &document)
{
    document.setDocumentMargin(0);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    document.setDefaultTextOption(option);
    document.setTextWidth(textWidth);
}

void lay(QTextDocument &document, qreal lineFactor)
{
    document.setDocumentLayout(new PlainTextLayout(&document, lineFactor));
    prepare(document);
}

/// Every line and where it stands; two documents that are laid out alike give the same text.
QStringList linesOf(const QTextDocument &document)
{
    QStringList lines;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        const QRectF place = document.documentLayout()->blockBoundingRect(block);
        const QTextLayout &layout = *block.layout();
        for (int i = 0; i < layout.lineCount(); ++i) {
            const QTextLine line = layout.lineAt(i);
            lines += u"%1+%2 at %3, %4 in %5"_s.arg(block.position() + line.textStart())
                         .arg(line.textLength())
                         .arg(line.cursorToX(line.textStart()))
                         .arg(place.y() + line.y())
                         .arg(place.height());
        }
    }
    return lines;
}

QString randomText(std::mt19937 &random, int length)
{
    QString text;
    for (int i = 0; i < length; ++i) {
        const auto die = random() % 40;
        text += die == 0 ? u'\n' : die < 8 ? u' ' : QChar(u'a' + static_cast<char16_t>(random() % 26));
    }
    return text;
}

} // namespace

class TestPlainTextLayout : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void breaksLinesAsQtDoes_data();
    void breaksLinesAsQtDoes();
    void editsComeToTheLayoutOfTheWhole();
    void editsLeaveOtherBlocksAlone();
    void linesAreHigherByTheFactor();
    void pointsHitTheirPlaces();
    void aWordOfManyLinesIsWrapped();
    void sizeIsTold();
    void roomBelowBelongsToTheText();
};

void TestPlainTextLayout::breaksLinesAsQtDoes_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << QString();
    QTest::newRow("paragraphs") << u"One two three four five six seven eight nine ten eleven twelve.\n\nAnd so on.\n"_s;
    QTest::newRow("from right to left") << u"\u05d0\u05d1\u05d2 \u05d3\u05d4\u05d5 \u05d6\u05d7\u05d8 \u05d9\u05db\u05dc "
                                           u"\u05de\u05e0\u05e1 \u05e2\u05e4\u05e6 \u05e7\u05e8\u05e9\nleft again"_s;
    QTest::newRow("tabs and separators") << u"a\tb\tc\u2028in the same paragraph, behind a separator of lines\td"_s;
    QTest::newRow("other fonts") << u"\u6f22\u5b57\u304b\u306a and \U0001F600\U0001F680 between words that are wrapped here"_s;
}

void TestPlainTextLayout::breaksLinesAsQtDoes()
{
    QFETCH(QString, text);
    QTextDocument theirs;
    prepare(theirs);
    theirs.setPlainText(text);
    QTextDocument ours;
    lay(ours, 1.0);
    ours.setPlainText(text);
    QCOMPARE(linesOf(ours), linesOf(theirs));
    QCOMPARE(ours.size().height(), theirs.size().height());
    QCOMPARE(ours.size().width(), textWidth);
}

void TestPlainTextLayout::editsComeToTheLayoutOfTheWhole()
{
    std::mt19937 random(7); // NOLINT(cert-msc51-cpp)
    QTextDocument edited;
    lay(edited, 1.45);
    edited.setPlainText(randomText(random, 3'000));
    QTextCursor cursor(&edited);
    for (int i = 0; i < 300; ++i) {
        const int length = edited.characterCount() - 1;
        cursor.setPosition(static_cast<int>(random() % static_cast<quint32>(length + 1)));
        if (random() % 2 == 0) {
            cursor.insertText(randomText(random, static_cast<int>(random() % 60)));
        } else {
            cursor.setPosition(std::min(length, cursor.position() + static_cast<int>(random() % 60)), QTextCursor::KeepAnchor);
            cursor.removeSelectedText();
        }
        QTextDocument whole;
        lay(whole, 1.45);
        whole.setPlainText(edited.toPlainText());
        QCOMPARE(linesOf(edited), linesOf(whole));
        QCOMPARE(edited.size(), whole.size());
    }
}

void TestPlainTextLayout::editsLeaveOtherBlocksAlone()
{
    QTextDocument document;
    lay(document, 1.0);
    document.setPlainText(u"word after word, until the line is full and goes on below\n"_s.repeated(1'000));
    QTextOption marked;
    marked.setTabStopDistance(77);
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        block.layout()->setTextOption(marked);
    QTextCursor cursor(document.findBlockByNumber(500));
    cursor.insertText(u"x\ny"_s);
    int touched = 0;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        touched += block.layout()->textOption().tabStopDistance() == 77 ? 0 : 1;
    QCOMPARE(touched, 2);
}

void TestPlainTextLayout::linesAreHigherByTheFactor()
{
    QTextDocument document;
    lay(document, 2.0);
    document.setPlainText(u"one two three four five six seven eight nine ten eleven twelve"_s);
    const QTextLayout &layout = *document.begin().layout();
    QVERIFY(layout.lineCount() > 1);
    QCOMPARE(layout.lineAt(1).y(), 2.0 * qCeil(layout.lineAt(0).height()));
    QCOMPARE(document.size().height(), layout.lineCount() * layout.lineAt(1).y());
}

void TestPlainTextLayout::pointsHitTheirPlaces()
{
    QTextDocument document;
    lay(document, 1.45);
    document.setPlainText(u"one two three four five six seven eight nine\n\nten eleven twelve thirteen\n"_s);
    const QAbstractTextDocumentLayout &layout = *document.documentLayout();
    for (int position = 0; position < document.characterCount(); ++position) {
        const QTextBlock block = document.findBlock(position);
        const QTextLine line = block.layout()->lineForTextPosition(position - block.position());
        const QPointF point =
            layout.blockBoundingRect(block).topLeft() + QPointF(line.cursorToX(position - block.position()), line.y());
        QCOMPARE(layout.hitTest(point, Qt::FuzzyHit), position);
        QCOMPARE(layout.hitTest(point + QPointF(0, line.height()), Qt::FuzzyHit), position);
    }
    QCOMPARE(layout.hitTest({-10, -10}, Qt::FuzzyHit), 0);
    QCOMPARE(layout.hitTest({500, 10'000}, Qt::FuzzyHit), document.characterCount() - 1);
    QCOMPARE(layout.hitTest({500, 3}, Qt::ExactHit), -1);
    QCOMPARE(layout.hitTest({1, 3}, Qt::ExactHit), 0);
}

void TestPlainTextLayout::aWordOfManyLinesIsWrapped()
{
    QTextDocument document;
    lay(document, 1.0);
    document.setPlainText(QString(20'000, u'm'));
    const QTextLayout &layout = *document.begin().layout();
    QVERIFY(layout.lineCount() > 100);
    for (int i = 0; i < layout.lineCount(); ++i)
        QVERIFY(layout.lineAt(i).naturalTextWidth() <= textWidth);
    const QTextLine line = layout.lineAt(90);
    QCOMPARE(document.documentLayout()->hitTest({0, line.y() + 1}, Qt::FuzzyHit), line.textStart());
}

void TestPlainTextLayout::sizeIsTold()
{
    QTextDocument document;
    lay(document, 1.0);
    document.setPlainText(u"one\ntwo"_s);
    const QSignalSpy told(document.documentLayout(), &QAbstractTextDocumentLayout::documentSizeChanged);
    QTextCursor cursor(&document);
    cursor.insertText(u"x"_s);
    QCOMPARE(told.size(), 0);
    cursor.insertText(u"\n"_s);
    QCOMPARE(told.size(), 1);
    QCOMPARE(told.first().first().toSizeF(), document.size());
    cursor.deletePreviousChar();
    QCOMPARE(told.size(), 2);
}

void TestPlainTextLayout::roomBelowBelongsToTheText()
{
    QTextDocument plain;
    lay(plain, 1.45);
    plain.setPlainText(u"one\ntwo"_s);
    QTextDocument document;
    document.setDocumentLayout(new PlainTextLayout(&document, 1.45, 48));
    prepare(document);
    document.setPlainText(u"one\ntwo"_s);
    QCOMPARE(document.size().height(), plain.size().height() + 48);
    const qreal inRoom = document.size().height() - 5;
    QCOMPARE(document.documentLayout()->hitTest({0, inRoom}, Qt::FuzzyHit), 4);
    QCOMPARE(document.documentLayout()->hitTest({500, inRoom}, Qt::FuzzyHit), 7);
}

QTEST_MAIN(TestPlainTextLayout)
#include "tst_plaintextlayout.moc"
