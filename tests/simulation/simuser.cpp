// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/store.h"
#include "simulation/simclient.h"
#include "sql/database.h"
#include "sql/sqlstatement.h"

#include <QSqlError>
#include <QSqlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;

/// What the user of a device does, and what is a conflict to them.
namespace Sheaf::Test {

bool SimClient::isShutOut() const
{
    const QList<SpaceState> spaces = m_replica->spaces();
    return std::ranges::any_of(spaces, [this](const SpaceState &space) {
        return !space.closedCode.isEmpty() || (space.role == Role::None && m_joined.contains(space.name));
    });
}

Verified SimClient::edit(SeededRandom &random)
{
    if (!m_replica || isShutOut())
        return {};
    look();
    m_undoable = undoes && random.oneIn(2);
    const bool isTried = m_undoable && random.oneIn(3);
    const QList<QByteArray> before = isTried ? visible() : QList<QByteArray>();
    const auto written = m_replica->write([&](QSqlDatabase &database) { return statements(database, random); },
                                          m_undoable ? UserAction::undoable({}) : UserAction::hidden());
    m_undoable = false;
    if (!written && m_struck) {
        noteUncertain();
        bury();
        return {};
    }
    if (!written && written.error().code == u"hidden_row"_s && m_filter.any())
        return {}; // he does not see what is there
    if (!written)
        return Violation{"I8 local writes succeed", (written.error().code + u": "_s + written.error().message).toStdString()};
    m_words += m_newWords;
    m_tallies += m_newTallies;
    if (auto found = isTried && !m_struck ? undoAtOnce(before) : Verified())
        return found;
    m_reconnector->localChangesCommitted();
    return {};
}

/// What was done last, and nobody has touched since, goes and comes back without a trace.
Verified SimClient::undoAtOnce(const QList<QByteArray> &before)
{
    const QList<QByteArray> after = visible();
    if (after == before || !m_replica->undoState().canUndo)
        return {};
    if (beforeUndo)
        beforeUndo(*this);
    if (const auto undone = m_replica->undo(); !undone || m_struck)
        return {};
    if (visible() != before)
        return Violation{"U2 undo brings back what was", "c" + std::to_string(m_number)};
    if (const auto redone = m_replica->redo(); !redone || m_struck)
        return {};
    if (visible() != after)
        return Violation{"U3 redo brings it again", "c" + std::to_string(m_number)};
    return {};
}

/// Whatever has gone was this device's own.
Verified SimClient::checkUndone(const std::map<std::tuple<std::string, std::string, quint32>, Stamp> &before)
{
    const auto after = stamps();
    for (const auto &[cell, stamp] : before) {
        const auto now = after.find(cell);
        if ((now == after.end() || now->second != stamp) && !m_sites.contains(stamp.site))
            return Violation{"U1 undo takes nobody else's work", "c" + std::to_string(m_number) + " " + std::get<0>(cell)};
    }
    return {};
}

Verified SimClient::stepBack(SeededRandom &random)
{
    const bool back = !random.oneIn(3);
    const auto before = stamps();
    const auto outcome = back ? m_replica->undo() : m_replica->redo();
    if (m_struck) { // also behind its last write
        bury();
        return {};
    }
    if (!outcome)
        return Violation{"I8 local writes succeed", (outcome.error().code + u": "_s + outcome.error().message).toStdString()};
    if (m_parts.trace)
        std::printf("    c%d %s %d cells and rows\n", m_number, back ? "undoes" : "redoes", outcome->changes);
    if (afterUndo)
        afterUndo(*this);
    if (auto found = checkUndone(before))
        return found;
    m_reconnector->localChangesCommitted();
    return {};
}

Verified SimClient::dieInsideEdit(SeededRandom &random)
{
    if (!m_replica || isShutOut())
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
    if (!certain) {
        noteUncertain();
        pardon();
        m_struck = false;
        m_parts.disk.crash(path(), random.next());
        m_reconnector.reset();
        m_replica.reset();
        m_clock.reset();
    }
    m_parts.disk.clearFaults();
    return {};
}

/// What was being committed may be there or not, as SQLite says of every failed commit.
void SimClient::noteUncertain()
{
    for (SimTally &tally : m_newTallies)
        tally.certain = false;
    m_tallies += m_newTallies;
    for (SimWord &word : m_newWords)
        word.certain = false;
    m_words += m_newWords;
}

Result<void> SimClient::statements(QSqlDatabase &database, SeededRandom &random)
{
    m_newWords.clear();
    m_newTallies.clear();
    m_newCounters.clear();
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
    if (std::exchange(m_valueStep, m_parts.step) != m_parts.step)
        m_lastValue =
            static_cast<quint64>(m_number + 1) * simValuesPerDevice + static_cast<quint64>(m_parts.step) * simValuesPerStep;
    return ++m_lastValue;
}

bool SimClient::statement(QSqlDatabase &database, SeededRandom &random, QString *error)
{
    SimStatement drawn = drawStatement(random, nextValue(), schema);
    while (m_undoable && (drawn.sql.contains(u"texts"_s) || drawn.sql.contains(u"tallies"_s)))
        drawn = drawStatement(random, nextValue(), schema);
    QSqlQuery query(database);
    bool done = query.prepare(drawn.sql);
    for (const QVariant &value : drawn.values)
        query.addBindValue(value);
    done = done && query.exec();
    if (!done)
        *error = drawn.sql + u": "_s + query.lastError().text();
    else if (!drawn.word.isEmpty() && query.numRowsAffected() > 0)
        m_newWords.append({drawn.values.last().toString(), drawn.word});
    if (done && drawn.sql.startsWith(u"INSERT OR IGNORE INTO tallies"_s) && query.numRowsAffected() > 0)
        m_newCounters.insert(drawn.values.last().toString());
    const bool isTally = drawn.increment != 0 || !drawn.label.isEmpty() || drawn.extreme != 0;
    if (done && isTally && query.numRowsAffected() > 0) {
        const QString row = drawn.values.last().toString();
        // A counter that a row is born with is a first value: of two the later one stands. Labels and extremes of both are there.
        const bool certain = drawn.increment == 0 || !m_newCounters.contains(row);
        for (SimTally &earlier : m_newTallies) // of one transaction the last value counts
            earlier.certain = earlier.certain && (drawn.extreme == 0 || earlier.extreme == 0 || earlier.row != row);
        m_newTallies.append(
            {.row = row, .increment = drawn.increment, .label = drawn.label, .extreme = drawn.extreme, .certain = certain});
    }
    if (done && m_parts.trace)
        std::printf("    c%d %s [%llu]\n", m_number, qPrintable(drawn.sql), m_lastValue);
    return done;
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
    std::set<std::pair<std::string, std::string>> kept; // edits in quarantine were made before
    const auto quarantined = m_replica->quarantined();
    for (const QuarantinedChange &change : quarantined ? *quarantined : QList<QuarantinedChange>())
        kept.emplace(change.table.toStdString(), change.key.toStdString());
    for (const auto &[id, row] : rows) {
        const auto &[space, table, key] = id;
        if (kept.contains({table, key}))
            continue;
        const auto length = lengths.find({table, key});
        for (const auto &[column, cell] : row.cells)
            m_seen[{table, key, column}].emplace(length == lengths.end() ? 0 : length->second, cell.value);
    }
}

/// Calls `visit` with table, key and clock of every row.
void SimClient::eachClock(const std::function<void(std::string, std::string, const RowClock &)> &visit) const
{
    sqlite3 *handle = sqliteHandle(m_replica->database());
    const auto sites = Store::readSites(handle);
    RowClock clock;
    // A process that is dead and does not know it yet reads nothing more.
    static_cast<void>(forEachRow(handle, "SELECT t.name, r.pk, r.clock FROM sheaf_rows r JOIN sheaf_tables t ON t.id = r.tbl",
                                 [&](const SqlStatement &row) {
                                     if (sites && decodeClock(row.bytes(2), *sites, clock))
                                         visit(row.bytes(0).toByteArray().toStdString(), row.bytes(1).toByteArray().toStdString(),
                                               clock);
                                 }));
}

/// The stamp of every register by table, key and column; column 0 is the life of the row.
std::map<std::tuple<std::string, std::string, quint32>, Stamp> SimClient::stamps() const
{
    std::map<std::tuple<std::string, std::string, quint32>, Stamp> all;
    eachClock([&all](const std::string &table, const std::string &key, const RowClock &clock) {
        all[{table, key, 0}] = clock.life;
        for (const Sheaf::Cell &cell : clock.registers().cells)
            all[{table, key, cell.column}] = cell.stamp;
    });
    return all;
}

/// The causal length of every row, by table and key.
std::map<std::pair<std::string, std::string>, CausalLength> SimClient::lives() const
{
    std::map<std::pair<std::string, std::string>, CausalLength> lengths;
    eachClock([&lengths](std::string table, std::string key, const RowClock &clock) {
        lengths[{std::move(table), std::move(key)}] = clock.length;
    });
    return lengths;
}

/// Nothing is a conflict that its writer knew of, or that is equal, or that came from here.
void SimClient::judge(const Conflict &conflict)
{
    if (m_parts.trace)
        std::printf("    c%d conflict in %s.%s\n", m_number, conflict.table.constData(), conflict.column.constData());
    if (conflict.open)
        askResolver();
    if (conflict.site == m_replica->site())
        blame("C1 nobody disagrees with oneself", conflict.table.toStdString());
    if (conflict.kind == Conflict::Kind::Delete) {
        if (conflict.mineRow.isEmpty() == conflict.theirsRow.isEmpty())
            blame("C2 one has deleted what the other edited", conflict.table.toStdString());
        return;
    }
    if (conflict.column.isEmpty()) { // a group
        if (conflict.mine == conflict.theirs)
            blame("C3 equal values are no conflict", conflict.table.toStdString());
        return;
    }
    const bool isUnreadable = m_parts.isCoded && m_filter.lacksKey && isCoded(conflict.table, conflict.column);
    if (isUnreadable && conflict.theirs.isNull())
        return; // whatever theirs is, it is told as nothing, which mine may be
    std::vector<QByteArray> kept;
    kept.reserve(2);
    const ValueView theirs = viewOf(conflict.theirs, kept);
    const std::string value = valueBytes(theirs);
    if (value == valueBytes(viewOf(conflict.mine, kept)))
        blame("C3 equal values are no conflict", conflict.column.toStdString());
    // Some statements write the same number again and again, those of tallies what they find, and a whole row its defaults.
    constexpr qint64 constantsEnd = 1000;
    const bool telling = !conflict.theirs.isNull() && conflict.table != "tallies" && conflict.theirs.toString() != simColour &&
                         (theirs.type != ValueView::Type::Integer || theirs.integer >= constantsEnd);
    const auto seen = m_seen.find({conflict.table.toStdString(), conflict.key.toStdString(), conflict.column.toStdString()});
    // Two that revive a row at once write its old values anew, both in a life of the same length.
    if (!telling || seen == m_seen.end() || conflict.kind == Conflict::Kind::Birth)
        return;
    const auto length = lives()[{conflict.table.toStdString(), conflict.key.toStdString()}];
    // What waited in a file that was copied comes from the other one under a stamp of its own.
    const bool isAnother =
        m_parts.copied || m_refused.contains({conflict.table.toStdString(), conflict.key.toStdString()}) ||
        m_parts.oracle.isStampedAnew({conflict.space.toStdString(), conflict.table.toStdString(), conflict.key.toStdString()},
                                     conflict.column.toStdString(), conflict.site,
                                     m_parts.isCoded && isCoded(conflict.table, conflict.column) ? encodedBytes(value) : value);
    if (seen->second.contains({length, value}) && !isAnother)
        blame("C4 what was seen is no conflict", conflict.column.toStdString());
}

} // namespace Sheaf::Test
