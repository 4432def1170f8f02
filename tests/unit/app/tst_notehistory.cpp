// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/textdocument.h"
#include "historybench.h"
#include "model/profile.h"
#include "model/storewrites.h"
#include "model/versiontext.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr int patienceMs = HistoryBench::patienceMs;
constexpr qint64 minute = 60'000;
constexpr qint64 day = 24 * 60 * minute;

/// A text that zstd cannot make much smaller.
QString noise(qsizetype length)
{
    QRandomGenerator random(3);
    QString text;
    text.reserve(length);
    for (qsizetype i = 0; i < length; ++i)
        text += i % 7 == 6 ? u' ' : QChar(static_cast<char16_t>(0x4E00 + random.bounded(20'000)));
    return text;
}

} // namespace

/// When versions are made, and how long they stay.
class TestNoteHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_bench = std::make_unique<HistoryBench>();
        QVERIFY(m_bench->start());
    }
    void cleanup() { m_bench.reset(); }
    void packing();
    void theTextBeforeTheFirstEditIsKept();
    void aPauseMakesAVersion();
    void longWritingMakesVersionsInBetween();
    void leavingMakesAVersion();
    void nothingNewMakesNoVersion();
    void titlesAreOfTheVersion();
    void tasksHaveVersions();
    void restoringIsAnEditWithVersionsOnBothSides();
    void versionsStandBehindThoseOfFastClocks();
    void largeTextsComeInParts();
    void thinning();
    void switchedOff();
    void deletedForGood();
    void storesOfTheSecondVersion();

private:
    std::unique_ptr<HistoryBench> m_bench;
};

void TestNoteHistory::packing()
{
    for (const QString &text : {u""_s, u"x"_s, u"# Hé\r\n\U0001F600 \u2028end\r"_s, noise(300'000)}) {
        const QList<QByteArray> pieces = packVersion(text);
        QVERIFY(!pieces.isEmpty());
        for (const QByteArray &piece : pieces)
            QVERIFY(piece.size() <= versionPieceBytes);
        const auto back = unpackVersion(pieces);
        QVERIFY(back && *back == text);
        QByteArray cut = pieces.join();
        cut.chop(1);
        QCOMPARE(unpackVersion({cut}).error().code, u"bad_version"_s);
    }
    QCOMPARE(unpackVersion({"nonsense"_ba}).error().code, u"bad_version"_s);
    QCOMPARE(unpackVersion({}).error().code, u"bad_version"_s);
    // A frame that promises 2^62 bytes: refused before anything is allocated.
    QCOMPARE(unpackVersion({"\x28\xB5\x2F\xFD\xE0\0\0\0\0\0\0\0\x40\x01\0\0"_ba}).error().code, u"bad_version"_s);
}

/// Also when that edit takes everything away, typed in an editor.
void TestNoteHistory::theTextBeforeTheFirstEditIsKept()
{
    const QString id = m_bench->note(u"all of it"_s);
    TextDocument document;
    document.setEngine(&m_bench->engine());
    document.setTable(u"notes"_s);
    document.setColumn(u"body"_s);
    document.setKey({id});
    QTRY_VERIFY_WITH_TIMEOUT(document.isLoaded(), patienceMs);
    connect(&document, &TextDocument::writing, this, [this, id] { m_bench->history().edited(u"note"_s, id); });
    m_bench->clock().advance(minute);
    document.replace(0, document.length(), {});
    QCOMPARE(m_bench->versions(), u"found:all of it"_s);
    document.replace(0, 0, u"new"_s);
    document.flush();
    m_bench->history().leave(id);
    QCOMPARE(m_bench->versions(), u"found:all of it,edit:new"_s);
    QCOMPARE(
        m_bench->read(u"SELECT author || '@' || device || ' +' || added || ' -' || removed FROM note_versions ORDER BY at"_s),
        u"Anna@laptop +3 -0,Anna@laptop +1 -3"_s);
    // What was found is as old as its last change.
    QCOMPARE(m_bench->read(u"SELECT at FROM note_versions WHERE reason = 'found'"_s),
             m_bench->read(u"SELECT created FROM notes"_s));
    // Undo is an edit as any other.
    document.undo();
    document.flush();
    m_bench->history().leave(id);
    QCOMPARE(m_bench->versions(), u"found:all of it,edit:new,edit:"_s);
}

void TestNoteHistory::aPauseMakesAVersion()
{
    const QString id = m_bench->note({});
    m_bench->write(id, u"one"_s);
    m_bench->clock().advance(4 * minute);
    m_bench->write(id, u"one two"_s);
    m_bench->clock().advance(4 * minute);
    QCOMPARE(m_bench->versions(), QString());
    m_bench->clock().advance(minute);
    QCOMPARE(m_bench->versions(), u"edit:one two"_s);
    m_bench->clock().advance(20 * minute);
    m_bench->write(id, u"one two three"_s);
    m_bench->clock().advance(5 * minute);
    QCOMPARE(m_bench->versions(), u"edit:one two,edit:one two three"_s);
    QCOMPARE(m_bench->read(u"SELECT max(at) FROM note_versions"_s), QString::number(m_bench->clock().wallMs()));
}

void TestNoteHistory::longWritingMakesVersionsInBetween()
{
    const QString id = m_bench->note({});
    for (int i = 1; i <= 20; ++i) {
        m_bench->write(id, QString::number(i));
        m_bench->clock().advance(minute);
    }
    QCOMPARE(m_bench->versions(), u"edit:15"_s);
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"edit:15,edit:20"_s);
}

void TestNoteHistory::leavingMakesAVersion()
{
    const QString one = m_bench->note({});
    const QString two = m_bench->note(u"was here"_s);
    m_bench->write(one, u"1"_s);
    m_bench->write(two, u"2"_s);
    m_bench->history().leave(one);
    QCOMPARE(m_bench->versions(), u"found:was here,edit:1"_s);
    m_bench->history().leave(one);
    m_bench->history().leave(u"never seen"_s);
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"found:was here,edit:1,edit:2"_s);
}

