// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "mergemodel.h"

#include "crdt/digest.h"

#include <cstring>

namespace Sheaf::Model {

namespace {

size_t place(ColumnId column)
{
    return column - 1;
}

QByteArrayView bytesOf(const Words &words)
{
    return {reinterpret_cast<const char *>(&words), sizeof words};
}

Words wordsIn(QByteArrayView bytes)
{
    Words words = 0;
    if (bytes.size() == sizeof words)
        std::memcpy(&words, bytes.data(), sizeof words);
    return words;
}

RowRecord recordOf(const Sent &message)
{
    RowRecord record{.length = message.length, .life = message.life, .cells = {}};
    for (const Sent::Cell &cell : message.cells)
        record.cells.push_back({cell.column, cell.stamp, ValueView::ofInteger(cell.value)});
    if (message.edit)
        record.texts.push_back({textColumn, *message.edit, bytesOf(message.words)});
    return record;
}

RowRecord recordOf(const Row &row)
{
    RowRecord record{.length = row.clock.length, .life = row.clock.life, .cells = {}};
    for (ColumnId column = 1; column <= columnCount; ++column) {
        if (row.clock.stampOf(column).hlc != 0)
            record.cells.push_back({column, row.clock.stampOf(column), ValueView::ofInteger(row.values[place(column)])});
    }
    // All words come under the stamp of the last site, as compaction leaves them.
    for (const RowClock::Entry &entry : row.clock.texts)
        record.texts.push_back({entry.column, entry.stamp, {}});
    if (!record.texts.empty())
        record.texts.back().update = bytesOf(row.words);
    return record;
}

void mergeInto(Row &row, const RowRecord &incoming)
{
    static MergeOutcome outcome;
    mergeRecord(row.clock, incoming, outcome);
    if (outcome.life == MergeOutcome::Life::Born || outcome.life == MergeOutcome::Life::Deleted)
        row = {.clock = row.clock, .values = {}, .words = 0};
    if (outcome.life == MergeOutcome::Life::Stale)
        return;
    for (const size_t winner : outcome.winners)
        row.values[place(incoming.cells[winner].column)] = static_cast<int>(incoming.cells[winner].value.integer);
    for (const auto *texts : {&outcome.textWinners, &outcome.textRepeats}) {
        for (const size_t text : *texts)
            row.words |= wordsIn(incoming.texts[text].update);
    }
}

const std::vector<NamedColumn> &columnNames()
{
    static const std::vector<NamedColumn> names{{"a", 2}, {"b", 1}, {"c", textColumn}};
    return names;
}

} // namespace

Truth truthOf(std::span<const Sent *const> messages)
{
    Truth truth;
    for (const Sent *message : messages)
        truth.length = std::max(truth.length, message->length);
    for (const Sent *message : messages) {
        if (message->length != truth.length)
            continue;
        truth.life = std::max(truth.life, message->life);
        for (const Sent::Cell &cell : message->cells) {
            auto &kept = truth.cells[place(cell.column)];
            if (!kept || kept->stamp < cell.stamp)
                kept = cell;
        }
        if (message->edit) {
            Hlc &latest = truth.edits[message->edit->site - 1];
            latest = std::max(latest, message->edit->hlc);
            truth.words |= message->words;
        }
    }
    return truth;
}

void Row::merge(const Sent &message)
{
    mergeInto(*this, recordOf(message));
}

void Row::merge(const Row &other)
{
    if (other.clock.length != 0)
        mergeInto(*this, recordOf(other));
}

bool Row::is(const Truth &truth) const
{
    if (clock.length != truth.length || clock.life != truth.life || words != truth.words)
        return false;
    for (SiteId site = 1; site <= siteCount; ++site) {
        if (clock.textStampOf(textColumn, site) != truth.edits[site - 1])
            return false;
    }
    for (ColumnId column = 1; column <= columnCount; ++column) {
        const auto &cell = truth.cells[place(column)];
        if (clock.stampOf(column) != (cell ? cell->stamp : Stamp()) || values[place(column)] != (cell ? cell->value : 0))
            return false;
    }
    return true;
}

bool Row::sameAs(const Row &other) const
{
    bool same = clock.length == other.clock.length && clock.life == other.clock.life && values == other.values &&
                words == other.words && clock.texts == other.clock.texts;
    for (ColumnId column = 1; column <= columnCount; ++column)
        same = same && clock.stampOf(column) == other.clock.stampOf(column);
    return same;
}

bool Row::survivesStorage() const
{
    if (clock.length == 0)
        return true;
    SiteNumbers sites;
    QByteArray stored;
    encodeClock(clock, sites, stored);
    RowClock loaded;
    QByteArray sent;
    encodeRecord(recordOf(*this), sent);
    RowRecord record;
    if (!decodeClock(stored, sites, loaded) || !(loaded == clock) || !decodeRecord(sent, record))
        return false;
    Row copy;
    mergeInto(copy, record);
    return sameAs(copy);
}

bool sameDigest(const Row &row, const Truth &truth)
{
    if (truth.length == 0)
        return row.clock.length == 0;
    RowClock plain{.length = truth.length, .life = truth.life, .uniform = 0, .others = {}};
    for (const auto &cell : truth.cells) {
        if (cell)
            plain.others.push_back({cell->column, cell->stamp});
    }
    for (SiteId site = 1; site <= siteCount; ++site) {
        if (truth.edits[site - 1] != 0)
            plain.texts.push_back({textColumn, {truth.edits[site - 1], site}});
    }
    return fingerprint("t", "k", row.clock, columnNames()).hash == fingerprint("t", "k", plain, columnNames()).hash;
}

std::optional<Sent> perform(const Row &row, Operation operation, Stamp stamp)
{
    const bool alive = isAlive(row.clock.length);
    const int value = static_cast<int>(stamp.hlc * 10 + stamp.site);
    if (alive == (operation == Operation::Insert))
        return {};
    switch (operation) {
    case Operation::Insert:
        return Sent{row.clock.length + 1, stamp, {{1, stamp, value}, {2, stamp, value}}};
    case Operation::Delete:
        return Sent{row.clock.length + 1, stamp, {}};
    case Operation::UpdateFirst:
        return Sent{row.clock.length, row.clock.life, {{1, stamp, value}}};
    case Operation::UpdateSecond:
        return Sent{row.clock.length, row.clock.life, {{2, stamp, value}}};
    case Operation::EditText:
        return Sent{row.clock.length, row.clock.life, {}, stamp, Words{1} << ((stamp.hlc % 8) * siteCount + stamp.site - 1)};
    }
    return {};
}

} // namespace Sheaf::Model
