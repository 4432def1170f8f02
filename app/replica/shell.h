// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands.h"
#include "linereader.h"

#include <QQueue>

namespace Sheaf {

/// Reads commands from standard input, does them one after the other, and prints answers and
/// events to standard output.
class Shell : public QObject
{
    Q_OBJECT

public:
    explicit Shell(SyncEngine &engine);

Q_SIGNALS:
    /// Input has ended and every command has been answered.
    void finished();

private:
    void take(const QByteArray &line);
    void next();
    void answer(const QJsonValue &id, const Result<QJsonValue> &result);
    void printState();
    void printChanged(const CommitChanges &changes);
    void printDispute(const QString &event, QJsonObject dispute);

    SyncEngine &m_engine;
    Commands m_commands;
    LineReader m_input;
    QQueue<QByteArray> m_lines;
    bool m_busy = false;
    bool m_ended = false;
    QJsonObject m_lastState;
};

} // namespace Sheaf
