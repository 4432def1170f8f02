// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <map>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr int people = 3;
constexpr int stepsMax = 2;

/// What one device does while it is offline, a letter a step, filled up with `-`.
QStringList scriptsOf(const QString &letters, const std::function<bool(const QString &)> &isPossible)
{
    QStringList all{QString()};
    QStringList longest = all;
    for (int step = 0; step < stepsMax; ++step) {
        QStringList longer;
        for (const QString &script : std::as_const(longest)) {
            for (const QChar letter : letters) {
                if (isPossible(script + letter))
                    longer.append(script + letter);
            }
        }
        all += longer;
        longest = longer;
    }
    for (QString &script : all)
        script = script.leftJustified(stepsMax, u'-');
    return all;
}

/// One row for each choice of three scripts; its key spells them.
QStringList keysOf(const QStringList &scripts)
{
    QStringList keys;
    for (const QString &a : scripts) {
        for (const QString &b : scripts) {
            for (const QString &c : scripts)
                keys.append(a + b + c);
        }
    }
    return keys;
}

QString scriptIn(const QString &key, int person)
{
    return key.mid(static_cast<qsizetype>(person) * stepsMax, stepsMax);
}

/// Three replicas that do all of it, each row on its own, and then exchange it in a given order.
class Household
{
public:
    /// `schema` makes a table t(id, …), whose rows all have from the start.
    Household(const QByteArray &schema, const QStringList &keys)
    {
        for (int i = 0; i < people; ++i)
            m_devices[static_cast<size_t>(i)] = std::make_unique<Device>(
                "CREATE TABLE keys(id TEXT PRIMARY KEY NOT NULL);" + schema, static_cast<quint64>(i + 1));
        for (const auto &device : m_devices)
            device->exec(u"INSERT INTO keys SELECT value FROM json_each(?)"_s, {u"[\""_s + keys.join(u"\",\""_s) + u"\"]"_s});
        m_devices[0]->exec(u"INSERT INTO t(id) SELECT id FROM keys"_s);
        for (const auto &device : m_devices)
            m_relay.sync(*device);
    }

    /// In the order of time: everybody's first step, then everybody's second; `sql` of a letter gets %1, a value that no other
    /// step writes, and %2, the condition for the rows that have the letter there.
    void act(const std::map<QChar, QString> &sql)
    {
        for (int step = 0; step < stepsMax; ++step) {
            for (int i = 0; i < people; ++i) {
                Device &device = *m_devices[static_cast<size_t>(i)];
                device.wallMs += 10 * (step * people + i + 1);
                for (const auto &[letter, statement] : sql) {
                    const QString where = u"substr(id, %1, 1) = '%2'"_s.arg(i * stepsMax + step + 1).arg(letter);
                    device.exec(QString(statement).replace(u"%1"_s, valueOf(i, step)).replace(u"%2"_s, where));
                }
                device.wallMs -= 10 * (step * people + i + 1);
            }
        }
    }
    static QString valueOf(int person, int step) { return QChar(u'a' + person) + QString::number(step); }

    void exchange(const std::array<int, people> &order)
    {
        for (int round = 0; round < 4; ++round) {
            for (const int i : order)
                m_relay.sync(*m_devices[static_cast<size_t>(i)]);
        }
    }

    /// What all have of the table, if they have the same.
    [[nodiscard]] std::optional<QMap<QString, QString>> agreed(const QString &sql)
    {
        std::optional<QMap<QString, QString>> all;
        for (const auto &device : m_devices) {
            QMap<QString, QString> mine;
            for (const QVariantList &row : device->rows(sql))
                mine.insert(row[0].toString(), row[1].toString());
            if (!device->digestHolds() || device->replica().pendingCount() != 0 || (all && *all != mine))
                return {};
            all = mine;
        }
        return all;
    }

private:
    std::array<std::unique_ptr<Device>, people> m_devices;
    Relay m_relay;
};

QList<std::array<int, people>> allOrders()
{
    QList<std::array<int, people>> all;
    std::array<int, people> order{0, 1, 2};
    do {
        all.append(order);
    } while (std::next_permutation(order.begin(), order.end()));
    return all;
}

bool isAliveAfter(const QString &script)
{
    for (qsizetype i = script.size() - 1; i >= 0; --i) {
        if (script[i] == u'D' || script[i] == u'I')
            return script[i] == u'I';
    }
    return true;
}

/// An update or a delete of what is there, an insert of what is not.
bool isPossible(const QString &script)
{
    return (script.back() == u'I') != isAliveAfter(script.chopped(1));
}

} // namespace

/// The rules that live in the replica and not in crdt/, at a small scope and whole: three replicas with up to two steps each,
/// made without a word of each other, exchanged in every order. The oracles know no stamps.
///
/// Groups: the columns of a group show what the last write of any of them left behind on its device, in time.
/// Deletes: the row has had as many lives as whoever gave it most. If that one deleted it last, `delete_wins` leaves it so, and
/// `edit_revives` brings it back with the words of who edited it without knowing of a delete: of who had not been acknowledged
/// when the delete came, and of who had, if he edited later than the last delete.
class TestPolicyOrders : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void groupsAreOneRegister();
    void deletes_data();
    void deletes();
};

