// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/systemrandom.h"
#include "presences.h"
#include "watches.h"

namespace Sheaf {

/// The commands of the JSON protocol (DESIGN section 7), one function each.
class Commands : public QObject
{
    Q_OBJECT

public:
    using Reply = Watches::Reply;

    explicit Commands(SyncEngine &engine) : m_engine(engine), m_watches(engine), m_presences(engine, printLine) {}

    /// Does one command and calls `reply` exactly once, now or later.
    void run(const QJsonObject &command, const Reply &reply);

private:
    void exec(const QJsonObject &command, const Reply &reply);
    void transaction(const QJsonObject &command, const Reply &reply);
    void query(const QJsonObject &command, const Reply &reply);
    void watch(const QJsonObject &command, const Reply &reply);
    void text(const QJsonObject &command, const Reply &reply);
    void connectToServer(const QJsonObject &command, const Reply &reply);
    void disconnectFromServer(const QJsonObject &command, const Reply &reply);
    void waitSynced(const QJsonObject &command, const Reply &reply);
    void syncNow(const QJsonObject &command, const Reply &reply);
    void cancelSync(const QJsonObject &command, const Reply &reply);
    void repair(const QJsonObject &command, const Reply &reply);
    void pause(const QJsonObject &command, const Reply &reply);
    void resume(const QJsonObject &command, const Reply &reply);
    void why(const QJsonObject &command, const Reply &reply);
    void status(const QJsonObject &command, const Reply &reply);
    void digest(const QJsonObject &command, const Reply &reply);
    void outbox(const QJsonObject &command, const Reply &reply);
    void conflicts(const QJsonObject &command, const Reply &reply);
    void undoConflict(const QJsonObject &command, const Reply &reply);
    void dismissConflict(const QJsonObject &command, const Reply &reply);
    void answerConflict(const QJsonObject &command, const Reply &reply);
    void rejected(const QJsonObject &command, const Reply &reply);
    void retryRejected(const QJsonObject &command, const Reply &reply);
    void discardRejected(const QJsonObject &command, const Reply &reply);
    void undo(const QJsonObject &command, const Reply &reply);
    void redo(const QJsonObject &command, const Reply &reply);
    void presence(const QJsonObject &command, const Reply &reply);
    void joinSpace(const QJsonObject &command, const Reply &reply);
    void leaveSpace(const QJsonObject &command, const Reply &reply);
    void subscribeTables(const QJsonObject &command, const Reply &reply);
    void quarantine(const QJsonObject &command, const Reply &reply);
    void restoreQuarantined(const QJsonObject &command, const Reply &reply);
    void discardQuarantined(const QJsonObject &command, const Reply &reply);
    void syncWhere(const QJsonObject &command, const Reply &reply);

    /// Does something with the space that is named by "space".
    void answerSpace(const QJsonObject &command, const std::function<QFuture<Result<void>>(const QString &)> &call,
                     const Reply &reply);
    /// Settles an entry of one of the two lists, named by "n".
    void settle(const QJsonObject &command, const std::function<QFuture<Result<void>>(qint64)> &call, const Reply &reply);
    void setPaused(const QJsonObject &command, bool paused, const Reply &reply);
    void askReplica(std::function<Result<QJsonValue>(Replica &)> question, const Reply &reply);

    SyncEngine &m_engine;
    Watches m_watches;
    Presences m_presences;
    SystemRandom m_random;
};

} // namespace Sheaf
