// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/space.h"

#include "crdt/forgetparts.h"
#include "protocol/limits.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

Result<Space> Space::load(StorageTransaction &transaction, const QByteArray &name)
{
    auto stored = transaction.space(name);
    if (!stored)
        return fail(stored.error());
    if (!stored->has_value())
        return fail(u"unknown_space"_s, u"There is no such space."_s);
    auto dictionary = Dictionary::load(transaction, (*stored)->id);
    if (!dictionary)
        return fail(dictionary.error());
    Space space;
    space.m_stored = **std::move(stored);
    space.m_dictionary = *std::move(dictionary);
    return space;
}

Result<void> Space::read(QByteArrayView bytes, RowRecord &record) const
{
    if (!decodeRecord(bytes, record))
        return fail(u"damaged_storage"_s, u"A stored row cannot be read."_s);
    forgetParts(record, m_stored.forgotten.stamp);
    return {};
}

Result<void> Space::store(StorageTransaction &transaction) const
{
    auto stored = transaction.putSpace(m_stored);
    return stored ? Result<void>() : Result<void>(fail(stored.error()));
}

std::optional<SpaceDigest> Space::digest(const QList<QByteArray> &tables) const
{
    return tables.isEmpty() ? m_stored.digest : m_tableDigests.sum(m_dictionary, tables);
}

Result<MergedPush> Space::merge(StorageTransaction &transaction, SiteId site, const Push &push, qint64 wallMs, bool isHeard)
{
    auto tables = internNames(transaction, push);
    if (!tables)
        return fail(tables.error());
    MergedPush merged;
    merged.more = push.more;
    merged.ack = {push.space, push.number, m_stored.head, m_stored.head, wallMs, {}};
    if (isHeard)
        merged.changes.reserve(static_cast<size_t>(push.changes.size()));
    for (qsizetype i = 0; i < push.changes.size(); ++i) {
        const Change &change = push.changes.at(i);
        Refusal refusal = check(change, *tables, wallMs);
        if (!refusal) {
            auto outcome = mergeChange(transaction, (*tables)[change.table], change, isHeard ? &merged.changes : nullptr);
            if (!outcome)
                return fail(outcome.error());
            refusal = *std::move(outcome);
        }
        if (refusal)
            merged.ack.verdicts.append({static_cast<quint32>(i), refusal->first, refusal->second});
    }
    merged.ack.sequence = m_stored.head;
    if (auto counted = count(transaction, site, push.number); !counted)
        return fail(counted.error());
    return merged;
}

Result<MergedPush> Space::deny(StorageTransaction &transaction, SiteId site, const Push &push, qint64 wallMs)
{
    MergedPush denied;
    denied.ack = denial(push, wallMs);
    denied.ack.previous = denied.ack.sequence = m_stored.head;
    if (auto counted = count(transaction, site, push.number); !counted)
        return fail(counted.error());
    return denied;
}

Ack Space::denial(const Push &push, qint64 wallMs)
{
    Ack ack{push.space, push.number, 0, 0, wallMs, {}};
    for (qsizetype i = 0; i < push.changes.size(); ++i)
        ack.verdicts.append({static_cast<quint32>(i), u"no_permission"_s, u"This device may not write here."_s});
    return ack;
}

Result<void> Space::count(StorageTransaction &transaction, SiteId site, quint64 number) const
{
    auto last = transaction.pushNumber(site, m_stored.id);
    if (!last)
        return fail(last.error());
    return number > *last ? transaction.putPushNumber(site, m_stored.id, number) : Result<void>();
}

Result<std::vector<Space::PushTable>> Space::internNames(StorageTransaction &transaction, const Push &push)
{
    std::vector<PushTable> tables;
    for (const TableNames &names : push.tables) {
        auto entry = m_dictionary.intern(transaction, m_stored.id, names.table);
        if (!entry)
            return fail(entry.error());
        PushTable table{*entry, {}};
        for (const TableNames::Column &column : names.columns) {
            if (table.entry == nullptr)
                break;
            auto id = m_dictionary.intern(transaction, *table.entry, column.name);
            if (!id)
                return fail(id.error());
            if (*id != 0)
                table.ids.emplace_back(column.id, *id);
        }
        std::ranges::sort(table.ids);
        tables.push_back(std::move(table));
    }
    return tables;
}

