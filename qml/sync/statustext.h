// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QString>

namespace Sheaf {

/// What the words of the status depend on.
struct StatusInput {
    SyncEngine::State state = SyncEngine::State::LocalOnly;
    qint64 pending = 0;
    qint64 mostPending = 0; ///< since there were none
    qint64 progressDone = 0;
    qint64 progressTotal = 0;
    qint64 reconnectInMs = 0;
    qint64 syncedAtMs = 0;
    QString errorCode = {};
    QString errorText = {};
    bool retrying = false; ///< the last attempt has failed; a new one is not news
    bool longAway = false; ///< the server has not been reached for longer than a hiccup
    QString server = {};   ///< host name as people know it
};

/// The status in words, as every screen shows it.
struct StatusText {
    enum class Tone { Quiet, Good, Active, Attention, Danger };
    Tone tone = Tone::Quiet;
    QString icon; ///< of the icon family; empty = a dot in the tone's colour
    QString text;
    QString link;   ///< word of the action beside the text, empty if there is none
    QString action; ///< what the link does: connect, reconnect, details
    QString banner; ///< empty unless the user must do something, or should know by now
    Tone bannerTone = Tone::Quiet;
    QString download; ///< words of the first download, empty when there is none

    friend bool operator==(const StatusText &, const StatusText &) = default;
};

/// What is on its way now and worth a number: the download, then the upload; a total of 0 when nothing is.
struct SyncMovement {
    qint64 done = 0;
    qint64 total = 0;
};
[[nodiscard]] SyncMovement movementOf(const StatusInput &input);

/// The one place where engine states become words.
[[nodiscard]] StatusText describeStatus(const StatusInput &input);

} // namespace Sheaf
