// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/value.h"

#include <QStringView>

#include <map>
#include <span>
#include <string>
#include <vector>

namespace Sheaf::Text {

/// Content references of the wire.
enum class Ref : quint8 { Gc = 0, Deleted, Json, Binary, String, Embed, Format, Type, Any, Doc, Skip };

/// An id as it stands on the wire.
struct WireId {
    quint64 client = 0;
    quint32 clock = 0;
    friend bool operator==(const WireId &, const WireId &) = default;
};

/// Content other than text, elements and lengths as decoded. Which fields count depends on the kind: key, a range of
/// RawUpdate::text, is the format key, the guid or the node name; value is the embed, the format value, the bytes or the
/// document's options.
struct RawExtra {
    Value value;
    quint32 key = 0, keyLength = 0;
};

/// Whether structs of a kind hold elements, as those of arrays do: values that the struct may be cut between.
[[nodiscard]] constexpr bool hasElements(Ref ref)
{
    return ref == Ref::Json || ref == Ref::Any;
}
/// Whether content of a kind is an index of extras.
[[nodiscard]] constexpr bool hasExtra(Ref ref)
{
    return ref >= Ref::Binary && ref <= Ref::Doc && ref != Ref::String && ref != Ref::Any;
}

/// Where a struct stands that names no neighbour: in a root type or inside an item, perhaps under a key.
struct RawParent {
    WireId id;
    quint32 name = 0, nameLength = 0;
    quint32 sub = 0, subLength = 0;
    friend bool operator==(const RawParent &, const RawParent &) = default;
};

/// A struct as decoded: text is a range in RawUpdate::text, elements one in RawUpdate::values, other content an index into
/// RawUpdate::extras.
struct RawStruct {
    enum Flag : quint8 { HasOrigin = 1, HasRight = 2, ParentName = 4, ParentId = 8, HasSub = 16 };
    Ref ref = Ref::Gc;
    quint8 flags = 0;
    quint8 type = 0; ///< type reference
    quint32 clock = 0;
    quint32 length = 0;
    quint32 content = 0;
    quint32 parent = 0; ///< index into RawUpdate::parents, with ParentName or ParentId
    WireId origin;
    WireId right;
};

struct ClockRange {
    quint32 clock = 0;
    quint32 length = 0;
    [[nodiscard]] quint32 end() const { return clock + length; }
    friend bool operator==(const ClockRange &, const ClockRange &) = default;
};

/// Deletions by client; writers want clients descending.
using DeleteSet = std::map<quint64, std::vector<ClockRange>, std::greater<>>;
using StateVector = std::map<quint64, quint32, std::greater<>>;

/// Sorts the ranges and joins those that touch.
void normalise(std::vector<ClockRange> &ranges);
void normalise(DeleteSet &set);
[[nodiscard]] bool contains(const std::vector<ClockRange> &ranges, quint32 clock);
[[nodiscard]] bool contains(const DeleteSet &set, quint64 client, quint32 clock);

/// A whole update, decoded and checked but not integrated.
struct RawUpdate {
    struct Block {
        quint64 client = 0;
        quint32 begin = 0; ///< index of its first struct
        quint32 end = 0;
    };
    std::vector<Block> blocks;
    std::vector<RawStruct> structs;
    std::vector<RawParent> parents;
    std::u16string text;
    bool hasPairs = false; ///< whether the text has surrogate pairs
    std::vector<Value> values;
    std::vector<RawExtra> extras;
    std::vector<std::pair<quint64, ClockRange>> deletions;

    void clear();
    /// The memory that stays after clear().
    [[nodiscard]] size_t heldBytes() const;
    [[nodiscard]] const RawParent &parentOf(const RawStruct &one) const { return parents[one.parent]; }
    [[nodiscard]] QStringView view(quint32 at, quint32 length) const
    {
        return QStringView(text.data() + at, static_cast<qsizetype>(length));
    }
    [[nodiscard]] QStringView keyOf(const RawExtra &extra) const { return view(extra.key, extra.keyLength); }
    [[nodiscard]] std::span<const Value> elements(const RawStruct &one) const
    {
        return std::span(values).subspan(one.content, one.length);
    }
};

} // namespace Sheaf::Text
