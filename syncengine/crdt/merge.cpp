// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/merge.h"

namespace Sheaf {

namespace {

void all(size_t count, std::vector<size_t> &indexes)
{
    for (size_t i = 0; i < count; ++i)
        indexes.push_back(i);
}

/// Another life stamp must not become the stamp of cells that only shared the old one.
void changeLifeStamp(RowClock &clock, Stamp life)
{
    std::vector<RowClock::Entry> others;
    others.reserve(clock.uniform + clock.others.size());
    auto listed = clock.others.cbegin();
    for (ColumnId column = 1; column <= clock.uniform; ++column) {
        const bool own = listed != clock.others.cend() && listed->column == column;
        others.push_back({column, own ? listed->stamp : clock.life});
        if (own)
            ++listed;
    }
    others.insert(others.end(), listed, clock.others.cend());
    clock.others = std::move(others);
    clock.life = life;
    // Entries within `uniform` that now equal the life stamp are implied.
    std::erase_if(clock.others,
                  [&clock](const RowClock::Entry &entry) { return entry.column <= clock.uniform && entry.stamp == clock.life; });
}

/// Both are sorted: one pass, because a row may have thousands.
void mergeTexts(RowClock &mine, const RowRecord &incoming, MergeOutcome &outcome)
{
    if (incoming.texts.empty())
        return;
    const auto placeOf = [](const auto &text) { return std::pair(text.column, text.stamp.site); };
    std::vector<RowClock::Entry> merged;
    merged.reserve(mine.texts.size() + incoming.texts.size());
    auto old = mine.texts.cbegin();
    for (size_t i = 0; i < incoming.texts.size(); ++i) {
        const TextCell &text = incoming.texts[i];
        while (old != mine.texts.cend() && placeOf(*old) < placeOf(text))
            merged.push_back(*old++);
        const bool isKnown = old != mine.texts.cend() && placeOf(*old) == placeOf(text);
        if (!isKnown || old->stamp.hlc < text.stamp.hlc) {
            outcome.textWinners.push_back(i);
            merged.push_back({text.column, text.stamp});
        } else {
            merged.push_back(*old);
            if (!text.update.isEmpty())
                outcome.textRepeats.push_back(i);
        }
        old += isKnown ? 1 : 0;
    }
    merged.insert(merged.end(), old, mine.texts.cend());
    mine.texts = std::move(merged);
    outcome.clockChanged = outcome.clockChanged || !outcome.textWinners.empty();
}

void mergeParts(RowClock &mine, const RowRecord &incoming, MergeOutcome &outcome)
{
    if (incoming.parts.empty())
        return;
    for (size_t i = 0; i < incoming.parts.size(); ++i) {
        const PartCell &part = incoming.parts[i];
        if (part.stamp > mine.partStampOf(part.column, part.part))
            outcome.partWinners.push_back(i);
    }
    if (outcome.partWinners.empty())
        return;
    outcome.clockChanged = true;
    constexpr size_t fewMax = 4; // as many are quicker one by one, in place
    if (outcome.partWinners.size() <= fewMax) {
        for (const size_t i : outcome.partWinners)
            mine.setPart(incoming.parts[i].column, incoming.parts[i].part, incoming.parts[i].stamp, isGone(incoming.parts[i]));
        return;
    }
    std::vector<RowClock::Part> merged;
    merged.reserve(mine.parts.size() + outcome.partWinners.size());
    auto old = mine.parts.begin();
    for (const size_t i : outcome.partWinners) {
        const PartCell &part = incoming.parts[i];
        while (old != mine.parts.end() && placeOf(*old) < placeOf(part))
            merged.push_back(std::move(*old++));
        if (old != mine.parts.end() && placeOf(*old) == placeOf(part))
            ++old;
        merged.push_back({part.column, part.part.toByteArray(), part.stamp, isGone(part)});
    }
    merged.insert(merged.end(), std::move_iterator(old), std::move_iterator(mine.parts.end()));
    mine.parts = std::move(merged);
}

} // namespace

void mergeRecord(RowClock &mine, const RowRecord &incoming, MergeOutcome &outcome)
{
    outcome.life = MergeOutcome::Life::Unchanged;
    outcome.clockChanged = false;
    outcome.winners.clear();
    outcome.losers.clear();
    outcome.textWinners.clear();
    outcome.textRepeats.clear();
    outcome.partWinners.clear();

    if (incoming.length < mine.length) {
        outcome.life = MergeOutcome::Life::Stale;
        all(incoming.cells.size(), outcome.losers);
        return;
    }
    if (incoming.length > mine.length) {
        if (isAlive(incoming.length))
            outcome.life = MergeOutcome::Life::Born;
        else if (isAlive(mine.length))
            outcome.life = MergeOutcome::Life::Deleted;
        outcome.clockChanged = true;
        all(incoming.cells.size(), outcome.winners);
        all(incoming.texts.size(), outcome.textWinners);
        all(incoming.parts.size(), outcome.partWinners);
        mine = clockOf(incoming);
        return;
    }
    if (incoming.life > mine.life) {
        changeLifeStamp(mine, incoming.life);
        outcome.clockChanged = true;
    }
    mergeTexts(mine, incoming, outcome);
    mergeParts(mine, incoming, outcome);
    for (size_t i = 0; i < incoming.cells.size(); ++i) {
        const Cell &cell = incoming.cells[i];
        const Stamp have = mine.stampOf(cell.column);
        if (cell.stamp > have)
            outcome.winners.push_back(i);
        else if (cell.stamp < have)
            outcome.losers.push_back(i);
    }
    if (outcome.winners.empty())
        return;
    outcome.clockChanged = true;
    outcome.stamps.clear();
    for (const size_t i : outcome.winners)
        outcome.stamps.push_back({incoming.cells[i].column, incoming.cells[i].stamp});
    mine.setStamps(outcome.stamps);
}

} // namespace Sheaf
