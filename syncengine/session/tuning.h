// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

/// Every maximum and interval of the client's session, with its reason. What both sides must keep
/// to is in protocol/limits.h.
namespace Sheaf::Tuning {

// Upload.
constexpr int pushWindow = 4;            ///< full pushes in flight: hides a round trip, bounds repeats after a lost link
constexpr int pushesBeforeDrain = 64;    ///< then the outbox is read from its start, so that rows edited again wait no longer
constexpr int clockAheadPauseMs = 1'000; ///< before stamps that the server refused are offered again

// Download.
constexpr int rowsPerTransaction = 2'000; ///< small batches are joined up to here: few fsyncs, short waits for local writes
constexpr qint64 bytesPerTransaction = 256 * 1024;
constexpr qint64 unappliedBytesMax = 2 * 1024 * 1024; ///< beyond this we apply before we read on, so TCP slows the server down
constexpr int gapsMax = 16;                           ///< re-subscriptions of one space in one session before we give the link up

// Proof and liveness, milliseconds.
constexpr int markIntervalMs = 250; ///< one proof per space at most that often: edits come in bursts
constexpr int refusalMsMax = 1'000; ///< for our own refusal to leave before we hang up
constexpr int pingJitterPercent = 10;

// Presence, milliseconds.
constexpr int presenceIntervalMs = 50;    ///< an own state is told 20 times a second at most
constexpr int presenceRenewalMs = 15'000; ///< half of what others wait
constexpr int presenceUpkeepMs = 1'000;   ///< how exactly the two are kept
constexpr int presenceBusyMs = 250;       ///< before a link that takes nothing is tried again

// Reconnection, milliseconds.
constexpr int reconnectMsFloor = 20;      ///< jitter may say 0; a server that hangs up at once must not spin us
constexpr int stableSessionMs = 5'000;    ///< a session that lived that long starts the pauses anew
constexpr int reconnectDoublingsMax = 16; ///< far beyond the longest pause, keeps the shift defined

} // namespace Sheaf::Tuning
