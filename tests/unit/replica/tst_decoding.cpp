// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "device.h"
#include "relay.h"

#include <QSet>
#include <QtTest>

#include <algorithm>
#include <stdexcept>

using namespace Sheaf;
using namespace Qt::StringLiterals;

namespace {

constexpr char schema[] = "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT);"
                          "SELECT sheaf_sync('notes');";
constexpr char newer[] = "ALTER TABLE notes ADD COLUMN colour TEXT;\n"
                         "ALTER TABLE notes ADD COLUMN votes INTEGER NOT NULL DEFAULT 0;\n"
                         "SELECT sheaf_sync('notes', '{\"columns\":{\"votes\":\"counter\"}}');\n"
                         "CREATE TABLE tags(id TEXT PRIMARY KEY, name TEXT NOT NULL);\n"
                         "SELECT sheaf_sync('tags');";

/// What is secret travels under the second key, all else under the first.
QVariant encoded(const QVariant &value)
{
    if (value.isNull())
        return value;
    QString text = value.toString();
    std::reverse(text.begin(), text.end());
    return (value.toString().startsWith(u"secret"_s) ? u"k2:"_s : u"k1:"_s) + text;
}

/// The maps of an app that has these keys. Both are told whatever they are asked about.
SyncFilters mapsWith(const QSet<QString> &keys)
{
    SyncFilters filters;
    filters.encode = [](const ValuePlace &, const QVariant &value) { return encoded(value); };
    filters.decode = [keys](const ValuePlace &, const QVariant &value) -> QVariant {
        if (value.isNull())
            return value;
        const QString text = value.toString();
        if (!keys.contains(text.left(2)) || text.mid(2, 1) != u':')
            throw std::runtime_error("no key");
        QString plain = text.mid(3);
        std::reverse(plain.begin(), plain.end());
        return plain;
    };
    return filters;
}

} // namespace

/// Values that travel encoded, and a device that cannot decode all of them yet: nobody sees what travelled, and it does not
/// travel twice.
class TestDecoding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void whatCannotBeDecodedStaysOutOfSight();
    void aRestartShowsNothingThatTravelled();
    void whatTravelledIsNotEncodedAgain();
    void aHiddenRowTakesNewValues();
    void editsOfARowThatGoesOutOfSightAreSent();
    void aPolicyWritesNothingThatTravelled();
    void aConstraintAndAMissingKeyAreBothWaitedFor();
    void whatComesBackFromQuarantineStaysOutOfSight();
    void theKeyComesWhileARowIsInQuarantine();
    void conflictsShowNothingThatTravelled();
    void nothingIsAnotherValueThanOneThatCannotBeRead();
    void migrationsDecodeWhatWasParked();
    void migrationsHideWhatCannotBeDecoded();
    void migrationsDecodeWhatIsInQuarantine();

private:
    [[nodiscard]] static QString titles(Device &device)
    {
        return device.value(u"SELECT group_concat(title, '|') FROM (SELECT title FROM notes ORDER BY id)"_s).toString();
    }
    [[nodiscard]] static std::unique_ptr<Device> make(quint64 seed, const QSet<QString> &keys, const QByteArray &script = schema)
    {
        auto device = std::make_unique<Device>(script, seed);
        device->filters = mapsWith(keys);
        device->reopen();
        return device;
    }
    void verifyEqual(Device &one, Device &other)
    {
        relay.sync(one);
        relay.sync(other);
        relay.sync(one);
        QVERIFY(one.digestHolds() && other.digestHolds());
        QCOMPARE(one.replica().pendingCount() + other.replica().pendingCount(), 0);
        QCOMPARE(*one.replica().digest("home"), *other.replica().digest("home"));
        QCOMPARE(*one.replica().visibleDigest("home"), *other.replica().visibleDigest("home"));
    }

    Relay relay;
    std::unique_ptr<Device> a; ///< has both keys
    std::unique_ptr<Device> b; ///< only the first
    const QSet<QString> both{u"k1"_s, u"k2"_s};
};

void TestDecoding::init()
{
    relay = Relay();
    a = make(1, both);
    b = make(2, {u"k1"_s});
    a->exec(u"INSERT INTO notes VALUES ('1', 'secret one', 'body'), ('2', 'two', 'body')"_s);
    relay.sync(*a);
    relay.sync(*b);
}

void TestDecoding::cleanup()
{
    a.reset();
    b.reset();
}

