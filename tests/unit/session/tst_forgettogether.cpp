// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "corelink.h"
#include "server/core/authenticator.h"
#include "server/storage/memorystorage.h"
#include "session/clientsession.h"
#include "session/tuning.h"

#include <QSqlQuery>
#include <QTest>

#include <random>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

constexpr qint64 hourMs = 3'600'000;
constexpr qint64 dayMs = 24 * hourMs;

/// A device that is online when somebody says so.
struct Device {
    Device(ManualClock &c, CoreLink &l, quint64 seed) : clock(c), link(l), mine(c, seed) { random.value = seed; }

    void connect()
    {
        if (session)
            return;
        ClientSession::Events events;
        events.progressed = [this](const SyncProgress &now) { progress = now; };
        events.reported = [this](const QString &code, const QString &) { reports.push_back(code); };
        events.ended = [this](const QString &code, const QString &, qint64) { endings.push_back(code); };
        progress = {};
        session = std::make_unique<ClientSession>(*mine.replica, clock, random, link,
                                                  ClientSession::Options{{}, token, u"test"_s}, events);
        session->start();
    }
    void disconnect() { session.reset(); }
    void write(const QString &sql, const QVariantList &params)
    {
        mine.write(sql, params);
        if (session)
            session->localChangesCommitted();
    }
    [[nodiscard]] SpaceState home() const { return mine.replica->spaces().value(0); }

    ManualClock &clock;
    CoreLink &link;
    TestReplica mine;
    FixedRandom random;
    QByteArray token;
    std::unique_ptr<ClientSession> session;
    SyncProgress progress;
    QStringList reports;
    QStringList endings;
};

/// A server and some devices.
struct House {
    explicit House(int count)
    {
        link.core = std::make_unique<Server::ServerCore>(storage, clock, random);
        for (int i = 0; i < count; ++i) {
            devices.push_back(std::make_unique<Device>(clock, link, static_cast<quint64>(i + 1)));
            random.value = static_cast<quint64>(i);
            devices.back()->token = *Server::addToken(storage, random, QByteArray::number(i), {});
        }
        random.value = 5;
    }
    ~House() { devices.clear(); }

    void settle()
    {
        for (int i = 0; i < 12; ++i)
            clock.advance(Tuning::markIntervalMs);
    }
    /// Time that passes for the server and whoever is connected.
    void pass(qint64 ms)
    {
        for (qint64 left = ms; left > 0; left -= hourMs)
            clock.advance(std::min(left, hourMs));
    }
    [[nodiscard]] Server::Forgotten forgotten() { return (*(*storage.begin())->space("home"))->forgotten; }
    [[nodiscard]] int serverRows() const
    {
        int count = 0;
        const bool scanned = storage.scan(1, 0, [&](const Server::RecordView &) { return ++count > 0; }).has_value();
        return scanned ? count : -1;
    }
    /// Everybody comes and stays until all is equal; nothing if it is not.
    QByteArray converge()
    {
        for (int round = 0; round < 20; ++round) {
            for (const auto &device : devices) {
                if (!device->endings.isEmpty())
                    device->disconnect();
                device->endings.clear();
                device->connect();
            }
            settle();
            clock.advance(21'000);
        }
        const QByteArray first = *devices.front()->mine.replica->visibleDigest("home");
        for (const auto &device : devices) {
            if (!device->progress.proven || *device->mine.replica->visibleDigest("home") != first ||
                !(*device->mine.replica->digest("home") == *device->mine.replica->recomputedDigest("home")))
                return {};
        }
        return first;
    }

    mutable Server::MemoryStorage storage{7};
    ManualClock clock;
    FixedRandom random;
    CoreLink link{clock};
    std::vector<std::unique_ptr<Device>> devices;
};

} // namespace

