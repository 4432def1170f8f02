// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "protocol/messages.h"
#include "session/syncfigures.h"

#include <QJsonObject>
#include <QList>
#include <QObject>
#include <QString>

namespace Sheaf {

/// What one sync came to: from the first attempt or the first news to the proof that nothing is on its way, or to its end.
class SyncResult
{
    Q_GADGET
    Q_PROPERTY(bool ok MEMBER ok)
    Q_PROPERTY(QString errorCode MEMBER errorCode)
    Q_PROPERTY(QString errorText MEMBER errorText)
    Q_PROPERTY(qint64 pushed MEMBER pushed)
    Q_PROPERTY(qint64 pulled MEMBER pulled)
    Q_PROPERTY(qint64 conflicts MEMBER conflicts)
    Q_PROPERTY(qint64 rejected MEMBER rejected)
    Q_PROPERTY(qint64 bytesSent MEMBER bytesSent)
    Q_PROPERTY(qint64 bytesReceived MEMBER bytesReceived)
    Q_PROPERTY(qint64 durationMs MEMBER durationMs)

public:
    bool ok = false;   ///< proven: both sides have the same
    QString errorCode; ///< else why not: as SyncEngine::errorCode(), or see SyncEngine::syncNow()
    QString errorText;
    qint64 pushed = 0; ///< these as in SyncFigures, of this sync alone
    qint64 pulled = 0;
    qint64 conflicts = 0;
    qint64 rejected = 0;
    qint64 bytesSent = 0;
    qint64 bytesReceived = 0;
    qint64 durationMs = 0;
};

/// What the app may judge before a connection is made, see SyncEngine::setBeforeSync().
struct SyncPlan {
    qint64 pending = 0; ///< rows that wait to be sent
    int failures = 0;   ///< attempts in a row that came to nothing
    bool asked = false; ///< somebody waits for it: syncNow()
};

/// How one space stands.
struct SpaceStatus {
    enum class State {
        Offline, ///< there is no session
        Syncing, ///< something is on its way in one direction
        Synced,  ///< proven equal
        Paused,
        Closed ///< see closedCode
    };
    QByteArray name;
    State state = State::Offline;
    QString closedCode = {};   ///< `revoked`, `left`, or `no_permission`: it was never granted
    QString closedReason = {}; ///< for people
    Role role = Role::None;    ///< as of the last welcome
    Epoch epoch = 0;
    Sequence cursor = 0;           ///< everything up to here is in the file
    Sequence head = 0;             ///< the server's newest, as far as was heard
    qint64 pending = 0;            ///< rows that wait for an acknowledgement
    qint64 held = 0;               ///< rows that a filter or a selection keeps here for now
    qint64 quarantined = 0;        ///< unsent edits that are kept since it was closed
    QList<QByteArray> tables = {}; ///< the only ones that are followed; empty: all
    bool paused = false;
    bool proven = false;       ///< in this session, and nothing happened since
    bool updateNeeded = false; ///< it wants a newer schema than this app has: edits wait
    friend bool operator==(const SpaceStatus &, const SpaceStatus &) = default;
};

/// Something that went wrong; the same once more is counted.
struct SyncProblem {
    QString code;
    QString text;
    QString advice;     ///< what to do, in English: for developers and logs, an app says it in its own words
    qint64 firstMs = 0; ///< wall clock
    qint64 lastMs = 0;
    int count = 0;
    friend bool operator==(const SyncProblem &, const SyncProblem &) = default;
};

/// Everything about the sync that is no status, as of one moment.
struct SyncSnapshot {
    SyncFigures figures;
    QList<SpaceStatus> spaces;
    QList<SyncProblem> problems; ///< the newest last, at most SyncMonitor::problemsMax
    qint64 clockOffsetMs = 0;    ///< server minus this device
    qint64 runBytes = 0;         ///< sent and received by the sync that is on its way
    friend bool operator==(const SyncSnapshot &, const SyncSnapshot &) = default;
};

/// The answer to "why is this row not synced?".
struct RowAnswer {
    enum class State {
        Synced,       ///< the server has it
        Waiting,      ///< connected, and on its way
        Offline,      ///< waits for a connection: `reason` says what is wrong with it
        Paused,       ///< waits for resume(), of all or of its space
        Held,         ///< waits because a filter, or a syncWhere() that is on its way, keeps it here
        Rejected,     ///< the server refused it: see `reason`
        Viewer,       ///< waits, and this device may only read the space
        NoAccess,     ///< waits, and this device may not see the space
        UpdateNeeded, ///< waits, and the space wants a newer schema than this app has
        UnknownRow,
        LocalTable ///< the table is not synced, or there is none
    };
    State state = State::UnknownRow;
    QByteArray space;
    qint64 sinceMs = 0; ///< wall clock of the oldest change that waits; 0: none does
    QString reasonCode; ///< of a refusal, or of what keeps the connection away
    QString reason;
};

/// The names that JSON has for states and roles.
[[nodiscard]] QString nameOf(RowAnswer::State state);
[[nodiscard]] QString nameOf(SpaceStatus::State state);
[[nodiscard]] QString nameOf(Role role);
[[nodiscard]] QJsonObject toJson(const SyncFigures &figures);
[[nodiscard]] QJsonObject toJson(const SyncResult &result);
[[nodiscard]] QJsonObject toJson(const SpaceStatus &space);
[[nodiscard]] QJsonObject toJson(const SyncProblem &problem);
[[nodiscard]] QJsonObject toJson(const RowAnswer &answer);

/// What can be done about an error code.
[[nodiscard]] QString adviceFor(const QString &code);

} // namespace Sheaf
