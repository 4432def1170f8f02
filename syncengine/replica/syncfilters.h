// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/disputes.h"

#include <functional>

namespace Sheaf {

/// A row as a filter sees it.
struct FilteredRow {
    QByteArray space;
    QByteArray table;
    QByteArray key; ///< encodeKey()
    bool isDeleted = false;
    /// Outgoing: the columns that would be sent (an edit of a text or of a counter is not among them). Incoming: the row.
    QList<NamedValue> values;

    [[nodiscard]] QVariant value(QByteArrayView column) const
    {
        for (const NamedValue &named : values) {
            if (named.column == column)
                return named.value;
        }
        return {};
    }
};

/// Where a value belongs, by the names that it has in this app.
struct ValuePlace {
    QByteArray space;
    QByteArray table;
    QByteArray column;
};

/// What an app has to say about each row that leaves and arrives. All are called in the engine's thread, inside of its work:
/// they must be pure functions of their arguments, reach for nothing else, and be quick. One that throws counts as
/// "no": the row is held, or kept out of sight, and nothing is lost; sync goes on with the others.
struct SyncFilters {
    /// False: the row stays in the outbox, held: neither sent nor counted as waiting, and asked about again after its next edit
    /// or when the filters change. Deletes are asked about, too.
    std::function<bool(const FilteredRow &)> send;
    /// False: the row is kept out of sight. It is here all the same, so the proof of equality holds, and comes into view when
    /// it changes so that the answer is yes, or when the filters change. Rows with unsent edits stay in view.
    std::function<bool(const FilteredRow &)> show;
    /// The value codec: the value that travels for one that is here, and back; to encrypt it, or to pack it in a way of its own.
    /// For plain columns (registers) alone, because what a column is merged from must be readable to those who merge. Both must
    /// undo one another, and give the same for the same always: a repeated push must be the same bytes. A row with a value that
    /// cannot be decoded (its key is not there yet, say) is out of sight even if edits of it wait, until setFilters() or a newer
    /// value brings a `decode` that can; its edits are sent meanwhile. Maps belong into the configuration: a migration shows
    /// values of newer peers before anybody can call setFilters().
    using Map = std::function<QVariant(const ValuePlace &place, const QVariant &value)>;
    Map encode;
    Map decode;
};

/// Which of the waiting rows are to be sent now.
struct SyncSelection {
    QByteArray table;
    QString where; ///< an SQL expression over the table's columns; empty: all
    QVariantList params;
    QByteArray tagsColumn = {}; ///< a column that holds a JSON array,
    QStringList tags = {};      ///< of which one must be among these; empty: no matter
};

} // namespace Sheaf
