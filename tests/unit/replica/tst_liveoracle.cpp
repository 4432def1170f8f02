// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "livemodel.h"
#include "replica/localeorder.h"
#include "sql/database.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] =
    "CREATE TABLE t(id TEXT NOT NULL PRIMARY KEY, grp INTEGER, num, name TEXT COLLATE NOCASE, note TEXT);"
    "SELECT sheaf_sync('t');"
    "CREATE TABLE n(id INTEGER PRIMARY KEY, v, txt TEXT); CREATE INDEX n_v ON n(v); SELECT sheaf_sync('n');"
    "CREATE TABLE w(a INTEGER NOT NULL, b TEXT NOT NULL, v, PRIMARY KEY(b, a)) WITHOUT ROWID; SELECT sheaf_sync('w');"
    "CREATE TABLE gen(id INTEGER PRIMARY KEY, v INTEGER, twice AS (v * 2)); SELECT sheaf_sync('gen');"
    "CREATE TABLE loc(k TEXT UNIQUE, v); CREATE TABLE locid(id INTEGER PRIMARY KEY, v);"
    "CREATE TABLE locw(k TEXT PRIMARY KEY, v) WITHOUT ROWID; CREATE VIEW view AS SELECT id, num FROM t;";

/// Transactions at random; small ranges, so that keys come back and sort values are often equal.
class Writer
{
public:
    explicit Writer(quint32 seed) : m_random(seed) {}

    QStringList transaction()
    {
        QStringList statements;
        const int count = below(5) == 0 ? 6 : 1 + below(2);
        for (int i = 0; i < count; ++i)
            statements.append(statement());
        return statements;
    }

private:
    int below(int bound) { return static_cast<int>(m_random() % static_cast<quint32>(bound)); }
    QString value()
    {
        static const QStringList values{u"NULL"_s, u"0"_s,   u"1"_s,   u"2"_s,    u"2.0"_s, u"1.5"_s, u"-3"_s,
                                        u"'a'"_s,  u"'A'"_s, u"'b'"_s, u"'B '"_s, u"'é'"_s, u"''"_s,  u"x'61'"_s};
        return values[below(static_cast<int>(values.size()))];
    }
    QString text() { return u"'%1'"_s.arg(u"aAbBcC"_s[below(6)]); }
    QString id() { return u"'k%1'"_s.arg(below(25)); }

    QString statement()
    {
        switch (below(15)) {
        case 13:
            return u"INSERT INTO gen(id, v) VALUES (%1, %2) ON CONFLICT DO UPDATE SET v = excluded.v"_s.arg(below(6)).arg(
                below(9));
        case 0:
        case 1:
            return u"INSERT INTO t VALUES (%1, %2, %3, %4, %5) ON CONFLICT(id) DO UPDATE SET num = excluded.num, grp = excluded.grp"_s
                .arg(id())
                .arg(below(3))
                .arg(value(), text(), text());
        case 2:
            return u"DELETE FROM t WHERE id = %1"_s.arg(id());
        case 3:
            return u"UPDATE t SET num = %1 WHERE grp = %2 AND id < %3"_s.arg(value()).arg(below(3)).arg(id());
        case 4:
            return u"UPDATE t SET name = %1, note = %2 WHERE id = %3"_s.arg(text(), text(), id());
        case 5:
            return u"UPDATE OR IGNORE t SET id = %1 WHERE id = %2"_s.arg(id(), id());
        case 6:
        case 7:
            return u"INSERT INTO n VALUES (%1, %2, %3) ON CONFLICT DO UPDATE SET v = excluded.v"_s.arg(below(20)).arg(value(),
                                                                                                                      text());
        case 8:
            return below(2) == 0 ? u"DELETE FROM n WHERE id = %1"_s.arg(below(20))
                                 : u"UPDATE OR IGNORE n SET id = %1 WHERE id = %2"_s.arg(below(20)).arg(below(20));
        case 9:
            return u"INSERT INTO w VALUES (%1, %2, %3) ON CONFLICT DO UPDATE SET v = excluded.v"_s.arg(below(4)).arg(text(),
                                                                                                                     value());
        case 10:
            return u"DELETE FROM w WHERE a = %1 AND b = %2"_s.arg(below(4)).arg(text());
        case 11:
            return below(2) == 0 ? u"INSERT OR REPLACE INTO loc VALUES (%1, %2)"_s.arg(text(), value())
                                 : u"DELETE FROM loc WHERE k = %1"_s.arg(text());
        case 12:
            return below(2) == 0 ? u"INSERT OR REPLACE INTO locid VALUES (%1, %2)"_s.arg(below(9)).arg(value())
                                 : u"UPDATE OR IGNORE locid SET id = id + %1 WHERE id > %2"_s.arg(below(5) - 2).arg(below(9));
        default:
            return u"INSERT OR REPLACE INTO locw VALUES (%1, %2)"_s.arg(text(), value());
        }
    }

