// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/rowkey.h"
#include "replica/store.h"
#include "replica/variants.h"
#include "simulation/simclient.h"
#include "sql/database.h"
#include "sql/sqlstatement.h"
#include "text/doc.h"

#include <QSqlQuery>

#include <sqlite3.h>

#include <algorithm>

using namespace Qt::StringLiterals;

/// What must hold on a device.
namespace Sheaf::Test {

qint64 SimClient::rowsAtRest(const QByteArray &space) const
{
    QSqlQuery query(m_replica->database());
    query.prepare(
        u"SELECT count(*) FROM sheaf_rows r JOIN sheaf_spaces s ON s.id = r.space WHERE s.name = ? AND r.outbox IS NULL"_s);
    query.addBindValue(space);
    return query.exec() && query.next() ? query.value(0).toLongLong() : -1;
}

Verified SimClient::check(bool deep)
{
    if (m_violation || !m_replica)
        return m_violation;
    m_sites.insert(m_replica->site()); // it may have learned that it is a copy
    if (m_parts.copies)
        noteSent();
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
    const auto isExpected = [this](const RejectedChange &change) {
        return (m_parts.has(Feature::Roles) && change.code == u"no_permission"_s) ||
               (m_parts.has(Feature::Tables) && change.code == u"born_apart"_s);
    };
    if (!rejected || !std::ranges::all_of(*rejected, isExpected))
        blame("P6 nothing rejected", "a good change is on the rejected list");
    return m_violation;
}

void SimClient::noteSent()
{
    if (!m_replica || m_struck || isShutOut()) // then it is in quarantine
        return;
    if (m_parts.has(Feature::Roles)) // what does not wait may have been refused
        return;
    const auto note = [this](auto &edits, const QString &table) {
        if (std::ranges::all_of(edits, [](const auto &edit) { return edit.sent || !edit.certain; }))
            return;
        QSet<QByteArray> waiting;
        QSqlQuery query(m_replica->database());
        query.prepare(u"SELECT o.pk FROM sheaf_outbox o JOIN sheaf_tables t ON t.id = o.tbl WHERE t.name = ?"_s);
        query.addBindValue(table.toUtf8());
        query.exec();
        while (query.next())
            waiting.insert(query.value(0).toByteArray());
        for (auto &edit : edits) {
            const QByteArray id = edit.row.toUtf8();
            const ValueView value = ValueView::ofText(id);
            QByteArray key;
            encodeKey({&value, 1}, key);
            edit.sent = edit.sent || (edit.certain && !waiting.contains(key));
        }
    };
    note(m_words, u"texts"_s);
    note(m_tallies, u"tallies"_s);
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
    // What was refused in a file and in its copy may be taken up again in both.
    const bool isOnce = !m_parts.cloned && !(m_parts.copied && m_parts.has(Feature::Roles));
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
        // A copy that cannot know that it is one may share what both count.
        if (it.value() != 0 && isOnce && !possible.value(it.key()).contains(it.value()))
            return Violation{"M1 every increment once", it.key().toStdString() + " is off by " + std::to_string(it.value())};
    }
    return {};
}

/// The greatest and the least that were written, as far as that is certain, and nothing that nobody wrote.
Verified SimClient::checkExtremes(const QList<SimTally> &tallies)
{
    struct Range {
        std::set<qint64> certain;
        std::set<qint64> written;
    };
    std::map<QString, Range> ranges;
    for (const SimTally &tally : tallies) {
        if (tally.extreme == 0)
            continue;
        Range &range = ranges[tally.row];
        range.written.insert(tally.extreme);
        if (tally.certain)
            range.certain.insert(tally.extreme);
    }
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT id, best, least FROM tallies"_s);
    while (query.next()) {
        const Range &range = ranges[query.value(0).toString()];
        const std::pair seen{query.value(1).toLongLong(), query.value(2).toLongLong()};
        const bool isNull = query.value(1).isNull() && query.value(2).isNull();
        const bool isKnown = range.written.contains(seen.first) && range.written.contains(seen.second);
        const bool holds = range.certain.empty()
                               ? isNull || isKnown
                               : isKnown && seen.first >= *range.certain.rbegin() && seen.second <= *range.certain.begin();
        if (!holds)
            return Violation{"M4 the greatest and the least", query.value(0).toString().toStdString()};
    }
    return {};
}

