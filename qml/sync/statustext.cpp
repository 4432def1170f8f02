// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "statustext.h"

#include <QCoreApplication>
#include <QDateTime>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// A first download this small is over before anybody could read about it.
constexpr qint64 firstDownloadMin = 200;
/// An edit or two are sent before anybody could read a number.
constexpr qint64 countedUploadMin = 20;

QString tr(const char *text)
{
    return QCoreApplication::translate("SyncStatus", text);
}

QString changes(qint64 count)
{
    return count == 1 ? tr("1 change") : tr("%1 changes").arg(count);
}

/// The sentence for an error that only the user can end; empty for those that time may heal.
QString needsUser(const StatusInput &input)
{
    const QString &code = input.errorCode;
    if (code == "bad_token"_L1) {
        return input.pending > 0 ? tr("Signed out — sign in to send %1").arg(changes(input.pending))
                                 : tr("Signed out — sign in to sync");
    }
    if (code == "server_full"_L1)
        return tr("Server is full — changes stay on this device");
    if (code == "disk_full"_L1)
        return tr("The disk of this device is full — make room to go on syncing");
    if (code == "database_damaged"_L1)
        return tr("The data on this device is damaged — restore it from a backup");
    if (code == "update_needed"_L1 || code == "bad_version"_L1 || code == "unsupported_version"_L1)
        return input.errorText.isEmpty() ? tr("Update needed") : tr("Update needed: %1").arg(input.errorText);
    if (code == "no_access"_L1) {
        return input.pending > 0 ? tr("No access on the server — %1 kept on this device").arg(changes(input.pending))
                                 : tr("No access on the server — ask for access to a list");
    }
    if (code == "not_repaired"_L1)
        return tr("This device and the server differ — everything is kept on both");
    return {};
}

QString unreachable(const StatusInput &input)
{
    return input.server.isEmpty() ? tr("Can't reach the server") : tr("Can't reach %1").arg(input.server);
}

StatusText offline(qint64 pending)
{
    StatusText status;
    status.icon = u"cloud-off"_s;
    status.text = pending > 0 ? tr("Offline · %1 waiting").arg(changes(pending)) : tr("Offline");
    return status;
}

StatusText failed(const StatusInput &input)
{
    StatusText status;
    status.icon = u"warning"_s;
    status.link = tr("Details");
    status.action = u"details"_s;
    status.banner = needsUser(input);
    if (status.banner.isEmpty()) {
        status.tone = StatusText::Tone::Attention;
        status.text = unreachable(input);
        return status;
    }
    status.tone = StatusText::Tone::Danger;
    status.bannerTone = StatusText::Tone::Danger;
    status.text = status.banner;
    if (input.errorCode == "bad_token"_L1) {
        status.link = tr("Sign in");
        status.action = u"connect"_s;
    }
    return status;
}

/// The link is lost and will be tried again by itself. What waits is said first; without that,
/// when the next attempt is, and after a while that there seems to be no server.
StatusText away(const StatusInput &input)
{
    if (!needsUser(input).isEmpty())
        return failed(input);
    StatusText status = offline(input.pending);
    status.link = tr("Now");
    status.action = u"reconnect"_s;
    if (input.longAway) {
        status.banner = input.pending > 0 ? tr("%1 — %2 waiting on this device").arg(unreachable(input), changes(input.pending))
                                          : tr("%1 — everything is stored on this device").arg(unreachable(input));
        status.bannerTone = StatusText::Tone::Attention;
    }
    if (input.pending > 0)
        return status;
    if (input.longAway) {
        status.icon = u"warning"_s;
        status.tone = StatusText::Tone::Attention;
        status.text = unreachable(input);
        status.link = tr("Details");
        status.action = u"details"_s;
    } else if (input.state == SyncEngine::State::Reconnecting) {
        status.text = tr("Reconnecting in %1 s").arg((input.reconnectInMs + 999) / 1000);
    }
    return status;
}

StatusText syncing(const StatusInput &input)
{
    StatusText status;
    status.tone = StatusText::Tone::Active;
    status.icon = u"sync"_s;
    const SyncMovement movement = movementOf(input);
    status.text = movement.total > 0 ? tr("Syncing %1 of %2").arg(movement.done).arg(movement.total) : tr("Syncing");
    const bool first = input.syncedAtMs == 0 && input.progressTotal >= firstDownloadMin;
    if (first && input.progressDone < input.progressTotal)
        status.download = tr("Downloading %1 of %2 — newest first").arg(input.progressDone).arg(input.progressTotal);
    return status;
}

} // namespace

SyncMovement movementOf(const StatusInput &input)
{
    if (input.state != SyncEngine::State::Syncing)
        return {};
    if (input.pending > 0 && input.mostPending >= countedUploadMin && input.progressDone >= input.progressTotal)
        return {input.mostPending - input.pending, input.mostPending};
    return {input.progressDone, input.progressTotal};
}

StatusText describeStatus(const StatusInput &input)
{
    StatusText status;
    switch (input.state) {
    case SyncEngine::State::LocalOnly:
        status.text = tr("On this device only");
        status.link = tr("Connect");
        status.action = u"connect"_s;
        return status;
    case SyncEngine::State::Connecting:
        if (input.retrying)
            return away(input);
        status.icon = u"cloud"_s;
        status.text = tr("Connecting");
        return status;
    case SyncEngine::State::Syncing:
        return syncing(input);
    case SyncEngine::State::Synced: {
        status.tone = StatusText::Tone::Good;
        const QString time = QDateTime::fromMSecsSinceEpoch(input.syncedAtMs).toString(u"HH:mm"_s);
        status.text = input.syncedAtMs > 0 ? tr("Synced · %1").arg(time) : tr("Synced");
        return status;
    }
    case SyncEngine::State::Paused:
    case SyncEngine::State::Offline:
        return offline(input.pending);
    case SyncEngine::State::Reconnecting:
        return away(input);
    case SyncEngine::State::Error:
        return failed(input);
    }
    return status;
}

} // namespace Sheaf
