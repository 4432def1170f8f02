// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QList>
#include <QString>

namespace Sheaf {

/// Bytes of a piece: two of them and a long title still fit into a row that a server takes.
inline constexpr qsizetype versionPieceBytes = 128 * 1024;
/// Bytes of a text in UTF-8. What says to hold more is not ours; a live text stays below half of it.
inline constexpr qsizetype versionTextBytesMax = 16 * 1024 * 1024;

/// The text of a version as the store holds it: packed by zstd, in pieces, at least one. Every unit of the text comes
/// back, lone surrogates aside, which no store holds. A text above the maximum gives no pieces.
[[nodiscard]] QList<QByteArray> packVersion(const QString &text);
/// Errors: `bad_version` when the pieces are not one whole text.
[[nodiscard]] Result<QString> unpackVersion(const QList<QByteArray> &pieces);

} // namespace Sheaf