void TestDecoding::whatCannotBeDecodedStaysOutOfSight()
{
    QCOMPARE(titles(*b), u"two"_s);
    QCOMPARE(*b->replica().hiddenCount(), 1);
    QVERIFY(!b->replica().takeFilterError().isEmpty());
    QVERIFY(b->digestHolds());
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    QCOMPARE(titles(*b), u"secret one|two"_s);
    QCOMPARE(*b->replica().hiddenCount(), 0);
    verifyEqual(*a, *b);
}

void TestDecoding::aRestartShowsNothingThatTravelled()
{
    const auto check = [this](const SyncFilters &filters) {
        QVERIFY(b->replica().setFilters(filters));
        QCOMPARE(titles(*b), u"two"_s);
        QCOMPARE(*b->replica().hiddenCount(), 1);
    };
    b->reopen();
    check(mapsWith({u"k1"_s})); // as the engine does at every start
    check({});                  // by an app that sets its maps later
    b->filters = {};
    b->reopen();
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET body = 'later' WHERE id = '1'"_s);
    relay.sync(*a);
    relay.sync(*b);
    check({});
    check(mapsWith({}));
    b->filters = mapsWith(both);
    b->reopen();
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    QCOMPARE(titles(*b), u"secret one|two"_s);
}

void TestDecoding::whatTravelledIsNotEncodedAgain()
{
    relay.forget(); // b brings the new server up to date
    relay.sync(*b);
    QCOMPARE(b->replica().pendingCount(), 0);
    auto c = make(3, both);
    relay.sync(*c);
    QCOMPARE(titles(*c), u"secret one|two"_s);
    QCOMPARE(c->value(u"SELECT body FROM notes WHERE id = '1'"_s).toString(), u"body"_s); // that one was decoded
    QCOMPARE(*c->replica().hiddenCount(), 0);
    verifyEqual(*a, *c);
}

void TestDecoding::aHiddenRowTakesNewValues()
{
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET title = 'secret two' WHERE id = '2'"_s);
    relay.sync(*a);
    relay.sync(*b);
    QCOMPARE(titles(*b), QString());
    a->exec(u"UPDATE notes SET body = 'of the first, edited' WHERE id = '1'"_s); // the title still waits
    a->exec(u"UPDATE notes SET title = 'public' WHERE id = '2'"_s);
    relay.sync(*a);
    relay.sync(*b);
    QCOMPARE(titles(*b), u"public"_s);
    QCOMPARE(*b->replica().hiddenCount(), 1);
    a->exec(u"DELETE FROM notes WHERE id = '1'"_s);
    a->exec(u"INSERT INTO notes VALUES ('1', 'another life', '')"_s);
    relay.sync(*a);
    relay.sync(*b);
    QCOMPARE(titles(*b), u"another life|public"_s);
    verifyEqual(*a, *b);
}

void TestDecoding::editsOfARowThatGoesOutOfSightAreSent()
{
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET title = 'secret two' WHERE id = '2'"_s);
    relay.sync(*a);
    b->exec(u"UPDATE notes SET body = 'by b' WHERE id = '2'"_s);
    relay.pull(*b);
    QCOMPARE(titles(*b), QString());
    QCOMPARE(b->replica().pendingCount(), 1);
    relay.sync(*b);
    QCOMPARE(b->replica().pendingCount(), 0);
    relay.sync(*a);
    QCOMPARE(a->value(u"SELECT title || body FROM notes WHERE id = '2'"_s).toString(), u"secret twoby b"_s);
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    verifyEqual(*a, *b);
}

/// The policy takes the server's value, which is not to be read here.
void TestDecoding::aPolicyWritesNothingThatTravelled()
{
    b->policy = ConflictPolicy::Remote;
    b->reopen();
    a->exec(u"UPDATE notes SET title = 'secret two' WHERE id = '2'"_s);
    relay.sync(*a);
    b->wallMs += 1000;
    b->exec(u"UPDATE notes SET title = 'later, and given up' WHERE id = '2'"_s);
    relay.sync(*b);
    QCOMPARE(titles(*b), QString());
    relay.sync(*a);
    QCOMPARE(titles(*a), u"secret one|secret two"_s);
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    verifyEqual(*a, *b);
}

