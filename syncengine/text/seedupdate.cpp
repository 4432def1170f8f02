// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/updatealgebra.h"
#include "text/updatewriter.h"

namespace Sheaf::Text {

namespace {

/// FNV-1a of both numbers, big endian, folded to the 32 bits that Yjs gives a client.
quint64 clientOf(quint64 hlc, quint64 site)
{
    quint64 hash = 0xcbf29ce484222325;
    for (const quint64 number : {hlc, site}) {
        for (int shift = 56; shift >= 0; shift -= 8)
            hash = (hash ^ ((number >> shift) & 0xFF)) * 0x100000001b3;
    }
    return (hash >> 32) ^ (hash & 0xFFFF'FFFF);
}

} // namespace

QByteArray seedUpdate(quint64 hlc, quint64 site, QByteArrayView utf8)
{
    const QString text = QString::fromUtf8(utf8);
    UpdateWriter out(Format::V1);
    out.clientCount(text.isEmpty() ? 0 : 1);
    if (!text.isEmpty()) {
        out.block(1, clientOf(hlc, site), 0);
        out.info(static_cast<quint8>(Ref::String));
        out.parentName(u"text");
        out.string(text);
    }
    out.deleteSet({});
    return out.finish();
}

} // namespace Sheaf::Text
