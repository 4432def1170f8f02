// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowrecord.h"
#include "crdt/sitenumbers.h"

#include <span>

namespace Sheaf {

/// The stamps of a row without its values: what a replica keeps beside each row of a synced table.
/// Columns 1..`uniform` carry the life stamp unless listed in `others`; columns above carry none
/// unless listed. So a row whose cells share a stamp stores it once.
/// `texts` says for each text column and each site that wrote to it how far its writing is known.
/// `parts` are the stamps of what columns with other merge types are made of.
/// Invariant: `others` is sorted by column and unique, `texts` by column and site, `parts` by column and name; a
/// deleted row has uniform 0 and none of the others.
struct RowClock {
    struct Entry {
        ColumnId column = 0;
        Stamp stamp;
        friend bool operator==(const Entry &, const Entry &) = default;
    };

    struct Part {
        ColumnId column = 0;
        QByteArray part;
        Stamp stamp;
        bool isGone = false; ///< its value is null
        friend bool operator==(const Part &, const Part &) = default;
    };

    CausalLength length = 0;
    Stamp life;
    ColumnId uniform = 0;
    std::vector<Entry> others;
    std::vector<Entry> texts = {};
    std::vector<Part> parts = {};

    /// Stamp of a column, or the zero stamp when it was never written in this life.
    [[nodiscard]] Stamp stampOf(ColumnId column) const;
    void setStamp(ColumnId column, Stamp stamp);
    /// The same for many, sorted by column, in one pass: a table may have 2,000 columns.
    void setStamps(std::span<const Entry> stamps);

    /// Length, life and the registers one by one, those that `uniform` implies too; a record without values.
    [[nodiscard]] RowRecord registers() const;
    /// Takes these from a record; what is known of texts and parts stays.
    void setRegisters(const RowRecord &record);

    /// How far the writing of a site to a text column is known; 0 when nothing of it is.
    [[nodiscard]] Hlc textStampOf(ColumnId column, SiteId site) const;
    void setTextStamp(ColumnId column, Stamp stamp);

    /// Stamp of a part, or the zero stamp when it was never written in this life.
    [[nodiscard]] Stamp partStampOf(ColumnId column, QByteArrayView part) const;
    void setPart(ColumnId column, QByteArrayView part, Stamp stamp, bool isGone);
    void removePart(ColumnId column, QByteArrayView part);

    /// The latest reading of a clock in it.
    [[nodiscard]] Hlc latest() const;

    friend bool operator==(const RowClock &, const RowClock &) = default;
};

/// What parts are sorted by.
[[nodiscard]] inline std::pair<ColumnId, QByteArrayView> placeOf(const RowClock::Part &part)
{
    return {part.column, part.part};
}

void encodeClock(const RowClock &clock, SiteNumbers &sites, QByteArray &out);
Result<void> decodeClock(QByteArrayView bytes, const SiteNumbers &sites, RowClock &clock);
/// A clock as replica files up to format 5 have it: with whole sites.
Result<void> decodeWideClock(QByteArrayView bytes, RowClock &clock);

/// The clock of a full record.
[[nodiscard]] RowClock clockOf(const RowRecord &record);

} // namespace Sheaf