/// Parts are the keys that the server has, with their values as JSON; null for one that was taken out.
Verified SimClient::checkMaps(const Oracle::Rows &stored)
{
    QSqlQuery query(m_replica->database());
    query.exec(u"SELECT id, props FROM tallies"_s);
    while (query.next()) {
        const QByteArray id = query.value(0).toString().toUtf8();
        const ValueView value = ValueView::ofText(id);
        QByteArray key;
        encodeKey({&value, 1}, key);
        const auto row = stored.find({simSpaces().first().toStdString(), "tallies", key.toStdString()});
        QByteArrayList entries;
        const std::string prefix = std::string("props") + Oracle::partMark;
        for (const auto &[name, cell] : row == stored.end() ? std::map<std::string, Oracle::Cell>() : row->second.cells) {
            if (name.starts_with(prefix) && cell.value.front() == 't')
                entries.append(QByteArray::fromHex(QByteArray::fromStdString(name.substr(prefix.size()))) + ':' +
                               QByteArray::fromStdString(cell.value.substr(1)));
        }
        if (query.value(1).toString().toUtf8() != '{' + entries.join(',') + '}')
            return Violation{"M5 maps have every key", id.toStdString() + ": " + query.value(1).toString().toStdString()};
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
    const bool mayRepeat = m_parts.copied && m_parts.has(Feature::Roles); // taken up again in a file and in its copy
    for (const SimWord &word : words) {
        const qsizetype count = texts.value(word.row).count(word.word);
        if (!word.certain && count > 0 && m_parts.has(Feature::Roles) && !m_parts.oracle.isPermittedWord(word.word))
            return Violation{"I6 nothing is taken without the role", (word.row + u": "_s + word.word).toStdString()};
        if (count != 1 && (word.certain || count != 0) && !(mayRepeat && count > 1))
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
        for (const RowClock::Entry &text : clock.texts)
            std::printf(" text %u:%llu@%llu", text.column, text.stamp.hlc, text.stamp.site);
        for (const RowClock::Part &part : clock.parts)
            std::printf(" part %u %s:%llu@%llu", part.column, part.part.toHex().constData(), part.stamp.hlc, part.stamp.site);
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
    const QByteArray sql = "SELECT * FROM " + table.name.toUtf8();
    auto select = SqlStatement::prepare(sqliteHandle(m_replica->database()), sql);
    if (!select)
        return; // an older app does not have it
    std::vector<std::string> names;
    for (int i = 0; i < sqlite3_column_count(select->raw()); ++i)
        names.emplace_back(sqlite3_column_name(select->raw(), i));
    std::ranges::replace(names, simRenamedRank.toStdString(), "rank"); // as it is called on the wire
    const auto spaceAt = std::ranges::find(names, "space") - names.begin();
    std::vector<ValueView> key;
    // A process that is dead and does not know it yet reads nothing more.
    static_cast<void>(forEachRow(*select, [&](const SqlStatement &query) {
        key.clear();
        Oracle::Row row{1, {}, {}};
        std::string space = simSpaces().first().toStdString();
        for (int i = 0; i < static_cast<int>(names.size()); ++i) {
            const ValueView value = columnValue(query, i);
            if (i == spaceAt)
                space = value.bytes.toByteArray().toStdString();
            else if (i < table.keyColumns)
                key.push_back(value);
            else
                row.cells[names[static_cast<size_t>(i)]] = {{}, valueBytes(value)};
        }
        QByteArray keyBytes;
        encodeKey(key, keyBytes);
        rows[{space, table.name.toStdString(), keyBytes.toStdString()}] = row;
    }));
}

} // namespace Sheaf::Test