    std::mt19937 m_random;
};

struct Shape {
    const char *name;
    QString sql;
    QVariantList params;
    bool patched = false;     ///< only the rows that changed are read,
    bool readsOthers = false; ///< unless another table changed
};

QList<Shape> patchedShapes()
{
    QList<Shape> shapes;
    const auto patched = [&shapes](const char *name, const QString &sql, const QVariantList &params = {},
                                   bool readsOthers = false) {
        shapes.append({name, sql, params, true, readsOthers});
    };
    patched("plain", u"SELECT id, num FROM t"_s);
    patched("star", u"SELECT * FROM t ORDER BY num"_s);
    patched("star of alias", u"select x.* from t as x where x.grp=1 order by x.num desc, x.id;"_s);
    patched("key not shown", u"SELECT name FROM t ORDER BY name, note DESC"_s);
    patched("nocase column", u"SELECT id, name FROM t ORDER BY name DESC"_s);
    patched("nocase by name", u"SELECT id, note AS label FROM t ORDER BY label COLLATE NOCASE"_s);
    patched("binary by name", u"SELECT id, name FROM t ORDER BY (name) COLLATE binary DESC"_s);
    patched("rtrim", u"SELECT id, num FROM t ORDER BY num COLLATE RTRIM, id"_s);
    patched("as the locale says", u"SELECT id, num FROM t ORDER BY num COLLATE sheaf_locale, id"_s);
    patched("as the locale says, behind an expression",
            u"SELECT id, num FROM t ORDER BY (grp = 1), note COLLATE sheaf_locale DESC, num COLLATE sheaf_locale DESC"_s);
    patched("together as the locale says",
            u"SELECT id, num AS s FROM t UNION ALL SELECT id, v FROM n ORDER BY s COLLATE sheaf_locale DESC LIMIT 6"_s);
    patched("nulls last", u"SELECT id, num FROM t ORDER BY num NULLS LAST"_s);
    patched("desc nulls first", u"SELECT id, num FROM t ORDER BY num DESC NULLS FIRST, 1"_s);
    patched("by number", u"SELECT id, grp, num FROM t WHERE grp <> ? ORDER BY 2 DESC, 3"_s, {1});
    patched("expression", u"SELECT v, id FROM n ORDER BY v IS NULL, -v, id"_s);
    patched("alias hides column", u"SELECT id, -grp AS grp FROM t ORDER BY grp, id"_s);
    patched("case",
            u"SELECT id, CASE WHEN grp = ?2 THEN 'x' ELSE substr(note, 1, 1) END AS c FROM t WHERE num >= ?1 ORDER BY c"_s,
            {1, 2});
    patched("or", u"SELECT id FROM t WHERE grp = 1 OR num = 2 ORDER BY id"_s);
    patched("like", u"SELECT id, note FROM t WHERE note LIKE ? ESCAPE '\\' AND num BETWEEN ? AND ?"_s, {u"%a%"_s, 0, 5});
    patched("integer key", u"SELECT id, v FROM n ORDER BY v DESC, id"_s);
    patched("ordered by key", u"SELECT id, v FROM n WHERE v > 0 ORDER BY id DESC"_s);
    patched("without rowid", u"SELECT b, v FROM w ORDER BY v"_s);
    patched("local", u"SELECT k, v FROM loc ORDER BY k"_s);
    patched("local with key", u"SELECT * FROM locid ORDER BY v, id"_s);
    patched("other table inside", u"SELECT id, (SELECT count(*) FROM n WHERE n.v = t.num) AS c FROM t ORDER BY c DESC, id"_s, {},
            true);
    patched("exists", u"SELECT id FROM t WHERE EXISTS (SELECT 1 FROM n WHERE n.v = num) AND num IN (1, 2, 'a') ORDER BY id"_s, {},
            true);
    patched("table function",
            u"SELECT id FROM t WHERE EXISTS (SELECT 1 FROM json_each('[1,2]') WHERE value = num) ORDER BY id"_s);
    patched("generated column", u"SELECT id, twice FROM gen ORDER BY twice DESC, id"_s);
    patched("limit", u"SELECT id, num FROM t ORDER BY num DESC, id LIMIT 5"_s);
    patched("limit of parameter", u"SELECT id, num FROM t WHERE grp = ? ORDER BY num, id LIMIT ?"_s, {1, 3});
    patched("offset", u"SELECT id, num FROM t ORDER BY num, id LIMIT 4 OFFSET 3"_s);
    patched("no limit", u"SELECT id, num FROM t ORDER BY num, id LIMIT -1"_s);
    patched("quoted", u"SELECT \"id\", [num] FROM \"t\" `x` WHERE \"x\".\"grp\" = 1 ORDER BY \"num\""_s);
    patched("one after another",
            u"SELECT * FROM (SELECT id, 't' AS kind, num FROM t WHERE grp = ? ORDER BY num DESC LIMIT -1)"
            " UNION ALL SELECT * FROM (SELECT id, 'n', v FROM n ORDER BY v, id LIMIT -1)"_s,
            {1});
    patched("sorted together", u"SELECT id, num AS s FROM t UNION ALL SELECT id, v FROM n WHERE v > ? ORDER BY s DESC, id"_s,
            {0});
    patched("together with limit", u"SELECT id, num AS s FROM t UNION ALL SELECT id, v FROM n ORDER BY s, id LIMIT 6"_s);
    patched("same table twice", u"SELECT id, num FROM t WHERE grp = 1 UNION ALL SELECT id, num FROM t WHERE grp < 2"_s);
    return shapes;
}