void TestNoteHistory::nothingNewMakesNoVersion()
{
    const QString id = m_bench->note(u"text"_s);
    m_bench->write(id, u"text"_s);
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"found:text"_s);
    m_bench->write(id, u"other"_s);
    m_bench->write(id, u"text"_s);
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"found:text"_s);
    m_bench->history().edited(u"note"_s, u"no such note"_s);
    m_bench->history().edited(u"note"_s, {});
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"found:text"_s);
    const QString empty = m_bench->note({}, {});
    m_bench->write(empty, {});
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"found:text"_s);
}

void TestNoteHistory::titlesAreOfTheVersion()
{
    const QString id = m_bench->note(u"text"_s, u"Old"_s);
    m_bench->history().edited(u"note"_s, id);
    m_bench->store().setNoteTitle(id, u"New"_s);
    m_bench->history().leave(id);
    QCOMPARE(m_bench->read(u"SELECT title || added || removed FROM note_versions ORDER BY at"_s), u"Old10,New00"_s);
    // A title alone is a version too, but not what was there before it.
    const QString draft = m_bench->note({}, {});
    m_bench->history().edited(u"note"_s, draft);
    m_bench->store().setNoteTitle(draft, u"Only a title"_s);
    m_bench->history().leave(draft);
    QCOMPARE(m_bench->read(u"SELECT title FROM note_versions WHERE item = '%1'"_s.arg(draft)), u"Only a title"_s);
}

void TestNoteHistory::tasksHaveVersions()
{
    const QString id = m_bench->store().createTask({}, u"Call"_s);
    m_bench->history().edited(u"task"_s, id);
    m_bench->engine().write({StoreWrites::setText(u"tasks"_s, u"notes"_s, id, u"number is 5"_s, 5)});
    m_bench->history().leave(id);
    QCOMPARE(m_bench->versions(), u"edit:number is 5"_s);
}

void TestNoteHistory::restoringIsAnEditWithVersionsOnBothSides()
{
    const QString id = m_bench->note(u"first"_s);
    m_bench->write(id, u"second"_s);
    m_bench->history().leave(id);
    m_bench->write(id, u"third"_s);
    // As the window does it.
    m_bench->history().leave(id);
    m_bench->write(id, u"first"_s);
    m_bench->history().restored(u"note"_s, id, 1234);
    QCOMPARE(m_bench->versions(), u"found:first,edit:second,edit:third,restore:first"_s);
    QCOMPARE(m_bench->read(u"SELECT source FROM note_versions WHERE reason = 'restore'"_s), u"1234"_s);
    m_bench->clock().advance(day);
    QCOMPARE(m_bench->versions(), u"found:first,edit:second,edit:third,restore:first"_s);
}