void TestDecoding::aConstraintAndAMissingKeyAreBothWaitedFor()
{
    constexpr char strict[] = "CREATE TABLE notes(id TEXT PRIMARY KEY, title TEXT, body TEXT UNIQUE);SELECT sheaf_sync('notes');";
    auto c = make(3, {u"k1"_s}, strict);
    relay.sync(*c); // both have the same body
    QCOMPARE(titles(*c), u"two"_s);
    QVERIFY(c->replica().setFilters(mapsWith({u"k1"_s}))); // now the constraint is against it, too
    QCOMPARE(titles(*c), u"two"_s);
    QCOMPARE(*c->replica().hiddenCount(), 0);
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET body = 'of its own' WHERE id = '2'"_s);
    relay.sync(*a);
    relay.sync(*c);
    QCOMPARE(titles(*c), u"two"_s);
    QVERIFY(c->replica().setFilters(mapsWith(both)));
    QCOMPARE(titles(*c), u"secret one|two"_s);
    verifyEqual(*a, *c);
}

void TestDecoding::whatComesBackFromQuarantineStaysOutOfSight()
{
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET title = 'secret two' WHERE id = '2'"_s);
    relay.sync(*a);
    b->exec(u"UPDATE notes SET body = 'by b' WHERE id = '2'"_s);
    relay.pull(*b);
    QVERIFY(b->replica().closeSpace("home", u"revoked"_s, {}));
    b->reopen();
    const auto kept = b->replica().quarantined();
    QCOMPARE(kept->size(), 1);
    for (const NamedValue &value : kept->constFirst().values)
        QVERIFY2(!value.value.toString().contains(u"k2:"_s), value.column.constData());
    relay.sync(*b);
    QCOMPARE(titles(*b), QString());
    QCOMPARE(*b->replica().hiddenCount(), 2);
    QCOMPARE(b->replica().pendingCount(), 0);
    relay.sync(*a);
    QCOMPARE(a->value(u"SELECT title || body FROM notes WHERE id = '2'"_s).toString(), u"secret twoby b"_s);
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    QCOMPARE(titles(*b), u"secret one|secret two"_s);
    verifyEqual(*a, *b);
}

/// Nobody else has the row by then, whose delete is forgotten.
void TestDecoding::theKeyComesWhileARowIsInQuarantine()
{
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET title = 'secret two' WHERE id = '2'"_s);
    relay.sync(*a);
    b->exec(u"UPDATE notes SET body = 'by b' WHERE id = '2'"_s);
    relay.pull(*b);
    QVERIFY(b->replica().closeSpace("home", u"revoked"_s, {}));
    QCOMPARE(b->replica().quarantined()->size(), 1);
    relay.forget();
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    relay.sync(*b);
    QCOMPARE(*b->replica().hiddenCount(), 0);
    QCOMPARE(titles(*b), u"secret two"_s);
}

void TestDecoding::conflictsShowNothingThatTravelled()
{
    a->wallMs += 2000;
    b->wallMs += 1000;
    a->exec(u"INSERT INTO notes VALUES ('3', 'three', ''), ('4', 'four', '')"_s);
    relay.sync(*a);
    relay.sync(*b);
    b->exec(u"UPDATE notes SET title = 'mine' WHERE id = '2'"_s);
    a->exec(u"UPDATE notes SET title = 'secret later' WHERE id = '2'"_s);
    a->exec(u"UPDATE notes SET title = 'secret earlier' WHERE id = '3'"_s);
    a->exec(u"UPDATE notes SET title = 'secret of a row' WHERE id = '4'"_s);
    relay.sync(*a);
    b->wallMs += 5000;
    b->exec(u"UPDATE notes SET title = 'mine too' WHERE id = '3'"_s);
    b->exec(u"DELETE FROM notes WHERE id = '4'"_s);
    relay.pull(*b);
    const auto all = b->replica().conflicts();
    QVERIFY(!all->isEmpty());
    for (const Conflict &conflict : *all) {
        QVERIFY(!conflict.theirs.toString().contains(u"k2:"_s));
        for (const NamedValue &value : conflict.theirsRow)
            QVERIFY2(!value.value.toString().contains(u"k2:"_s), value.column.constData());
        if (conflict.kind == Conflict::Kind::Edit) {
            QCOMPARE(conflict.mine.toString(), u"mine"_s); // where mine stands there is nothing to choose
            QVERIFY(conflict.winner == Conflict::Side::Theirs && conflict.theirs.isNull());
        }
    }
    relay.sync(*b);
    relay.sync(*a);
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    verifyEqual(*a, *b);
}

