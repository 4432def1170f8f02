// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "text/updatereader.h"

#include <QByteArray>

namespace Sheaf {

/// Updates (v1) of texts as replicas and servers keep them in their files: packed with zstd where that pays. What a text's past
/// leaves in it, twenty bytes for each stretch that is gone, is much alike and packs to a tenth; what somebody types is too
/// small. A past that outweighs its text is turned into format v2 before, which stores differences of clocks; reading turns it
/// back. Whoever keeps packed bytes keeps the size of the update beside them. Views that are returned are valid until the next
/// call.
///
///     packed := format u8 (of Text::Format) · size of the update in that format, varint · zstd
class Packing
{
public:
    static constexpr qsizetype packAboveBytes = 1024; ///< a page has 4096: less would spare none
    static constexpr qsizetype unpackedBytesMax =
        64 * 1024 * 1024; ///< what damaged bytes can make us reserve; what is larger stays as it is

    struct Stored {
        QByteArrayView update;
        Text::Format format = Text::Format::V1;
    };

    /// What to keep: the update packed, or the update itself. Only the former has fewer bytes.
    [[nodiscard]] QByteArrayView pack(QByteArrayView update);
    /// The update of this size, byte for byte, of which `kept` was kept. Errors: `database_damaged`.
    [[nodiscard]] Result<QByteArrayView> unpack(QByteArrayView kept, qint64 size);
    /// The same as it was packed, for a document, which reads either format.
    [[nodiscard]] Result<Stored> unpackStored(QByteArrayView kept, qint64 size);

private:
    QByteArray m_room;
};

} // namespace Sheaf
