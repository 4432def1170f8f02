// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/textdocument.h"
#include "faketexts.h"

#include <QSignalSpy>
#include <QtTest>

#include <random>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

/// A document on the rows, and a copy that knows only what it is told.
struct Editor {
    explicit Editor(FakeRows &rows) : store(rows), document(store)
    {
        document.setTable(u"Notes"_s);
        document.setColumn(u"body"_s);
        QObject::connect(&document, &TextDocument::replaced, &document, [this] { copy = document.text(); });
        QObject::connect(&document, &TextDocument::edited, &document, [this](const Text::Delta &delta) {
            ++deltas;
            qsizetype at = 0;
            for (const Text::DeltaOp &op : delta) {
                if (op.kind == Text::DeltaOp::Insert)
                    copy.insert(at, op.text);
                else if (op.kind == Text::DeltaOp::Delete)
                    copy.remove(at, op.length);
                at += op.kind == Text::DeltaOp::Insert ? op.text.size() : op.kind == Text::DeltaOp::Retain ? op.length : 0;
            }
        });
    }
    void type(int position, const QString &keys)
    {
        for (const QChar key : keys)
            document.replace(position++, 0, key);
    }

    FakeTexts store;
    TextDocument document;
    QString copy;
    int deltas = 0;
};

} // namespace

