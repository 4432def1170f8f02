// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/rawupdate.h"
#include "text/updatewriter.h"

namespace Sheaf::Text {

/// A struct on its way into a new update; raw says where its text and values are.
struct Piece {
    const RawUpdate *raw = nullptr;
    RawStruct one;
    quint32 cut = 0; ///< units left out in front
    [[nodiscard]] quint32 clock() const { return one.clock + cut; }
    [[nodiscard]] quint32 end() const { return one.clock + one.length; }
};

using Blocks = std::vector<std::pair<quint64, std::vector<Piece>>>;

void writePiece(UpdateWriter &out, quint64 client, const Piece &piece);
/// Clients descending, each with its pieces in the order of their clocks.
[[nodiscard]] QByteArray assemble(const Blocks &blocks, const DeleteSet &deletions, Format format);
[[nodiscard]] DeleteSet deletionsOf(const RawUpdate &raw);

} // namespace Sheaf::Text
