// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/syncengine.h"

#include <QFile>
#include <QQmlComponent>
#include <QQmlEngine>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QtQml/QQmlExtensionPlugin>

Q_IMPORT_QML_PLUGIN(Sheaf_SyncPlugin)

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = R"sql(
CREATE TABLE goods(id TEXT PRIMARY KEY NOT NULL, name TEXT, stock INTEGER NOT NULL DEFAULT 0, best INTEGER, least REAL, labels TEXT,
                   prices TEXT, note TEXT, width INTEGER, height INTEGER, position TEXT, picture BLOB);
SELECT sheaf_sync('goods', '{"columns":{"stock":"counter","best":"max","least":"min","labels":"set","prices":"map","note":"text"},
    "groups":[["width","height"]]}');
)sql";

} // namespace

/// What QML can do with an engine that the program has handed to it: the functions run as an app's own would.
class TestEngineCalls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void writesEveryMergeType();
    void writesAreAllOrNone();
    void bindsValues_data();
    void bindsValues();
    void aDragIsOneStepOfTheUsers();
    void mistakesAreTold_data();
    void mistakesAreTold();
    void saysWhyARowWaits();
    void connectsAndWaits();
    void nobodyNeedsToListen();

private:
    /// Evaluates a body of JavaScript that knows `engine` and must call `done(value)`; what it was called with.
    QVariant run(const QString &body);
    /// Of the first row, by columns.
    QVariantMap first(const QString &sql) { return run(u"engine.query(\"%1\", r => done(r.rows[0]))"_s.arg(sql)).toMap(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SyncEngine> m_engine;
    std::unique_ptr<QQmlEngine> m_qml;
};

void TestEngineCalls::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QFile file(m_folder->filePath(u"schema.sql"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(schema) > 0);
    file.close();
    SyncEngine::Options options;
    options.databasePath = m_folder->filePath(u"replica.db"_s);
    options.schemaPath = file.fileName();
    m_engine = std::make_unique<SyncEngine>(options);
    m_qml = std::make_unique<QQmlEngine>();
    const auto opened = m_engine->open();
    QTRY_VERIFY(opened.isFinished());
    QVERIFY2(opened.result(), opened.result() ? "" : qPrintable(opened.result().error().message));
}

void TestEngineCalls::cleanup()
{
    m_qml.reset();
    m_engine.reset();
    m_folder.reset();
}

QVariant TestEngineCalls::run(const QString &body)
{
    QQmlComponent component(m_qml.get());
    component.setData(u"import QtQml\nimport Sheaf.Sync\nEngineCalls {\n id: engine\n signal told(var value)\n"
                      " function done(value) { told(value) }\n function run() { %1 }\n}"_s.arg(body)
                          .toUtf8(),
                      {});
    const std::unique_ptr<QObject> made(
        component.createWithInitialProperties({{u"engine"_s, QVariant::fromValue(m_engine.get())}}));
    QSignalSpy told(made.get(), SIGNAL(told(QVariant)));
    QMetaObject::invokeMethod(made.get(), "run");
    if (told.isEmpty() && !told.wait(5'000))
        return u"not called"_s;
    QVariant value = told.first().first();
    return value.canConvert<QJSValue>() ? value.value<QJSValue>().toVariant() : value;
}

void TestEngineCalls::writesEveryMergeType()
{
    const QVariant changes = run(uR"_(
        engine.write([
            { sql: "INSERT INTO goods(id, name, labels, prices, position) VALUES (?, ?, ?, ?, sheaf_order(NULL, NULL))",
              params: ["a", "tea", ["green", "black"], { eur: 3, usd: 3.5 }] },
            { sql: "UPDATE goods SET stock = stock + :more, best = :best, least = :least, note = :note, width = 4, height = 5",
              params: { more: 7, best: 9, least: 0.5, note: "of the valley" } },
            "UPDATE goods SET stock = stock - 2"
        ], r => done(r.changes)))_"_s);
    QCOMPARE(changes.toList(), (QVariantList{1, 1, 1}));
    const QVariantMap row = first(u"SELECT *, typeof(stock) AS kind FROM goods"_s);
    QCOMPARE(row[u"stock"_s].toInt(), 5);
    QCOMPARE(row[u"kind"_s].toString(), u"integer"_s);
    QCOMPARE(row[u"best"_s].toInt(), 9);
    QCOMPARE(row[u"least"_s].toDouble(), 0.5);
    QCOMPARE(row[u"labels"_s].toString(), u"[\"black\",\"green\"]"_s);
    QCOMPARE(row[u"prices"_s].toString(), u"{\"eur\":3,\"usd\":3.5}"_s);
    QCOMPARE(row[u"note"_s].toString(), u"of the valley"_s);
    QCOMPARE(row[u"width"_s].toInt() * row[u"height"_s].toInt(), 20);
    QVERIFY(!row[u"position"_s].toString().isEmpty());
}

void TestEngineCalls::writesAreAllOrNone()
{
    const QVariantMap outcome = run(uR"_(
        engine.write(["INSERT INTO goods(id) VALUES ('a')", "INSERT INTO goods(id) VALUES ('a')"], done))_"_s)
                                    .toMap();
    QCOMPARE(outcome[u"ok"_s], false);
    QCOMPARE(outcome[u"code"_s], u"constraint"_s);
    QVERIFY(!outcome[u"message"_s].toString().isEmpty());
    QCOMPARE(first(u"SELECT count(*) AS n FROM goods"_s)[u"n"_s].toInt(), 0);
}

void TestEngineCalls::bindsValues_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("stored");
    QTest::newRow("whole number") << u"3.0"_s << u"integer 3"_s;
    QTest::newRow("beyond 32 bits") << u"5e9"_s << u"integer 5000000000"_s;
    QTest::newRow("fraction") << u"0.25"_s << u"real 0.25"_s;
    QTest::newRow("beyond 2^53") << u"1e300"_s << u"real 1.0e+300"_s;
    QTest::newRow("true") << u"true"_s << u"integer 1"_s;
    QTest::newRow("null") << u"null"_s << u"null "_s;
    QTest::newRow("text") << u"'a\\u00e4'"_s << u"text a\u00e4"_s;
    QTest::newRow("date") << u"new Date(Date.UTC(2024, 1, 29, 12))"_s << u"text 2024-02-29T12:00:00.000Z"_s;
    QTest::newRow("list") << u"[1, 'x']"_s << u"text [1,\"x\"]"_s;
    QTest::newRow("bytes") << u"new Uint8Array([65, 66]).buffer"_s << u"blob AB"_s;
}

void TestEngineCalls::bindsValues()
{
    QFETCH(const QString, script);
    const QVariant stored = run(uR"_(
        engine.query({ sql: "SELECT typeof(:v) || ' ' || ifnull(CAST(:v AS TEXT), '') AS v", params: { v: %1 } }, r => done(r.rows[0].v)))_"_s
                                    .arg(script));
    QTEST(stored.toString(), "stored");
}

void TestEngineCalls::aDragIsOneStepOfTheUsers()
{
    run(uR"_(engine.write("INSERT INTO goods(id, position) VALUES ('a', 'b')", done))_"_s);
    for (const char step : {'c', 'd', 'e'}) {
        run(uR"_(engine.write({ sql: "UPDATE goods SET position = ?", params: ["%1"] }, done, { text: "move", group: "move a" }))_"_s
                .arg(QLatin1Char(step)));
    }
    QTRY_VERIFY(m_engine->canUndo());
    QCOMPARE(m_engine->undoText(), u"move"_s);
    QSignalSpy undone(m_engine.get(), &SyncEngine::undone);
    run(u"engine.engine.undone.connect(() => done(true)); engine.engine.undo()"_s);
    QTRY_COMPARE(undone.size(), 1);
    QCOMPARE(first(u"SELECT position FROM goods"_s)[u"position"_s].toString(), u"b"_s);
    QVERIFY(!m_engine->canUndo());
}

void TestEngineCalls::mistakesAreTold_data()
{
    QTest::addColumn<QString>("call");
    QTest::addColumn<QString>("code");
    QTest::newRow("undefined value") << uR"_(engine.write({ sql: "UPDATE goods SET name = ?", params: [undefined] }, done))_"_s
                                     << u"bad_value"_s;
    QTest::newRow("no statement") << u"engine.write([7], done)"_s << u"bad_value"_s;
    QTest::newRow("not SQL") << u"engine.write('ALTER', done)"_s << u"sql_error"_s;
    QTest::newRow("not allowed") << u"engine.write('DROP TABLE goods', done)"_s << u"sql_refused"_s;
    QTest::newRow("no such column") << u"engine.query('SELECT nothing FROM goods', done)"_s << u"sql_error"_s;
    QTest::newRow("key of undefined") << u"engine.why('goods', [undefined], done)"_s << u"bad_value"_s;
    QTest::newRow("no address") << u"engine.connectToServer('http://house', 'token', done)"_s << u"bad_url"_s;
    QTest::newRow("no server") << u"engine.waitSynced(1000, done)"_s << u"not_connected"_s;
}

void TestEngineCalls::mistakesAreTold()
{
    QFETCH(const QString, call);
    const QVariantMap outcome = run(call).toMap();
    QCOMPARE(outcome[u"ok"_s], false);
    QTEST(outcome[u"code"_s].toString(), "code");
    QVERIFY(!outcome[u"message"_s].toString().isEmpty());
}

void TestEngineCalls::saysWhyARowWaits()
{
    run(uR"_(engine.write("INSERT INTO goods(id) VALUES ('a')", done))_"_s);
    const auto state = [this](const QString &key) {
        return run(u"engine.why('goods', ['%1'], r => done(r.answer))"_s.arg(key)).toMap()[u"state"_s].toString();
    };
    QCOMPARE(state(u"a"_s), u"offline"_s);
    QCOMPARE(state(u"b"_s), u"unknown_row"_s);
}

void TestEngineCalls::connectsAndWaits()
{
    const QVariantMap outcome =
        run(u"engine.connectToServer('ws://127.0.0.1:1', 'token'); engine.waitSynced(50, done)"_s).toMap();
    QCOMPARE(outcome[u"ok"_s], false);
    QCOMPARE(outcome[u"code"_s], u"timeout"_s);
    QVERIFY(m_engine->state() != SyncEngine::State::LocalOnly);
}

void TestEngineCalls::nobodyNeedsToListen()
{
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(u"threw: Error: mine"_s));
    run(uR"_(engine.write("INSERT INTO goods(id) VALUES ('a')");
            engine.write("INSERT INTO goods(id) VALUES ('b')", () => { throw new Error("mine") });
            engine.write("INSERT INTO goods(id) VALUES ('c')", done))_"_s);
    QCOMPARE(first(u"SELECT count(*) AS n FROM goods"_s)[u"n"_s].toInt(), 3);
}

QTEST_MAIN(TestEngineCalls)
#include "tst_enginecalls.moc"
