// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simclient.h"

#include "crdt/rowkey.h"
#include "replica/store.h"
#include "sql/database.h"
#include "text/doc.h"

#include <QDir>
#include <QSqlError>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

SimClient::SimClient(WorldParts &parts, int number, quint64 seed) : m_parts(parts), m_number(number), m_random(seed)
{
    m_transport = parts.network.transportOf(number);
}

SimClient::~SimClient()
{
    m_reconnector.reset();
    m_replica.reset();
}

std::string SimClient::path() const
{
    return m_parts.folder.toStdString() + "/c" + std::to_string(m_number) + "/";
}

void SimClient::blame(std::string invariant, std::string detail)
{
    if (!m_violation)
        m_violation = Violation{std::move(invariant), "c" + std::to_string(m_number) + ": " + std::move(detail)};
}

SimClient::Promise SimClient::promise() const
{
    Promise now;
    for (const QByteArray &space : simSpaces()) {
        now.digests += m_replica->visibleDigest(space).value();
        now.digests += m_replica->digest(space).value().toBytes();
    }
    for (const SpaceState &space : m_replica->spaces())
        now.digests += space.name + QByteArray::number(space.epoch) + '/' + QByteArray::number(space.cursor);
    now.pending = m_replica->pendingCount() + m_replica->quarantined().value().size();
    return now;
}

Verified SimClient::start()
{
    const QString folder = QString::fromStdString(path());
    QDir().mkpath(folder);
    m_clock = std::make_unique<NodeClock>(m_parts.queue, skewMs);
    constexpr quint64 madeOneIn = 8; // the others find their file made
    if (!std::exchange(m_begun, true) && !m_random.oneIn(madeOneIn))
        m_parts.newFile.copyTo(m_parts.disk, path() + "replica.db", std::max<SiteId>(m_random.next(), 1));
    if (beforeOpen)
        beforeOpen(*this);
    auto opened = Replica::open({.path = folder + u"replica.db"_s,
                                 .schemaPath = simSchemaPath(m_parts.folder),
                                 .homeSpace = simSpaces().first(),
                                 .conflicts = policy,
                                 .wallMs = [this] { return m_clock->wallMs(); },
                                 .random = [this] { return m_random.next(); }});
    if (!opened)
        return Violation{"S1 opens again", (opened.error().code + u": "_s + opened.error().message).toStdString()};
    m_replica = std::move(opened).value();
    m_replica->setConflictObserver([this](const Conflict &conflict) { judge(conflict); });
    // Small, so that crashes meet checkpoints as well.
    QSqlQuery(u"PRAGMA wal_autocheckpoint=20"_s, m_replica->database()).next();
    if (m_promise && *m_promise != promise())
        return Violation{"P1 saved is saved", "c" + std::to_string(m_number) + " differs after a restart"};
    m_promise.reset();
    m_reconnector = std::make_unique<Reconnector>(
        *m_replica, *m_clock, m_random, *m_transport, u"sim"_s,
        Reconnector::Events{[this] { statusChanged(); },
                            [this](const QString &code, const QString &message) { reported(code, message); },
                            {},
                            [this](const SpaceNews &news) { m_cursors.erase(news.space); }});
    if (m_online)
        m_reconnector->connectTo(QUrl(u"ws://sim"_s), m_token);
    return {};
}

void SimClient::statusChanged()
{
    const SyncStatus &status = m_reconnector->status();
    static const QSet<QString> expected{
        {}, u"shutting_down"_s, u"server_stopping"_s, u"storage_failed"_s, u"try_again"_s, u"timeout"_s, u"terms_changed"_s};
    if (!expected.contains(status.error.code))
        blame("no refusals", (status.error.code + u": "_s + status.error.message).toStdString());
}