/// Both are told as nothing, and it is a conflict all the same: what was taken out here is lost to a value of theirs.
void TestDecoding::nothingIsAnotherValueThanOneThatCannotBeRead()
{
    b->wallMs += 1000;
    a->wallMs += 2000;
    b->exec(u"UPDATE notes SET title = NULL, body = NULL WHERE id = '2'"_s);
    a->exec(u"UPDATE notes SET title = 'secret later', body = NULL WHERE id = '2'"_s);
    relay.sync(*a);
    relay.pull(*b);
    const auto all = b->replica().conflicts();
    QCOMPARE(all->size(), 1); // nothing and nothing are equal
    QCOMPARE(all->constFirst().column, "title"_ba);
    QCOMPARE(all->constFirst().winner, Conflict::Side::Theirs);
    QVERIFY(all->constFirst().mine.isNull() && all->constFirst().theirs.isNull());
}

void TestDecoding::migrationsDecodeWhatWasParked()
{
    a->setSchema({schema, newer});
    a->reopen();
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET colour = 'secret red', votes = votes + 2 WHERE id = '2'"_s);
    a->exec(u"INSERT INTO tags VALUES ('t', 'tag')"_s);
    relay.sync(*a);
    relay.sync(*b); // parks it all
    b->filters = mapsWith(both);
    b->setSchema({schema, newer});
    b->reopen();
    QCOMPARE(b->value(u"SELECT colour || votes FROM notes WHERE id = '2'"_s).toString(), u"secret red2"_s);
    QCOMPARE(b->value(u"SELECT name FROM tags"_s).toString(), u"tag"_s);
    QVERIFY(b->replica().setFilters(b->filters));
    verifyEqual(*a, *b);
}

void TestDecoding::migrationsHideWhatCannotBeDecoded()
{
    a->setSchema({schema, newer});
    a->reopen();
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET colour = 'secret red', votes = votes + 2"_s);
    a->exec(u"INSERT INTO tags VALUES ('t', 'secret tag'), ('u', 'tag')"_s);
    relay.sync(*a);
    relay.sync(*b);
    b->setSchema({schema, newer});
    b->reopen();
    QCOMPARE(b->value(u"SELECT count(*) FROM notes"_s).toInt(), 0);
    QCOMPARE(b->value(u"SELECT group_concat(name) FROM tags"_s).toString(), u"tag"_s);
    QCOMPARE(*b->replica().hiddenCount(), 3);
    QVERIFY(b->digestHolds());
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    QCOMPARE(titles(*b), u"secret one|two"_s);
    verifyEqual(*a, *b);
}

/// The row comes back as it was when the space was closed, but by now its columns of newer peers are to be seen.
void TestDecoding::migrationsDecodeWhatIsInQuarantine()
{
    a->setSchema({schema, newer});
    a->reopen();
    a->wallMs += 1000;
    a->exec(u"UPDATE notes SET colour = iif(id = '1', 'secret red', 'blue')"_s);
    relay.sync(*a);
    relay.sync(*b);
    QVERIFY(b->replica().setFilters(mapsWith(both))); // so that both rows can be edited
    b->exec(u"UPDATE notes SET body = 'by b'"_s);
    QVERIFY(b->replica().closeSpace("home", u"revoked"_s, {}));
    b->setSchema({schema, newer});
    b->reopen();
    relay.sync(*b);
    QCOMPARE(b->value(u"SELECT group_concat(title || colour) FROM (SELECT title, colour FROM notes ORDER BY id)"_s).toString(),
             u"twoblue"_s);
    QCOMPARE(*b->replica().hiddenCount(), 1);
    relay.sync(*a);
    QCOMPARE(a->value(u"SELECT group_concat(colour || body, '|') FROM (SELECT colour, body FROM notes ORDER BY id)"_s).toString(),
             u"secret redby b|blueby b"_s);
    QVERIFY(b->replica().setFilters(mapsWith(both)));
    QCOMPARE(b->value(u"SELECT group_concat(colour) FROM (SELECT colour FROM notes ORDER BY id)"_s).toString(),
             u"secret red,blue"_s);
    verifyEqual(*a, *b);
}

QTEST_GUILESS_MAIN(TestDecoding)
#include "tst_decoding.moc"
