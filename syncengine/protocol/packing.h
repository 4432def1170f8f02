// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace Sheaf {

/// Updates of texts as replicas and servers keep them in their files: packed with zstd where that pays. What a text's past leaves
/// in it, a dozen bytes for each stretch that is gone, is much alike and packs to a tenth; what somebody types is too small.
/// Whoever keeps packed bytes keeps their size beside them. Views that are returned are valid until the next call.
class Packing
{
public:
    static constexpr qsizetype packAboveBytes = 1024; ///< a page has 4096: less would spare none
    static constexpr qsizetype unpackedBytesMax =
        64 * 1024 * 1024; ///< what damaged bytes can make us reserve; what is larger stays as it is

    /// What to keep: the bytes packed, or the bytes themselves. Only the former are fewer.
    [[nodiscard]] QByteArrayView pack(QByteArrayView bytes);
    /// The bytes of this size of which `kept` was kept. Errors: `database_damaged`.
    [[nodiscard]] Result<QByteArrayView> unpack(QByteArrayView kept, qint64 size);

private:
    QByteArray m_room;
};

} // namespace Sheaf