/// Real sessions and the core of a real server, while deletes are forgotten.
class TestForgetTogether : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allForgetWhatAllHaveSeen()
    {
        House house(2);
        house.link.core->setRetention({.silenceMs = 180 * dayMs});
        Device &a = *house.devices[0];
        Device &b = *house.devices[1];
        a.connect();
        b.connect();
        for (int i = 0; i < 20; ++i)
            a.write(u"INSERT INTO notes(id, title) VALUES(?, 'x')"_s, {QString::number(i)});
        a.write(u"DELETE FROM notes WHERE id < '15'"_s, {});
        house.settle();
        QCOMPARE(house.serverRows(), 20);
        house.pass(3 * dayMs);
        QVERIFY(house.forgotten().sequence > 0);
        const int alive = a.mine.count();
        QVERIFY(alive > 0 && alive < 20);
        QCOMPARE(house.serverRows(), alive);
        for (const auto &device : house.devices) {
            QSqlQuery rows(device->mine.replica->database());
            QVERIFY(rows.exec(u"SELECT count(*) FROM sheaf_rows"_s) && rows.next());
            QCOMPARE(rows.value(0).toInt(), alive);
            QCOMPARE(device->home().forgotten, house.forgotten().stamp);
            QVERIFY(device->endings.isEmpty());
        }
        b.write(u"INSERT INTO notes(id, title) VALUES('1', 'again')"_s, {});
        QVERIFY(!house.converge().isEmpty());
        QCOMPARE(a.mine.titleOf(u"1"_s), u"again"_s);
        QVERIFY(!a.reports.contains(u"digest_mismatch"_s) && !b.reports.contains(u"digest_mismatch"_s));
    }

    void aSilentDeviceComesBack()
    {
        House house(2);
        house.link.core->setRetention({.silenceMs = 10 * dayMs, .delayMs = dayMs});
        Device &a = *house.devices[0];
        Device &silent = *house.devices[1];
        a.connect();
        silent.connect();
        for (const char *id : {"1", "2", "3", "4"})
            a.write(u"INSERT INTO notes(id, title) VALUES(?, 'x')"_s, {QString::fromLatin1(id)});
        house.settle();
        house.pass(hourMs);
        silent.disconnect();
        silent.write(u"UPDATE notes SET title = 'edited' WHERE id = '2'"_s, {});
        silent.write(u"INSERT INTO notes(id, title) VALUES('5', 'made alone')"_s, {});
        a.write(u"DELETE FROM notes WHERE id IN ('1', '2')"_s, {});
        a.write(u"UPDATE notes SET title = 'changed' WHERE id = '3'"_s, {});
        house.pass(5 * dayMs);
        QVERIFY(house.forgotten().sequence < a.home().cursor); // waits
        house.pass(10 * dayMs);
        QCOMPARE(house.forgotten().sequence, a.home().cursor);
        QVERIFY(silent.home().reached < house.forgotten().sequence);

        silent.connect();
        house.clock.advance(0);
        QVERIFY(silent.reports.contains(u"swept"_s));
        QVERIFY(!house.converge().isEmpty());
        QCOMPARE(a.mine.count(), 4);
        QCOMPARE(silent.mine.titleOf(u"1"_s), QString());
        QCOMPARE(a.mine.titleOf(u"2"_s), u"edited"_s);
        QCOMPARE(silent.mine.titleOf(u"3"_s), u"changed"_s);
        QCOMPARE(a.mine.titleOf(u"5"_s), u"made alone"_s);
        QVERIFY(!silent.reports.contains(u"digest_mismatch"_s));
        QCOMPARE(silent.home().sweep, Sequence(0));
    }

    void aSweepThatIsCutGoesOn()
    {
        House house(2);
        house.link.core->setRetention({.silenceMs = 10 * dayMs, .delayMs = dayMs});
        Device &a = *house.devices[0];
        Device &silent = *house.devices[1];
        a.connect();
        silent.connect();
        for (int i = 0; i < 30; ++i)
            a.write(u"INSERT INTO notes(id, title, body) VALUES(?, 'x', ?)"_s, {QString::number(i), QString(60'000, u'x')});
        house.settle();
        silent.disconnect();
        a.write(u"DELETE FROM notes WHERE id IN ('3', '4')"_s, {});
        house.pass(15 * dayMs);
        silent.write(u"UPDATE notes SET title = 'mine' WHERE id IN ('4', '5')"_s, {});
        int cuts = 0;
        bool wasCut = false;
        for (; cuts < 200 && silent.home().reached < house.forgotten().sequence; ++cuts) {
            silent.connect();
            // A page more each time; then the link breaks.
            for (int turn = 0; turn < 12 + 2 * cuts; ++turn)
                house.clock.turn();
            silent.disconnect();
            wasCut = wasCut || (silent.home().sweep != 0 && silent.home().cursor > 0);
        }
        QVERIFY(wasCut);
        QVERIFY(!house.converge().isEmpty());
        QCOMPARE(silent.mine.titleOf(u"3"_s), QString());
        QCOMPARE(a.mine.titleOf(u"4"_s), u"mine"_s);
        QCOMPARE(a.mine.titleOf(u"5"_s), u"mine"_s);
    }

    void forgettingChangesNothingThatShows_data()
    {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 12; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    /// The same schedule, with a server that forgets and with one that never does.
    void forgettingChangesNothingThatShows()
    {
        QFETCH(int, seed);
        Sequence forgotten = 0;
        const QByteArray with = play(seed, 1000 * dayMs, hourMs, true, &forgotten);
        const QByteArray without = play(seed, 1000 * dayMs, 1000 * dayMs, true, nullptr);
        QVERIFY(!with.isEmpty());
        QVERIFY(forgotten > 0);
        QCOMPARE(with, without);
    }

    void whoeverIsSilentEndsEqual_data() { forgettingChangesNothingThatShows_data(); }
    void whoeverIsSilentEndsEqual()
    {
        QFETCH(int, seed);
        Sequence forgotten = 0;
        QVERIFY(!play(seed, 2 * dayMs, hourMs, false, &forgotten).isEmpty());
        QVERIFY(forgotten > 0);
    }

private:
    /// Random edits by devices that come and go; what all show in the end, nothing if they are not equal. A delete that comes
    /// late is refused and comes later still, so who is first may change: `deletesAreOnline` leaves those out.
    static QByteArray play(int seed, qint64 silenceMs, qint64 delayMs, bool deletesAreOnline, Sequence *forgotten)
    {
        std::mt19937 dice(static_cast<unsigned>(seed));
        const auto below = [&dice](unsigned bound) { return static_cast<int>(dice() % bound); };
        House house(3);
        house.link.core->setRetention({.silenceMs = silenceMs, .delayMs = delayMs});
        for (int step = 0; step < 150; ++step) {
            Device &device = *house.devices[static_cast<size_t>(below(3))];
            if (!device.endings.isEmpty()) {
                device.endings.clear();
                device.disconnect();
            }
            const QString id = QString::number(below(8));
            switch (below(10)) {
            case 0:
                device.connect();
                house.settle();
                break;
            case 1:
                device.disconnect();
                break;
            case 2:
            case 3:
                house.pass(below(30) * hourMs);
                break;
            case 4:
            case 5:
                if (deletesAreOnline) {
                    device.connect();
                    house.settle();
                }
                device.write(u"DELETE FROM notes WHERE id = ?"_s, {id});
                break;
            case 6:
                device.write(u"UPDATE notes SET title = ? WHERE id = ?"_s, {step, id});
                break;
            default:
                device.write(
                    u"INSERT INTO notes(id, title, body) VALUES(?, ?, '') ON CONFLICT DO UPDATE SET body = excluded.title"_s,
                    {id, step});
            }
            house.clock.advance(below(3) * 500);
        }
        const QByteArray shown = house.converge();
        if (forgotten != nullptr)
            *forgotten = house.forgotten().sequence;
        return shown;
    }
};

QTEST_GUILESS_MAIN(TestForgetTogether)
#include "tst_forgettogether.moc"
