// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/limits.h"
#include "server/core/tuning.h"
#include "serverhouse.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

#include <QtTest>

#include <map>

using namespace Sheaf;
using namespace Sheaf::Test;
using namespace Qt::StringLiterals;

namespace {

constexpr ColumnId body = 4;
constexpr Stamp born{makeHlc(1000), 1};

/// A replica that only reads: texts by row key, and the stamps that it was told of them.
struct Copy {
    struct Row {
        CausalLength length = 0;
        RowClock clock;
        std::shared_ptr<Text::Doc> doc = std::make_shared<Text::Doc>(Text::Doc::Options{.clientId = 99});
    };
    std::map<QByteArray, Row> rows;
    Sequence cursor = 0;
    qsizetype updates = 0;
    qint64 bytes = 0;

    /// False when the batches are no chain.
    bool take(const QList<Changes> &batches)
    {
        for (const Changes &changes : batches) {
            if (changes.previous != cursor)
                return false;
            cursor = changes.sequence;
            for (const Change &change : changes.changes)
                apply(changes.tables.at(change.table), change);
        }
        return true;
    }

    void apply(const TableNames &names, const Change &change)
    {
        RowRecord record;
        if (!decodeRecord(change.record, record))
            qFatal("a record cannot be read");
        Row &row = rows[change.key];
        if (record.length > row.length)
            row = {.length = record.length, .clock = {}};
        MergeOutcome outcome;
        mergeRecord(row.clock, record, outcome);
        for (const auto *texts : {&outcome.textWinners, &outcome.textRepeats}) {
            for (const size_t i : *texts) {
                if (std::ranges::none_of(names.columns, [](const auto &c) { return c.name == "d" && c.id != 0; }))
                    qFatal("a text of a column without a name");
                if (record.texts[i].update.isEmpty())
                    continue;
                ++updates;
                bytes += record.texts[i].update.size();
                if (!row.doc->apply(record.texts[i].update))
                    qFatal("an update cannot be applied");
            }
        }
    }

    [[nodiscard]] QString text(const QByteArray &key) const
    {
        const auto row = rows.find(key);
        return row == rows.end() ? QString() : row->second.doc->text().toString();
    }
};

} // namespace

/// Texts of rows on the server: told, kept apart, merged, and caught up with.
class TestServerTexts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_house = std::make_unique<ServerHouse>();
        m_writer = std::make_unique<Caller>(*m_house);
        m_writer->welcomed(m_house->token("writer"), 1);
        m_number = 0;
        m_doc = std::make_unique<Text::Doc>(Text::Doc::Options{.clientId = 7});
        m_key = rowOf("k", born, {}).key;
    }
    void cleanup()
    {
        m_writer.reset();
        m_house.reset();
    }

    void editsAreToldAndStamped();
    void whoWasAwayForAMomentGetsOnlyNews();
    void manyUpdatesAreMerged();
    void everyPlaceToGoOnFromIsWhole();
    void largeTextsComeInPieces();
    void repairsBringWholeTexts();
    void aRepeatedPushAddsNothing();
    void furtherPiecesOfAStampCount();
    void anotherLifeHasOtherTexts();
    void hostileUpdatesGetVerdicts();
    void textsAreBounded();

private:
    QList<Verdict> push(const QList<Change> &changes);
    [[nodiscard]] Change changeOf(const RowRecord &record, const QByteArray &key = {}) const;
    [[nodiscard]] Change textChange(const QByteArray &update, Stamp stamp, const QByteArray &key = {}) const
    {
        return changeOf({1, born, {}, {{body, stamp, update}}}, key);
    }
    /// Inserts the row; its text is not edited yet.
    void insertRow() { QVERIFY(push({rowOf("k", born, {"title"})}).isEmpty()); }
    /// Types into the writer's document and pushes it.
    void type(const QString &text);
    [[nodiscard]] Stamp stamp() { return {makeHlc(2000, ++m_counter), 1}; }
    [[nodiscard]] QList<Changes> changesFor(Sequence cursor, const SpaceDigest::Buckets &buckets = {});
    [[nodiscard]] std::vector<Server::TextBlock> blocks();
    [[nodiscard]] qint64 storedBytes();
    [[nodiscard]] qsizetype storedUpdates();
    [[nodiscard]] QString mine() const { return m_doc->text().toString(); }

    std::unique_ptr<ServerHouse> m_house;
    std::unique_ptr<Caller> m_writer;
    std::unique_ptr<Text::Doc> m_doc;
    QByteArray m_key;
    quint64 m_number = 0;
    quint16 m_counter = 0;
    SiteId m_readers = 100;
};

