// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "editableunits.h"
#include "editorbench.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMimeData>
#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>

#include <random>

using namespace Qt::StringLiterals;
using namespace Sheaf;

/// What keys and others do to a real TextArea on a document.
class TestTextEditor : public QObject, EditorBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { open(); }
    void cleanup() { close(); }
    void keysBecomeEdits();
    void typingOverASelection();
    void pasteIsPlainText();
    void caretAndSelectionStay_data();
    void caretAndSelectionStay();
    void theViewStays();
    void undoKeysTakeBackOwnWords();
    void undoKeysAreFreeWhenThereIsNothing();
    void compositionIsNotDisturbed();
    void anotherKeyShowsAnotherText();
    void formatsAreNoEdits();
    void unitsThatAnEditorCannotShow();
    void surrogatePairsAreNotCut_data();
    void surrogatePairsAreNotCut();
    void typingWhileOthersWrite_data();
    void typingWhileOthersWrite();
};

void TestTextEditor::keysBecomeEdits()
{
    QCOMPARE(area->property("text").toString(), start);
    QCOMPARE(caret(), 0);
    key(Qt::Key_End);
    type(u" x"_s);
    key(Qt::Key_Return);
    type(u"y"_s);
    key(Qt::Key_Return, Qt::ShiftModifier);
    type(u"zz"_s);
    key(Qt::Key_Backspace);
    QCOMPARE(document->text(), u"one two three x\ny\nz"_s);
    key(Qt::Key_Home, Qt::ControlModifier);
    key(Qt::Key_Delete);
    key(Qt::Key_Delete, Qt::ControlModifier);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), u"two three x\ny\nz"_s);
    QCOMPARE(shown(), document->text());
    QCOMPARE(document->countWords(), 5);
}

void TestTextEditor::typingOverASelection()
{
    select(4, 7);
    type(u"2"_s);
    QCOMPARE(document->text(), u"one 2 three"_s);
    key(Qt::Key_A, Qt::ControlModifier);
    type(u"n"_s);
    QCOMPARE(document->text(), u"n"_s);
    key(Qt::Key_Backspace);
    QCOMPARE(document->text(), QString());
    QCOMPARE(shown(), QString());
}

void TestTextEditor::pasteIsPlainText()
{
    auto *data = new QMimeData;
    data->setHtml(u"<b>bold</b><br>next"_s);
    data->setText(u"bold\r\nnext "_s);
    QGuiApplication::clipboard()->setMimeData(data);
    select(4, 8);
    key(Qt::Key_V, Qt::ControlModifier);
    QCOMPARE(document->text(), u"one bold\nnext three"_s);
    QCOMPARE(shown(), document->text());
    select(0, 4);
    key(Qt::Key_X, Qt::ControlModifier);
    key(Qt::Key_End, Qt::ControlModifier);
    key(Qt::Key_V, Qt::ControlModifier);
    QCOMPARE(document->text(), u"bold\nnext threeone "_s);
}

void TestTextEditor::caretAndSelectionStay_data()
{
    QTest::addColumn<int>("anchor");
    QTest::addColumn<int>("caret");
    QTest::addColumn<int>("position");
    QTest::addColumn<int>("removed");
    QTest::addColumn<QString>("inserted");
    QTest::addColumn<int>("anchorAfter");
    QTest::addColumn<int>("caretAfter");
    QTest::newRow("insert before") << 4 << 4 << 0 << 0 << u"zero "_s << 9 << 9;
    QTest::newRow("insert after") << 4 << 4 << 5 << 0 << u"zero "_s << 4 << 4;
    QTest::newRow("insert exactly there: it comes behind what was just typed") << 4 << 4 << 4 << 0 << u"zero "_s << 4 << 4;
    QTest::newRow("insert at the end, caret at the end") << 13 << 13 << 13 << 0 << u" four"_s << 13 << 13;
    QTest::newRow("delete before") << 4 << 4 << 0 << 3 << u""_s << 1 << 1;
    QTest::newRow("delete around") << 5 << 5 << 3 << 5 << u""_s << 3 << 3;
    QTest::newRow("delete after") << 4 << 4 << 4 << 3 << u""_s << 4 << 4;
    QTest::newRow("insert into the selection") << 4 << 7 << 5 << 0 << u"xx"_s << 4 << 9;
    QTest::newRow("insert into the selection, caret in front") << 7 << 4 << 5 << 0 << u"xx"_s << 9 << 4;
    QTest::newRow("insert at the start of the selection") << 4 << 7 << 4 << 0 << u"xx"_s << 6 << 9;
    QTest::newRow("insert at the end of the selection") << 4 << 7 << 7 << 0 << u"xx"_s << 4 << 7;
    QTest::newRow("delete over the end of the selection") << 4 << 7 << 6 << 3 << u""_s << 4 << 6;
    QTest::newRow("replace the selection") << 4 << 7 << 4 << 3 << u"2"_s << 4 << 4;
}