/// Versions stand in the order in which they were known, but a clock that is wrong by years takes nobody along.
void TestNoteHistory::versionsStandBehindThoseOfFastClocks()
{
    const QString id = m_bench->note({});
    const qint64 fast = m_bench->clock().wallMs() + 10 * minute;
    m_bench->addVersion(u"fast"_s, id, fast);
    m_bench->write(id, u"mine"_s);
    m_bench->history().leave(id);
    QCOMPARE(m_bench->read(u"SELECT at FROM note_versions WHERE id <> 'fast' ORDER BY at"_s),
             u"%1,%2"_s.arg(fast + 1).arg(fast + 2));
    m_bench->addVersion(u"wrong"_s, id, m_bench->clock().wallMs() + 700 * day);
    m_bench->write(id, u"mine again"_s);
    m_bench->history().leave(id);
    QVERIFY(m_bench->read(u"SELECT max(at) FROM note_versions WHERE id <> 'wrong'"_s).toLongLong() <
            m_bench->clock().wallMs() + day);
}

void TestNoteHistory::largeTextsComeInParts()
{
    const QString large = noise(400'000);
    const QString id = m_bench->note(large);
    m_bench->write(id, large + u" more"_s);
    m_bench->history().leave(id);
    const QString parts = m_bench->read(u"SELECT parts FROM note_versions ORDER BY at"_s);
    QVERIFY2(parts.section(u',', 0, 0).toInt() >= 4, qPrintable(parts));
    QVERIFY(
        m_bench->read(u"SELECT max(max(length(body)), (SELECT max(length(data)) FROM note_version_parts)) FROM note_versions"_s)
            .toInt() <= versionPieceBytes);
    const QStringList ids = m_bench->read(u"SELECT id FROM note_versions ORDER BY at"_s).split(u',');
    QCOMPARE(ids.size(), 2);
    QVERIFY(m_bench->textOf(ids[0]) == large);
    QVERIFY(m_bench->textOf(ids[1]) == large + u" more"_s);
    QCOMPARE(m_bench->read(u"SELECT added FROM note_versions WHERE reason = 'edit'"_s), u"1"_s);
    // A part that has not come yet is said, not guessed, and is no reason to make no version.
    m_bench->engine().write({{u"DELETE FROM note_version_parts WHERE number = 2 AND version = ?"_s, {ids[1]}, {}}});
    (void)m_bench->read(u"SELECT 1"_s);
    QCOMPARE(m_bench->textOf(ids[1]), u"bad_version"_s);
    m_bench->write(id, u"small"_s);
    m_bench->history().leave(id);
    QVERIFY(m_bench->versions().endsWith(u",edit:small"_s));
    m_bench->engine().write(NoteVersions::removal({ids[0]}));
    QCOMPARE(m_bench->read(u"SELECT count(*) FROM note_version_parts WHERE version = '%1'"_s.arg(ids[0])), u"0"_s);
    QCOMPARE(m_bench->textOf(ids[0]), u"no_version"_s);
}

/// Over many items, in small transactions, by itself.
void TestNoteHistory::thinning()
{
    const qint64 now = m_bench->clock().wallMs();
    for (int item = 0; item < 120; ++item) {
        for (int i = 0; i < 4; ++i)
            m_bench->addVersion(u"%1-%2"_s.arg(item).arg(i), QString::number(item), now - 200 * day + i);
    }
    (void)m_bench->read(u"SELECT 1"_s);
    QSignalSpy commits(&m_bench->engine(), &SyncEngine::committed);
    QSignalSpy thinned(&m_bench->history(), &NoteHistory::thinned);
    m_bench->clock().advance(NoteHistory::firstThinningMs);
    QTRY_COMPARE_WITH_TIMEOUT(thinned.size(), 1, patienceMs);
    QCOMPARE(thinned.first().first().toInt(), 240);
    QCOMPARE(m_bench->read(u"SELECT count(*) FROM note_versions"_s), u"240"_s);
    QCOMPARE(m_bench->read(u"SELECT count(*) FROM note_versions WHERE id LIKE '%-0' OR id LIKE '%-3'"_s), u"240"_s);
    QVERIFY(commits.size() >= 240 / NoteHistory::versionsAtOnce);
    // Again each hour; with nothing to do it writes nothing.
    commits.clear();
    m_bench->clock().advance(NoteHistory::thinningMs);
    QTRY_COMPARE_WITH_TIMEOUT(thinned.size(), 2, patienceMs);
    QCOMPARE(thinned.last().first().toInt(), 0);
    QVERIFY(commits.isEmpty());
}

void TestNoteHistory::switchedOff()
{
    const QString id = m_bench->note(u"text"_s);
    m_bench->write(id, u"other"_s);
    m_bench->history().leave(id);
    QSignalSpy thinned(&m_bench->history(), &NoteHistory::thinned);
    m_bench->history().setRetention(u"nonsense"_s);
    m_bench->history().setRetention(u"none"_s);
    QTRY_COMPARE_WITH_TIMEOUT(thinned.size(), 1, patienceMs);
    QCOMPARE(m_bench->versions(), QString());
    m_bench->write(id, u"third"_s);
    m_bench->history().leave(id);
    QCOMPARE(m_bench->versions(), QString());
    m_bench->history().setRetention(u"all"_s);
    m_bench->write(id, u"fourth"_s);
    m_bench->history().leave(id);
    QCOMPARE(m_bench->versions(), u"found:third,edit:fourth"_s);
    // What a newer program chose and this one does not know.
    m_bench->engine().write({{u"UPDATE settings SET value = 'weekly'"_s, {}, {}}});
    m_bench->history().thin();
    QTRY_COMPARE_WITH_TIMEOUT(thinned.size(), 3, patienceMs);
    QCOMPARE(m_bench->versions(), u"found:third,edit:fourth"_s);
}

void TestNoteHistory::deletedForGood()
{
    const QString kept = m_bench->note(u"kept"_s);
    const QString one = m_bench->note(noise(200'000));
    const QString two = m_bench->store().createTask({}, u"t"_s);
    m_bench->write(kept, u"kept on"_s);
    m_bench->write(one, u"x"_s);
    m_bench->history().edited(u"task"_s, two);
    m_bench->engine().write({StoreWrites::setText(u"tasks"_s, u"notes"_s, two, u"n"_s, 5)});
    m_bench->history().leaveAll();
    const QVariantList items{QVariantMap{{u"kind"_s, u"note"_s}, {u"itemId"_s, one}}};
    m_bench->store().trash(items);
    QCOMPARE(m_bench->read(u"SELECT count(*) FROM note_versions"_s), u"5"_s);
    m_bench->store().deleteForGood(items);
    QCOMPARE(m_bench->read(u"SELECT count(*) FROM note_versions WHERE item = '%1'"_s.arg(one)), u"0"_s);
    QCOMPARE(m_bench->read(u"SELECT count(*) FROM note_version_parts"_s), u"0"_s);
    m_bench->store().trash({QVariantMap{{u"kind"_s, u"task"_s}, {u"itemId"_s, two}}});
    m_bench->store().emptyTrash();
    QCOMPARE(m_bench->versions(), u"found:kept,edit:kept on"_s);
}

/// A store from before there were versions gets the same tables as a new one, and keeps what is in it.
void TestNoteHistory::storesOfTheSecondVersion()
{
    const QString schema = u"SELECT group_concat(name || sql, ';') FROM (SELECT * FROM sqlite_master WHERE sql IS NOT NULL"
                           " ORDER BY type, name)"_s;
    const QString fresh = m_bench->read(schema);
    m_bench = std::make_unique<HistoryBench>();
    QTemporaryDir before;
    for (const QString &file : {u"0001_notes.sql"_s, u"0002_live_texts.sql"_s})
        QVERIFY(QFile::copy(u":/sheaf/schema/"_s + file, before.filePath(file)));
    {
        SyncEngine::Options options = Profile(m_bench->folder()).engineOptions(u"old"_s);
        options.schemaPath = before.path();
        SyncEngine old(options);
        QVERIFY(old.open().result());
        QVERIFY(old.write({StoreWrites::createNote(u"1"_s, {}, u"t"_s, u"old text"_s, 1)}).result());
        QVERIFY(old.write({StoreWrites::setText(u"notes"_s, u"body"_s, u"1"_s, u"old text, edited"_s, 2)}).result());
    }
    QVERIFY(m_bench->start());
    QCOMPARE(m_bench->read(schema), fresh);
    m_bench->write(u"1"_s, u"new text"_s);
    m_bench->history().leaveAll();
    QCOMPARE(m_bench->versions(), u"found:old text, edited,edit:new text"_s);
}

QTEST_GUILESS_MAIN(TestNoteHistory)
#include "tst_notehistory.moc"