QList<Verdict> TestServerTexts::push(const QList<Change> &changes)
{
    m_writer->send(pushOf(++m_number, changes));
    m_house->run(10);
    const QList<Ack> acks = m_writer->take<Ack>();
    if (acks.size() != 1)
        qFatal("not acknowledged: %s", qUtf8Printable(m_writer->refusal()));
    return acks.constFirst().verdicts;
}

Change TestServerTexts::changeOf(const RowRecord &record, const QByteArray &key) const
{
    Change change{.table = 0, .key = key.isEmpty() ? m_key : key, .record = {}};
    encodeRecord(record, change.record);
    return change;
}

void TestServerTexts::type(const QString &text)
{
    const auto known = m_doc->stateVector();
    m_doc->text().insert(m_doc->text().length(), text);
    const auto pieces = Text::splitUpdate(m_doc->encodeSince(known), Sheaf::Limits::textUpdateBytesMax);
    QVERIFY(pieces);
    const Stamp now = stamp();
    for (const QByteArray &piece : *pieces)
        QVERIFY(push({textChange(piece, now)}).isEmpty());
}

QList<Changes> TestServerTexts::changesFor(Sequence cursor, const SpaceDigest::Buckets &buckets)
{
    Caller reader(*m_house);
    ++m_readers;
    reader.welcomed(m_house->token("reader" + QByteArray::number(m_readers)), m_readers);
    reader.send(Subscribe{"home", 77, cursor, bytesOf(buckets)});
    m_house->run(100);
    return reader.take<Changes>();
}

std::vector<Server::TextBlock> TestServerTexts::blocks()
{
    const Server::StoredSpace space = m_house->space("home");
    auto transaction = m_house->storage.begin();
    const auto tables = (*transaction)->tables(space.id);
    const auto &columns = tables->constFirst().columns;
    const auto column = std::ranges::find(columns, QByteArray("d"), &TableNames::Column::name);
    return *(*transaction)->textBlocks(tables->constFirst().id, m_key, column->id);
}

qint64 TestServerTexts::storedBytes()
{
    qint64 bytes = 0;
    for (const Server::TextBlock &block : blocks())
        bytes += block.bytes;
    return bytes;
}

qsizetype TestServerTexts::storedUpdates()
{
    qsizetype count = 0;
    const Server::SpaceId id = m_house->space("home").id;
    (void)m_house->storage.scanTexts(id, 0, 0, [&](const Server::TextView &) { return ++count > 0; });
    return count;
}

void TestServerTexts::editsAreToldAndStamped()
{
    insertRow();
    Caller reader(*m_house);
    reader.welcomed(m_house->token("reader"), 2);
    reader.send(Subscribe{"home", 77, 0, {}});
    m_house->run(10);
    Copy copy;
    QVERIFY(copy.take(reader.take<Changes>()));
    type(u"Milk"_s);
    type(u" and bread"_s);
    const QList<Changes> live = reader.take<Changes>();
    QCOMPARE(live.size(), 2);
    QVERIFY(copy.take(live));
    QCOMPARE(copy.text(m_key), u"Milk and bread"_s);
    QCOMPARE(copy.rows[m_key].clock.texts.size(), 1U);
    QCOMPARE(copy.rows[m_key].clock.texts.front().stamp.site, SiteId(1));
    QVERIFY(m_house->space("home").digest == m_house->freshDigest("home"));
    QCOMPARE(m_house->space("home").head, Sequence(3));
    // An edit and a title in one change, of another author; and a change that knows nothing of texts.
    Text::Doc other({.clientId = 8});
    QVERIFY(other.apply(m_doc->encode()));
    const auto known = other.stateVector();
    other.text().insert(0, u"Buy: ");
    const Stamp now{makeHlc(3000), 5};
    QVERIFY(
        push({changeOf({1, born, {{1, now, ValueView::ofText("list")}}, {{body, now, other.encodeSince(known)}}})}).isEmpty());
    QVERIFY(push({changeOf({1, born, {{2, now, ValueView::ofText("b")}}})}).isEmpty());
    QVERIFY(copy.take(reader.take<Changes>()));
    QCOMPARE(copy.text(m_key), u"Buy: Milk and bread"_s);
    QCOMPARE(copy.rows[m_key].clock.texts.size(), 2U);
    Copy fresh;
    QVERIFY(fresh.take(changesFor(0)));
    QCOMPARE(fresh.text(m_key), u"Buy: Milk and bread"_s);
    QVERIFY(fresh.rows[m_key].clock.texts == copy.rows[m_key].clock.texts);
    QVERIFY(m_house->space("home").digest == m_house->freshDigest("home"));
}

