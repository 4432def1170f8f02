// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "dictionarycompression.h"
#include "ownserver.h"
#include "sealing.h"

#include <atomic>
#include <stdexcept>

using namespace Qt::StringLiterals;
using namespace Sheaf;

namespace {

const QByteArray words =
    "{\"kind\":\"meeting\",\"room\":\"The large one under the roof\",\"invited\":[\"everybody\",\"nobody\"]}";

/// Tells whether it was used, from any thread.
class WatchedCompression final : public Compression
{
public:
    QByteArray name() const override { return m_inner.name(); }
    QByteArray compress(QByteArrayView message) const override
    {
        ++packed;
        return m_inner.compress(message);
    }
    qsizetype decompress(QByteArrayView bytes, std::span<char> message) const override
    {
        ++unpacked;
        return m_inner.decompress(bytes, message);
    }

    mutable std::atomic<int> packed = 0;
    mutable std::atomic<int> unpacked = 0;

private:
    DictionaryCompression m_inner{"notes-1", words};
};

class BrokenCompression final : public Compression
{
public:
    QByteArray name() const override { return "notes-1"; }
    QByteArray compress(QByteArrayView) const override { throw std::runtime_error("broken"); }
    qsizetype decompress(QByteArrayView, std::span<char>) const override { throw std::runtime_error("broken"); }
};

SyncFilters sealedWith(const QHash<QByteArray, QByteArray> &keys)
{
    SyncFilters filters;
    Sealing({"notes.title"}, keys).addTo(filters);
    return filters;
}

} // namespace

/// The hooks of an app of its own over real engines, sockets and the real server's core: a compression and a value codec.
class TestHooks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void messagesGoThroughTheAppsOwnCompression()
    {
        const auto watched = std::make_shared<WatchedCompression>();
        const auto onServer = std::make_shared<WatchedCompression>();
        OwnServer server;
        server.core.setCompressions(builtinCompressions() + Compressions{onServer});
        Device one(u"one"_s);
        Device two(u"two"_s);
        Device other(u"other"_s); // an app that has zstd alone
        for (Device *device : {&one, &two}) {
            device->compressions = Compressions{watched} + builtinCompressions();
            device->restart();
        }
        for (Device *device : {&one, &two, &other})
            device->engine().connectToServer(server.url(), server.token("device"));
        one.addNote(u"a"_s, QString::fromUtf8(words).repeated(20));
        QVERIFY(one.waitSynced() && two.waitSynced() && other.waitSynced());
        QCOMPARE(two.titleOf(u"a"_s), one.titleOf(u"a"_s));
        QCOMPARE(other.titleOf(u"a"_s), one.titleOf(u"a"_s));
        QVERIFY(watched->packed > 0 && watched->unpacked > 0);
        QVERIFY(onServer->packed > 0 && onServer->unpacked > 0);
    }

    void whatBreaksEndsTheConnectionAndLosesNothing()
    {
        OwnServer server;
        server.core.setCompressions({std::make_shared<DictionaryCompression>("notes-1", words)});
        Device broken(u"broken"_s);
        Device sound(u"sound"_s);
        broken.compressions = {std::make_shared<BrokenCompression>()};
        broken.restart();
        sound.compressions = {std::make_shared<DictionaryCompression>("notes-1", words)};
        sound.restart();
        const QByteArray token = server.token("broken");
        broken.engine().connectToServer(server.url(), token);
        sound.engine().connectToServer(server.url(), server.token("sound"));
        QVERIFY(broken.waitSynced() && sound.waitSynced()); // nothing was worth packing yet
        broken.addNote(u"a"_s, QString::fromUtf8(words).repeated(20));
        QTRY_COMPARE_WITH_TIMEOUT(broken.engine().errorCode(), u"compression_failed"_s, patienceMs);
        sound.addNote(u"b"_s, u"goes on"_s);
        QVERIFY(sound.waitSynced());
        broken.compressions = builtinCompressions(); // nothing in common: plain
        broken.restart();
        broken.engine().connectToServer(server.url(), token);
        QVERIFY(broken.waitSynced() && sound.waitSynced());
        QCOMPARE(sound.titleOf(u"a"_s), broken.titleOf(u"a"_s));
        QCOMPARE(broken.titleOf(u"b"_s), u"goes on"_s);
    }

    void valuesTravelSealedUnderTheKeyOfTheirSpace()
    {
        const QByteArray homeKey(32, '\1');
        const QByteArray teamKey(32, '\2');
        OwnServer server;
        Device one(u"one"_s);
        Device two(u"two"_s);
        Device guest(u"guest"_s); // has the key of the team alone
        Device stranger(u"stranger"_s);
        one.filters = two.filters = sealedWith({{"home", homeKey}, {"team", teamKey}});
        guest.filters = sealedWith({{"team", teamKey}});
        for (Device *device : {&one, &two, &guest})
            device->restart();
        for (Device *device : {&one, &two, &guest, &stranger})
            device->engine().connectToServer(server.url(), server.token("device", Role::Editor, {"home", "team"}));
        one.write(u"INSERT INTO notes(id, space, title, body, votes) VALUES ('h', 'home', 'at home', 'plain', 3),"
                  " ('t', 'team', 'in the team', 'plain', 4), ('n', 'home', NULL, 'plain', 5)"_s);
        for (Device *device : {&one, &two, &guest, &stranger})
            QVERIFY(device->waitSynced()); // equality is proven of what travels
        const QString titles =
            u"SELECT group_concat(id || '=' || coalesce(title, '-') || votes, ' ') FROM (SELECT * FROM notes ORDER BY id)"_s;
        QCOMPARE(two.value(titles), u"h=at home3 n=-5 t=in the team4"_s);
        QCOMPARE(guest.value(titles), u"n=-5 t=in the team4"_s);
        QCOMPARE(stranger.value(u"SELECT count(*) FROM notes WHERE typeof(title) = 'blob' AND instr(title, 'home') = 0"
                                " AND instr(title, 'team') = 0 AND body = 'plain'"_s),
                 2);
        const auto keyed = await(guest.engine().setFilters(sealedWith({{"home", homeKey}, {"team", teamKey}})));
        QVERIFY(keyed && *keyed);
        QCOMPARE(guest.value(titles), two.value(titles));
        guest.write(u"UPDATE notes SET title = 'changed' WHERE id = 'h'"_s);
        QVERIFY(guest.waitSynced() && two.waitSynced());
        QCOMPARE(two.titleOf(u"h"_s), u"changed"_s);
    }
};

QTEST_GUILESS_MAIN(TestHooks)
#include "tst_hooks.moc"
