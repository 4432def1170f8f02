// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"
#include "text/rawupdate.h"

namespace Sheaf::Server {

/// The updates of texts in the storage: judged, added, and merged with their neighbours when they are many, so that a reader
/// gets little more than what came behind its cursor. Knows the text type and no schema.
class TextShelf
{
public:
    /// Where a text is.
    struct Place {
        SpaceId space = 0;
        TableId table = 0;
        QByteArrayView key;
        ColumnId column = 0;
    };

    /// Whether bytes from outside are an update, sealed or not. Bounded in time and memory.
    [[nodiscard]] bool isUpdate(QByteArrayView bytes);
    /// Whether an update lies there already, byte for byte.
    [[nodiscard]] Result<bool> has(StorageTransaction &transaction, const Place &place, QByteArrayView update) const;
    /// Whether so much more of a text is allowed, after a merge if that helps.
    [[nodiscard]] Result<bool> makeRoom(StorageTransaction &transaction, const Place &place,
                                        const std::vector<QByteArrayView> &updates);
    /// Adds an update at the sequence of its row, and merges neighbours when there are many. Sealed ones stay as they came.
    Result<void> add(StorageTransaction &transaction, const Place &place, Sequence sequence, QByteArrayView update) const;

private:
    [[nodiscard]] Result<bool> fits(StorageTransaction &transaction, const Place &place, qint64 stored,
                                    const std::vector<QByteArrayView> &updates);
    [[nodiscard]] qint64 structsOf(QByteArrayView update);

    Text::RawUpdate m_raw; ///< scratch
};

} // namespace Sheaf::Server