void TestServerTexts::whoWasAwayForAMomentGetsOnlyNews()
{
    insertRow();
    for (int i = 0; i < 30; ++i)
        type(QString(300, u'a'));
    Copy copy;
    QVERIFY(copy.take(changesFor(0)));
    QCOMPARE(copy.text(m_key), mine());
    type(u"one"_s);
    type(u"two"_s);
    copy.updates = 0;
    copy.bytes = 0;
    QVERIFY(copy.take(changesFor(copy.cursor)));
    QCOMPARE(copy.updates, 2);
    QVERIFY(copy.bytes < 100);
    QCOMPARE(copy.text(m_key), mine());
    QVERIFY(changesFor(copy.cursor).isEmpty());
}

void TestServerTexts::manyUpdatesAreMerged()
{
    insertRow();
    type(QString(2 * Server::Tuning::smallTextBytes, u'a'));
    Copy before;
    for (int i = 0; i < 400; ++i) {
        type(QString::number(i));
        if (i % 50 == 49 && i % 100 == 99)
            m_doc->text().remove(0, 20); // goes along with the next update
        QVERIFY(blocks().size() <= Server::Tuning::textBlocksMax);
        if (i == 390)
            QVERIFY(before.take(changesFor(0)));
    }
    type(u"end"_s);
    QVERIFY(blocks().size() >= Server::Tuning::textBlocksKept);
    Copy fresh;
    QVERIFY(fresh.take(changesFor(0)));
    QCOMPARE(fresh.text(m_key), mine());
    QVERIFY(!fresh.rows[m_key].doc->hasPending());
    const qsizetype all = fresh.updates;
    before.updates = 0; // the eleven that came since lie apart
    QVERIFY(before.take(changesFor(before.cursor)));
    QCOMPARE(before.text(m_key), mine());
    QVERIFY(before.updates <= 11 && before.updates < all);
    // What is written over again and again leaves its garbage, however few updates it takes.
    for (int i = 0; i < 60; ++i) {
        m_doc->text().remove(0, m_doc->text().length());
        type(QString(20'000, QChar(u'a' + i % 26)));
        QVERIFY(storedBytes() < 20 * 20'000);
    }
    Copy again;
    QVERIFY(again.take(changesFor(0)));
    QCOMPARE(again.text(m_key), mine());
}

/// A reader may be cut off behind any batch of its catch-up. The row has moved on since its first updates: they must
/// not be left behind.
void TestServerTexts::everyPlaceToGoOnFromIsWhole()
{
    insertRow();
    for (int round = 0; round < 12; ++round) {
        type(QString(30'000, QChar(u'a' + round)));
        QList<Change> others;
        for (int i = 0; i < 10; ++i)
            others.append(rowOf(QByteArray::number(round * 10 + i), born, {QByteArray(9'000, 'x')}));
        QVERIFY(push(others).isEmpty());
    }
    const QList<Changes> batches = changesFor(0);
    QVERIFY(batches.size() >= 5);
    int places = 0;
    for (qsizetype taken = 0; taken <= batches.size(); ++taken) {
        if (taken > 0 && batches.at(taken - 1).more)
            continue;
        Copy copy;
        QVERIFY(copy.take(batches.first(taken)));
        QVERIFY(copy.take(changesFor(copy.cursor)));
        QCOMPARE(copy.cursor, m_house->space("home").head);
        QCOMPARE(copy.text(m_key), mine());
        QCOMPARE(copy.rows.size(), 121U);
        QCOMPARE(copy.rows[m_key].clock.texts.front().stamp.hlc, makeHlc(2000, m_counter));
        ++places;
    }
    QVERIFY(places >= 5);
}

void TestServerTexts::largeTextsComeInPieces()
{
    insertRow();
    type(QString(1'500'000, u'x')); // merged into pieces of one sequence, more than a message takes
    type(u"end"_s);
    QVERIFY(push({rowOf("behind", born, {"row"})}).isEmpty());
    const QList<Changes> batches = changesFor(0);
    QVERIFY(std::ranges::any_of(batches, &Changes::more));
    QVERIFY(!batches.constLast().more);
    Copy copy;
    QVERIFY(copy.take(batches));
    QCOMPARE(copy.text(m_key), mine());
    QCOMPARE(copy.rows.size(), 2U);
    for (qsizetype taken = 1; taken < batches.size(); ++taken) {
        Copy other;
        QVERIFY(other.take(batches.first(taken)));
        QVERIFY(other.take(changesFor(other.cursor))); // cut off inside of the transaction
        QCOMPARE(other.text(m_key), mine());
    }
}

void TestServerTexts::repairsBringWholeTexts()
{
    insertRow();
    for (int i = 0; i < 100; ++i)
        type(QString::number(i));
    const Sequence head = m_house->space("home").head;
    const auto bucket = bucketOf("t", m_key);
    Copy repaired;
    QVERIFY(repaired.take(changesFor(head, SpaceDigest::Buckets().set(bucket))));
    QCOMPARE(repaired.text(m_key), mine());
    Copy other;
    QVERIFY(other.take(changesFor(head, SpaceDigest::Buckets().set((bucket + 1) % 256))));
    QVERIFY(other.rows.empty());
}

void TestServerTexts::aRepeatedPushAddsNothing()
{
    insertRow();
    m_doc->text().insert(0, u"Milk");
    const Push first = pushOf(++m_number, {textChange(m_doc->encode(), stamp())});
    m_writer->send(first);
    m_house->run(10);
    QCOMPARE(m_writer->take<Ack>().size(), 1);
    const Sequence head = m_house->space("home").head;
    type(u" and bread"_s);
    QCOMPARE(storedUpdates(), 2);
    m_writer->send(first);
    m_house->run(10);
    QCOMPARE(m_writer->take<Ack>().size(), 1);
    QCOMPARE(m_house->space("home").head, head + 1);
    QCOMPARE(storedUpdates(), 2);
}

void TestServerTexts::furtherPiecesOfAStampCount()
{
    insertRow();
    m_doc->text().insert(0, QString(5'000, u'x'));
    const auto pieces = Text::splitUpdate(m_doc->encode(), 1024);
    QVERIFY(pieces && pieces->size() > 3);
    const Stamp now = stamp();
    Caller reader(*m_house);
    reader.welcomed(m_house->token("reader"), 2);
    reader.send(Subscribe{"home", 77, 0, {}});
    m_house->run(10);
    QList<Change> changes; // in one push, and one of them in the next
    for (const QByteArray &piece : *pieces)
        changes.append(textChange(piece, now));
    const Change last = changes.takeLast();
    QVERIFY(push(changes).isEmpty());
    QVERIFY(push({last}).isEmpty());
    Copy live;
    QVERIFY(live.take(reader.take<Changes>()));
    QCOMPARE(live.text(m_key), mine());
    Copy fresh;
    QVERIFY(fresh.take(changesFor(0)));
    QCOMPARE(fresh.text(m_key), mine());
    // Bytes of an older stamp count as well: a replica may put everything that it holds under any of them.
    m_doc->text().insert(0, u"more ");
    QVERIFY(push({textChange(m_doc->encode(), {1, 1})}).isEmpty());
    QVERIFY(live.take(reader.take<Changes>()));
    QCOMPARE(live.text(m_key), mine());
    QVERIFY(m_house->space("home").digest == m_house->freshDigest("home"));
}

void TestServerTexts::anotherLifeHasOtherTexts()
{
    insertRow();
    type(u"old"_s);
    QVERIFY(push({rowOf("k", {makeHlc(4000), 1}, {}, 2)}).isEmpty());
    QCOMPARE(storedUpdates(), 0);
    Copy gone;
    QVERIFY(gone.take(changesFor(0)));
    QCOMPARE(gone.text(m_key), QString());
    Text::Doc again({.clientId = 8});
    again.text().insert(0, u"new");
    const Stamp reborn{makeHlc(5000), 1};
    QVERIFY(push({changeOf({3, reborn, {{1, reborn, ValueView::ofText("t")}}, {{body, reborn, again.encode()}}})}).isEmpty());
    QCOMPARE(storedUpdates(), 1);
    type(u" late"_s); // of the first life
    QCOMPARE(storedUpdates(), 1);
    // A revival of the row that lives: the next life replaces all of it at once.
    QVERIFY(gone.take(changesFor(gone.cursor)));
    QCOMPARE(gone.text(m_key), u"new"_s);
    const Stamp revived{makeHlc(6000), 2};
    Text::Doc third({.clientId = 9});
    third.text().insert(0, u"third");
    QVERIFY(push({changeOf({7, revived, {}, {{body, revived, third.encode()}}})}).isEmpty());
    QCOMPARE(storedUpdates(), 1);
    Copy fresh;
    QVERIFY(fresh.take(changesFor(0)));
    QCOMPARE(fresh.text(m_key), u"third"_s);
    QVERIFY(gone.take(changesFor(gone.cursor)));
    QCOMPARE(gone.text(m_key), u"third"_s);
    QVERIFY(m_house->space("home").digest == m_house->freshDigest("home"));
}

void TestServerTexts::hostileUpdatesGetVerdicts()
{
    insertRow();
    QByteArray cut = m_doc->encode();
    m_doc->text().insert(0, u"text");
    cut = m_doc->encode().chopped(1);
    const QByteArray blocks("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x0F", 8);
    const QByteArray structs("\x01\xFF\xFF\xFF\xFF\xFF\xFF\x0F\x01\x00", 10);
    const auto verdicts = push({textChange(cut, stamp()), textChange(blocks, stamp()), textChange(structs, stamp()),
                                textChange(QByteArray(100'000, '\xFF'), stamp()), textChange(m_doc->encode(), stamp()),
                                changeOf({1, born, {}, {{body, {makeHlc(1LL << 45), 1}, {}}}})});
    QStringList codes;
    for (const Verdict &verdict : verdicts)
        codes.append(QString::number(verdict.index) + verdict.code);
    QCOMPARE(codes, (QStringList{u"0invalid"_s, u"1invalid"_s, u"2invalid"_s, u"3invalid"_s, u"5clock_ahead"_s}));
    QCOMPARE(storedUpdates(), 1);
    // What waits for something that never comes is kept all the same, also when it is merged.
    Text::Doc far({.clientId = 70});
    far.text().insert(0, u"never sent");
    const auto known = far.stateVector();
    far.text().insert(5, u"lost");
    QVERIFY(push({textChange(far.encodeSince(known), stamp())}).isEmpty());
    for (int i = 0; i < 100; ++i)
        type(u"x"_s);
    QVERIFY(storedUpdates() < 80);
    QVERIFY(push({textChange(far.encode(), stamp())}).isEmpty());
    Copy copy;
    QVERIFY(copy.take(changesFor(0)));
    QVERIFY(copy.text(m_key).contains(u"never"_s) && copy.text(m_key).contains(u"lost"_s));
    QVERIFY(!copy.rows[m_key].doc->hasPending());
}

void TestServerTexts::textsAreBounded()
{
    insertRow();
    QList<Verdict> verdicts;
    for (int i = 0; i < 80 && verdicts.isEmpty(); ++i) {
        const auto known = m_doc->stateVector();
        m_doc->text().insert(0, QString(120'000, QChar(u'a' + i % 26)));
        verdicts = push({textChange(m_doc->encodeSince(known), stamp())});
    }
    QCOMPARE(verdicts.size(), 1);
    QCOMPARE(verdicts.constFirst().code, u"too_large"_s);
    QVERIFY(storedBytes() <= Sheaf::Limits::textBytesMax);
    QVERIFY(storedBytes() > Sheaf::Limits::textBytesMax * 9 / 10);
    QVERIFY(push({rowOf("other", born, {"fine"})}).isEmpty()); // the session goes on
    const Sequence head = m_house->space("home").head;
    QVERIFY(push({changeOf({1, born, {{2, stamp(), ValueView::ofText("also here")}}})}).isEmpty());
    QCOMPARE(m_house->space("home").head, head + 1);
}

QTEST_GUILESS_MAIN(TestServerTexts)
#include "tst_servertexts.moc"
