// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/changeswriter.h"

#include <QSet>

#include <algorithm>
#include <deque>

namespace Sheaf::Server {

/// Which rows a reader wants: of these tables, and, when it has the others up to a sequence, of these buckets only: a repair.
struct RowFilter {
    SpaceDigest::Buckets buckets;
    Sequence upTo = 0;
    QList<QByteArray> tables = {}; ///< ascending; empty: all

    [[nodiscard]] bool wants(const QByteArray &table) const { return isAmong(tables, table); }
    [[nodiscard]] bool wants(Sequence sequence, const QByteArray &table, QByteArrayView key) const
    {
        return wants(table) && (sequence > upTo || buckets.test(bucketOf(table, key)));
    }
    [[nodiscard]] static bool isAmong(const QList<QByteArray> &tables, const QByteArray &table)
    {
        return tables.isEmpty() || std::ranges::binary_search(tables, table);
    }
};

/// How far a reader has come: it has everything up to a sequence, and of the next one the updates of texts up to a number.
struct PagePlace {
    Sequence sequence = 0;
    qint64 text = 0;
};

struct Page {
    Batch batch;
    qint64 text = 0; ///< the rest of the place behind the batch
};

/// Writes one page of catch-up: rows at their sequences and the updates of texts at theirs, so that whoever has come
/// to a sequence has all updates up to it, also of rows that have moved on since. Such a row comes with its cells
/// before its updates. What one update brings may be larger than a page; then the pages hang together by `more`.
class PageWriter
{
public:
    PageWriter(const Space &space, PagePlace after, const RowFilter &filter);

    Result<Page> write(Storage &storage);

private:
    struct Text {
        qint64 number = 0;
        Sequence sequence = 0;
        const TableEntry *table = nullptr;
        QByteArray key;
        ColumnId column = 0;
        QByteArray update;
        QByteArray record;
    };

    Result<void> collectTexts(Storage &storage);
    [[nodiscard]] bool collect(const TextView &text);
    [[nodiscard]] bool visit(const RecordView &row);
    [[nodiscard]] bool emitTexts(Sequence upTo);
    [[nodiscard]] bool emitText(const Text &text);
    void emitRow(const TableEntry &table, const RecordView &row);
    void enter(Sequence sequence);

    const Space &m_space;
    const RowFilter &m_filter;
    PagePlace m_after;
    ChangesWriter m_writer;
    std::deque<Text> m_texts;  ///< collected and not written yet
    qsizetype m_textBytes = 0; ///< of the collected ones
    Sequence m_limit;          ///< all texts up to here are collected
    bool m_isCut = false;      ///< whether the page ends before the head
    bool m_isDamaged = false;
    int m_skipped = 0;
    Sequence m_last;                                  ///< everything up to here is written
    Sequence m_open;                                  ///< the sequence that is being written; 0: none
    qint64 m_openText;                                ///< and the number of the last update that was
    QSet<std::pair<TableId, QByteArray>> m_mentioned; ///< rows whose cells are in this page
    RowRecord m_record;                               ///< scratch
};

} // namespace Sheaf::Server
