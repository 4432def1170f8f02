// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/replica.h"
#include "replica/rowstore.h"
#include "text/doc.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace Sheaf {

/// The texts of edited text columns: sheaf_texts, and the documents made of it. A text that nobody
/// has edited since its row was born takes no space here: the value in the table is all of it.
///
/// The document of a text is its seed, the value of the register under it, and all updates. What is
/// stored never counts on the seed: the first update of all carries it.
class RowTexts
{
public:
    /// The text of one column of one row.
    struct Place {
        const TableInfo &table;
        QByteArrayView key;
        ColumnId column;
    };
    /// One update that waits: `number` counts within the row.
    struct Waiting {
        qint64 number = 0;
        ColumnId column = 0;
        bool offered = false; ///< on behalf of everybody who wrote the text
        bool sealed = false;  ///< goes by itself
        QByteArray update;
    };

    RowTexts(sqlite3 *handle, RowStore &rows, std::function<quint64()> random)
        : m_handle(handle), m_rows(rows), m_random(std::move(random))
    {
    }

    Result<void> prepare();
    /// After a rollback: forgets all that is in memory only.
    void reload();

    /// A register's value as a text, and as the first update of one.
    [[nodiscard]] static QByteArray textOfValue(const ValueView &value);
    [[nodiscard]] static QByteArray seedUpdate(const ValueView &value);

    // Reading
    /// The document whole, as an update with its seed.
    Result<QByteArray> load(const Place &place);
    /// The text. `before`: what the table has of a text that was never edited; nothing: look there.
    Result<QByteArray> text(const Place &place, const std::optional<ValueView> &before);
    /// Whether load() has just found more small updates than there should be; compact() joins them.
    [[nodiscard]] bool wantsCompaction(const Place &place) const;
    Result<void> compact(const Place &place);
    /// The register under an edited text, as encoded by Bytes::appendValue(); nothing when the table has it.
    Result<std::optional<QByteArray>> seed(const TableInfo &table, QByteArrayView key, ColumnId column);
    /// The register under a text, edited or not, as the first update of one.
    Result<QByteArray> seedUpdateOf(const Place &place);
    /// How many texts were loaded from the file.
    [[nodiscard]] qint64 loads() const { return m_loads; }

    // Local edits: made in memory first, saved with the row's stamps
    /// Applies an update that was made elsewhere in this process; returns nothing when it says nothing
    /// new, else the new text. Errors: `bad_update`, `text_gap` (it builds on something that is not here), `too_large`.
    Result<std::optional<QByteArray>> edit(const Place &place, QByteArrayView update);
    /// The same, however large the text becomes: for what a merge brings.
    Result<std::optional<QByteArray>> add(const Place &place, QByteArrayView update);
    /// Makes a text that was `before` in the table, and is `now`, a small edit. True when there is
    /// anything to save, also from edit(). Errors: `too_large`.
    Result<bool> replace(const Place &place, const ValueView &before, const ValueView &now);
    /// Saves what edit() and replace() made of this text. `acked` is what the server has of this
    /// site's entry in the clock, unless other edits wait already.
    Result<void> save(const Place &place, Hlc acked);
    /// Saves a large value of a row that was just born as an update: its register is empty.
    Result<void> bear(const Place &place, const ValueView &value);

    // Merging
    /// What the server sent of one text.
    struct Arrival {
        std::optional<ValueView> before{}; ///< what the table had; nothing: look there
        std::optional<ValueView> seed{};   ///< a register that won over the one under the edits
        std::vector<QByteArrayView> updates{};
    };
    /// Applies and stores it; returns the text. Errors: `bad_update`.
    Result<QByteArray> merge(const Place &place, const Arrival &arrival);
    /// Stores updates of a column that is no text here.
    Result<void> park(const Place &place, const std::vector<QByteArrayView> &updates);
    /// A text that nobody has edited has another value.
    void reset(const Place &place, const ValueView &value);
    /// The row was deleted or lives anew.
    Result<void> remove(const TableInfo &table, QByteArrayView key);
    /// Keys of the rows of which updates are stored for a column.
    Result<QList<QByteArray>> keysOf(const TableInfo &table, ColumnId column);

