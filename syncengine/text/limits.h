// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// Bounds of the text library. Everything that an update from outside can make us allocate or repeat
/// is counted against one of these; passing one is an error value, never a crash or an endless loop.
namespace Sheaf::Text::Limits {

/// Clocks and lengths are 32 bits in the store (the wire has 53): four billion units per client.
inline constexpr quint64 clockMax = 0xFFFF'FFF0U;
/// Largest integer that the wire format may carry (that of JavaScript).
inline constexpr quint64 wireIntegerMax = (quint64{1} << 53) - 1;
/// Nesting of objects and arrays in JSON text and in lib0's any; a stack frame each.
inline constexpr int valueDepthMax = 100;
/// In format v2 run-length columns can name any number of structs that have no bytes of their own (collected, deleted, a
/// type): a floor for small updates, and one for so many bytes. Recorded documents have one for nine bytes at most. All
/// other structs take a byte or more, two in format v1.
inline constexpr quint64 emptyStructsFloor = 8'192;
inline constexpr quint64 bytesPerEmptyStruct = 4;
/// Structs that a small update gets room for at once, as many as it has bytes.
inline constexpr quint64 roomOfSmallUpdate = 64 * 1024;
/// What was read of an update is kept for the next one up to this size.
inline constexpr size_t rawBytesKept = 64 * 1024;
/// Parked updates are kept apart up to this many, then merged into one, so that merging stays linear.
inline constexpr quint32 pendingUpdatesMax = 64;

/// Awareness: who of a topic is known to one client, and what one update may carry of them.
inline constexpr qsizetype awarenessClientsMax = 1'024;
inline constexpr quint64 awarenessEntriesMax = 1'024;
inline constexpr qsizetype awarenessStateBytesMax = 8 * 1024; ///< a name, a colour, a caret: a picture belongs elsewhere
inline constexpr qint64 awarenessMsMax = 30'000;              ///< a client that is silent for that long is gone (y-protocols)

} // namespace Sheaf::Text::Limits