QList<Shape> wholeShapes()
{
    QList<Shape> shapes;
    const auto whole = [&shapes](const char *name, const QString &sql) { shapes.append({name, sql, {}}); };
    whole("local without rowid", u"SELECT k, v FROM locw ORDER BY k"_s);
    whole("view", u"SELECT id, num FROM view ORDER BY id"_s);
    whole("itself inside", u"SELECT id, (SELECT count(*) FROM t AS o WHERE o.grp = t.grp) FROM t ORDER BY id"_s);
    whole("itself in IN", u"SELECT id FROM t WHERE num IN (SELECT num FROM t WHERE grp = 1) ORDER BY id"_s);
    whole("aggregate", u"SELECT count(*), max(num), group_concat(id) FROM t"_s);
    whole("aggregate in alias", u"SELECT (SELECT sum(t.num) FROM n) FROM t"_s);
    whole("group", u"SELECT grp, count(*) FROM t GROUP BY grp ORDER BY 1"_s);
    whole("distinct", u"SELECT DISTINCT num FROM t ORDER BY num, typeof(num)"_s);
    whole("window", u"SELECT id, row_number() OVER (ORDER BY num, id) FROM t ORDER BY id"_s);
    whole("join", u"SELECT t.id, n.id FROM t JOIN n ON n.v = t.num ORDER BY t.id, n.id"_s);
    whole("left join", u"SELECT t.id, n.id FROM t LEFT JOIN n ON n.id = t.num ORDER BY t.id"_s);
    whole("comma join", u"SELECT t.id, w.a FROM t, w WHERE w.v = t.num ORDER BY t.id, w.a, w.b"_s);
    whole("union", u"SELECT num FROM t UNION SELECT v FROM n"_s);
    whole("with", u"WITH c AS (SELECT id FROM t) SELECT id FROM c ORDER BY id"_s);
    whole("order of aggregate inside", u"SELECT id FROM t ORDER BY (SELECT max(v) FROM n WHERE n.id = t.num), id"_s);
    whole("date", u"SELECT id, date('now') > num FROM t ORDER BY id"_s);
    whole("random", u"SELECT id, random() IS NULL FROM t ORDER BY id"_s);
    whole("column in disguise", u"SELECT id, num FROM t ORDER BY +2, id"_s);
    whole(
        "limit in the middle",
        u"SELECT * FROM (SELECT id FROM t ORDER BY id LIMIT 3) UNION ALL SELECT * FROM (SELECT id FROM n ORDER BY id LIMIT -1)"_s);
    return shapes;
}