    // Uploading
    /// The updates of a row that wait, behind a number.
    Result<std::vector<Waiting>> waiting(const TableInfo &table, QByteArrayView key, qint64 after);
    Result<std::vector<ColumnId>> waitingColumns(const TableInfo &table, QByteArrayView key);
    /// The server refused the edits of a text that wait.
    struct Withdrawn {
        QByteArray text;   ///< without them
        QByteArray update; ///< what they made of it, as one edit by a writer of its own
        Hlc acked = 0;     ///< what the server has of this site's entry
    };
    /// Takes back the waiting edits of a text; nothing when none wait.
    Result<std::optional<Withdrawn>> withdraw(const Place &place);
    /// The document of a text that goes with its row, as load(): it may come back beside another one, so whatever is written
    /// from now on is another writer's.
    Result<QByteArray> takeWhole(const Place &place);
    /// The edits of a text that wait, as one update, for the server may have taken them: it must be the same once more. Empty
    /// when none wait. Whatever is written from now on is another writer's.
    Result<QByteArray> takeWaiting(const Place &place);
    /// The server has all waiting updates up to a number.
    Result<void> settle(const TableInfo &table, QByteArrayView key, qint64 upTo);
    /// What the server had of this site's entry when the oldest edit was made that waits; nothing when none does.
    Result<std::optional<Hlc>> acked(const Place &place);
    Result<void> setAcked(const Place &place, Hlc acked);
    /// The site has another name, under which the server has nothing.
    Result<void> forgetAcked();
    /// Makes the whole state of all texts of a row wait, as own edits of a new life or offered; lists the columns.
    Result<std::vector<ColumnId>> offer(const TableInfo &table, QByteArrayView key, bool asOwn);

    /// Every update of this transaction, for open editors.
    [[nodiscard]] QList<TextUpdate> takeUpdates() { return std::exchange(m_updates, {}); }

private:
    /// Sealed ones are in no document and never joined; the server has them, unless they are offered again.
    enum Kind : quint8 { Seed = 0, Snapshot = 1, AtRest = 2, Own = 3, Offered = 4, Sealed = 5, SealedOffered = 6 };
    [[nodiscard]] static bool isReadable(const SqlStatement &row) { return row.integer(0) < Sealed; }
    /// What is packed when it is large; a register and what is sealed stay as they are.
    [[nodiscard]] static bool isUpdate(Kind kind) { return kind != Seed && kind < Sealed; }
    /// A document in memory.
    struct Open {
        qint64 table = 0;
        QByteArray key;
        ColumnId column = 0;
        std::unique_ptr<Text::Doc> doc;
        QByteArray seedValue;     ///< encoded; kept in the file with the first update
        QByteArray uncoveredSeed; ///< as an update, to go with the first edit; empty: the stored updates have it
        QByteArray snapshot;      ///< of all that was at rest when it was loaded; empty: too little to compact
        bool seedKept = false;
        int small = 0;                    ///< updates at rest
        int stored = 0;                   ///< updates in all
        std::vector<QByteArray> unsaved;  ///< local updates of this transaction
        std::optional<QByteArray> made{}; ///< by the document in its last transaction
    };

    static SqlStatement &bound(SqlStatement &statement, const TableInfo &table, QByteArrayView key, ColumnId column);
    [[nodiscard]] Open *find(const Place &place) const;
    Result<Open *> open(const Place &place, const std::optional<ValueView> &before);
    Result<void> readStored(Open &open, const Place &place);
    void drawClient();
    static Result<void> plant(Open &open);
    static Result<void> applyStored(Text::Doc &doc, const SqlStatement &row);
    static Result<std::optional<QByteArray>> applyTo(Open &open, QByteArrayView update);
    static Result<void> judgeSize(const Open &open, size_t before);
    Result<QByteArray> valueInTable(const Place &place);
    void close(const TableInfo &table, QByteArrayView key);
    Result<void> append(const Place &place, Kind kind, QByteArrayView bytes, Hlc acked);
    Result<void> keepSealed(const Place &place, QByteArrayView bytes);
    Result<void> appendParts(const Place &place, Kind kind, const QByteArray &update, Hlc acked);
    Result<void> keepSeed(Open &open, const Place &place);
    Result<void> changeSeed(const Place &place, const ValueView &value);
    void tell(const Place &place, const QByteArray &update, bool reset);

    sqlite3 *m_handle;
    RowStore &m_rows;
    std::function<quint64()> m_random;
    quint64 m_client = 1;
    std::vector<std::unique_ptr<Open>> m_open; ///< the oldest first
    QList<TextUpdate> m_updates;
    qint64 m_loads = 0;
    SqlStatement m_select, m_seed, m_setSeed, m_append, m_removeRow, m_removeAtRest, m_removeUpdates, m_last, m_waiting,
        m_columns, m_settle, m_acked, m_setAcked, m_removeOwn, m_raiseSeed, m_findSealed, m_offerSealed;
};

} // namespace Sheaf
