// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "columnbench.h"
#include "undomodel.h"

#include <QtTest>

#include <random>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

const char oracleSchema[] =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT, n INTEGER NOT NULL DEFAULT 0);"
    "SELECT sheaf_sync('t', '{\"columns\":{\"n\":\"counter\"},\"groups\":[[\"b\",\"c\"]],\"deletes\":\"delete_wins\"}');";

std::map<int, UndoModel::Row> shown(Device &device)
{
    std::map<int, UndoModel::Row> all;
    for (const QVariantList &row : device.rows(u"SELECT id, a, b, c, n FROM t"_s)) {
        all[row.at(0).toInt()] = {.values = {row.at(1).toString(), row.at(2).toString(), row.at(3).toString()},
                                  .n = row.at(4).toLongLong()};
    }
    return all;
}

/// Two devices and a model of the first one's screen. Every value that is ever written is another one.
class Bench
{
public:
    explicit Bench(quint32 seed) : m_random(seed), mine(oracleSchema, seed + 1), theirs(oracleSchema, seed + 1000) {}

    int draw(int below) { return static_cast<int>(m_random() % static_cast<quint32>(below)); }
    QString fresh(const char *who) { return QString::fromLatin1(who) + QString::number(++m_values); }

    /// One to three statements of mine as one transaction.
    void write(bool undoable);
    void writeTheirs();
    void deleteTheirs();
    void pull()
    {
        relay.pull(mine);
        model.see(shown(mine));
    }
    void settle()
    {
        settleAll(relay, {&mine, &theirs});
        model.see(shown(mine));
    }
    void step();
    void stepBack();
    [[nodiscard]] bool agrees(const char *what)
    {
        const bool same = shown(mine) == model.shown() && mine.digestHolds();
        if (!same)
            qWarning("differs after %s", what);
        return same;
    }

private:
    std::mt19937 m_random;
    int m_values = 0;
    int m_nextId = 0;

public:
    Relay relay;
    Device mine;
    Device theirs;
    UndoModel model;
    bool failed = false;
};

void Bench::write(bool undoable)
{
    QStringList statements;
    std::set<int> touched;
    model.begin();
    for (int count = 1 + draw(3); count > 0; --count) {
        const int id = m_nextId > 0 ? 1 + draw(m_nextId) : 0;
        if (!touched.insert(id).second)
            continue;
        const int what = draw(8);
        if (what < 2 || id == 0) {
            const QString value = fresh("m");
            statements += u"INSERT INTO t(id, a, b, c) VALUES (%1, '%2', '%2', '%2')"_s.arg(++m_nextId).arg(value);
            touched.insert(m_nextId);
            model.insert(m_nextId, value);
        } else if (!model.has(id)) {
            continue;
        } else if (what == 2) {
            statements += u"DELETE FROM t WHERE id = %1"_s.arg(id);
            model.remove(id);
        } else if (what == 3) {
            const int difference = 1 + draw(100);
            statements += u"UPDATE t SET n = n + %1 WHERE id = %2"_s.arg(difference).arg(id);
            model.add(id, difference);
        } else {
            const int column = draw(3);
            const QString value = fresh("m");
            statements += u"UPDATE t SET %1 = '%2' WHERE id = %3"_s.arg("abc"_L1[column]).arg(value).arg(id);
            model.set(id, column, value);
        }
    }
    mine.act(statements, undoable ? UserAction::undoable(u"x"_s) : UserAction());
    model.commit(undoable);
}

void Bench::writeTheirs()
{
    for (int count = draw(4); count > 0; --count) {
        const QString column = "abc"_L1.sliced(draw(3), 1);
        const QString where = u" WHERE id % 3 = %1"_s.arg(draw(3));
        if (draw(4) == 0)
            theirs.exec(u"UPDATE t SET n = n + %1"_s.arg(1 + draw(1000)) + where);
        else
            theirs.exec(u"UPDATE t SET %1 = '%2-' || id"_s.arg(column, fresh("t")) + where);
    }
}

/// Not while I write there: what others deleted at the same time is not to be seen on a screen.
void Bench::deleteTheirs()
{
    settle();
    theirs.exec(u"DELETE FROM t WHERE id % 5 = %1"_s.arg(draw(5)));
    settle();
}

void Bench::step()
{
    mine.wallMs += draw(50);
    theirs.wallMs += draw(50);
    const int what = draw(20);
    if (what < 8)
        write(true);
    else if (what == 8)
        write(false);
    else if (what < 12)
        stepBack();
    else if (what < 15)
        writeTheirs();
    else if (what == 15)
        relay.push(mine);
    else if (what == 16)
        relay.sync(theirs);
    else if (what == 17)
        pull();
    else if (what == 18)
        draw(2) == 0 ? deleteTheirs() : mine.reopen();
    else if (!mine.replica().setClockOffset((draw(3) - 1) * 5000))
        failed = true;
}