void SimClient::reported(const QString &code, const QString &message)
{
    if (m_parts.trace)
        std::printf("    c%d reports %s\n", m_number, qPrintable(code + u": "_s + message));
    if (m_parts.trace && code == u"digest_mismatch"_s)
        dump(); // before the session repairs it
    static const QSet<QString> expected{u"clock_ahead"_s, u"clock_behind"_s, u"swept"_s};
    if (!expected.contains(code))
        blame("nothing to report", (code + u": "_s + message).toStdString());
}

Verified SimClient::die(bool power, quint64 seed)
{
    m_promise = promise();
    if (power)
        m_parts.disk.crash(path(), seed);
    else if ((seed & 1U) != 0) // else it closes its files in peace
        m_parts.disk.kill(path());
    m_reconnector.reset();
    m_replica.reset();
    m_clock.reset();
    return {};
}

void SimClient::connect(const QByteArray &token)
{
    m_token = token;
    m_online = true;
    if (m_reconnector)
        m_reconnector->connectTo(QUrl(u"ws://sim"_s), token);
}

void SimClient::disconnect()
{
    m_online = false;
    if (m_reconnector)
        m_reconnector->disconnect();
}

bool SimClient::isProven() const
{
    if (!m_reconnector || m_reconnector->status().phase != SyncStatus::Phase::Online)
        return false;
    const SyncProgress &progress = m_reconnector->status().progress;
    // Who has no access to anything has nothing to prove.
    return progress.proven || (progress.hindrance == Hindrance::NoAccess && progress.waiting == 0);
}

std::string SimClient::state() const
{
    if (!m_replica)
        return "down";
    std::string text = "pending=" + std::to_string(m_replica->pendingCount());
    for (const SpaceState &space : m_replica->spaces())
        text += " " + space.name.toStdString() + "@" + std::to_string(space.cursor);
    const SyncStatus &status = m_reconnector->status();
    text += " phase=" + std::to_string(static_cast<int>(status.phase)) + (status.progress.proven ? " proven" : "");
    if (!status.error.code.isEmpty() || !status.error.message.isEmpty())
        text += " error=" + status.error.code.toStdString() + ":" + status.error.message.toStdString();
    return text;
}

void SimClient::look()
{
    if (othersHavePolicies)
        return;
    Oracle::Rows rows;
    for (const SimTable &table : simTables()) {
        if (table.name != u"texts"_s)
            readRows(table, rows);
    }
    const auto lengths = lives();
    for (const auto &[id, row] : rows) {
        const auto &[space, table, key] = id;
        const auto length = lengths.find({table, key});
        for (const auto &[column, cell] : row.cells)
            m_seen[{table, key, column}].emplace(length == lengths.end() ? 0 : length->second, cell.value);
    }
}

/// The causal length of every row, by table and key.
std::map<std::pair<std::string, std::string>, CausalLength> SimClient::lives() const
{
    std::map<std::pair<std::string, std::string>, CausalLength> lengths;
    const auto sites = Store::readSites(sqliteHandle(m_replica->database()));
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT t.name, r.pk, r.clock FROM sheaf_rows r JOIN sheaf_tables t ON t.id = r.tbl"_s);
    while (query.next()) {
        RowClock clock;
        const QByteArray bytes = query.value(2).toByteArray();
        if (sites && decodeClock(bytes, *sites, clock))
            lengths[{query.value(0).toByteArray().toStdString(), query.value(1).toByteArray().toStdString()}] = clock.length;
    }
    return lengths;
}