namespace {

using Ids = std::vector<std::pair<ColumnId, ColumnId>>;
using Verdict = std::pair<QString, QString>;

/// Our id of a column of a push; 0 when it has no usable name.
ColumnId ownId(const Ids &ids, ColumnId theirs)
{
    const auto known = std::ranges::lower_bound(ids, theirs, {}, &Ids::value_type::first);
    return known == ids.end() || known->first != theirs ? 0 : known->second;
}

Verdict noColumn()
{
    return {u"invalid"_s, u"A column has no usable name, or the table has too many columns."_s};
}

std::pair<ColumnId, SiteId> placeOf(const TextCell &text)
{
    return {text.column, text.stamp.site};
}

/// Adds the columns of texts and parts to those of the cells.
void nameParts(const RowRecord &record, LiveChange &live)
{
    if (record.texts.empty() && record.parts.empty())
        return;
    for (const TextCell &text : record.texts)
        live.columns.push_back(text.column);
    for (const PartCell &part : record.parts)
        live.columns.push_back(part.column);
    std::ranges::sort(live.columns);
    live.columns.erase(std::unique(live.columns.begin(), live.columns.end()), live.columns.end());
}

} // namespace

/// Decodes a change into m_incoming with our column ids, or says what is wrong with it.
Space::Refusal Space::check(const Change &change, const std::vector<PushTable> &tables, qint64 wallMs)
{
    if (change.table >= tables.size() || tables[change.table].entry == nullptr)
        return Verdict(u"invalid"_s, u"The table has no usable name, or the space has too many tables."_s);
    if (change.key.size() > Sheaf::Limits::keyBytesMax || change.record.size() > Sheaf::Limits::recordBytesMax)
        return Verdict(u"too_large"_s, u"The row is too large."_s);
    if (!decodeRecord(change.record, m_incoming) || m_incoming.length == 0 || m_incoming.length >= Sheaf::Limits::lengthLimit)
        return Verdict(u"invalid"_s, u"The record is malformed."_s);

    const Hlc newest = makeHlc(wallMs + Sheaf::Limits::stampAheadMsMax, 0xffff);
    const Hlc latest = latestStamp(m_incoming);
    const auto &ids = tables[change.table].ids;
    for (Cell &cell : m_incoming.cells) {
        if (cell.value.bytes.size() > Sheaf::Limits::valueBytesMax)
            return Verdict(u"too_large"_s, u"A value is too large."_s);
        cell.column = ownId(ids, cell.column);
        if (cell.column == 0)
            return noColumn();
    }
    if (latest > newest)
        return Verdict(u"clock_ahead"_s, u"The change is stamped in the future."_s);
    if (!std::ranges::is_sorted(m_incoming.cells, {}, &Cell::column))
        std::ranges::sort(m_incoming.cells, {}, &Cell::column);
    if (std::ranges::adjacent_find(m_incoming.cells, {}, &Cell::column) != m_incoming.cells.end())
        return Verdict(u"invalid"_s, u"A column is there twice."_s);
    if (!m_incoming.texts.empty()) {
        if (Refusal refusal = checkTexts(ids))
            return refusal;
    }
    return m_incoming.parts.empty() ? Refusal{} : checkParts(ids);
}

/// The same for the texts of m_incoming.
Space::Refusal Space::checkTexts(const std::vector<std::pair<ColumnId, ColumnId>> &ids)
{
    const auto place = [](const TextCell &text) { return placeOf(text); };
    for (TextCell &text : m_incoming.texts) {
        if (text.update.size() > Sheaf::Limits::textUpdateBytesMax)
            return Verdict(u"too_large"_s, u"An update of a text is too large."_s);
        if (!text.update.isEmpty() && !m_shelf.isUpdate(text.update))
            return Verdict(u"invalid"_s, u"An update of a text cannot be read."_s);
        text.column = ownId(ids, text.column);
        if (text.column == 0)
            return noColumn();
    }
    std::ranges::sort(m_incoming.texts, {}, place);
    if (std::ranges::adjacent_find(m_incoming.texts, {}, place) != m_incoming.texts.end())
        return Verdict(u"invalid"_s, u"A text is there twice."_s);
    return {};
}

/// The same for the parts of m_incoming.
Space::Refusal Space::checkParts(const std::vector<std::pair<ColumnId, ColumnId>> &ids)
{
    const auto place = [](const PartCell &part) { return placeOf(part); };
    for (PartCell &part : m_incoming.parts) {
        if (part.value.bytes.size() > Sheaf::Limits::valueBytesMax)
            return Verdict(u"too_large"_s, u"A value is too large."_s);
        part.column = ownId(ids, part.column);
        if (part.column == 0)
            return noColumn();
    }
    std::ranges::sort(m_incoming.parts, {}, place);
    if (std::ranges::adjacent_find(m_incoming.parts, {}, place) != m_incoming.parts.end())
        return Verdict(u"invalid"_s, u"A part of a column is there twice."_s);
    return {};
}

