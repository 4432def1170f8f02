// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/merge.h"
#include "replica/capture.h"
#include "replica/conflictlog.h"
#include "replica/filterhost.h"

#include <deque>
#include <functional>

namespace Sheaf {

/// Merges what the server sent into the tables, within the caller's transaction.
class Merger
{
public:
    /// A row that waits has another clock: with the former and the new one.
    using RebaseUndo =
        std::function<Result<void>(const TableInfo &table, const QByteArray &key, const RowClock &before, const RowClock &now)>;

    /// `outrun` stamps everything that waits anew, later than all that was seen.
    Merger(sqlite3 *handle, Store &store, Catalog &catalog, RowStore &rows, RowTexts &texts, RowParts &parts, Capture &capture,
           ConflictLog &conflicts, SyncFilterHost &filters, ConflictPolicy policy, std::function<Result<void>()> outrun,
           RebaseUndo rebaseUndo)
        : m_handle(handle), m_store(store), m_catalog(catalog), m_rows(rows), m_texts(texts), m_parts(parts), m_capture(capture),
          m_conflicts(conflicts), m_filters(filters), m_policy(policy), m_outrun(std::move(outrun)),
          m_rebaseUndo(std::move(rebaseUndo))
    {
    }

    /// `wallMs` is the corrected wall clock, for rows that an edit brings back to life.
    Result<void> merge(const Changes &changes, qint64 wallMs);
    /// The same for deletes that a sweep has found to be missed; the cursor stays.
    Result<void> mergeMissed(const Changes &deletes, qint64 wallMs);
    /// Notes the rows of a table that only newer peers knew until now, for retryStuck() to put them into it.
    Result<void> awaitTable(const TableInfo &table);
    // As Replica has them.
    void beginComparison(const QByteArray &space) { m_mended.insert(space, 0); }
    qint64 endComparison(const QByteArray &space) { return m_mended.take(space); }
    /// Tries the rows again that a constraint kept out.
    Result<void> retryStuck();
    /// Puts a row that was here before into its table; its clock is the caller's business.
    Result<void> putBack(const TableInfo &table, QByteArrayView key, const QByteArray &space, const RowRecord &record);
    /// The app's filter is another one: rows that the former one kept out of sight are judged anew.
    Result<void> showAgain();
    /// Moves the parked values of a column that a migration has added into the table, decoded if it is a register.
    Result<void> unparkColumn(const TableInfo &table, ColumnId column, bool isRegister);
    /// Puts a text with the edits that others made to it into a column that was a register until now.
    Result<void> showText(const RowTexts::Place &place);
    /// Puts what base and parts make into a column with parts: they may have come before it knew how it is merged.
    Result<void> showParts(const RowParts::Place &place);
    /// Writes a cell, or all of a group, as an edit of this replica that a conflict policy makes. False when it did not go:
    /// the row is gone, or a constraint is against it.
    Result<bool> decide(const TableInfo &table, const QByteArray &key, std::vector<Cell> cells, qint64 wallMs);

private:
    struct Names {
        TableInfo *table = nullptr;
        QHash<ColumnId, ColumnId> columns; ///< the message's number to ours
        bool same = true;                  ///< the numbers agree
    };
    Result<QList<Names>> resolve(const QList<TableNames> &tables);
    Result<void> see(const Changes &changes, qint64 wallMs);
    [[nodiscard]] bool isOwnEarlierVersion(quint64 waiting) const;
    /// A register, or a group of them, that waits here and was written there, by somebody who did not know.
    struct Clash {
        struct Values {
            ColumnId column = 0;
            QByteArray mine;   ///< encoded
            QByteArray theirs; ///< encoded
        };
        quint32 group = 0;          ///< 0: of one column
        std::vector<Values> values; ///< one, or those of the group in the order of columns
        Stamp stamp;                ///< of theirs
        bool mineWins = false;
    };
    Result<void> findClashes(const TableInfo &table, const Change &change, const QByteArray &space, qint64 wallMs);
    void findCells(const TableInfo &table);
    void addClash(const TableInfo &table, const Cell &cell);
    [[nodiscard]] bool isEdited(const TableInfo &table, ColumnId column) const;
    Result<void> readValuesOfClashes(const TableInfo &table, QByteArrayView key);
    Result<void> noteTheirDelete(const TableInfo &table, ConflictEntry entry, qint64 wallMs);
    Result<void> noteMyDelete(const TableInfo &table, ConflictEntry entry, qint64 wallMs);
    Result<void> settleClashes(const TableInfo &table, const Change &change, const QByteArray &space, qint64 wallMs);
    Result<bool> writeOther(const TableInfo &table, const QByteArray &key, const Clash &clash, Stamp now);
    [[nodiscard]] QByteArray sideOf(const TableInfo &table, const Clash &clash, Conflict::Side side) const;
    Result<bool> overwrite(const TableInfo &table, const QByteArray &key, RowState &row, const std::vector<Cell> &cells);
    [[nodiscard]] Stamp laterThan(const RowClock &clock, qint64 wallMs);
    Result<void> readMine(const TableInfo &table, QByteArrayView key, qint64 wallMs);
    [[nodiscard]] bool isComparable(const TableInfo &table, const Store::Space &space) const;
    Result<void> mendValues(const TableInfo &table, const QByteArray &key, const QByteArray &space);
    Result<bool> mendCells(const TableInfo &table, const QByteArray &key, const QByteArray &space);
    Result<void> mergeRow(const Names &names, const Change &change, Store::Space &space, qint64 wallMs);
    [[nodiscard]] bool isOfForgottenHistory(const Store::Space &space) const;
    Result<void> revive(const TableInfo &table, const Change &change, RowState &row, qint64 wallMs);
    Result<void> noteArrival(const TableInfo &table, QByteArrayView key, const Store::Space &space);
    Result<void> dropMissed(const TableInfo &table, QByteArrayView key);
    void dropMissedStamps(const RowClock &server);
    Result<void> joinLife(const TableInfo &table, const QByteArray &key);
    Result<void> followLife(const TableInfo &table, const QByteArray &key);
    Result<void> forgetDelete(const TableInfo &table, const QByteArray &key);
    Result<void> settleOutbox(const TableInfo &table, RowState &row);
    [[nodiscard]] bool isWrittenBesides() const;
    [[nodiscard]] bool isEditedSince() const;
    Result<void> writeValues(const TableInfo &table, const Change &change, const RowState &row, const QByteArray &space);
    Result<void> mergeSeeds(const TableInfo &table, QByteArrayView key, bool born);
    Result<void> mergeTexts(const TableInfo &table, QByteArrayView key, bool born);
    Result<void> noteEcho(const TableInfo &table, QByteArrayView key);
    Result<void> findRivals(const TableInfo &table, QByteArrayView key, quint64 waiting);
    Result<void> keepRivals(const TableInfo &table, const QByteArray &key, qint64 wallMs);
    void show(ColumnId column, QByteArray text);
    void show(const Cell &cell);
    [[nodiscard]] bool isOwnEarlierPart(quint64 waiting) const;
    Result<void> notePartEcho(const TableInfo &table, QByteArrayView key);
    Result<void> mergeParts(const TableInfo &table, QByteArrayView key, bool born);
    Result<void> mergePart(const RowParts::Place &place, bool hasNews, bool born);
    /// A row whose values wait in sheaf_parked.
    struct Stuck {
        const TableInfo *table = nullptr;
        QByteArray key;
        QByteArray space;
    };
    Result<QList<Stuck>> stuckRows(bool filtered);
    Result<void> unstick(const Stuck &row);
    Result<void> keepOut(const TableInfo &table, QByteArrayView key, const QByteArray &reason, bool filtered);
    Result<void> noteHidden();
    Result<void> uncover(const TableInfo &table, const QByteArray &key, const QByteArray &space);
    void decodeValues(const TableInfo &table, const QByteArray &space);
    [[nodiscard]] bool decode(const TableInfo &table, ColumnId column, const QByteArray &space, QByteArray &bytes);
    Result<void> decodeKept(const TableInfo &table, ColumnId column);
    void noteShown(ColumnId column, bool isTheirs);
    Result<void> hide(const TableInfo &table, const QByteArray &key);
    Result<void> judge(const TableInfo &table, const QByteArray &key, const QByteArray &space);
    Result<void> place(const TableInfo &table, QByteArrayView key, const QByteArray &space,
                       const std::vector<const Cell *> &cells, bool born);

