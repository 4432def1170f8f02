// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/framedmessage.h"
#include "server/core/space.h"

#include <QHash>

namespace Sheaf::Server {

/// A Changes message as bytes.
class Batch
{
public:
    Batch(Sequence previous, Sequence sequence, QByteArray message)
        : m_previous(previous), m_sequence(sequence), m_framed(std::move(message))
    {
    }

    [[nodiscard]] Sequence previous() const { return m_previous; }
    [[nodiscard]] Sequence sequence() const { return m_sequence; }
    [[nodiscard]] FramedMessage &framed() { return m_framed; }

private:
    Sequence m_previous;
    Sequence m_sequence;
    FramedMessage m_framed;
};

/// Fills one Changes message with rows until it has the size that limits.h wants.
class ChangesWriter
{
public:
    ChangesWriter(const Space &space, Sequence previous);

    [[nodiscard]] bool isEmpty() const { return m_message.changes.isEmpty(); }
    /// Whether a row still fits; an empty message takes every row.
    [[nodiscard]] bool fits(const TableEntry &table, qsizetype keyBytes, qsizetype recordBytes) const;
    /// Adds a row; `columns` are the ones of its record, all of the table's when null.
    void add(const TableEntry &table, const QByteArray &key, const QByteArray &record, const std::vector<ColumnId> *columns);
    /// The message, which leads up to `sequence`. The writer goes on empty from there.
    [[nodiscard]] Batch take(Sequence sequence, bool more);

private:
    struct Used {
        const TableEntry *table = nullptr;
        std::vector<ColumnId> columns; ///< sorted
        bool all = false;
    };

    const Space &m_space;
    Changes m_message;
    qsizetype m_bytes = 0;
    std::vector<Used> m_used;
    QHash<TableId, quint32> m_indexes;
};

} // namespace Sheaf::Server
