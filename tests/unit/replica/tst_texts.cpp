// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "device.h"
#include "fuzz/densetexts.h"
#include "protocol/limits.h"
#include "relay.h"
#include "text/doc.h"

#include <QSqlError>
#include <QSqlQuery>
#include <QtTest>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] =
    "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT NOT NULL DEFAULT '', extra TEXT);"
    "CREATE TABLE found(id INTEGER PRIMARY KEY, words TEXT);"
    "CREATE VIRTUAL TABLE f USING fts5(body, content=notes, content_rowid=id);"
    "CREATE TRIGGER a AFTER INSERT ON notes BEGIN REPLACE INTO found VALUES (new.id, new.body); END;"
    "CREATE TRIGGER b AFTER UPDATE OF body ON notes BEGIN REPLACE INTO found VALUES (new.id, new.body); END;"
    "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\",\"extra\":\"text\"}}');";

QByteArray key(qint64 id)
{
    QByteArray bytes;
    const ValueView value = ValueView::ofInteger(id);
    encodeKey({&value, 1}, bytes);
    return bytes;
}

QString body(Device &device, qint64 id = 1)
{
    return device.value(u"SELECT body FROM notes WHERE id = %1"_s.arg(id)).toString();
}

/// An editor of a note: a document with its own client number.
struct Editor {
    Editor(Device &on, quint64 client, qint64 note = 1) : device(on), id(note), doc({.clientId = client})
    {
        const auto update = on.replica().loadText("notes", key(id), "body");
        if (!update || !doc.apply(*update))
            qFatal("the text cannot be loaded");
        doc.onUpdate([this](const QByteArray &made, bool local, quint64) {
            if (local)
                updates.append(made);
        });
    }
    /// Writes each update that was made as an edit of its own.
    Result<void> save()
    {
        for (const QByteArray &update : std::exchange(updates, {})) {
            if (auto done = device.replica().writeText("notes", key(id), "body", update); !done)
                return done;
        }
        return {};
    }
    Device &device;
    qint64 id;
    Text::Doc doc;
    QList<QByteArray> updates;
};

} // namespace

class TestTexts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sqlShowsWhatAnEditorWrites();
    void anUpdateInSqlIsASmallEdit();
    void insertsMakeNoDocument();
    void nullBecomesTheEmptyText();
    void triggersSeeEdits();
    void aBurstIsOneRowAndOnePush();
    void editsSurviveARestart();
    void aRollbackLeavesNothing();
    void editsOfAnEarlierLifeAreRefused();
    void manyEditsAreCompactedByLoading();
    void openingANoteLoadsNoOther();
    void largeTextsTravelInPieces();
    void textsOfTooManyStructsAreRefused();
    void wrongNamesAreErrors();
    void typesOnlyChangeToText();
};

void TestTexts::sqlShowsWhatAnEditorWrites()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'Hello')"_s);
    Editor editor(device, 71);
    QCOMPARE(editor.doc.text().toString(), u"Hello"_s);
    editor.doc.text().insert(5, u" wörld 😀");
    QVERIFY(editor.save());
    QCOMPARE(body(device), u"Hello wörld 😀"_s);
    QCOMPARE(device.lastCommit.texts.size(), 1);
    QCOMPARE(device.lastCommit.texts.first().column, "body"_ba);
    QVERIFY(device.lastCommit.tables.contains("notes"));
    // The same once more says nothing new.
    const qint64 pending = device.replica().pendingCount();
    QVERIFY(device.replica().writeText("notes", key(1), "body", editor.doc.encode()));
    QCOMPARE(device.replica().pendingCount(), pending);
}

void TestTexts::anUpdateInSqlIsASmallEdit()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'the quick fox')"_s);
    Editor editor(device, 71);
    editor.doc.text().insert(13, u" jumps");
    device.exec(u"UPDATE notes SET body = 'the very quick fox'"_s);
    QVERIFY(device.lastCommit.texts.size() == 1 && device.lastCommit.texts.first().update.size() < 80);
    QVERIFY(editor.doc.apply(device.lastCommit.texts.first().update));
    QCOMPARE(editor.doc.text().toString(), u"the very quick fox jumps"_s);
    QVERIFY(editor.save());
    QCOMPARE(body(device), u"the very quick fox jumps"_s);
}

void TestTexts::insertsMakeNoDocument()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'one'), (2, 'two')"_s);
    device.exec(u"UPDATE notes SET title = 'title'"_s);
    device.exec(u"REPLACE INTO notes(id, title, body) VALUES (2, 'other', 'two')"_s);
    device.exec(u"DELETE FROM notes WHERE id = 1"_s);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt(), 0);
    QCOMPARE(device.replica().textLoads(), 0);
    device.exec(u"UPDATE notes SET body = 'two words'"_s);
    QVERIFY(device.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt() > 0);
    device.exec(u"DELETE FROM notes"_s);
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt(), 0);
}