void Bench::stepBack()
{
    const bool back = draw(3) > 0;
    for (int count = 1 + draw(4); count > 0; --count) {
        const auto done = back ? mine.replica().undo() : mine.replica().redo();
        const UndoModel::Outcome expected = back ? model.undo() : model.redo();
        const bool same = done && done->done == expected.done && done->skipped == expected.skipped;
        if (!same && done)
            qWarning("%s: done %d, skipped %d instead of done %d, skipped %d", back ? "undo" : "redo", done->done, done->skipped,
                     expected.done, expected.skipped);
        failed = failed || !same;
    }
}

} // namespace

/// Random work of two people, against a model that knows no stamps.
class TestUndoOracle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void followsTheModel_data();
    void followsTheModel();
    void undoAndRedoAreNothing();
    void allUndoAtOnce();
};

void TestUndoOracle::followsTheModel_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 40; ++seed)
        QTest::addRow("seed %d", seed) << seed;
}

void TestUndoOracle::followsTheModel()
{
    QFETCH(int, seed);
    Bench bench(static_cast<quint32>(seed));
    for (int step = 0; step < 120; ++step) {
        bench.step();
        QVERIFY2(!bench.failed, qPrintable(QString::number(step)));
        QVERIFY2(bench.agrees("a step"), qPrintable(QString::number(step)));
    }
    bench.settle();
    QVERIFY(areSame({&bench.mine, &bench.theirs}));
    while (bench.model.undo().done)
        QVERIFY(bench.mine.replica().undo().value().done);
    QVERIFY(bench.agrees("undoing all"));
    bench.settle();
    QVERIFY(areSame({&bench.mine, &bench.theirs}));
}

/// Nobody interferes: all the way back is where it began, and all the way forth where it ended.
void TestUndoOracle::undoAndRedoAreNothing()
{
    for (quint32 seed = 100; seed < 110; ++seed) {
        Bench bench(seed);
        QList<std::map<int, UndoModel::Row>> screens;
        for (int step = 0; step < 40; ++step) {
            bench.write(true);
            if (!bench.mine.replica().undoState().canUndo)
                continue;
            const auto now = shown(bench.mine);
            if (screens.isEmpty() || screens.last() != now)
                screens.append(now);
        }
        for (int round = 0; round < 2; ++round) {
            for (qsizetype at = screens.size() - 2; at >= 0; --at) {
                QVERIFY(bench.mine.replica().undo().value().done);
                QCOMPARE(shown(bench.mine), screens.at(at));
            }
            bench.mine.reopen();
            bench.settle();
            for (qsizetype at = 1; at < screens.size(); ++at) {
                QVERIFY(bench.mine.replica().redo().value().done);
                QCOMPARE(shown(bench.mine), screens.at(at));
            }
        }
        bench.settle();
        QVERIFY(areSame({&bench.mine, &bench.theirs}));
    }
}

/// Three people with all kinds of columns, all of whom undo and redo: they end equal.
void TestUndoOracle::allUndoAtOnce()
{
    for (quint32 seed = 1; seed <= 15; ++seed) {
        std::mt19937 random(seed);
        const auto draw = [&](int below) { return static_cast<int>(random() % static_cast<quint32>(below)); };
        Relay relay;
        std::vector<std::unique_ptr<Device>> devices;
        QList<Device *> all;
        for (quint64 number = 0; number < 3; ++number) {
            devices.push_back(std::make_unique<Device>(columnSchema, seed * 10 + number));
            devices.back()->undo.allWrites = true;
            devices.back()->reopen();
            all.append(devices.back().get());
        }
        const QStringList writes{
            u"INSERT OR IGNORE INTO items(id, title, labels, props) VALUES (%1, 'born', '[\"b\"]', '{\"b\":1}')"_s,
            u"DELETE FROM items WHERE id = %1"_s,
            u"UPDATE items SET title = 'title' || random() WHERE id = %1"_s,
            u"UPDATE items SET votes = votes + id, best = abs(random() % 9) WHERE id = %1"_s,
            u"UPDATE items SET labels = '[\"x\",\"y\"]' WHERE id = %1"_s,
            u"UPDATE items SET labels = '[\"y\",\"z\"]' WHERE id = %1"_s,
            u"UPDATE items SET props = '{\"k\":' || (random() % 9) || '}' WHERE id = %1"_s,
            u"UPDATE items SET lat = random(), props = '{\"k\":1,\"l\":2}' WHERE id = %1"_s};
        for (int step = 0; step < 150; ++step) {
            Device &device = *all.at(draw(3));
            device.wallMs += draw(30);
            const int what = draw(10);
            if (what < 5)
                device.exec(writes.at(draw(static_cast<int>(writes.size()))).arg(1 + draw(4)));
            else if (what < 7)
                QVERIFY(device.replica().undo());
            else if (what == 7)
                QVERIFY(device.replica().redo());
            else
                relay.sync(device);
            QVERIFY(device.digestHolds());
        }
        settleAll(relay, all);
        QVERIFY2(areSame(all), qPrintable(QString::number(seed)));
    }
}

QTEST_GUILESS_MAIN(TestUndoOracle)
#include "tst_undooracle.moc"