Result<Space::Refusal> Space::mergeChange(StorageTransaction &transaction, const PushTable &table, const Change &change,
                                          std::vector<LiveChange> *changes)
{
    TableEntry &entry = *table.entry;
    auto exists = transaction.record(entry.id, change.key, m_found);
    if (!exists)
        return fail(exists.error());
    m_old = {};
    m_clock = {};
    RowFingerprint before;
    const bool isReplaced = *exists;
    if (isReplaced && forgets(m_found.bytes))
        *exists = false;
    if (*exists) {
        if (auto decoded = read(m_found.bytes, m_old); !decoded)
            return fail(decoded.error());
        m_clock = clockOf(m_old);
        before = fingerprint(entry.name, change.key, m_clock, entry.byName);
    } else if (!isReplaced) {
        m_found.sequence = 0;
    }
    mergeRecord(m_clock, m_incoming, m_outcome);
    if (Refusal refusal = judgeDelete())
        return refusal;
    if (Refusal refusal = judgeLife())
        return refusal;
    if (m_incoming.length < m_old.length)
        return Refusal{}; // of an earlier life: accepted, and nothing of it counts
    if (Refusal refusal = judgeGoneParts())
        return refusal;
    if (reusesStamp() || reusesPartStamp())
        return Refusal{std::pair(u"stamp_reused"_s, u"The row was written before with the same stamp and another value."_s)};
    m_texts.clear();
    if (!m_incoming.texts.empty()) {
        auto chosen = chooseTexts(transaction, entry.id, change.key);
        if (!chosen || chosen->has_value())
            return chosen;
    }
    if (!m_outcome.clockChanged && m_texts.empty())
        return Refusal{};

    if (m_clock.parts.size() > Sheaf::Limits::partsPerRecordMax)
        return Refusal{std::pair(u"too_large"_s, u"The columns of the row have too many parts."_s)};
    composeMerged();
    composeParts();
    m_bytes.resize(0);
    encodeRecord(m_merged, m_bytes);
    if (m_bytes.size() > Sheaf::Limits::recordBytesMax)
        return Refusal{std::pair(u"too_large"_s, u"The row is too large together with what is stored."_s)};
    const Sequence sequence = m_stored.head + 1;
    if (auto put = transaction.putRecord(m_stored.id, {sequence, entry.id, change.key, m_bytes}, m_found.sequence); !put)
        return fail(put.error());
    m_stored.head = sequence;
    if (!isAlive(m_clock.length))
        m_stored.longestDelete = std::max(m_stored.longestDelete, m_clock.length);
    if (!m_texts.empty() || entry.hasTexts) {
        if (auto stored = storeTexts(transaction, entry, change.key); !stored)
            return fail(stored.error());
    }
    if (*exists) {
        m_stored.digest.subtract(before);
        m_tableDigests.subtract(entry.id, before, m_found.sequence);
    }
    const RowFingerprint after = fingerprint(entry.name, change.key, m_clock, entry.byName);
    m_stored.digest.add(after);
    m_tableDigests.add(entry.id, after, sequence);

    if (changes == nullptr)
        return Refusal{};
    LiveChange &live = changes->emplace_back();
    live.sequence = sequence;
    live.table = entry.id;
    live.key = change.key;
    composeLive(live);
    return Refusal{};
}

/// What of the incoming texts is to be stored and told: all in a new life, else greater stamps and bytes that are not
/// here yet.
Result<Space::Refusal> Space::chooseTexts(StorageTransaction &transaction, TableId table, QByteArrayView key)
{
    if (m_clock.texts.size() > Sheaf::Limits::textsPerRecordMax)
        return Refusal{Verdict(u"too_large"_s, u"Too many sites have written to the texts of the row."_s)};
    for (const size_t i : m_outcome.textWinners)
        m_texts.push_back(m_incoming.texts[i]);
    for (const size_t i : m_outcome.textRepeats) {
        const TextCell &text = m_incoming.texts[i];
        auto known = m_shelf.has(transaction, {m_stored.id, table, key, text.column}, text.update);
        if (!known)
            return fail(known.error());
        if (!*known)
            m_texts.push_back(text);
    }
    std::ranges::sort(m_texts, {}, [](const TextCell &text) { return placeOf(text); });
    if (m_incoming.length != m_old.length)
        return Refusal{}; // a new life begins with a record's worth of bytes
    for (auto text = m_texts.begin(); text != m_texts.end();) {
        const ColumnId column = text->column;
        std::vector<QByteArrayView> updates;
        for (; text != m_texts.end() && text->column == column; ++text) {
            if (!text->update.isEmpty())
                updates.emplace_back(text->update);
        }
        if (updates.empty())
            continue;
        auto room = m_shelf.makeRoom(transaction, {m_stored.id, table, key, column}, updates);
        if (!room)
            return fail(room.error());
        if (!*room)
            return Refusal{Verdict(u"too_large"_s, u"The text is too large together with what is stored."_s)};
    }
    return Refusal{};
}