void TestTexts::nullBecomesTheEmptyText()
{
    Relay relay;
    Device device(schema, 1);
    Device other(schema, 2);
    device.exec(u"INSERT INTO notes(id, extra) VALUES (1, 'x'), (2, NULL), (3, 'y')"_s);
    device.exec(u"UPDATE notes SET extra = NULL WHERE id = 1"_s);
    device.exec(u"UPDATE notes SET extra = '' WHERE id = 2"_s);
    device.exec(u"UPDATE notes SET extra = 17 WHERE id = 3"_s);
    relay.push(device);
    relay.pull(other);
    for (Device *at : {&device, &other}) {
        QCOMPARE(at->rows(u"SELECT typeof(extra), extra FROM notes"_s),
                 (QList<QVariantList>{{u"text"_s, u""_s}, {u"text"_s, u""_s}, {u"text"_s, u"17"_s}}));
    }
    QCOMPARE(*device.replica().visibleDigest("home"), *other.replica().visibleDigest("home"));
}

void TestTexts::triggersSeeEdits()
{
    Relay relay;
    Device device(schema, 1);
    Device other(schema, 2);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'first')"_s);
    relay.push(device);
    relay.pull(other);
    Editor editor(device, 71);
    editor.doc.text().insert(0, u"second ");
    QVERIFY(editor.save());
    relay.push(device);
    relay.pull(other);
    for (Device *at : {&device, &other})
        QCOMPARE(at->value(u"SELECT words FROM found"_s).toString(), u"second first"_s);
}

void TestTexts::aBurstIsOneRowAndOnePush()
{
    Relay relay;
    Device device(schema, 1);
    Device other(schema, 2);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'x')"_s);
    relay.push(device);
    relay.pushes = 0;
    Editor editor(device, 71);
    for (int i = 0; i < 100; ++i)
        editor.doc.text().insert(static_cast<quint32>(i), u"ab"_s.mid(i % 2, 1));
    QVERIFY(editor.save());
    QCOMPARE(device.replica().pendingCount(), 1);
    const auto entries = device.replica().outbox();
    QCOMPARE(entries->first().columns, (QList<QByteArray>{"body"}));
    relay.push(device);
    QCOMPARE(relay.pushes, 1);
    QCOMPARE(device.replica().pendingCount(), 0);
    relay.pull(other);
    QCOMPARE(body(other), u"ab"_s.repeated(50) + u'x');
}

void TestTexts::editsSurviveARestart()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'one')"_s);
    device.exec(u"UPDATE notes SET body = 'one two'"_s);
    const QByteArray before = *device.replica().loadText("notes", key(1), "body");
    device.reopen();
    QCOMPARE(*device.replica().loadText("notes", key(1), "body"), before);
    device.exec(u"UPDATE notes SET body = 'one two three'"_s);
    Editor editor(device, 71);
    QCOMPARE(editor.doc.text().toString(), u"one two three"_s);
    // Each opening writes under a number of its own.
    QCOMPARE(editor.doc.stateVector().size(), size_t(3));
}

void TestTexts::aRollbackLeavesNothing()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'one')"_s);
    QVERIFY(!device.tryExec({u"UPDATE notes SET body = 'two'"_s, u"no SQL"_s}));
    QVERIFY(device.tryExec({u"SAVEPOINT s"_s, u"UPDATE notes SET body = 'three'"_s, u"ROLLBACK TO s"_s}));
    QCOMPARE(device.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt(), 0);
    Editor editor(device, 71);
    QCOMPARE(editor.doc.text().toString(), u"one"_s);
}

void TestTexts::editsOfAnEarlierLifeAreRefused()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'one')"_s);
    Editor editor(device, 71);
    editor.doc.text().insert(3, u"!");
    QVERIFY(editor.save());
    device.exec(u"DELETE FROM notes"_s);
    editor.doc.text().insert(4, u"?");
    QCOMPARE(editor.save().error().code, u"no_row"_s);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'other')"_s);
    editor.doc.text().insert(4, u"?");
    QCOMPARE(editor.save().error().code, u"text_gap"_s);
    QCOMPARE(body(device), u"other"_s);
    QVERIFY(device.digestHolds());
}

void TestTexts::manyEditsAreCompactedByLoading()
{
    Relay relay;
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'x')"_s);
    for (int i = 0; i < 60; ++i) {
        device.exec(u"UPDATE notes SET body = body || ' w%1'"_s.arg(i));
        relay.push(device);
    }
    const QString text = body(device);
    device.exec(u"UPDATE notes SET body = body || ' waits'"_s);
    device.reopen();
    const QByteArray loaded = *device.replica().loadText("notes", key(1), "body");
    QVERIFY(device.value(u"SELECT count(*) FROM sheaf_texts"_s).toInt() <= 3);
    device.reopen();
    QCOMPARE(*device.replica().loadText("notes", key(1), "body"), loaded);
    Device other(schema, 2);
    relay.push(device);
    relay.pull(other);
    QCOMPARE(body(other), text + u" waits"_s);
}

