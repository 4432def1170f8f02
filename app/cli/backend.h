// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/storecommands.h"

#include <QLocalSocket>

#include <memory>

namespace Sheaf {

/// Runs one request where the replica is: in the running app, or else here.
class Backend : public QObject
{
    Q_OBJECT

public:
    explicit Backend(Profile profile);
    ~Backend() override;

    /// Once in a life; `reply` is called once. Errors: as StoreCommands and Replica::open(), and `app_gone`.
    void run(const QJsonObject &request, StoreCommands::Progress progress, StoreCommands::Reply reply);

private:
    void tryApp();
    void tryHere();
    void readApp();
    void answer(const Result<QJsonObject> &result);

    Profile m_profile;
    QJsonObject m_request;
    StoreCommands::Progress m_progress;
    StoreCommands::Reply m_reply;
    SystemClock m_clock;
    OneShot m_retry;
    qint64 m_startedMs = 0;
    QLocalSocket m_socket;
    bool m_sent = false;
    std::unique_ptr<SyncEngine> m_engine;
    std::unique_ptr<StoreCommands> m_commands;
    std::unique_ptr<NotesStore> m_store; ///< looks after what merges leave without a list
};

} // namespace Sheaf