/// Nothing is a conflict that its writer knew of, or that is equal, or that came from here.
void SimClient::judge(const Conflict &conflict)
{
    if (m_parts.trace)
        std::printf("    c%d conflict in %s.%s\n", m_number, conflict.table.constData(), conflict.column.constData());
    if (conflict.site == m_replica->site())
        blame("C1 nobody disagrees with oneself", conflict.table.toStdString());
    if (conflict.kind == Conflict::Kind::Delete) {
        if (conflict.mineRow.isEmpty() == conflict.theirsRow.isEmpty())
            blame("C2 one has deleted what the other edited", conflict.table.toStdString());
        return;
    }
    std::vector<QByteArray> kept;
    kept.reserve(2);
    const ValueView theirs = viewOf(conflict.theirs, kept);
    const std::string value = valueBytes(theirs);
    if (value == valueBytes(viewOf(conflict.mine, kept)))
        blame("C3 equal values are no conflict", conflict.column.toStdString());
    // Some statements write the same number again and again, those of tallies what they find.
    constexpr qint64 constantsEnd = 1000;
    const bool telling = !conflict.theirs.isNull() && conflict.table != "tallies" &&
                         (theirs.type != ValueView::Type::Integer || theirs.integer >= constantsEnd);
    const auto seen = m_seen.find({conflict.table.toStdString(), conflict.key.toStdString(), conflict.column.toStdString()});
    if (!telling || seen == m_seen.end())
        return;
    const auto length = lives()[{conflict.table.toStdString(), conflict.key.toStdString()}];
    const bool isAnother =
        m_parts.oracle.isStampedAnew({conflict.space.toStdString(), conflict.table.toStdString(), conflict.key.toStdString()},
                                     conflict.column.toStdString(), conflict.site, value);
    if (seen->second.contains({length, value}) && !isAnother)
        blame("C4 what was seen is no conflict", conflict.column.toStdString());
}

bool SimClient::isShutOut() const
{
    const QList<SpaceState> spaces = m_replica->spaces();
    return std::ranges::any_of(spaces, [](const SpaceState &space) { return !space.closedCode.isEmpty(); });
}

qint64 SimClient::rowsAtRest(const QByteArray &space) const
{
    QSqlQuery query(m_replica->database());
    query.prepare(
        u"SELECT count(*) FROM sheaf_rows r JOIN sheaf_spaces s ON s.id = r.space WHERE s.name = ? AND r.outbox IS NULL"_s);
    query.addBindValue(space);
    return query.exec() && query.next() ? query.value(0).toLongLong() : -1;
}

Verified SimClient::edit(SeededRandom &random)
{
    if (isShutOut())
        return {};
    look();
    m_undoable = undoes && random.oneIn(2);
    const auto written = m_replica->write([&](QSqlDatabase &database) { return statements(database, random); },
                                          m_undoable ? UserAction::undoable({}) : UserAction::hidden());
    m_undoable = false;
    if (!written)
        return Violation{"I8 local writes succeed", (written.error().code + u": "_s + written.error().message).toStdString()};
    m_words += m_newWords;
    m_tallies += m_newTallies;
    m_reconnector->localChangesCommitted();
    return {};
}

Verified SimClient::stepBack(SeededRandom &random)
{
    const bool back = !random.oneIn(3);
    const auto outcome = back ? m_replica->undo() : m_replica->redo();
    if (!outcome)
        return Violation{"I8 local writes succeed", (outcome.error().code + u": "_s + outcome.error().message).toStdString()};
    if (m_parts.trace)
        std::printf("    c%d %s %d cells and rows\n", m_number, back ? "undoes" : "redoes", outcome->changes);
    m_reconnector->localChangesCommitted();
    return {};
}

Verified SimClient::dieInsideEdit(SeededRandom &random)
{
    if (isShutOut())
        return {};
    const auto operation = random.oneIn(2) ? CrashDisk::Operation::Write : CrashDisk::Operation::Sync;
    look();
    m_parts.disk.inject({path(), operation, 0, random.between(0, 12), true});
    const auto written = m_replica->write([&](QSqlDatabase &database) { return statements(database, random); });
    const bool certain = written.has_value();
    if (certain) {
        m_words += m_newWords;
        m_tallies += m_newTallies;
    }
    if (auto found = certain ? die(true, random.next()) : Verified())
        return found;
    if (!certain) { // it may be there or not, as SQLite says of every failed commit
        for (SimTally &tally : m_newTallies)
            tally.certain = false;
        m_tallies += m_newTallies;
        m_parts.disk.crash(path(), random.next());
        m_reconnector.reset();
        m_replica.reset();
        m_clock.reset();
    }
    m_parts.disk.clearFaults();
    return {};
}

