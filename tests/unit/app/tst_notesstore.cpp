// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/textdocument.h"
#include "firstcolumn.h"
#include "model/notesstore.h"
#include "model/profile.h"
#include "model/storewrites.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace Sheaf;

constexpr int patienceMs = 30'000;

namespace {

QVariantMap item(const QString &kind, const QString &id)
{
    return {{u"kind"_s, kind}, {u"itemId"_s, id}};
}

} // namespace

/// The store on a real engine; all writes run in order, so a query behind a flush sees them.
class TestNotesStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void notes();
    void tasks();
    void writingMovesTheTimeNowAndThen();
    void oldStoresKeepEveryCharacter();
    void tasksAreMoved();
    void aDeletedListLeavesItsThings();
    void aDeletedListComesBack();
    void whatIsDoneInListsIsUndone();
    void trashAndDelete();
    void idsAreOrderedByTime();
    void wrongDatesAreRefused();

private:
    /// Opens the store in the folder.
    void start();
    /// First column of all rows, joined by commas.
    QString read(const QString &sql);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SyncEngine> m_engine;
    std::unique_ptr<NotesStore> m_store;
    qint64 m_now = 1000;
    quint64 m_random = 1;
};

void TestNotesStore::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    start();
}

void TestNotesStore::start()
{
    m_engine = std::make_unique<SyncEngine>(Profile(m_folder->path()).engineOptions(u"test"_s));
    const auto opened = m_engine->open();
    QTRY_VERIFY_WITH_TIMEOUT(opened.isFinished(), patienceMs);
    QVERIFY2(opened.result(), opened.result() ? "" : qPrintable(opened.result().error().message));
    m_store = std::make_unique<NotesStore>(
        *m_engine, ModelPorts{[this] { return ++m_now; }, [this] { return m_random += 0x9E3779B97F4A7C15; }});
    connect(m_store.get(), &NotesStore::writeFailed, this, [](const QString &message) { qWarning("%s", qPrintable(message)); });
}

void TestNotesStore::cleanup()
{
    m_store.reset();
    m_engine.reset();
    m_folder.reset();
}

QString TestNotesStore::read(const QString &sql)
{
    return firstColumn(*m_engine, sql, patienceMs);
}

void TestNotesStore::notes()
{
    const QString id = m_store->createNote({}, {}, {});
    QCOMPARE(read(u"SELECT id FROM notes WHERE title = '' AND body = '' AND tags = '[]' AND list IS NULL AND space = 'home'"_s),
             id);
    m_store->setNoteTitle(id, u"Title"_s);
    const QString updated = read(u"SELECT title || updated FROM notes"_s);
    m_store->setNoteTitle(id, u"Title"_s);
    QCOMPARE(read(u"SELECT title || updated FROM notes"_s), updated);
}

void TestNotesStore::writingMovesTheTimeNowAndThen()
{
    const QString note = m_store->createNote({}, u"n"_s, {});
    const QString task = m_store->createTask({}, u"t"_s);
    const QString times = u"SELECT (SELECT updated FROM notes) || '/' || (SELECT updated FROM tasks)"_s;
    m_now = 10'000;
    m_store->touch(u"note"_s, note); // at 10001
    m_now = 12'000;
    m_store->touch(u"note"_s, note);
    m_store->touch(u"nonsense"_s, note);
    m_store->touch(u"task"_s, task);
    QCOMPARE(read(times), u"10001/12003"_s);
    m_now = 17'010;
    m_store->touch(u"task"_s, task);
    QCOMPARE(read(times), u"10001/17011"_s);
    m_now = 1000; // the clock was put back
    m_store->touch(u"task"_s, task);
    QCOMPARE(read(times), u"10001/1001"_s);
}

