// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "text/piece.h"
#include "text/updatealgebra.h"

namespace Sheaf::Text {

namespace {

constexpr qsizetype bytesOfCounts = 10; ///< of clients, and of clients with deletions
constexpr qsizetype bytesOfBlock = 20;  ///< number of structs, client, first clock
constexpr qsizetype bytesOfRange = 10;  ///< clock and length

qsizetype bytesOf(quint64 client, const Piece &piece)
{
    UpdateWriter out(Format::V1);
    writePiece(out, client, piece);
    return out.finish().size();
}

/// How many units from the front take at most `room` bytes as UTF-8, in whole pairs.
quint32 unitsWithin(QStringView text, qsizetype room)
{
    qsizetype at = 0;
    while (at < text.size()) {
        const char16_t unit = text[at].unicode();
        const bool pair = QChar::isHighSurrogate(unit) && at + 1 < text.size() && text[at + 1].isLowSurrogate();
        const int bytes = pair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
        if (room < bytes)
            break;
        room -= bytes;
        at += pair ? 2 : 1;
    }
    return static_cast<quint32>(at);
}

/// Fills one update after another.
class Splitter
{
public:
    explicit Splitter(qsizetype bytesMax) : m_bytesMax(bytesMax) {}

    void add(quint64 client, Piece piece)
    {
        if (piece.one.ref == Ref::String)
            return addString(client, piece);
        const qsizetype bytes = bytesOf(client, piece);
        if (room(client) < bytes)
            close();
        put(client, piece, bytes);
    }

    void remove(quint64 client, ClockRange range)
    {
        const auto cost = [&] { return bytesOfRange + (m_deletions.contains(client) ? 0 : bytesOfBlock); };
        if (m_bytesMax - m_used < cost())
            close();
        m_used += cost();
        m_deletions[client].push_back(range);
    }

    std::vector<QByteArray> finish()
    {
        close();
        return std::move(m_updates);
    }

private:
    [[nodiscard]] qsizetype room(quint64 client) const
    {
        const bool known = !m_blocks.empty() && m_blocks.back().first == client;
        return m_bytesMax - m_used - (known ? 0 : bytesOfBlock);
    }

    void addString(quint64 client, Piece piece)
    {
        constexpr qsizetype bytesOfUnit = 4;   // the one that the measured piece has
        constexpr qsizetype bytesOfLength = 5; // of a longer one
        while (piece.cut < piece.one.length) {
            Piece head = piece;
            head.one.length = piece.cut + 1;
            const qsizetype overhead = bytesOf(client, head) + bytesOfLength;
            const QStringView text = piece.raw->view(piece.one.content, piece.one.length).mid(piece.cut);
            quint32 units = unitsWithin(text, room(client) - overhead);
            if (units == 0 && m_used > bytesOfCounts) { // not even one fits: the next update has more room
                close();
                units = unitsWithin(text, room(client) - overhead);
            }
            units = std::max(units, unitsWithin(text, bytesOfUnit)); // a name that fills an update alone
            head.one.length = piece.cut + units;
            put(client, head, bytesOf(client, head));
            piece.cut = head.one.length;
        }
    }

    void put(quint64 client, const Piece &piece, qsizetype bytes)
    {
        if (m_blocks.empty() || m_blocks.back().first != client) {
            if (piece.one.ref == Ref::Skip) // a hole in front says nothing
                return;
            m_blocks.push_back({client, {}});
            m_used += bytesOfBlock;
        }
        m_blocks.back().second.push_back(piece);
        m_used += bytes;
    }

    void close()
    {
        if (m_blocks.empty() && m_deletions.empty())
            return;
        m_updates.push_back(assemble(m_blocks, m_deletions, Format::V1));
        m_blocks.clear();
        m_deletions.clear();
        m_used = bytesOfCounts;
    }

    qsizetype m_bytesMax;
    qsizetype m_used = bytesOfCounts;
    Blocks m_blocks;
    DeleteSet m_deletions;
    std::vector<QByteArray> m_updates;
};

} // namespace

Result<std::vector<QByteArray>> splitUpdate(QByteArrayView update, qsizetype bytesMax)
{
    SHEAF_CHECK(bytesMax >= 1024);
    if (update.size() <= bytesMax)
        return std::vector{update.toByteArray()};
    RawUpdate raw;
    if (const auto read = readUpdate(update, Format::V1, raw); !read)
        return fail(read.error());
    Splitter splitter(bytesMax);
    for (const RawUpdate::Block &block : raw.blocks) {
        for (quint32 i = block.begin; i < block.end; ++i)
            splitter.add(block.client, {&raw, raw.structs[i], 0});
    }
    for (const auto &[client, ranges] : deletionsOf(raw)) {
        for (const ClockRange range : ranges)
            splitter.remove(client, range);
    }
    return splitter.finish();
}

} // namespace Sheaf::Text