Result<void> SimClient::statements(QSqlDatabase &database, SeededRandom &random)
{
    m_newWords.clear();
    m_newTallies.clear();
    const qint64 count = random.oneIn(3) ? random.between(2, 4) : 1;
    for (qint64 i = 0; i < count; ++i) {
        QString error;
        if (!statement(database, random, &error))
            return fail(u"sql_error"_s, error);
    }
    return {};
}

/// One that was never written before, the same whatever other steps there are.
quint64 SimClient::nextValue()
{
    constexpr quint64 perDevice = 1'000'000;
    constexpr quint64 perStep = 1'000;
    if (std::exchange(m_valueStep, m_parts.step) != m_parts.step)
        m_lastValue = static_cast<quint64>(m_number + 1) * perDevice + static_cast<quint64>(m_parts.step) * perStep;
    return ++m_lastValue;
}

bool SimClient::statement(QSqlDatabase &database, SeededRandom &random, QString *error)
{
    SimStatement drawn = drawStatement(random, nextValue());
    while (m_undoable && (drawn.sql.contains(u"texts"_s) || drawn.sql.contains(u"tallies"_s)))
        drawn = drawStatement(random, nextValue());
    QSqlQuery query(database);
    bool done = query.prepare(drawn.sql);
    for (const QVariant &value : drawn.values)
        query.addBindValue(value);
    done = done && query.exec();
    if (!done)
        *error = drawn.sql + u": "_s + query.lastError().text();
    else if (!drawn.word.isEmpty() && query.numRowsAffected() > 0)
        m_newWords.append({drawn.values.last().toString(), drawn.word});
    if (done && (drawn.increment != 0 || !drawn.label.isEmpty()) && query.numRowsAffected() > 0)
        m_newTallies.append({drawn.values.last().toString(), drawn.increment, drawn.label});
    if (done && m_parts.trace)
        std::printf("    c%d %s [%llu]\n", m_number, qPrintable(drawn.sql), m_lastValue);
    return done;
}

Verified SimClient::check(bool deep)
{
    if (m_violation || !m_replica)
        return m_violation;
    for (const SpaceState &space : m_replica->spaces()) {
        auto &[epoch, cursor] = m_cursors[space.name];
        // A sweep pulls everything anew, and has reached nothing before it is over.
        if (epoch == space.epoch && space.reached < cursor)
            blame("I4 cursors only grow", std::to_string(space.reached) + " after " + std::to_string(cursor));
        epoch = space.epoch;
        cursor = space.reached;
    }
    if (!deep)
        return m_violation;
    for (const QByteArray &space : simSpaces()) {
        const auto kept = m_replica->digest(space);
        const auto fresh = m_replica->recomputedDigest(space);
        if (!kept || !fresh || !(*kept == *fresh))
            blame("I9 digest kept right", space.toStdString());
    }
    const auto rejected = m_replica->rejected();
    if (!rejected || !rejected->isEmpty())
        blame("P6 nothing rejected", "a good change is on the rejected list");
    return m_violation;
}

Verified SimClient::checkTallies(const QList<SimTally> &tallies)
{
    QHash<QString, qint64> sums;
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT id, votes, labels, lat IS NULL OR lon = lat OR lon = lat + 0.5 FROM tallies"_s);
    QHash<QString, QString> labels;
    while (query.next()) {
        sums.insert(query.value(0).toString(), query.value(1).toLongLong());
        labels.insert(query.value(0).toString(), query.value(2).toString());
        if (!query.value(3).toBool())
            return Violation{"M3 groups are not mixed", query.value(0).toString().toStdString()};
    }
    query.finish();
    QHash<QString, QSet<qint64>> possible; // what the uncertain ones may add up to
    for (const SimTally &tally : tallies) {
        if (!tally.certain) {
            QSet<qint64> &known = possible[tally.row];
            known.insert(0);
            for (const qint64 sum : QSet<qint64>(known))
                known.insert(sum + tally.increment);
            continue;
        }
        sums[tally.row] -= tally.increment;
        if (!tally.label.isEmpty() && labels.value(tally.row).count(u'"' + tally.label + u'"') != 1)
            return Violation{"M2 every label once",
                             (tally.row + u": "_s + tally.label + u" in "_s + labels.value(tally.row)).toStdString()};
    }
    for (auto it = sums.cbegin(); it != sums.cend(); ++it) {
        if (it.value() != 0 && !possible.value(it.key()).contains(it.value()))
            return Violation{"M1 every increment once", it.key().toStdString() + " is off by " + std::to_string(it.value())};
    }
    return {};
}