void TestPolicyOrders::groupsAreOneRegister()
{
    const QStringList keys = keysOf(scriptsOf(u"XYB"_s, [](const QString &) { return true; }));
    QCOMPARE(keys.size(), 13 * 13 * 13);
    const std::map<QChar, QString> sql{{u'X', u"UPDATE t SET x = '%1' WHERE %2"_s},
                                       {u'Y', u"UPDATE t SET y = '%1' WHERE %2"_s},
                                       {u'B', u"UPDATE t SET x = '%1', y = '%1' WHERE %2"_s}};
    for (const auto &order : allOrders()) {
        Household home("CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, x TEXT NOT NULL DEFAULT '', y TEXT NOT NULL DEFAULT '');"
                       "SELECT sheaf_sync('t', '{\"groups\":[[\"x\",\"y\"]]}');",
                       keys);
        home.act(sql);
        home.exchange(order);
        const auto shown = home.agreed(u"SELECT id, x || '/' || y FROM t"_s);
        QVERIFY(shown && shown->size() == keys.size());
        for (const QString &key : keys) {
            std::array<std::array<QString, 2>, people> local;
            QString last = u"/"_s;
            for (int step = 0; step < stepsMax; ++step) {
                for (int i = 0; i < people; ++i) {
                    const QChar letter = scriptIn(key, i)[step];
                    auto &[x, y] = local[static_cast<size_t>(i)];
                    if (letter == u'X' || letter == u'B')
                        x = Household::valueOf(i, step);
                    if (letter == u'Y' || letter == u'B')
                        y = Household::valueOf(i, step);
                    if (letter != u'-')
                        last = x + u'/' + y;
                }
            }
            QVERIFY2(shown->value(key) == last, qPrintable(key + u": "_s + shown->value(key) + u", not "_s + last));
        }
    }
}

void TestPolicyOrders::deletes_data()
{
    QTest::addColumn<QByteArray>("policy");
    QTest::newRow("edit_revives") << "edit_revives"_ba;
    QTest::newRow("delete_wins") << "delete_wins"_ba;
}

void TestPolicyOrders::deletes()
{
    QFETCH(const QByteArray, policy);
    const QStringList keys = keysOf(scriptsOf(u"UDI"_s, isPossible));
    QCOMPARE(keys.size(), 6 * 6 * 6); // nothing, U, D, UU, UD, DI
    const std::map<QChar, QString> sql{{u'U', u"UPDATE t SET v = '%1' WHERE %2"_s},
                                       {u'D', u"DELETE FROM t WHERE %2"_s},
                                       {u'I', u"INSERT INTO t(id, v) SELECT id, '%1' FROM keys WHERE %2"_s}};
    for (const auto &order : allOrders()) {
        Household home("CREATE TABLE t(id TEXT PRIMARY KEY NOT NULL, v TEXT);"
                       "SELECT sheaf_sync('t', '{\"deletes\":\"" +
                           policy + "\"}');",
                       keys);
        home.act(sql);
        home.exchange(order);
        const auto shown = home.agreed(u"SELECT id, v FROM t"_s);
        QVERIFY(shown);
        for (const QString &key : keys) {
            int lives = 1;
            int lastDelete = -1;
            bool isDeleted = false; // by who has exchanged before
            struct Edit {
                QString value;
                int time;
                bool waited;
            };
            QList<Edit> unaware; // the last ones of who has not deleted it
            for (const int i : order) {
                const QString script = scriptIn(key, i);
                const auto time = [i](qsizetype step) { return static_cast<int>(step) * people + i; };
                lives = std::max(lives, 1 + static_cast<int>(script.count(u'D') + script.count(u'I')));
                if (script.contains(u'D'))
                    lastDelete = std::max(lastDelete, time(script.lastIndexOf(u'D')));
                else if (const auto step = script.lastIndexOf(u'U'); step >= 0)
                    unaware.append({Household::valueOf(i, static_cast<int>(step)), time(step), isDeleted});
                isDeleted = isDeleted || script.contains(u'D');
            }
            const bool isRevived = lives == 2 && policy == "edit_revives" && std::ranges::any_of(unaware, [&](const Edit &edit) {
                                       return edit.waited || edit.time > lastDelete;
                                   });
            const bool isThere = lives % 2 == 1 || isRevived;
            QVERIFY2(shown->contains(key) == isThere, qPrintable(key));
            if (isRevived)
                QVERIFY2(std::ranges::find(unaware, shown->value(key), &Edit::value) != unaware.end(),
                         qPrintable(key + u": "_s + shown->value(key)));
        }
    }
}

QTEST_GUILESS_MAIN(TestPolicyOrders)
#include "tst_policyorders.moc"