struct Watched {
    Shape shape;
    std::unique_ptr<LiveResult> live;
    QList<ResultRow> model;
    bool stale = false;
};

/// Refreshes and compares with the query as it is.
void check(Watched &watched, const QSqlDatabase &reader)
{
    const Shape &shape = watched.shape;
    QVERIFY2(shape.patched || !watched.stale || watched.live->runsWhole(), shape.name);
    QVERIFY2(!shape.patched || shape.readsOthers || !watched.live->runsWhole(), shape.name);
    const auto edits = watched.live->refresh();
    QVERIFY2(edits, shape.name);
    QVERIFY2(watched.stale || edits->isEmpty(), shape.name);
    watched.stale = false;
    watched.model = applied(watched.model, *edits);
    const QByteArray expected = shown(plainRows(reader, shape.sql, shape.params));
    const QByteArray found = shown(watched.model);
    QVERIFY2(found == expected, ("in "_ba + shape.name + "\n" + found + "\n" + expected).constData());
    QVERIFY2(watched.model == watched.live->rows(), shape.name);
}

} // namespace

/// Whatever is committed, a live result shows what the query would give if it were run now.
class TestLiveOracle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void resultIsWhatTheQueryGives();
    void replacedRowsKeepAValidOrder();
    void aLongResultReadsOnlyWhatChanged();
    void aWindowReadsOnWhenItRunsDry();
    void manyChangesAtOnceRunTheQuery();
};

void TestLiveOracle::resultIsWhatTheQueryGives()
{
    Device device(schema);
    auto reader = openDatabase({.path = device.path(), .connection = u"oracle"_s, .readOnly = true});
    QVERIFY(reader);
    registerLocaleOrder(sqliteHandle(*reader));
    Writer writer(20261121);
    for (int i = 0; i < 20; ++i)
        QVERIFY(device.tryExec(writer.transaction()));
    std::vector<Watched> all;
    for (const Shape &shape : patchedShapes() + wholeShapes()) {
        auto live = LiveResult::open(*reader, shape.sql, shape.params);
        QVERIFY2(live, shape.name);
        all.push_back({shape, *std::move(live), {}});
        all.back().model = all.back().live->rows();
    }
    for (int step = 0; step < 300; ++step) {
        for (int commit = 0; commit <= step % 3; ++commit) {
            device.lastCommit = {};
            QVERIFY(device.tryExec(writer.transaction()));
            for (Watched &watched : all)
                watched.stale = watched.live->note(device.lastCommit) || watched.stale;
        }
        for (Watched &watched : all) {
            check(watched, *reader);
            if (QTest::currentTestFailed())
                break;
        }
        if (QTest::currentTestFailed())
            break;
    }
    for (const Watched &watched : all)
        QVERIFY2(!watched.shape.patched || watched.shape.readsOthers || watched.live->wholeRuns() == 1, watched.shape.name);
    all.clear();
    closeDatabase(*reader);
}

/// REPLACE gives a row another rowid: rows that ORDER BY finds equal may then lie in any order.
void TestLiveOracle::replacedRowsKeepAValidOrder()
{
    Device device(schema);
    const QString sql = u"SELECT num, id FROM t ORDER BY num"_s;
    const auto live = LiveResult::open(device.replica().database(), sql, {});
    QVERIFY(live);
    QList<ResultRow> model;
    std::mt19937 random(3);
    for (int step = 0; step < 200; ++step) {
        device.lastCommit = {};
        device.exec(u"REPLACE INTO t(id, num, note) VALUES ('k%1', %2, '%3')"_s.arg(random() % 12).arg(random() % 4).arg(step));
        (*live)->note(device.lastCommit);
        const auto edits = (*live)->refresh();
        QVERIFY(edits);
        model = applied(model, *edits);
        QVERIFY(std::ranges::is_sorted(model, {}, [](const ResultRow &row) { return row.at(0).integer; }));
        QVERIFY(std::ranges::is_permutation(model, plainRows(device.replica().database(), sql, {})));
    }
    QCOMPARE((*live)->wholeRuns(), 1);
}

