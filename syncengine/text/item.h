// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/rawupdate.h"

namespace Sheaf::Text {

/// "No item", "no client", "no type": every handle is an index.
inline constexpr quint32 None = 0xFFFF'FFFFU;

/// An id inside a store: clients are numbered by the store's client table.
struct Id {
    quint32 client = None;
    quint32 clock = 0;
    [[nodiscard]] bool isNone() const { return client == None; }
    friend bool operator==(const Id &, const Id &) = default;
};

/// What an item has beside text and elements; fields as those of RawExtra.
struct Extra {
    Value value;
    quint32 key = None; ///< among the store's keys
    quint32 type = 0;   ///< index of a type
};

/// One struct of the store: a cache line, in a pool, addressed by index.
/// Text lies in the store's text buffer from content on, with room for capacity units, elements lie so in its buffer of
/// values; other content but Deleted and Gc is an index into the store's extras.
struct Item {
    enum Flag : quint8 { Deleted = 1, Countable = 2, Keep = 4, Redone = 8 };

    quint32 client = None;
    quint32 clock = 0;
    quint32 length = 0;
    Id origin;
    Id right;
    quint32 left = None; ///< list neighbours
    quint32 next = None;
    quint32 parent = None; ///< type
    quint32 sub = None;    ///< key of a map entry
    quint32 content = 0;
    quint32 capacity = 0;
    quint32 leaf = None; ///< of the parent's sequence
    Ref ref = Ref::Gc;
    quint8 flags = 0;
    quint16 unused = 0;
    quint32 scanned = 0; ///< scratch of the conflict scan

    [[nodiscard]] bool isDeleted() const { return flags & Deleted; }
    [[nodiscard]] quint32 end() const { return clock + length; }
    [[nodiscard]] Id id() const { return {client, clock}; }
    [[nodiscard]] Id lastId() const { return {client, clock + length - 1}; }
    [[nodiscard]] bool isVisible() const { return (flags & (Deleted | Countable)) == Countable; }
    [[nodiscard]] quint32 visible() const { return isVisible() ? length : 0; }
};
static_assert(sizeof(Item) == 64);

} // namespace Sheaf::Text
