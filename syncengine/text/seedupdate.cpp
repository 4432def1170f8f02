// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/updatealgebra.h"
#include "text/updatewriter.h"

namespace Sheaf::Text {

namespace {

/// FNV-1a, folded to the 32 bits that Yjs gives a client.
quint64 clientOf(const QByteArray &utf8)
{
    quint64 hash = 0xcbf29ce484222325;
    for (const char byte : utf8)
        hash = (hash ^ static_cast<quint8>(byte)) * 0x100000001b3;
    return (hash >> 32) ^ (hash & 0xFFFF'FFFF);
}

} // namespace

QByteArray seedUpdate(QByteArrayView utf8)
{
    const QString text = QString::fromUtf8(utf8);
    UpdateWriter out(Format::V1);
    out.clientCount(text.isEmpty() ? 0 : 1);
    if (!text.isEmpty()) {
        out.block(1, clientOf(text.toUtf8()), 0);
        out.info(static_cast<quint8>(Ref::String));
        out.parentName(u"text");
        out.string(text);
    }
    out.deleteSet({});
    return out.finish();
}

} // namespace Sheaf::Text