void TestTexts::openingANoteLoadsNoOther()
{
    Relay relay;
    Device device(schema, 1);
    Device other(schema, 2);
    for (int i = 1; i <= 20; ++i) {
        device.exec(u"INSERT INTO notes(id, body) VALUES (%1, 'note')"_s.arg(i));
        device.exec(u"UPDATE notes SET body = body || ' edited' WHERE id = %1"_s.arg(i));
    }
    relay.push(device);
    relay.pull(other);
    device.reopen();
    QVERIFY(device.replica().loadText("notes", key(7), "body"));
    QCOMPARE(device.replica().textLoads(), 1);
    QVERIFY(device.replica().loadText("notes", key(7), "body"));
    device.exec(u"UPDATE notes SET title = 'x'"_s);
    QCOMPARE(device.replica().textLoads(), 1);
    // An edit that comes from elsewhere loads the note that it edits.
    other.exec(u"UPDATE notes SET body = 'other' WHERE id = 3"_s);
    relay.sync(other);
    relay.pull(device);
    QCOMPARE(device.replica().textLoads(), 2);
}

void TestTexts::largeTextsTravelInPieces()
{
    Relay relay;
    Device device(schema, 1);
    Device other(schema, 2);
    QString large;
    while (large.size() < 1'000'000)
        large += u"line %1 of a long text with ümlauts\n"_s.arg(large.size());
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, ?)"_s, {large});
    device.exec(u"UPDATE notes SET title = 'small'"_s);
    relay.push(device);
    QVERIFY(relay.pushes > 1);
    QCOMPARE(device.replica().pendingCount(), 0);
    relay.pull(other);
    QVERIFY(body(other) == large);
    QVERIFY(device.digestHolds() && other.digestHolds());
    QCOMPARE(*device.replica().digest("home"), *other.replica().digest("home"));
    other.exec(u"UPDATE notes SET body = 'begin ' || body"_s);
    device.exec(u"UPDATE notes SET body = body || ' end'"_s);
    relay.textBytes = 0;
    for (int round = 0; round < 2; ++round) {
        relay.sync(other);
        relay.sync(device);
    }
    QVERIFY(relay.textBytes < 1000);
    for (Device *at : {&device, &other})
        QVERIFY(body(*at) == u"begin "_s + large + u" end"_s);
}

void TestTexts::textsOfTooManyStructsAreRefused()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'kept')"_s);
    Editor editor(device, 71);
    const QByteArray many = TextBombs::smallStructs(Text::Ref::Deleted, Limits::textStructsMax + 1);
    const auto refused = device.replica().writeText("notes", key(1), "body", many);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, u"too_large"_s);
    QCOMPARE(body(device), u"kept"_s);
    editor.doc.text().insert(4, u" and goes on");
    QVERIFY(editor.save());
    QCOMPARE(body(device), u"kept and goes on"_s);
}

void TestTexts::wrongNamesAreErrors()
{
    Device device(schema);
    device.exec(u"INSERT INTO notes(id, body) VALUES (1, 'one')"_s);
    QCOMPARE(device.replica().loadText("no", key(1), "body").error().code, u"no_text"_s);
    QCOMPARE(device.replica().loadText("notes", key(1), "title").error().code, u"no_text"_s);
    QCOMPARE(device.replica().loadText("notes", key(2), "body").error().code, u"no_row"_s);
    QCOMPARE(device.replica().writeText("notes", key(1), "body", "nonsense").error().code, u"bad_update"_s);
    QCOMPARE(body(device), u"one"_s);
}

void TestTexts::typesOnlyChangeToText()
{
    const QByteArray create = "CREATE TABLE notes(id INTEGER PRIMARY KEY, body TEXT);";
    const QByteArray text = "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"text\"}}');";
    Device device(create + "SELECT sheaf_sync('notes');");
    device.exec(u"INSERT INTO notes VALUES (1, 'one')"_s);
    device.setSchema({create + "SELECT sheaf_sync('notes');", text});
    device.reopen();
    QVERIFY(device.replica().loadText("notes", key(1), "body"));
    for (const QByteArray &wrong :
         {"SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"register\"}}');"_ba,
          "SELECT sheaf_sync('notes', '{\"columns\":{\"nothing\":\"text\"}}');"_ba,
          "SELECT sheaf_sync('notes', '{\"columns\":{\"body\":\"counter\"}}');"_ba, "SELECT sheaf_sync('notes');"_ba}) {
        device.close();
        device.setSchema({create + "SELECT sheaf_sync('notes');", text, wrong});
        QCOMPARE(device.open().error().code, u"schema_error"_s);
    }
}

QTEST_GUILESS_MAIN(TestTexts)
#include "tst_texts.moc"
