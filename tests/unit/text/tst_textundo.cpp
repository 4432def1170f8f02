// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "dice.h"
#include "text/undomanager.h"

#include <QtTest>

using namespace Qt::StringLiterals;
using namespace Sheaf::Text;

/// Undo and redo of one's own edits. That they do what yjs does is shown by tests/textbridge/fuzz.mjs.
class TestTextUndo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void stepsByTime()
    {
        Doc doc({1, true, true});
        Text text = doc.text();
        qint64 now = 0;
        UndoManager undo(doc, {text}, {[&now] { return now; }, 500, {0}, UndoManager::ownOrigin});
        QVERIFY(!undo.canUndo());
        text.insert(0, u"one ");
        now += 499;
        text.insert(4, u"two ");
        now += 500;
        text.insert(8, u"three ");
        undo.stopCapturing();
        text.insert(14, u"four");
        QVERIFY(undo.undo());
        QCOMPARE(text.toString(), u"one two three "_s);
        QVERIFY(undo.undo());
        QCOMPARE(text.toString(), u"one two "_s);
        QVERIFY(undo.undo());
        QCOMPARE(text.toString(), QString());
        QVERIFY(!undo.undo());
        QVERIFY(undo.redo());
        QVERIFY(undo.redo());
        QVERIFY(undo.redo());
        QVERIFY(!undo.redo());
        QCOMPARE(text.toString(), u"one two three four"_s);
        QCOMPARE(doc.check(), QString());
    }

    void editsOfOthersStay()
    {
        Doc mine({1, true, true});
        Doc theirs({2, true, true});
        mine.onUpdate([&theirs](const QByteArray &update, bool local, quint64) {
            if (local)
                QVERIFY(theirs.apply(update));
        });
        Text text = mine.text();
        UndoManager undo(mine, {text}, {});
        text.insert(0, u"hello world");
        text.remove(0, 6);
        theirs.text().insert(2, u"XY");
        QVERIFY(mine.apply(theirs.encode(), Format::V1, 7));
        QCOMPARE(text.toString(), u"woXYrld"_s);
        QVERIFY(undo.undo());
        QCOMPARE(text.toString(), u"hello woXYrld"_s);
        QVERIFY(undo.undo());
        QCOMPARE(text.toString(), u"XY"_s);
        QCOMPARE(theirs.text().toString(), u"XY"_s);
        QVERIFY(undo.redo());
        QCOMPARE(theirs.text().toString(), text.toString());
        QCOMPARE(mine.check(), QString());
    }

    void newEditForgetsRedo()
    {
        Doc doc({1, true, true});
        Text text = doc.text();
        UndoManager undo(doc, {text}, {});
        text.insert(0, u"a");
        QVERIFY(undo.undo());
        text.insert(0, u"b");
        QVERIFY(!undo.canRedo());
        undo.clear();
        QVERIFY(!undo.canUndo());
    }

    void whatNobodyCanUndoIsCollected()
    {
        Doc doc({1, true, true});
        Text text = doc.text();
        Doc plain({1, true, true});
        {
            UndoManager undo(doc, {text}, {});
            for (Doc *one : {&doc, &plain}) {
                one->text().insert(0, u"a long line of text");
                one->text().remove(2, 10);
            }
            QVERIFY(doc.encode().contains("long"));
            undo.clear();
        }
        doc.collectGarbage();
        QCOMPARE(doc.encode(), plain.encode());
    }

    void undoesEverythingInRandomSessions()
    {
        for (unsigned seed = 1; seed <= 60; ++seed) {
            Dice random(seed);
            Doc doc({1, true, true});
            Text text = doc.text();
            UndoManager undo(doc, {text}, {});
            std::vector<QString> states{QString()};
            for (int i = 0; i < 60; ++i) {
                const quint32 at = random() % (text.length() + 1);
                if (random() % 3 == 0)
                    text.remove(at, 1 + random() % 4);
                else
                    text.insert(at, random.letters());
                if (text.toString() != states.back())
                    states.push_back(text.toString());
            }
            const auto walk = [&](auto step, auto from, auto to) {
                for (auto state = from; state != to; ++state) {
                    QCOMPARE(text.toString(), *state);
                    QCOMPARE(doc.check(), QString());
                    (void)step();
                }
            };
            walk([&] { return undo.undo(); }, states.rbegin(), states.rend());
            walk([&] { return undo.redo(); }, states.begin(), states.end());
            QVERIFY(!undo.canRedo());
            Doc loaded({2, true, true});
            QVERIFY(loaded.apply(doc.encode()));
            QCOMPARE(loaded.text().toString(), text.toString());
        }
    }
};

QTEST_GUILESS_MAIN(TestTextUndo)
#include "tst_textundo.moc"
