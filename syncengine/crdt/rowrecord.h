// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "crdt/stamp.h"
#include "crdt/value.h"

#include <QByteArray>

#include <utility>
#include <vector>

namespace Sheaf {

/// Stable small number of a column within its table, from 1; never a position in a schema.
using ColumnId = quint32;
/// No greater number is taken from outside.
constexpr ColumnId columnIdMax = 1U << 20;

/// One column of one row with the stamp of its last write.
struct Cell {
    ColumnId column = 0;
    Stamp stamp;
    ValueView value;
};

/// What one site wrote to one text column of one row: who has the bytes that came with this stamp and
/// with the lesser ones of the site has all that the site wrote up to `stamp.hlc`. The bytes are an update of
/// the text type, or empty when the stamp is only told. Applying an update twice is harmless, so bytes are
/// applied whatever became of the stamp: a compacted one carries the words of many sites under one stamp.
struct TextCell {
    ColumnId column = 0;
    Stamp stamp;
    QByteArrayView update;
};

/// One register inside a column whose merge type is more than a register: a site's share of a counter, one add of an
/// element of a set, a key of a map. `part` is a name that only the merge type understands (columnmerge.h).
struct PartCell {
    ColumnId column = 0;
    QByteArrayView part;
    Stamp stamp;
    ValueView value;
};

/// State of one row, or a part of it: what travels in a change and what the server stores.
/// Invariants: cells are sorted by column and unique, texts by column and site, parts by column and name; a deleted
/// row (even length) has none of them; all were written in the life `length`. Values look into the bytes it was decoded from.
/// The key columns and the space column are not cells: the key is beside the record.
struct RowRecord {
    CausalLength length = 0;
    Stamp life; ///< when the row was born or deleted last
    std::vector<Cell> cells;
    std::vector<TextCell> texts = {};
    std::vector<PartCell> parts = {};
};

/// The life stamp of an edit, below all others: it says nothing of when the row was born, and a row that is not there cannot
/// be made of it. Births, deletes and rows that are offered whole tell theirs.
constexpr Stamp editedLife{1, 0};
[[nodiscard]] inline bool isEdit(const RowRecord &record)
{
    return record.life == editedLife;
}

/// Whether it was taken out: no element or key any more. Such parts count in no digest, and are forgotten in the end.
[[nodiscard]] inline bool isGone(const PartCell &part)
{
    return part.value.type == ValueView::Type::Null;
}

/// A name of a part has 1 to so many bytes: an element of a set, a key of a map with what makes them unique.
constexpr qsizetype partBytesMax = 1024;
/// Parts of one record.
constexpr quint64 partsMax = 8192;

/// What parts are sorted by.
[[nodiscard]] inline std::pair<ColumnId, QByteArrayView> placeOf(const PartCell &part)
{
    return {part.column, part.part};
}

/// What a record begins with; length 0 if it cannot be read.
struct RowLife {
    CausalLength length = 0;
    Stamp life;
};
[[nodiscard]] RowLife lifeOf(QByteArrayView bytes);

/// Whether a row is forgotten where deletes up to `stamp` are: PROTOCOL.md "Forgetting deletes".
[[nodiscard]] inline bool isForgotten(CausalLength length, Stamp life, Hlc stamp)
{
    return length != 0 && !isAlive(length) && life.hlc <= stamp;
}

/// The latest reading of a clock in a record.
[[nodiscard]] Hlc latestStamp(const RowRecord &record);

/// Binary form of a record, PROTOCOL.md "Row record". Appends to `out`.
void encodeRecord(const RowRecord &record, QByteArray &out);

/// Decodes `bytes` whole into `record`, whose cells then look into `bytes`. Bounded: no count is
/// trusted before that many bytes are there. Takes the one form that encodeRecord() writes, and
/// only plausible stamps. Errors: `bad_record`.
Result<void> decodeRecord(QByteArrayView bytes, RowRecord &record);

} // namespace Sheaf
