// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/updatealgebra.h"

#include "text/piece.h"

#include <queue>

#include <algorithm>
#include <utility>

namespace Sheaf::Text {

void writePiece(UpdateWriter &out, quint64 client, const Piece &piece)
{
    const RawStruct &one = piece.one;
    const quint32 length = one.length - piece.cut;
    if (one.ref == Ref::Gc)
        return out.gc(length);
    if (one.ref == Ref::Skip)
        return out.skip(length);
    const bool origin = piece.cut > 0 || (one.flags & RawStruct::HasOrigin);
    const bool right = one.flags & RawStruct::HasRight;
    // Without the key itself the bit is not set again; the reader copies the key from the neighbour.
    const bool sub = one.flags & RawStruct::HasSub;
    out.info(static_cast<quint8>(static_cast<int>(one.ref) | (origin ? 0x80 : 0) | (right ? 0x40 : 0) | (sub ? 0x20 : 0)));
    if (origin)
        out.leftId(piece.cut > 0 ? WireId{client, piece.clock() - 1} : one.origin);
    if (right)
        out.rightId(one.right);
    if (!origin && !right) {
        const RawParent &parent = piece.raw->parentOf(one);
        if (one.flags & RawStruct::ParentName)
            out.parentName(piece.raw->view(parent.name, parent.nameLength));
        else
            out.parentId(parent.id);
        if (sub)
            out.string(piece.raw->view(parent.sub, parent.subLength));
    }
    if (one.ref == Ref::Deleted)
        return out.length(length);
    if (hasElements(one.ref))
        return out.elements(one.ref, piece.raw->elements(one).subspan(piece.cut));
    if (hasExtra(one.ref)) {
        const RawExtra &extra = piece.raw->extras[one.content];
        return out.content(one.ref, extra.value, piece.raw->keyOf(extra), one.type);
    }
    const QStringView text = piece.raw->view(one.content, one.length).mid(piece.cut);
    if (piece.cut > 0 && text.front().isLowSurrogate())
        return out.string(QString(QChar(u'\uFFFD')) + text.mid(1).toString());
    out.string(text);
}

QByteArray assemble(const Blocks &blocks, const DeleteSet &deletions, Format format)
{
    UpdateWriter out(format);
    out.clientCount(blocks.size());
    for (const auto &[client, pieces] : blocks) {
        out.block(pieces.size(), client, pieces.front().clock());
        for (const Piece &piece : pieces)
            writePiece(out, client, piece);
    }
    out.deleteSet(deletions);
    return out.finish();
}

DeleteSet deletionsOf(const RawUpdate &raw)
{
    DeleteSet set;
    for (const auto &[client, range] : raw.deletions)
        set[client].push_back(range);
    normalise(set);
    return set;
}

namespace {

/// Reads one update's structs of one client in turn.
struct Cursor {
    const RawUpdate *raw = nullptr;
    size_t block = 0;
    quint32 at = 0;
    qint64 order = 0;
    [[nodiscard]] const RawStruct &one() const { return raw->structs[at]; }
    [[nodiscard]] quint64 client() const { return raw->blocks[block].client; }
    [[nodiscard]] bool advance()
    {
        if (++at < raw->blocks[block].end)
            return true;
        if (++block >= raw->blocks.size())
            return false;
        at = raw->blocks[block].begin;
        return true;
    }
    /// Skips are made anew by the merge.
    [[nodiscard]] bool settle()
    {
        while (one().ref == Ref::Skip) {
            if (!advance())
                return false;
        }
        return true;
    }
};

struct Later {
    bool operator()(const Cursor &a, const Cursor &b) const
    {
        if (a.client() != b.client())
            return a.client() < b.client();
        if (a.one().clock != b.one().clock)
            return a.one().clock > b.one().clock;
        return a.order > b.order;
    }
};

void addPiece(std::vector<Piece> &pieces, Piece piece, bool joins)
{
    if (!pieces.empty()) {
        Piece &last = pieces.back();
        if (piece.clock() > last.end()) {
            Piece skip{piece.raw, {}, 0};
            skip.one.ref = Ref::Skip;
            skip.one.clock = last.end();
            skip.one.length = piece.clock() - last.end();
            pieces.push_back(skip);
        } else if (piece.clock() < last.end()) {
            piece.cut = last.end() - piece.one.clock;
        }
        if (joins && piece.one.ref == Ref::Gc && pieces.back().one.ref == Ref::Gc) {
            pieces.back().one.length += piece.one.length - piece.cut;
            return;
        }
    }
    pieces.push_back(piece);
}

/// Passes over what was written already; false at the end of the update.
bool skipWritten(Cursor &cursor, quint64 client, const std::vector<Piece> &pieces)
{
    while (cursor.client() == client && cursor.one().clock + cursor.one().length <= pieces.back().end()) {
        if (!cursor.advance() || !cursor.settle())
            return false;
    }
    return true;
}

} // namespace

Result<QByteArray> mergeUpdates(const std::vector<QByteArray> &updates, Format format)
{
    if (updates.size() == 1)
        return updates.front();
    std::vector<RawUpdate> raws(updates.size());
    DeleteSet deletions;
    std::priority_queue<Cursor, std::vector<Cursor>, Later> queue;
    for (size_t i = 0; i < updates.size(); ++i) {
        if (const auto read = readUpdate(updates[i], format, raws[i]); !read)
            return fail(read.error());
        auto &blocks = raws[i].blocks;
        std::stable_sort(blocks.begin(), blocks.end(),
                         [](const RawUpdate::Block &a, const RawUpdate::Block &b) { return a.client > b.client; });
        for (const auto &[client, range] : raws[i].deletions)
            deletions[client].push_back(range);
        if (blocks.empty())
            continue;
        Cursor cursor{&raws[i], 0, blocks.front().begin, static_cast<qint64>(i)};
        if (cursor.settle())
            queue.push(cursor);
    }
    normalise(deletions);
    Blocks blocks;
    // The reference sorts its cursors again and again with a stable sort: of equal ones the last used comes first.
    qint64 order = 0;
    while (!queue.empty()) {
        Cursor cursor = queue.top();
        queue.pop();
        cursor.order = --order;
        const quint64 client = cursor.client();
        if (blocks.empty() || blocks.back().first != client)
            blocks.push_back({client, {}});
        auto &pieces = blocks.back().second;
        const quint32 clock = cursor.one().clock;
        if (!pieces.empty() && !skipWritten(cursor, client, pieces))
            continue;
        if (cursor.client() != client ||
            (!pieces.empty() && cursor.one().clock != clock && cursor.one().clock > pieces.back().end())) {
            queue.push(cursor); // behind the hole others may come first
            continue;
        }
        // Follow one update as long as it goes on without a hole, as the reference does.
        bool more = true;
        bool joins = true;
        do {
            addPiece(pieces, {cursor.raw, cursor.one(), 0}, std::exchange(joins, false));
            more = cursor.advance() && cursor.settle();
        } while (more && cursor.client() == client && cursor.one().clock == pieces.back().end());
        if (more)
            queue.push(cursor);
    }
    return assemble(blocks, deletions, format);
}

Result<QByteArray> diffUpdate(QByteArrayView update, const StateVector &from, Format format)
{
    RawUpdate raw;
    if (const auto read = readUpdate(update, format, raw); !read)
        return fail(read.error());
    Blocks blocks;
    for (const RawUpdate::Block &block : raw.blocks) {
        const auto known = from.find(block.client);
        const quint32 state = known == from.end() ? 0 : known->second;
        std::vector<Piece> pieces;
        for (quint32 i = block.begin; i < block.end; ++i) {
            const RawStruct &one = raw.structs[i];
            if (pieces.empty() && (one.ref == Ref::Skip || one.clock + one.length <= state))
                continue;
            pieces.push_back({&raw, one, pieces.empty() && state > one.clock ? state - one.clock : 0});
        }
        if (!pieces.empty())
            blocks.emplace_back(block.client, std::move(pieces));
    }
    return assemble(blocks, deletionsOf(raw), format);
}

Result<StateVector> stateVectorOfUpdate(QByteArrayView update, Format format)
{
    RawUpdate raw;
    if (const auto read = readUpdate(update, format, raw); !read)
        return fail(read.error());
    StateVector state;
    for (const RawUpdate::Block &block : raw.blocks) {
        quint32 clock = 0;
        for (quint32 i = block.begin; i < block.end && raw.structs[i].clock == clock && raw.structs[i].ref != Ref::Skip; ++i)
            clock += raw.structs[i].length;
        if (clock > 0)
            state[block.client] = clock;
    }
    return state;
}

Result<QByteArray> convertUpdate(QByteArrayView update, Format from, Format to)
{
    RawUpdate raw;
    if (const auto read = readUpdate(update, from, raw); !read)
        return fail(read.error());
    Blocks blocks;
    for (const RawUpdate::Block &block : raw.blocks) {
        std::vector<Piece> pieces;
        for (quint32 i = block.begin; i < block.end; ++i)
            pieces.push_back({&raw, raw.structs[i], 0});
        blocks.emplace_back(block.client, std::move(pieces));
    }
    return assemble(blocks, deletionsOf(raw), to);
}

QByteArray writeStructs(const RawUpdate &raw, const std::vector<std::pair<quint64, std::vector<const RawStruct *>>> &clients)
{
    Blocks blocks;
    for (const auto &[client, structs] : clients) {
        std::vector<Piece> pieces;
        for (const RawStruct *one : structs)
            pieces.push_back({&raw, *one, 0});
        blocks.emplace_back(client, std::move(pieces));
    }
    std::sort(blocks.begin(), blocks.end(), [](const auto &a, const auto &b) { return a.first > b.first; });
    return assemble(blocks, {}, Format::V1);
}

} // namespace Sheaf::Text