void TestLiveOracle::aLongResultReadsOnlyWhatChanged()
{
    Device device(schema);
    device.exec(u"WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 5000)"
                " INSERT INTO t SELECT 'k' || x, x % 7, x, 'name ' || x, '' FROM i"_s);
    const auto live =
        LiveResult::open(device.replica().database(), u"SELECT id, num FROM t WHERE grp < 6 ORDER BY num DESC, id"_s, {});
    QVERIFY(live);
    const qint64 read = (*live)->rowsRead();
    const auto refreshed = [&](const QString &write) {
        device.exec(write);
        (*live)->note(device.lastCommit);
        auto edits = (*live)->refresh();
        return edits ? *edits : QList<ResultEdit>();
    };
    QList<ResultEdit> edits = refreshed(u"UPDATE t SET num = 9999 WHERE id = 'k100'"_s);
    QCOMPARE(edits.size(), 2);
    QCOMPARE(edits[0].kind, ResultEdit::Kind::Move);
    QCOMPARE(edits[0].target, 0);
    QCOMPARE(edits[1].kind, ResultEdit::Kind::Change);
    edits = refreshed(u"UPDATE t SET grp = 6 WHERE id = 'k100'"_s);
    QCOMPARE(edits.size(), 1);
    QCOMPARE(edits[0].kind, ResultEdit::Kind::Remove);
    edits = refreshed(u"INSERT INTO t VALUES ('new', 1, 0, '', '')"_s);
    QCOMPARE(edits.size(), 1);
    QCOMPARE(edits[0].index, static_cast<int>((*live)->rows().size()) - 1);
    QVERIFY(refreshed(u"UPDATE t SET note = 'not read'"_s).isEmpty());
    QCOMPARE((*live)->rowsRead() - read, 2);
    QCOMPARE((*live)->wholeRuns(), 1);
}

void TestLiveOracle::aWindowReadsOnWhenItRunsDry()
{
    Device device(schema);
    device.exec(u"WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 1000)"
                " INSERT INTO n SELECT x, x, '' FROM i"_s);
    const QString sql = u"SELECT id, v FROM n ORDER BY v, id LIMIT 10 OFFSET 5"_s;
    const auto live = LiveResult::open(device.replica().database(), sql, {});
    QVERIFY(live);
    QVERIFY((*live)->rowsRead() < 200);
    QList<ResultRow> model = (*live)->rows();
    for (int i = 0; i < 300; ++i) {
        device.exec(u"DELETE FROM n WHERE id = (SELECT min(id) FROM n)"_s);
        QVERIFY((*live)->note(device.lastCommit));
        const auto edits = (*live)->refresh();
        QVERIFY(edits);
        QCOMPARE(edits->size(), 2);
        model = applied(model, *edits);
        QCOMPARE(shown(model), shown(plainRows(device.replica().database(), sql, {})));
    }
    QVERIFY2((*live)->wholeRuns() <= 4, QByteArray::number((*live)->wholeRuns()).constData());
}

void TestLiveOracle::manyChangesAtOnceRunTheQuery()
{
    Device device(schema);
    device.exec(u"WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 3000)"
                " INSERT INTO n SELECT x, x, '' FROM i"_s);
    const QString sql = u"SELECT id, v FROM n ORDER BY v, id"_s;
    const auto live = LiveResult::open(device.replica().database(), sql, {});
    QVERIFY(live);
    QList<ResultRow> model = (*live)->rows();
    for (const char *write : {"UPDATE n SET v = v * 7 % 3001", "DELETE FROM n WHERE id % 2", "UPDATE n SET v = -v"}) {
        device.exec(QString::fromLatin1(write));
        QVERIFY((*live)->note(device.lastCommit));
        QVERIFY((*live)->runsWhole());
        const auto edits = (*live)->refresh();
        QVERIFY(edits);
        model = applied(model, *edits);
        QCOMPARE(shown(model), shown(plainRows(device.replica().database(), sql, {})));
    }
    QCOMPARE((*live)->wholeRuns(), 4);
}

QTEST_GUILESS_MAIN(TestLiveOracle)
#include "tst_liveoracle.moc"
