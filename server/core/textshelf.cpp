// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/textshelf.h"

#include "protocol/limits.h"
#include "server/core/logging.h"
#include "server/core/tuning.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

namespace Sheaf::Server {

namespace {

struct Stored {
    qint64 number = 0;
    Sequence sequence = 0;
    bool isMerged = false;
    QByteArray update;
};

/// One update with everything in them, without garbage.
Result<QByteArray> merged(const std::vector<QByteArray> &updates)
{
    Text::Doc doc(Text::Doc::Options{});
    bool isWhole = true;
    for (const QByteArray &update : updates)
        isWhole = isWhole && doc.apply(update).has_value();
    // What waits for something that never came would be lost: such updates are only put together.
    if (isWhole && !doc.hasPending())
        return doc.encode();
    return Text::mergeUpdates(updates, Text::Format::V1);
}

bool isLong(const TextTotals &totals)
{
    return totals.tail > Tuning::textTailMax ||
           (totals.tailBytes > Tuning::textTailBytesMax && totals.tailBytes > totals.mergedBytes);
}

} // namespace

bool TextShelf::isUpdate(QByteArrayView bytes)
{
    return Text::readUpdate(bytes, Text::Format::V1, m_raw).has_value();
}

Result<bool> TextShelf::has(StorageTransaction &transaction, const Place &place, QByteArrayView update) const
{
    bool found = false;
    auto visited = transaction.texts(place.table, place.key, place.column,
                                     [&](const TextView &text) { found = found || text.update == update; });
    return visited ? Result<bool>(found) : Result<bool>(fail(visited.error()));
}

Result<bool> TextShelf::makeRoom(StorageTransaction &transaction, const Place &place, qint64 bytes) const
{
    const auto fits = [bytes](const TextTotals &totals) {
        return totals.tailBytes + totals.mergedBytes + bytes <= Sheaf::Limits::textBytesMax;
    };
    auto totals = transaction.textTotals(place.table, place.key, place.column);
    if (!totals)
        return fail(totals.error());
    if (fits(*totals) || totals->tailBytes <= Tuning::textTailBytesMax)
        return fits(*totals);
    if (auto compacted = compact(transaction, place); !compacted)
        return fail(compacted.error());
    totals = transaction.textTotals(place.table, place.key, place.column);
    return totals ? Result<bool>(fits(*totals)) : Result<bool>(fail(totals.error()));
}

Result<void> TextShelf::add(StorageTransaction &transaction, const Place &place, Sequence sequence, QByteArrayView update) const
{
    if (auto added = transaction.addText(place.space, {0, sequence, place.table, place.key, place.column, false, update, {}});
        !added)
        return added;
    auto totals = transaction.textTotals(place.table, place.key, place.column);
    if (!totals)
        return fail(totals.error());
    return isLong(*totals) ? compact(transaction, place) : Result<void>();
}

/// Merges all but the newest updates; they get the sequence of the newest one among them.
Result<void> TextShelf::compact(StorageTransaction &transaction, const Place &place)
{
    std::vector<Stored> all;
    auto visited = transaction.texts(place.table, place.key, place.column, [&](const TextView &text) {
        all.push_back({text.number, text.sequence, text.isMerged, text.update.toByteArray()});
    });
    if (!visited)
        return visited;
    // What was merged before comes first; the rest is in the order in which it came.
    std::stable_partition(all.begin(), all.end(), [](const Stored &text) { return text.isMerged; });
    qint64 kept = 0;
    for (qint64 bytes = 0; kept < Tuning::textKept && !all.empty() && !all.back().isMerged; ++kept) {
        bytes += all.back().update.size();
        if (bytes > Tuning::textKeptBytes)
            break;
        all.pop_back();
    }
    if (all.empty() || all.back().isMerged)
        return {};
    const Stored last{all.back().number, all.back().sequence, false, {}};
    std::vector<QByteArray> updates(all.size());
    std::ranges::transform(all, updates.begin(), [](Stored &text) { return std::move(text.update); });
    const auto whole = merged(updates);
    const auto pieces = whole ? Text::splitUpdate(*whole, Sheaf::Limits::textUpdateBytesMax)
                              : Result<std::vector<QByteArray>>(fail(whole.error()));
    if (!pieces) { // they were read when they came
        qCWarning(lcServer).noquote() << "a text stays as it is:" << pieces.error().message;
        return {};
    }
    if (auto removed = transaction.removeTexts(place.table, place.key, place.column, last.number); !removed)
        return removed;
    for (const QByteArray &piece : *pieces) {
        if (auto added =
                transaction.addText(place.space, {0, last.sequence, place.table, place.key, place.column, true, piece, {}});
            !added)
            return added;
    }
    return {};
}

} // namespace Sheaf::Server