void TestTextEditor::caretAndSelectionStay()
{
    QFETCH(int, anchor);
    QFETCH(int, caret);
    QFETCH(int, position);
    QFETCH(int, removed);
    QFETCH(QString, inserted);
    QFETCH(int, anchorAfter);
    QFETCH(int, caretAfter);
    select(anchor, caret);
    rows->editAs(u"1"_s, [&](Text::Text &text) {
        text.remove(static_cast<quint32>(position), static_cast<quint32>(removed));
        text.insert(static_cast<quint32>(position), inserted);
    });
    rows->settle();
    QCOMPARE(shown(), document->text());
    QCOMPARE(area->property("selectionStart").toInt(), std::min(anchorAfter, caretAfter));
    QCOMPARE(area->property("selectionEnd").toInt(), std::max(anchorAfter, caretAfter));
    QCOMPARE(this->caret(), caretAfter);
    QVERIFY(document->isSaved()); // nothing of it came back as an edit
}

void TestTextEditor::theViewStays()
{
    QString lines;
    for (int i = 0; i < 200; ++i)
        lines += u"line %1\n"_s.arg(i);
    open(lines);
    QTRY_VERIFY(flickable->property("contentHeight").toReal() > 2000);
    const auto firstSeen = [&] {
        int place = 0;
        QMetaObject::invokeMethod(area, "positionAt", Q_RETURN_ARG(int, place), Q_ARG(qreal, 0),
                                  Q_ARG(qreal, flickable->property("contentY").toReal() + 1));
        return held()->findBlock(place).text();
    };
    flickable->setProperty("contentY", 1000);
    const QString seen = firstSeen();
    insertAt(0, u"above\nthe\nview\n"_s);
    QCOMPARE(firstSeen(), seen);
    removeAt(0, 3);
    insertAt(static_cast<quint32>(document->length()), u"\nbelow"_s);
    QCOMPARE(firstSeen(), seen);
    QTest::qWait(50); // nor later, when the items are laid out
    QCOMPARE(firstSeen(), seen);
    QCOMPARE(shown(), document->text());
}

void TestTextEditor::undoKeysTakeBackOwnWords()
{
    key(Qt::Key_End);
    type(u" mine"_s);
    insertAt(0, u"theirs "_s);
    clock->advance(1000);
    type(u"!"_s);
    QCOMPARE(shown(), u"theirs one two three mine!"_s);
    key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(shown(), u"theirs one two three mine"_s);
    key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(shown(), u"theirs one two three"_s);
    key(Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(shown(), u"theirs one two three"_s);
    key(Qt::Key_Home);
    key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(shown(), u"theirs one two three mine"_s);
    QCOMPARE(caret(), 25); // where it was done
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), shown());
}

void TestTextEditor::undoKeysAreFreeWhenThereIsNothing()
{
    QKeyEvent none(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
    QCoreApplication::sendEvent(area, &none);
    QVERIFY(!none.isAccepted());
    type(u"x"_s);
    QKeyEvent some(QEvent::ShortcutOverride, Qt::Key_Z, Qt::ControlModifier);
    QCoreApplication::sendEvent(area, &some);
    QVERIFY(some.isAccepted());
}

void TestTextEditor::compositionIsNotDisturbed()
{
    select(4, 4);
    QInputMethodEvent composing(u"ni"_s, {});
    QCoreApplication::sendEvent(area, &composing);
    QVERIFY(area->property("inputMethodComposing").toBool());
    QCOMPARE(document->text(), start);
    insertAt(0, u"theirs "_s);
    QCoreApplication::processEvents();
    QCOMPARE(shown(), start);
    QCOMPARE(area->property("preeditText").toString(), u"ni"_s);
    QInputMethodEvent more(u"nih"_s, {});
    QCoreApplication::sendEvent(area, &more);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), u"theirs one two three"_s);
    QInputMethodEvent done;
    done.setCommitString(u"\u4f60"_s);
    QCoreApplication::sendEvent(area, &done);
    QTRY_COMPARE(shown(), u"theirs one \u4f60two three"_s);
    QCOMPARE(caret(), 12);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), shown());

    // Given up: nothing stays of it.
    QCoreApplication::sendEvent(area, &composing);
    QInputMethodEvent givenUp;
    QCoreApplication::sendEvent(area, &givenUp);
    QCoreApplication::processEvents();
    QCOMPARE(shown(), u"theirs one \u4f60two three"_s);
    QCOMPARE(document->text(), shown());
}

