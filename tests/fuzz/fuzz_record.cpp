// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/digest.h"
#include "crdt/merge.h"
#include "fuzz/fuzz.h"

#include <array>
#include <set>

using namespace Sheaf;

Fuzz::Budget Fuzz::budget()
{
    return {};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    RowRecord wide{.length = 1, .life = {1, 1}, .cells = {}};
    RowRecord other = wide;
    RowRecord texts = wide;
    RowRecord otherTexts = wide;
    RowRecord parts = wide;
    RowRecord otherParts = wide;
    std::array<QByteArray, 8192> names;
    for (size_t i = 0; i < names.size(); ++i) {
        names[i] = QByteArray::number(static_cast<qulonglong>(10'000 + i));
        if (i % 2 == 0 || i % 3 == 0)
            (i % 2 == 0 ? parts : otherParts).parts.push_back({1, names[i], {2, 1 + i % 2}, {}});
    }
    for (ColumnId column = 1; column <= 2000; ++column) {
        wide.cells.push_back({column, {1 + column % 2, 1}, {}});
        other.cells.push_back({2 * column, {1, 2}, {}});
    }
    for (SiteId site = 1; site <= 3000; ++site) { // one between two of the others
        texts.texts.push_back({1, {1, 2 * site}, "u"});
        otherTexts.texts.push_back({1, {2, 2 * site + 1}, {}});
    }
    QByteArray one(1, '\0');
    encodeRecord(wide, one);
    QList<QByteArray> inputs{one};
    for (const auto &[first, second] :
         {std::pair(&wide, &other), std::pair(&texts, &otherTexts), std::pair(&parts, &otherParts)}) {
        QByteArray pair;
        encodeRecord(*first, pair);
        const auto size = static_cast<quint16>(pair.size());
        pair.prepend(static_cast<char>(size >> 8)).prepend(static_cast<char>(size)).prepend('\2');
        encodeRecord(*second, pair);
        inputs.append(pair);
    }
    return inputs;
}

namespace {

bool sameStamps(const RowClock &a, const RowClock &b, const RowRecord &columns)
{
    const auto same = [&](const Cell &cell) { return a.stampOf(cell.column) == b.stampOf(cell.column); };
    return a.length == b.length && a.life == b.life && a.texts == b.texts && a.parts == b.parts &&
           std::all_of(columns.cells.begin(), columns.cells.end(), same);
}

void checkRecord(QByteArrayView bytes)
{
    RowRecord record;
    if (!decodeRecord(bytes, record))
        return;
    QByteArray again;
    encodeRecord(record, again);
    SHEAF_CHECK(again == bytes);

    RowClock clock = clockOf(record);
    for (const Cell &cell : record.cells)
        SHEAF_CHECK(clock.stampOf(cell.column) == cell.stamp);
    for (const TextCell &text : record.texts)
        SHEAF_CHECK(clock.textStampOf(text.column, text.stamp.site) == text.stamp.hlc);
    for (const PartCell &part : record.parts)
        SHEAF_CHECK(clock.partStampOf(part.column, part.part) == part.stamp);
    // Merged into nothing it is itself; merged again it changes nothing.
    RowClock merged;
    MergeOutcome outcome;
    mergeRecord(merged, record, outcome);
    SHEAF_CHECK(merged == clock && outcome.winners.size() == record.cells.size() &&
                outcome.textWinners.size() == record.texts.size() && outcome.textRepeats.empty() &&
                outcome.partWinners.size() == record.parts.size());
    mergeRecord(merged, record, outcome);
    SHEAF_CHECK(merged == clock && !outcome.clockChanged && outcome.winners.empty() && outcome.textWinners.empty() &&
                outcome.partWinners.empty());
    // What brings bytes is to be applied again, whatever its stamp.
    const auto withBytes =
        std::count_if(record.texts.begin(), record.texts.end(), [](const TextCell &t) { return !t.update.isEmpty(); });
    SHEAF_CHECK(outcome.textRepeats.size() == static_cast<size_t>(withBytes));
    SiteNumbers sites;
    QByteArray packed;
    encodeClock(clock, sites, packed);
    RowClock unpacked;
    SHEAF_CHECK(decodeClock(packed, sites, unpacked) && unpacked == clock);
}

/// Two records of one row: the order in which they are merged does not matter.
void checkPair(QByteArrayView one, QByteArrayView two)
{
    RowRecord a;
    RowRecord b;
    if (!decodeRecord(one, a) || !decodeRecord(two, b))
        return;
    RowClock forward;
    RowClock backward;
    MergeOutcome outcome;
    mergeRecord(forward, a, outcome);
    mergeRecord(forward, b, outcome);
    mergeRecord(backward, b, outcome);
    mergeRecord(backward, a, outcome);
    SHEAF_CHECK(sameStamps(forward, backward, a) && sameStamps(forward, backward, b));
    // The digest must not see how a clock happens to be stored.
    std::set<ColumnId> ids;
    for (const RowRecord *record : {&a, &b}) {
        for (const Cell &cell : record->cells)
            ids.insert(cell.column);
        for (const TextCell &text : record->texts)
            ids.insert(text.column);
        for (const PartCell &part : record->parts)
            ids.insert(part.column);
    }
    std::vector<NamedColumn> columns;
    for (const ColumnId id : ids)
        columns.push_back({QByteArray::number(id), id});
    SHEAF_CHECK(fingerprint("t", "k", forward, columns).hash == fingerprint("t", "k", backward, columns).hash);
}

} // namespace

/// The first byte: 0 = a record, 1 = a clock as a replica stores it, else the length in two bytes of
/// the first of two records.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    switch (input.byte()) {
    case 0:
        checkRecord(input.rest());
        break;
    case 1: {
        const QByteArrayView stored = input.rest();
        SiteNumbers sites;
        for (SiteId site = 1; site <= 200; ++site) // numbers of one byte and of two
            sites.append(site * 7919 % 211);
        RowClock clock;
        if (decodeClock(stored, sites, clock)) {
            QByteArray again;
            encodeClock(clock, sites, again);
            SHEAF_CHECK(again == stored);
        }
        break;
    }
    default: {
        const QByteArrayView one = input.take(input.word());
        checkPair(one, input.rest());
    }
    }
    return 0;
}
