// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "livemodel.h"
#include "relay.h"
#include "sql/database.h"
#include "support/tampering.h"
#include "text/doc.h"
#include "textbench.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QtTest>

using namespace Sheaf;
using namespace Sheaf::TextBench;
using namespace Qt::StringLiterals;

namespace {

/// The usual way to search a table: an FTS5 table without content of its own, which three triggers keep up to date.
constexpr char searched[] = "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT NOT NULL DEFAULT '');"
                            "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');"
                            "CREATE VIRTUAL TABLE words USING fts5(title, body, content=notes, content_rowid=id);"
                            "CREATE TRIGGER words_insert AFTER INSERT ON notes BEGIN"
                            " INSERT INTO words(rowid, title, body) VALUES (new.id, new.title, new.body); END;"
                            "CREATE TRIGGER words_delete AFTER DELETE ON notes BEGIN"
                            " INSERT INTO words(words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body); END;"
                            "CREATE TRIGGER words_update AFTER UPDATE ON notes BEGIN"
                            " INSERT INTO words(words, rowid, title, body) VALUES ('delete', old.id, old.title, old.body);"
                            " INSERT INTO words(rowid, title, body) VALUES (new.id, new.title, new.body); END;"
                            "CREATE VIEW foxes AS SELECT rowid FROM words WHERE words MATCH 'fox';";

const QString search = u"SELECT rowid, title FROM words WHERE words MATCH 'fox' ORDER BY rowid"_s;

/// A device with a view on the notes that speak of foxes, read on a connection of its own as the engine does.
class Searcher
{
public:
    explicit Searcher(quint64 seed) : device(searched, seed), m_connection(u"searcher-%1"_s.arg(seed))
    {
        auto opened = openDatabase({.path = device.path(), .connection = m_connection, .readOnly = true});
        if (!opened || !trustSchema(sqliteHandle(*opened)))
            qFatal("the reader cannot be opened");
        auto live = LiveResult::open(*opened, search, {});
        if (!live)
            qFatal("%s", qPrintable(live.error().message));
        m_live = std::move(*live);
        m_shown = m_live->rows();
    }
    ~Searcher()
    {
        m_live.reset();
        QSqlDatabase database = QSqlDatabase::database(m_connection);
        closeDatabase(database);
    }
    Q_DISABLE_COPY_MOVE(Searcher)

    /// The notes that a view of the search shows after the last commit.
    QList<qint64> shown()
    {
        if (m_live->note(device.lastCommit)) {
            if (const auto edits = m_live->refresh())
                m_shown = applied(m_shown, *edits);
        }
        QList<qint64> ids;
        for (const ResultRow &row : std::as_const(m_shown))
            ids.append(row.value(0).toLongLong());
        return ids;
    }
    /// Whether the index says of every row what the table has.
    bool isWhole() { return device.tryExec({u"INSERT INTO words(words, rank) VALUES ('integrity-check', 1)"_s}).has_value(); }
    /// Through a view of the app's, on the reading connection.
    [[nodiscard]] int countThroughAView() const
    {
        QSqlQuery query(QSqlDatabase::database(m_connection));
        return query.exec(u"SELECT count(*) FROM foxes"_s) && query.next() ? query.value(0).toInt() : -1;
    }

    Device device;

private:
    QString m_connection;
    std::unique_ptr<LiveResult> m_live;
    QList<ResultRow> m_shown;
};

/// What an editor writes that puts words in front of the text.
void typeInFront(Device &device, const QString &words)
{
    Text::Doc doc({.clientId = 71});
    QVERIFY(doc.apply(*device.replica().loadText("notes", key(1), "body")));
    QByteArray made;
    doc.onUpdate([&made](const QByteArray &update, bool, quint64) { made = update; });
    doc.text().insert(0, words);
    QVERIFY(device.replica().writeText("notes", key(1), "body", made));
}

} // namespace

/// FTS5 tables that the app's own triggers write, under everything that changes a row.
class TestFullText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void searchFollowsEveryEdit();
    void noTriggerCallsWhatIsOurs();
};

void TestFullText::searchFollowsEveryEdit()
{
    using Ids = QList<qint64>;
    Relay relay;
    Searcher here(1);
    Searcher there(2);
    const auto both = [&](const Ids &expected) {
        QCOMPARE(here.shown(), expected);
        relay.push(here.device);
        relay.pull(there.device);
        QCOMPARE(there.shown(), expected);
        for (Searcher *at : {&here, &there}) {
            QVERIFY(at->isWhole());
            QCOMPARE(at->countThroughAView(), static_cast<int>(expected.size()));
        }
    };
    here.device.exec(u"INSERT INTO notes VALUES (1, 'one', 'a quick fox'), (2, 'two', 'a lazy dog'), (3, 'three', '')"_s);
    both({1});
    here.device.exec(u"UPDATE notes SET body = 'a quick hen' WHERE id = 1"_s); // the difference becomes an edit of the text
    both({});
    typeInFront(here.device, u"fox and "_s);
    both({1});
    here.device.exec(u"UPDATE notes SET title = 'fox' WHERE id = 2"_s);
    both({1, 2});
    // Two edits of one text that meet.
    there.device.exec(u"UPDATE notes SET body = 'words and ' || body WHERE id = 1"_s);
    here.device.exec(u"UPDATE notes SET body = body || ' and hound' WHERE id = 1"_s);
    relay.sync(there.device);
    relay.pull(here.device);
    both({1, 2});
    QCOMPARE(here.device.value(u"SELECT rowid FROM words WHERE words MATCH 'words AND hound'"_s).toInt(), 1);
    here.device.exec(u"DELETE FROM notes WHERE id = 1"_s);
    both({2});
    here.device.exec(u"INSERT INTO notes VALUES (1, 'fox', 'again')"_s);
    both({1, 2});
    QVERIFY(there.device.digestHolds());
}

/// The schema is trusted, for FTS5's sake; our own functions are out of its reach all the same.
void TestFullText::noTriggerCallsWhatIsOurs()
{
    for (const auto &call : {u"sheaf_sync('plain')"_s, u"sheaf_edit(1, 2, 3)"_s}) {
        Device device("CREATE TABLE plain(id INTEGER PRIMARY KEY, a);");
        device.close();
        writePastTheEngine(device.path(), {u"CREATE TRIGGER planted AFTER INSERT ON plain BEGIN SELECT %1; END"_s.arg(call)});
        QVERIFY(device.open());
        const auto written = device.tryExec({u"INSERT INTO plain VALUES (1, 2)"_s});
        QVERIFY(!written);
        QVERIFY2(written.error().message.contains(u"unsafe use of "_s + call.section(u'(', 0, 0)),
                 qPrintable(written.error().message));
        QCOMPARE(device.value(u"SELECT count(*) FROM plain"_s).toInt(), 0);
    }
}

QTEST_GUILESS_MAIN(TestFullText)
#include "tst_fulltext.moc"