    sqlite3 *m_handle;
    Store &m_store;
    Catalog &m_catalog;
    RowStore &m_rows;
    RowTexts &m_texts;
    RowParts &m_parts;
    Capture &m_capture;
    ConflictLog &m_conflicts;
    SyncFilterHost &m_filters;
    ConflictPolicy m_policy;
    std::function<Result<void>()> m_outrun;
    RebaseUndo m_rebaseUndo;
    SqlStatement m_arrive;         ///< a row has come during a sweep
    CausalLength m_sentLength = 0; ///< of the record as it came
    bool m_isMissed = false;
    bool m_hasJoined = false;         ///< the record's life was taken into a longer one that is pushed whole
    bool m_isFirstOfSweep = false;    ///< the row came for the first time during a sweep
    std::vector<ColumnId> m_lessened; ///< columns that lost parts for that
    RowRecord m_record;
    MergeOutcome m_outcome;
    RowState m_row;
    RowClock m_before;
    OutboxRow m_waiting; ///< the row's place in the outbox,
    RowClock m_base;     ///< and the row as the server has it, as far as known
    std::vector<Clash> m_clashes;
    std::vector<std::pair<ColumnId, QByteArray>> m_rivals; ///< texts of a birth that loses, as updates
    std::vector<const Cell *> m_cells;                     ///< to be put into the table, by column
    std::deque<Cell> m_shown;                              ///< those of them that show a text or what parts make,
    std::deque<QByteArray> m_shownTexts;
    std::deque<QByteArray> m_decoded; ///< values of m_record as they are here
    QSet<ColumnId> m_codedNews;       ///< those that could not be decoded
    QSet<ColumnId> m_coded;           ///< columns of the row that have such a value in the table: it must go out of sight
    bool m_anyHidden = false;
    QHash<QByteArray, qint64> m_mended; ///< spaces in which values are compared, with the rows that were mended
};

} // namespace Sheaf