/// A store of the first version holds whole texts; they are where live texts begin.
void TestNotesStore::oldStoresKeepEveryCharacter()
{
    m_store.reset();
    m_engine.reset();
    const QString path = Profile(m_folder->path()).engineOptions({}).databasePath;
    QVERIFY(QFile::remove(path));
    QTemporaryDir firstSchema;
    QVERIFY(QFile::copy(u":/sheaf/schema/0001_notes.sql"_s, firstSchema.filePath(u"0001_notes.sql"_s)));
    const QString odd = u"# H\u00e9\r\n\U0001F600 \u2028end\r"_s;
    const QString large = u"0123456789\n"_s.repeated(40'000);
    {
        SyncEngine::Options options = Profile(m_folder->path()).engineOptions(u"old"_s);
        options.schemaPath = firstSchema.path();
        SyncEngine old(options);
        QVERIFY(old.open().result());
        QVERIFY(old.write({StoreWrites::createNote(u"1"_s, {}, u"t"_s, odd, 1), StoreWrites::createNote(u"2"_s, {}, {}, large, 1),
                           StoreWrites::createTask(u"3"_s, {}, u"t"_s, 1),
                           StoreWrites::setText(u"tasks"_s, u"notes"_s, u"3"_s, odd, 2)})
                    .result());
    }
    start();
    QCOMPARE(read(u"SELECT body FROM notes WHERE id = '1'"_s), odd);
    QVERIFY(read(u"SELECT body FROM notes WHERE id = '2'"_s) == large);
    QCOMPARE(read(u"SELECT notes FROM tasks"_s), odd);
    TextDocument document;
    document.setEngine(m_engine.get());
    document.setTable(u"notes"_s);
    document.setColumn(u"body"_s);
    document.setKey({u"1"_s});
    QTRY_COMPARE_WITH_TIMEOUT(document.text(), odd, patienceMs);
    document.replace(0, 1, u"##"_s);
    document.setKey({u"2"_s});
    QTRY_VERIFY_WITH_TIMEOUT(document.isLoaded() && document.text() == large, patienceMs);
    document.replace(document.length(), 0, u"!"_s);
    QTRY_VERIFY_WITH_TIMEOUT(document.isSaved(), patienceMs);
    QCOMPARE(read(u"SELECT body FROM notes WHERE id = '1'"_s), u'#' + odd);
    QVERIFY(read(u"SELECT body FROM notes WHERE id = '2'"_s) == large + u'!');
}

void TestNotesStore::tasks()
{
    const QString list = m_store->createList(u"Work"_s);
    const QString id = m_store->createTask(list, u"Call"_s);
    m_store->setTaskDue(id, u"2026-11-21"_s);
    m_store->setTaskTitle(id, u"Call them"_s);
    QCOMPARE(read(u"SELECT title || due || notes || (list = (SELECT id FROM lists)) FROM tasks"_s), u"Call them2026-11-211"_s);
    QCOMPARE(read(u"SELECT done FROM tasks"_s), u"NULL"_s);
    m_store->setTaskDone(id, true);
    QVERIFY(read(u"SELECT done FROM tasks"_s).toLongLong() > 1000);
    m_store->setTaskDone(id, false);
    m_store->setTaskDue(id, {});
    QCOMPARE(read(u"SELECT coalesce(done, due) FROM tasks"_s), u"NULL"_s);
    m_store->renameList(list, u"Home"_s);
    QCOMPARE(read(u"SELECT name FROM lists"_s), u"Home"_s);
}

void TestNotesStore::tasksAreMoved()
{
    const QString byPosition = u"SELECT title FROM tasks ORDER BY position"_s;
    const QString a = m_store->createTask({}, u"a"_s);
    const QString b = m_store->createTask({}, u"b"_s);
    const QString c = m_store->createTask({}, u"c"_s);
    QCOMPARE(read(byPosition), u"a,b,c"_s);
    m_store->moveTask(c, a, b);
    QCOMPARE(read(byPosition), u"a,c,b"_s);
    m_store->moveTask(b, {}, a);
    QCOMPARE(read(byPosition), u"b,a,c"_s);
    m_store->moveTask(b, c, {});
    QCOMPARE(read(byPosition), u"a,c,b"_s);
    // Equal keys of two devices: the task still comes behind the one that was named.
    const auto equal = m_engine->write(
        {{u"UPDATE tasks SET position = (SELECT position FROM tasks WHERE title = 'a') WHERE title = 'c'"_s, {}, {}}});
    QTRY_VERIFY_WITH_TIMEOUT(equal.isFinished(), patienceMs);
    m_store->moveTask(b, a, c);
    QCOMPARE(read(u"SELECT title FROM tasks ORDER BY position DESC LIMIT 1"_s), u"b"_s);
}

void TestNotesStore::aDeletedListLeavesItsThings()
{
    const QString list = m_store->createList(u"Work"_s);
    const QString note = m_store->createNote(list, u"n"_s, {});
    const QString task = m_store->createTask({}, u"t"_s);
    m_store->moveToList({item(u"task"_s, task)}, list);
    QCOMPARE(read(u"SELECT list IS NULL FROM tasks UNION ALL SELECT list IS NULL FROM notes"_s), u"0,0"_s);
    m_store->deleteList(list);
    QCOMPARE(read(u"SELECT list IS NULL FROM tasks UNION ALL SELECT list IS NULL FROM notes"_s), u"1,1"_s);
    QCOMPARE(read(u"SELECT count(*) FROM lists"_s), u"0"_s);
}

void TestNotesStore::aDeletedListComesBack()
{
    const QString list = m_store->createList(u"Work"_s);
    const QString before = read(u"SELECT name || position || created || updated FROM lists"_s);
    const QString kept = m_store->createNote(list, u"kept"_s, {});
    const QString moved = m_store->createTask(list, u"moved meanwhile"_s);
    m_store->createNote({}, u"of the Inbox"_s, {});
    const QString other = m_store->createList(u"Other"_s);
    m_store->deleteList(list);
    m_engine->write({{u"UPDATE tasks SET list = ?"_s, {other}, {}}}); // as another device does
    m_store->undo();
    QCOMPARE(read(u"SELECT name || position || created || updated FROM lists WHERE id = '%1'"_s.arg(list)), before);
    QCOMPARE(read(u"SELECT id FROM notes WHERE list = '%1'"_s.arg(list)), kept);
    QCOMPARE(read(u"SELECT list FROM tasks"_s), other);
    m_store->redo();
    QCOMPARE(read(u"SELECT count(*) FROM lists"_s), u"1"_s);
    QCOMPARE(read(u"SELECT count(*) FROM notes WHERE list IS NULL"_s), u"2"_s);
    QCOMPARE(read(u"SELECT list FROM tasks"_s), other);
}

void TestNotesStore::whatIsDoneInListsIsUndone()
{
    const QString all =
        u"SELECT title || coalesce(due, '-') || (done IS NULL) || (trashed IS NULL) || coalesce(list, '-') FROM tasks"_s;
    const QString list = m_store->createList(u"Work"_s);
    const QString task = m_store->createTask({}, u"t"_s);
    const QVariantList tasks{item(u"task"_s, task)};
    QStringList steps{read(all)};
    m_store->setTaskTitle(task, u"Call"_s);
    steps += read(all);
    m_store->setTaskDue(task, u"2026-11-21"_s);
    steps += read(all);
    m_store->moveToList(tasks, list);
    steps += read(all);
    m_store->setTaskDone(task, true);
    steps += read(all);
    m_store->touch(u"task"_s, task); // is nothing that anybody wants undone
    m_store->trash(tasks);
    QCOMPARE(m_engine->undoText(), u"complete task"_s);
    while (!steps.isEmpty()) {
        m_store->undo();
        QCOMPARE(read(all), steps.takeLast());
    }
    QVERIFY(!m_engine->canUndo());
    QSignalSpy nothing(m_store.get(), &NotesStore::nothingUndone);
    m_store->undo();
    QTRY_COMPARE_WITH_TIMEOUT(nothing.size(), 1, patienceMs);
    // What is gone for good does not come back.
    m_store->deleteForGood(tasks);
    m_store->undo();
    QTRY_COMPARE_WITH_TIMEOUT(nothing.size(), 2, patienceMs);
    QCOMPARE(read(u"SELECT count(*) FROM tasks"_s), u"0"_s);
}

void TestNotesStore::trashAndDelete()
{
    const QString note = m_store->createNote({}, u"n"_s, {});
    const QString task = m_store->createTask({}, u"t"_s);
    const QVariantList both{item(u"note"_s, note), item(u"task"_s, task), item(u"nonsense"_s, task)};
    m_store->trash(both);
    QCOMPARE(read(u"SELECT trashed > 1000 FROM tasks UNION ALL SELECT trashed > 1000 FROM notes"_s), u"1,1"_s);
    m_store->restore(both);
    QCOMPARE(read(u"SELECT trashed FROM tasks UNION ALL SELECT trashed FROM notes"_s), u"NULL,NULL"_s);
    m_store->setTasksDone(both, true);
    QCOMPARE(read(u"SELECT done > 1000 FROM tasks"_s), u"1"_s);
    m_store->deleteForGood({item(u"note"_s, note), item(u"nonsense"_s, task)});
    QCOMPARE(read(u"SELECT id FROM notes UNION ALL SELECT id FROM tasks"_s), task);
    m_store->emptyTrash();
    QCOMPARE(read(u"SELECT id FROM tasks"_s), task);
    m_store->trash(both);
    m_store->emptyTrash();
    QCOMPARE(read(u"SELECT count(*) FROM tasks"_s), u"0"_s);
}

void TestNotesStore::idsAreOrderedByTime()
{
    const QString first = m_store->createNote({}, {}, {});
    const QString second = m_store->createNote({}, {}, {});
    QVERIFY(first < second);
    QCOMPARE(first.size(), 36);
}

void TestNotesStore::wrongDatesAreRefused()
{
    const QString id = m_store->createTask({}, u"t"_s);
    m_store->disconnect(this);
    QSignalSpy failed(m_store.get(), &NotesStore::writeFailed);
    m_store->setTaskDue(id, u"tomorrow"_s);
    QCOMPARE(failed.count(), 1);
    QCOMPARE(read(u"SELECT due FROM tasks"_s), u"NULL"_s);
}

QTEST_GUILESS_MAIN(TestNotesStore)
#include "tst_notesstore.moc"