class TestTextDocument : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        clock = std::make_unique<ManualClock>();
        rows = std::make_unique<FakeRows>(*clock);
        rows->insert(u"1"_s, u"one two"_s);
        rows->insert(u"2"_s, u"another"_s);
    }

    void opensTheTextOfItsKey()
    {
        Editor editor(*rows);
        QVERIFY(editor.document.isLoaded()); // a draft
        editor.document.setKey({u"1"_s});
        QVERIFY(!editor.document.isLoaded());
        editor.document.replace(0, 0, u"too early"_s);
        rows->settle();
        QVERIFY(editor.document.isLoaded());
        QCOMPARE(editor.document.text(), u"one two"_s);
        QCOMPARE(editor.copy, u"one two"_s);
        QVERIFY(editor.document.isSaved());
        QVERIFY(!editor.document.canUndo());
    }

    void oneWriteAtATimeCarriesAllThatWasTyped()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        editor.type(7, u" three"_s);
        QCOMPARE(editor.document.text(), u"one two three"_s);
        QCOMPARE(rows->asked(), 1);
        QVERIFY(!editor.document.isSaved());
        QVERIFY(rows->step());
        QCOMPARE(rows->text(u"1"_s), u"one two "_s); // the first key was on its way already
        QCOMPARE(rows->asked(), 1);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"one two three"_s);
        QCOMPARE(rows->writes, 2);
        QVERIFY(editor.document.isSaved());
    }

    void aSlowStoreIsWrittenLessOften()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        rows->writeMs = 20;
        editor.type(0, u"a"_s);
        QVERIFY(rows->step());
        editor.type(0, u"b"_s);
        QCOMPARE(rows->asked(), 0);
        clock->advance(59);
        QCOMPARE(rows->asked(), 0);
        clock->advance(1);
        QCOMPARE(rows->asked(), 1);
        QVERIFY(rows->step());
        editor.type(0, u"c"_s);
        editor.document.flush(); // does not wait for the pause
        QCOMPARE(rows->asked(), 1);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"cbaone two"_s);
    }

    void whatCannotBeWrittenIsKept()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        rows->writeError = {u"disk_full"_s, u"The disk is full."_s};
        editor.type(0, u"a"_s);
        rows->settle();
        QVERIFY(!editor.document.isSaved());
        QCOMPARE(editor.document.errorText(), u"The disk is full."_s);
        QCOMPARE(rows->text(u"1"_s), u"one two"_s);
        rows->writeError = {};
        editor.type(1, u"b"_s);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"abone two"_s);
        QCOMPARE(editor.document.errorText(), QString());
        QVERIFY(editor.document.isSaved());
    }

    void whatAFullDiskRefusedIsTriedAgain()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        rows->writeError = {u"disk_full"_s, u"The disk is full."_s};
        editor.type(0, u"a"_s);
        editor.document.setKey({u"2"_s}); // the text that was left is kept too
        rows->settle();
        QCOMPARE(editor.document.errorText(), QString());
        QCOMPARE(editor.document.leftErrorText(), u"The disk is full."_s);
        QVERIFY(!editor.document.isSaved());
        clock->advance(1'999); // a second has gone with settle()
        QCOMPARE(rows->asked(), 0);
        rows->writeError = {};
        clock->advance(1);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"aone two"_s);
        QCOMPARE(editor.document.leftErrorText(), QString());
        QVERIFY(editor.document.isSaved());
    }

    void othersComeAsDeltasAndOwnWritesDoNotComeBack()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        editor.type(7, u"!"_s);
        rows->settle();
        QCOMPARE(editor.deltas, 1);
        QSignalSpy edited(&editor.document, &TextDocument::edited);
        rows->editAs(u"1"_s, [](Text::Text &text) { text.insert(3, u" and a half,"); });
        QCOMPARE(edited.size(), 1);
        QCOMPARE(edited[0][1].value<TextDocument::Author>(), TextDocument::Author::Others);
        QCOMPARE(editor.document.text(), u"one and a half, two!"_s);
        QCOMPARE(editor.copy, editor.document.text());
        rows->editAs(u"2"_s, [](Text::Text &text) { text.remove(0, 3); });
        QCOMPARE(edited.size(), 1);
        QVERIFY(editor.document.isSaved());
    }

    void undoTakesBackOwnWordsOnly()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        editor.type(7, u" mine"_s);
        rows->editAs(u"1"_s, [](Text::Text &text) { text.insert(0, u"theirs "); });
        clock->advance(2000);
        editor.type(19, u" too"_s);
        QCOMPARE(editor.document.text(), u"theirs one two mine too"_s);
        editor.document.undo();
        QCOMPARE(editor.document.text(), u"theirs one two mine"_s);
        editor.document.undo();
        QCOMPARE(editor.document.text(), u"theirs one two"_s);
        QVERIFY(!editor.document.canUndo());
        editor.document.redo();
        QCOMPARE(editor.document.text(), u"theirs one two mine"_s);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"theirs one two mine"_s);
        QCOMPARE(editor.copy, editor.document.text());
    }

    void typingIsGrouped()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        const auto undone = [&] {
            editor.document.undo();
            return editor.document.text();
        };
        editor.type(0, u"ab"_s);
        rows->editAs(u"1"_s, [](Text::Text &text) { text.insert(0, u"_"); }); // does not end a run of typing
        editor.type(3, u"cd"_s);
        editor.document.replace(4, 1, {}); // d
        editor.document.replace(3, 1, {}); // c
        editor.document.replace(0, 0, u"pasted "_s);
        editor.type(7, u"x\ny"_s);
        QCOMPARE(editor.document.text(), u"pasted x\ny_abone two"_s);
        QCOMPARE(undone(), u"pasted x\n_abone two"_s);
        QCOMPARE(undone(), u"pasted _abone two"_s);
        QCOMPARE(undone(), u"_abone two"_s);
        QCOMPARE(undone(), u"_abcdone two"_s);
        QCOMPARE(undone(), u"_one two"_s);
        QVERIFY(!editor.document.canUndo());
    }

    void aDraftBecomesARow()
    {
        Editor editor(*rows);
        editor.type(0, u"dra"_s);
        QVERIFY(!editor.document.isSaved());
        QCOMPARE(rows->asked(), 0);
        rows->insert(u"3"_s, {});
        QSignalSpy replaced(&editor.document, &TextDocument::replaced);
        editor.document.create({u"3"_s});
        editor.type(3, u"ft"_s);
        rows->settle();
        QCOMPARE(rows->text(u"3"_s), u"draft"_s);
        QCOMPARE(replaced.size(), 0);
        QVERIFY(editor.document.isSaved());
        editor.document.undo();
        QCOMPARE(editor.document.text(), QString());
        rows->insert(u"4"_s, {});
        editor.document.create({u"4"_s});
        QCOMPARE(replaced.size(), 1);
        editor.type(0, u"new"_s);
        rows->settle();
        QCOMPARE(rows->text(u"4"_s), u"new"_s);
        QCOMPARE(rows->text(u"3"_s), QString());
    }

    void leavingATextWritesItsLastKeys()
    {
        {
            Editor editor(*rows);
            open(editor, u"1"_s);
            editor.type(0, u"abc"_s);
            editor.document.setKey({u"2"_s});
            QVERIFY(!editor.document.isSaved());
            rows->settle();
            QCOMPARE(rows->text(u"1"_s), u"abcone two"_s);
            QCOMPARE(editor.document.text(), u"another"_s);
            QVERIFY(editor.document.isSaved());
            editor.type(0, u"xyz"_s);
        }
        rows->settle();
        QCOMPARE(rows->text(u"2"_s), u"xyzanother"_s);
    }

    void aLateAnswerIsNotTakenForTheOpenText()
    {
        Editor editor(*rows);
        editor.document.setKey({u"1"_s});
        editor.document.setKey({u"2"_s});
        QVERIFY(rows->step());
        QVERIFY(!editor.document.isLoaded());
        rows->editAs(u"2"_s, [](Text::Text &text) { text.insert(0, u"yet "); }); // heard before it is loaded
        rows->settle();
        QCOMPARE(editor.document.text(), u"yet another"_s);
        rows->editAs(u"1"_s, [](Text::Text &text) { text.insert(0, u"x"); });
        QCOMPARE(editor.document.text(), u"yet another"_s);
    }

    void aRowThatIsMissingIsOpenedWhenItComes()
    {
        Editor editor(*rows);
        open(editor, u"9"_s);
        QVERIFY(!editor.document.isLoaded());
        QCOMPARE(editor.document.errorText(), u"There is no such row."_s);
        rows->insert(u"9"_s, u"here"_s);
        rows->settle();
        QCOMPARE(editor.document.text(), u"here"_s);
        QCOMPARE(editor.document.errorText(), QString());
    }

    void aRowMadeAnewIsAnotherText()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        editor.type(0, u"x"_s);
        rows->settle();
        rows->insert(u"1"_s, u"second life"_s);
        rows->settle();
        QCOMPARE(editor.document.text(), u"second life"_s);
        QCOMPARE(editor.copy, editor.document.text());
        QVERIFY(!editor.document.canUndo());
        editor.type(0, u"my "_s);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"my second life"_s);
    }

    void othersWaitWhileHeld()
    {
        Editor editor(*rows);
        open(editor, u"1"_s);
        editor.document.setHeld(true);
        rows->editAs(u"1"_s, [](Text::Text &text) { text.insert(0, u"theirs "); });
        editor.type(7, u" mine"_s);
        QCOMPARE(editor.document.text(), u"one two mine"_s);
        rows->settle();
        QCOMPARE(rows->text(u"1"_s), u"theirs one two mine"_s);
        editor.document.setHeld(false);
        QCOMPARE(editor.document.text(), u"theirs one two mine"_s);
        QCOMPARE(editor.copy, editor.document.text());
    }

    void everybodyEndsEqual_data()
    {
        QTest::addColumn<quint32>("seed");
        for (quint32 seed = 1; seed <= 40; ++seed)
            QTest::addRow("%u", seed) << seed;
    }

    void everybodyEndsEqual()
    {
        QFETCH(quint32, seed);
        std::mt19937 random(seed);
        const auto below = [&](int bound) { return static_cast<int>(random() % static_cast<quint32>(bound)); };
        std::vector<std::unique_ptr<Editor>> editors;
        for (int i = 0; i < 3; ++i) {
            editors.push_back(std::make_unique<Editor>(*rows));
            editors.back()->document.setKey({u"1"_s});
        }
        rows->settle();
        const QStringList pieces{u"a"_s, u"word "_s, u"\n"_s, u"\U0001F600"_s, u"\u00e9"_s};
        for (int i = 0; i < 300; ++i) {
            Editor &editor = *editors[static_cast<size_t>(below(3))];
            TextDocument &document = editor.document;
            const int at = below(document.length() + 1);
            switch (below(9)) {
            case 0:
                document.replace(at, below(6), pieces[below(5)]);
                break;
            case 1:
                document.replace(at, 1 + below(3), {});
                break;
            case 2:
                document.undo();
                break;
            case 3:
                document.redo();
                break;
            case 4:
                document.setHeld(below(2) == 0);
                break;
            case 5:
                rows->editAs(u"1"_s, [&](Text::Text &text) { text.insert(0, u"?"); });
                break;
            case 6:
                clock->advance(below(600));
                break;
            default:
                document.replace(at, 0, pieces[below(5)]);
            }
            for (int steps = below(3); steps > 0; --steps)
                (void)rows->step();
        }
        for (const auto &editor : editors)
            editor->document.setHeld(false);
        rows->settle();
        for (const auto &editor : editors) {
            QCOMPARE(editor->document.text(), rows->text(u"1"_s));
            QCOMPARE(editor->copy, editor->document.text());
            QVERIFY(editor->document.isSaved());
        }
    }

private:
    void open(Editor &editor, const QString &key)
    {
        editor.document.setKey({key});
        rows->settle();
    }

    std::unique_ptr<ManualClock> clock;
    std::unique_ptr<FakeRows> rows;
};

QTEST_GUILESS_MAIN(TestTextDocument)
#include "tst_textdocument.moc"
