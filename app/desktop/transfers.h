// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/storecommands.h"

#include <QObject>
#include <QStringList>
#include <QUrl>

namespace Sheaf {

/// Import and export of Markdown folders for the window: one at a time, in words for people.
class Transfers : public QObject
{
    Q_OBJECT
    Q_PROPERTY(bool running READ isRunning NOTIFY changed FINAL)
    Q_PROPERTY(QString text READ text NOTIFY changed FINAL)
    Q_PROPERTY(double progress READ progress NOTIFY changed FINAL)

public:
    Transfers(SyncEngine &engine, const Profile &profile, QObject *parent = nullptr);
    ~Transfers() override;

    [[nodiscard]] bool isRunning() const { return m_running; }
    /// How far it is, such as "Imported 500 of 10000".
    [[nodiscard]] QString text() const { return m_text; }
    [[nodiscard]] double progress() const { return m_progress; } ///< from 0 to 1

    Q_INVOKABLE void importFolder(const QUrl &folder);
    /// Into a new or empty folder only.
    Q_INVOKABLE void exportFolder(const QUrl &folder);

Q_SIGNALS:
    void changed();
    /// One sentence about what was done; `details` names every file that was left out.
    void finished(const QString &sentence, const QStringList &details);
    void failed(const QString &sentence);

private:
    void run(const QJsonObject &request, const QUrl &folder);
    void takeAnswer(bool imported, const Result<QJsonObject> &answer);

    StoreCommands m_commands;
    QString m_text;
    double m_progress = 0;
    bool m_running = false;
};

} // namespace Sheaf