Result<void> Space::storeTexts(StorageTransaction &transaction, TableEntry &table, QByteArrayView key)
{
    if (m_incoming.length != m_old.length && !m_old.texts.empty()) {
        if (auto removed = transaction.removeTexts(table.id, key); !removed)
            return removed;
    }
    for (const TextCell &text : m_texts) {
        if (text.update.isEmpty())
            continue;
        table.hasTexts = true;
        if (auto added = m_shelf.add(transaction, {m_stored.id, table.id, key, text.column}, m_stored.head, text.update); !added)
            return added;
    }
    return {};
}

/// One stamp names one value; a peer that breaks this would make replicas differ for ever.
bool Space::reusesStamp() const
{
    if (m_incoming.length != m_old.length)
        return false;
    auto old = m_old.cells.begin();
    for (const Cell &cell : m_incoming.cells) {
        while (old != m_old.cells.end() && old->column < cell.column)
            ++old;
        if (old == m_old.cells.end())
            return false;
        if (old->column == cell.column && old->stamp == cell.stamp && !sameValue(old->value, cell.value))
            return true;
    }
    return false;
}

bool Space::reusesPartStamp() const
{
    if (m_incoming.length != m_old.length)
        return false;
    auto old = m_old.parts.begin();
    for (const PartCell &part : m_incoming.parts) {
        while (old != m_old.parts.end() && placeOf(*old) < placeOf(part))
            ++old;
        if (old == m_old.parts.end())
            return false;
        if (placeOf(*old) == placeOf(part) && old->stamp == part.stamp && !sameValue(old->value, part.value))
            return true;
    }
    return false;
}

void Space::composeMerged()
{
    m_merged.length = m_clock.length;
    m_merged.life = m_clock.life;
    m_merged.cells.clear();
    m_merged.texts.clear();
    for (const RowClock::Entry &entry : m_clock.texts) // their updates lie apart
        m_merged.texts.push_back({entry.column, entry.stamp, {}});
    if (m_incoming.length != m_old.length) {
        m_merged.cells = m_incoming.cells;
        return;
    }
    auto old = m_old.cells.cbegin();
    for (const size_t winner : m_outcome.winners) {
        const Cell &cell = m_incoming.cells[winner];
        while (old != m_old.cells.cend() && old->column < cell.column)
            m_merged.cells.push_back(*old++);
        if (old != m_old.cells.cend() && old->column == cell.column)
            ++old;
        m_merged.cells.push_back(cell);
    }
    m_merged.cells.insert(m_merged.cells.end(), old, m_old.cells.cend());
}

void Space::composeParts()
{
    m_merged.parts.clear();
    if (m_incoming.length != m_old.length) {
        m_merged.parts = m_incoming.parts;
        return;
    }
    auto old = m_old.parts.cbegin();
    for (const size_t winner : m_outcome.partWinners) {
        const PartCell &part = m_incoming.parts[winner];
        while (old != m_old.parts.cend() && placeOf(*old) < placeOf(part))
            m_merged.parts.push_back(*old++);
        if (old != m_old.parts.cend() && placeOf(*old) == placeOf(part))
            ++old;
        m_merged.parts.push_back(part);
    }
    m_merged.parts.insert(m_merged.parts.end(), old, m_old.parts.cend());
}

void Space::composeLive(LiveChange &live) const
{
    const bool isNewLife = m_incoming.length != m_old.length;
    live.columns.reserve(isNewLife ? m_merged.cells.size() : m_outcome.winners.size());
    if (isNewLife && m_texts.empty()) {
        for (const Cell &cell : m_merged.cells)
            live.columns.push_back(cell.column);
        live.record = QByteArray(m_bytes.constData(), m_bytes.size());
        return nameParts(m_merged, live);
    }
    RowRecord record{m_merged.length, m_merged.life, {}, m_texts};
    for (const size_t winner : m_outcome.partWinners)
        record.parts.push_back(m_incoming.parts[winner]);
    record.cells.reserve(m_outcome.winners.size());
    for (const size_t winner : m_outcome.winners) {
        record.cells.push_back(m_incoming.cells[winner]);
        live.columns.push_back(record.cells.back().column);
    }
    encodeRecord(record, live.record);
    nameParts(record, live);
}

} // namespace Sheaf::Server