Verified SimClient::checkTexts(const QList<SimWord> &words)
{
    QHash<QString, QString> texts;
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT id, body FROM texts"_s);
    while (query.next())
        texts.insert(query.value(0).toString(), query.value(1).toString());
    query.finish();
    for (const SimWord &word : words) {
        if (texts.value(word.row).count(word.word) != 1)
            return Violation{"T1 every word once",
                             (word.row + u": "_s + word.word + u" in "_s + texts.value(word.row).left(500)).toStdString()};
    }
    for (auto it = texts.cbegin(); it != texts.cend(); ++it) {
        const QByteArray id = it.key().toUtf8();
        const ValueView value = ValueView::ofText(id);
        QByteArray key;
        encodeKey({&value, 1}, key);
        const auto loaded = m_replica->loadText("texts", key, "body");
        Text::Doc doc(Text::Doc::Options{.clientId = 1});
        if (!loaded || !doc.apply(*loaded) || doc.hasPending() || doc.text().toString() != it.value())
            return Violation{"T2 documents as the columns show them", it.key().toStdString()};
    }
    return {};
}

void SimClient::dump() const
{
    if (!m_replica)
        return;
    const auto sites = Store::readSites(sqliteHandle(m_replica->database()));
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT tbl, pk, clock, outbox FROM sheaf_rows ORDER BY tbl, pk"_s);
    while (query.next()) {
        RowClock clock;
        const QByteArray bytes = query.value(2).toByteArray();
        if (!sites || !decodeClock(bytes, *sites, clock))
            continue;
        std::printf("  c%d table %lld key %s outbox %lld: length %u life %llu@%llu uniform %u", m_number,
                    query.value(0).toLongLong(), query.value(1).toByteArray().toHex().constData(), query.value(3).toLongLong(),
                    clock.length, clock.life.hlc, clock.life.site, clock.uniform);
        for (const RowClock::Entry &entry : clock.others)
            std::printf(" %u:%llu@%llu", entry.column, entry.stamp.hlc, entry.stamp.site);
        std::printf("\n");
    }
}

Oracle::Rows SimClient::visibleRows() const
{
    Oracle::Rows rows;
    for (const SimTable &table : simTables())
        readRows(table, rows);
    return rows;
}

void SimClient::readRows(const SimTable &table, Oracle::Rows &rows) const
{
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT * FROM "_s + table.name);
    while (query.next()) {
        std::vector<QByteArray> kept;
        kept.reserve(16);
        std::vector<ValueView> key;
        Oracle::Row row{1, {}, {}};
        std::string space = simSpaces().first().toStdString();
        for (int i = 0; i < query.record().count(); ++i) {
            const QString name = query.record().fieldName(i);
            const ValueView value = viewOf(query.value(i), kept);
            if (name == u"space"_s)
                space = value.bytes.toByteArray().toStdString();
            else if (i < table.keyColumns)
                key.push_back(value);
            else
                row.cells[name.toStdString()] = {{}, valueBytes(value)};
        }
        QByteArray keyBytes;
        encodeKey(key, keyBytes);
        rows[{space, table.name.toStdString(), keyBytes.toStdString()}] = row;
    }
}

} // namespace Sheaf::Test
