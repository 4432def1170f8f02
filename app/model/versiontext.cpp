// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/versiontext.h"

#include <zstd.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr int packLevel = 3;

} // namespace

QList<QByteArray> packVersion(const QString &text)
{
    const QByteArray plain = text.toUtf8();
    if (plain.size() > versionTextBytesMax)
        return {};
    QByteArray packed(static_cast<qsizetype>(ZSTD_compressBound(static_cast<size_t>(plain.size()))), Qt::Uninitialized);
    const size_t size = ZSTD_compress(packed.data(), static_cast<size_t>(packed.size()), plain.constData(),
                                      static_cast<size_t>(plain.size()), packLevel);
    if (ZSTD_isError(size) != 0)
        return {};
    packed.truncate(static_cast<qsizetype>(size));
    QList<QByteArray> pieces;
    for (qsizetype at = 0; at < packed.size(); at += versionPieceBytes)
        pieces.append(packed.mid(at, versionPieceBytes));
    return pieces;
}

Result<QString> unpackVersion(const QList<QByteArray> &pieces)
{
    const auto bad = [] { return fail(u"bad_version"_s, u"This version is damaged, or not all of it is here yet."_s); };
    const QByteArray packed = pieces.join();
    const auto declared = ZSTD_getFrameContentSize(packed.constData(), static_cast<size_t>(packed.size()));
    // Also what the two values for "not known" and "no frame" are.
    if (declared > static_cast<unsigned long long>(versionTextBytesMax))
        return bad();
    QByteArray plain(static_cast<qsizetype>(declared), Qt::Uninitialized);
    const size_t size =
        ZSTD_decompress(plain.data(), static_cast<size_t>(plain.size()), packed.constData(), static_cast<size_t>(packed.size()));
    if (ZSTD_isError(size) != 0 || size != declared)
        return bad();
    return QString::fromUtf8(plain);
}

} // namespace Sheaf
