// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/textshelf.h"

#include "protocol/limits.h"
#include "protocol/sealedupdate.h"
#include "server/core/logging.h"
#include "server/core/tuning.h"
#include "text/doc.h"
#include "text/updatealgebra.h"

#include <algorithm>
#include <numeric>

namespace Sheaf::Server {

namespace {

/// Neighbouring blocks that may become one.
struct Run {
    size_t first = 0;
    size_t count = 0;
    qint64 bytes = 0;
};

qint64 bytesOf(const std::vector<TextBlock> &blocks)
{
    return std::accumulate(blocks.begin(), blocks.end(), qint64(0),
                           [](qint64 sum, const TextBlock &block) { return sum + block.bytes; });
}

bool isSmall(const std::vector<TextBlock> &blocks)
{
    return bytesOf(blocks) <= Tuning::smallTextBytes;
}

/// Cuts the blocks of a text into runs, newest first. The newest blocks stay as they are. A run behind them takes no more bytes
/// than all that is newer than the run. So whoever has all but the newest of a run, and gets the whole run, gets twice what it
/// lacks at most; and as what is newer doubles with every second run, there are few of them.
std::vector<Run> runsOf(const std::vector<TextBlock> &blocks)
{
    const size_t kept = isSmall(blocks) ? Tuning::smallTextBlocksKept : Tuning::textBlocksKept;
    std::vector<Run> runs;
    qint64 newer = 0; // than the last run
    qint64 seen = 0;
    bool isKept = true;
    for (size_t at = blocks.size(); at-- > 0;) {
        const qint64 bytes = blocks[at].bytes;
        seen += bytes;
        const bool wasKept = isKept;
        isKept = isKept && blocks.size() - at <= kept && seen <= Tuning::textBytesKept;
        if (!wasKept && runs.back().bytes + bytes <= newer) {
            runs.back() = {at, runs.back().count + 1, runs.back().bytes + bytes};
            continue;
        }
        newer = seen - bytes;
        runs.push_back({at, 1, bytes});
    }
    return runs;
}

/// Whether it is time to merge: there are many blocks, or much can be loaded into the oldest one and lose its garbage there.
bool isDue(const std::vector<TextBlock> &blocks, const std::vector<Run> &runs)
{
    const qint64 oldest = blocks.front().bytes;
    const size_t most = isSmall(blocks) ? Tuning::smallTextBlocksMax : Tuning::textBlocksMax;
    return blocks.size() > most || runs.back().bytes - oldest > std::max(Tuning::textLoadedBytesMin, oldest / 2);
}

/// One update with everything in them. What begins the text can be loaded, and leaves its garbage behind.
Result<QByteArray> merged(const std::vector<QByteArray> &updates, bool isBeginning)
{
    if (!isBeginning)
        return Text::mergeUpdates(updates, Text::Format::V1);
    Text::Doc doc(Text::Doc::Options{});
    bool isWhole = true;
    for (const QByteArray &update : updates)
        isWhole = isWhole && doc.apply(update).has_value();
    // What waits for something that never came would be lost: such updates are only put together.
    return isWhole && !doc.hasPending() ? doc.encode() : Text::mergeUpdates(updates, Text::Format::V1);
}

/// Puts one block in the place of those in the range, at the sequence of the newest.
Result<void> mergeBlocks(StorageTransaction &transaction, const TextShelf::Place &place, const SequenceRange &range,
                         bool isBeginning)
{
    std::vector<QByteArray> updates;
    auto visited = transaction.texts(place.table, place.key, place.column, range, [&](const TextView &text) {
        if (!text.isSealed)
            updates.push_back(text.update.toByteArray());
    });
    if (!visited)
        return visited;
    const auto whole = merged(updates, isBeginning);
    const auto pieces = whole ? Text::splitUpdate(*whole, Sheaf::Limits::textUpdateBytesMax)
                              : Result<std::vector<QByteArray>>(fail(whole.error()));
    if (!pieces) { // they were read when they came
        qCWarning(lcServer).noquote() << "a text stays as it is:" << pieces.error().message;
        return {};
    }
    if (auto removed = transaction.removeTexts(place.table, place.key, place.column, range); !removed)
        return removed;
    for (const QByteArray &piece : *pieces) {
        if (auto added =
                transaction.addText(place.space, {0, range.last, place.table, place.key, place.column, false, piece, {}});
            !added)
            return added;
    }
    return {};
}

} // namespace

bool TextShelf::isUpdate(QByteArrayView bytes)
{
    return isSealedUpdate(bytes) || Text::readUpdate(bytes, Text::Format::V1, m_raw).has_value();
}

Result<bool> TextShelf::has(StorageTransaction &transaction, const Place &place, QByteArrayView update) const
{
    bool found = false;
    auto visited = transaction.texts(place.table, place.key, place.column, {},
                                     [&](const TextView &text) { found = found || text.update == update; });
    return visited ? Result<bool>(found) : Result<bool>(fail(visited.error()));
}

qint64 TextShelf::structsOf(QByteArrayView update)
{
    return !isSealedUpdate(update) && isUpdate(update) ? static_cast<qint64>(m_raw.structs.size()) : 0;
}

/// Whether a text of so many stored bytes stays below its limits with some updates more.
Result<bool> TextShelf::fits(StorageTransaction &transaction, const Place &place, qint64 stored,
                             const std::vector<QByteArrayView> &updates)
{
    qint64 bytes = stored;
    for (const QByteArrayView update : updates)
        bytes += update.size();
    if (bytes > Sheaf::Limits::textBytesMax || bytes <= Tuning::structBytesMin * Sheaf::Limits::textStructsMax)
        return bytes <= Sheaf::Limits::textBytesMax;
    qint64 structs = 0;
    for (const QByteArrayView update : updates)
        structs += structsOf(update);
    auto visited = transaction.texts(place.table, place.key, place.column, {},
                                     [&](const TextView &text) { structs += structsOf(text.update); });
    return visited ? Result<bool>(structs <= Sheaf::Limits::textStructsMax) : Result<bool>(fail(visited.error()));
}

Result<bool> TextShelf::makeRoom(StorageTransaction &transaction, const Place &place, const std::vector<QByteArrayView> &updates)
{
    auto blocks = transaction.textBlocks(place.table, place.key, place.column);
    if (!blocks)
        return fail(blocks.error());
    const qint64 taken = bytesOf(*blocks);
    const auto fit = fits(transaction, place, taken, updates);
    std::erase_if(*blocks, &TextBlock::isSealed);
    // Little can come of merging what was merged just now.
    if (!fit || *fit || blocks->empty() || bytesOf(*blocks) - blocks->front().bytes <= Tuning::textLoadedBytesMin)
        return fit;
    if (auto done = mergeBlocks(transaction, place, {blocks->front().sequence, blocks->back().sequence}, true); !done)
        return fail(done.error());
    blocks = transaction.textBlocks(place.table, place.key, place.column);
    return blocks ? fits(transaction, place, bytesOf(*blocks), updates) : Result<bool>(fail(blocks.error()));
}

Result<void> TextShelf::add(StorageTransaction &transaction, const Place &place, Sequence sequence, QByteArrayView update) const
{
    const bool isSealed = isSealedUpdate(update);
    auto added = transaction.addText(place.space, {0, sequence, place.table, place.key, place.column, isSealed, update, {}});
    if (!added || isSealed)
        return added;
    auto blocks = transaction.textBlocks(place.table, place.key, place.column);
    if (!blocks)
        return fail(blocks.error());
    std::erase_if(*blocks, &TextBlock::isSealed);
    const std::vector<Run> runs = runsOf(*blocks);
    if (!isDue(*blocks, runs))
        return {};
    for (const Run &run : runs) {
        const SequenceRange range{(*blocks)[run.first].sequence, (*blocks)[run.first + run.count - 1].sequence};
        if (run.count == 1)
            continue;
        if (auto done = mergeBlocks(transaction, place, range, run.first == 0); !done)
            return done;
    }
    return {};
}

} // namespace Sheaf::Server