void TestTextEditor::anotherKeyShowsAnotherText()
{
    rows->insert(u"2"_s, u"second"_s);
    type(u"x"_s);
    document->setKey({u"2"_s});
    QCOMPARE(shown(), u"xone two three"_s); // until the other one is here
    rows->settle();
    QCOMPARE(shown(), u"second"_s);
    QCOMPARE(rows->text(u"1"_s), u"xone two three"_s);
    QCOMPARE(caret(), 0);
    document->setKey({});
    QCOMPARE(shown(), QString());
    type(u"draft"_s);
    rows->insert(u"3"_s, {});
    document->create({u"3"_s});
    type(u"!"_s);
    rows->settle();
    QCOMPARE(rows->text(u"3"_s), u"draft!"_s);
}

void TestTextEditor::formatsAreNoEdits()
{
    QTextBlockFormat format;
    format.setLineHeight(150, QTextBlockFormat::ProportionalHeight);
    QTextCursor all(held());
    all.select(QTextCursor::Document);
    all.mergeBlockFormat(format);
    QVERIFY(document->isSaved());
    QVERIFY(!document->canUndo());
    QCOMPARE(document->text(), start);
}

void TestTextEditor::unitsThatAnEditorCannotShow()
{
    const QString odd = u"a\r\nb\rc\u2029d\u2028e\ufdd0f\u00a0g\u200bh\r\n"_s;
    open(odd);
    QCOMPARE(document->text(), odd);
    QCOMPARE(held()->characterCount() - 1, odd.size());
    key(Qt::Key_End, Qt::ControlModifier);
    type(u"x"_s);
    key(Qt::Key_Home, Qt::ControlModifier);
    type(u"y"_s);
    rows->settle();
    insertAt(3, u"\r\n\r\n"_s);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), u"ya\r\r\n\r\n\nb\rc\u2029d\u2028e\ufdd0f\u00a0g\u200bh\r\nx"_s);
    QCOMPARE(held()->characterCount() - 1, document->length());
}

void TestTextEditor::surrogatePairsAreNotCut_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::newRow("same first half") << u"x\U0001F600y"_s << u"x\U0001F601y"_s;
    QTest::newRow("same last half") << u"x\U0001F600y"_s << u"x\U0001FA00y"_s;
    QTest::newRow("one more") << u"\U0001F600"_s << u"\U0001F600\U0001F600"_s;
    QTest::newRow("one less") << u"\U0001F600\U0001F601"_s << u"\U0001F601"_s;
}

void TestTextEditor::surrogatePairsAreNotCut()
{
    QFETCH(QString, before);
    QFETCH(QString, after);
    open(before);
    QTextCursor all(held());
    all.select(QTextCursor::Document);
    all.insertText(after);
    QCOMPARE(document->text(), after);
    rows->settle();
    QCOMPARE(rows->text(u"1"_s), after);
    document->undo();
    QCOMPARE(shown(), before);
}

void TestTextEditor::typingWhileOthersWrite_data()
{
    QTest::addColumn<quint32>("seed");
    for (quint32 seed = 1; seed <= 12; ++seed)
        QTest::addRow("%u", seed) << seed;
}

void TestTextEditor::typingWhileOthersWrite()
{
    QFETCH(quint32, seed);
    std::mt19937 random(seed);
    const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<quint32>(bound)); };
    const auto place = [&](quint32 length) { return static_cast<quint32>(random() % (length + 1)); };
    const QStringList pieces{u"a"_s, u"word "_s, u"\n"_s, u"\U0001F600"_s, u"b\r\nc"_s, u"\u2029"_s};
    for (int i = 0; i < 150; ++i) {
        const auto length = static_cast<quint32>(document->length());
        switch (below(10)) {
        case 0:
            select(below(document->length() + 1), below(document->length() + 1));
            break;
        case 1:
            key(Qt::Key_Backspace);
            break;
        case 2:
            key(Qt::Key_Return);
            break;
        case 3:
            key(Qt::Key_Z, Qt::ControlModifier);
            break;
        case 4:
            key(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
            break;
        case 5: {
            QInputMethodEvent event(below(2) ? u"pre"_s : QString(), {});
            event.setCommitString(below(2) ? u"\u4f60\U0001F601"_s : QString());
            QCoreApplication::sendEvent(area, &event);
            break;
        }
        case 6:
            rows->editAs(u"1"_s, [&](Text::Text &text) { text.remove(place(text.length()), place(4)); });
            break;
        case 7:
        case 8:
            insertAt(place(length), pieces[below(6)]);
            break;
        default:
            type(u"kl"_s);
        }
        for (int steps = below(3); steps > 0; --steps)
            (void)rows->step();
        if (below(4) == 0)
            QCoreApplication::processEvents();
        QCOMPARE(shown(), EditableUnits::typed(EditableUnits::shown(document->text())));
    }
    QInputMethodEvent end;
    QCoreApplication::sendEvent(area, &end);
    QCoreApplication::processEvents();
    rows->settle();
    QCOMPARE(document->text(), rows->text(u"1"_s));
    QCOMPARE(held()->characterCount() - 1, document->length());
}

QTEST_MAIN(TestTextEditor)
#include "tst_texteditor.moc"
