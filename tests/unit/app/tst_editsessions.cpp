// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/editsessions.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

constexpr qint64 pauseMs = EditSessions::pauseMs;
constexpr qint64 longestMs = EditSessions::longestMs;

class TestEditSessions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPauseEndsASession();
    void writingWithoutAPauseMakesVersionsInBetween();
    void leavingEndsASession();
    void othersAreNoted();

private:
    const ItemRef m_note{u"note"_s, u"n"_s};
    const ItemRef m_task{u"task"_s, u"t"_s};
};

void TestEditSessions::aPauseEndsASession()
{
    EditSessions sessions;
    QVERIFY(!sessions.nextDueMs());
    QVERIFY(sessions.edited(m_note, 1000));
    QVERIFY(!sessions.edited(m_note, 2000));
    QCOMPARE(sessions.nextDueMs(), 2000 + pauseMs);
    QCOMPARE(sessions.due(2000 + pauseMs - 1), QList<EditSessions::Ended>());
    QCOMPARE(sessions.due(2000 + pauseMs), (QList<EditSessions::Ended>{{m_note, false}}));
    QVERIFY(!sessions.nextDueMs());
    QVERIFY(sessions.edited(m_note, 2001 + pauseMs));
}

void TestEditSessions::writingWithoutAPauseMakesVersionsInBetween()
{
    EditSessions sessions;
    QList<qint64> made;
    qint64 last = 0;
    for (qint64 at = 0; at <= 40 * 60'000; at += 60'000) {
        QCOMPARE(sessions.edited(m_note, at), at == 0);
        if (!sessions.due(at).isEmpty())
            made.append(at);
        last = at;
    }
    QCOMPARE(made, (QList<qint64>{longestMs, 2 * longestMs + 60'000}));
    QCOMPARE(sessions.due(last + pauseMs).size(), 1);
    // A version in between, and nothing written after it: the end has nothing new.
    QVERIFY(sessions.edited(m_note, 0));
    for (qint64 at = 0; at <= longestMs; at += 60'000)
        sessions.edited(m_note, at);
    QCOMPARE(sessions.due(longestMs).size(), 1);
    QCOMPARE(sessions.nextDueMs(), longestMs + pauseMs);
    QVERIFY(sessions.due(longestMs + pauseMs).isEmpty());
    QVERIFY(!sessions.nextDueMs());
}

void TestEditSessions::leavingEndsASession()
{
    EditSessions sessions;
    QVERIFY(!sessions.leave(m_note.id));
    sessions.edited(m_note, 0);
    sessions.edited(m_task, 5);
    QCOMPARE(sessions.leave(m_note.id), (EditSessions::Ended{m_note, false}));
    QVERIFY(!sessions.leave(m_note.id));
    sessions.edited(m_note, 10);
    QCOMPARE(sessions.leaveAll().size(), 2);
    QVERIFY(sessions.leaveAll().isEmpty());
}

void TestEditSessions::othersAreNoted()
{
    EditSessions sessions;
    sessions.editedByOthers(m_note.id);
    sessions.edited(m_note, 0);
    sessions.edited(m_task, 0);
    sessions.editedByOthers(m_note.id);
    QCOMPARE(sessions.leave(m_note.id), (EditSessions::Ended{m_note, true}));
    QCOMPARE(sessions.leave(m_task.id), (EditSessions::Ended{m_task, false}));
    QVERIFY(sessions.edited(m_note, 1));
    QCOMPARE(sessions.leave(m_note.id), (EditSessions::Ended{m_note, false}));
}

QTEST_GUILESS_MAIN(TestEditSessions)
#include "tst_editsessions.moc"
