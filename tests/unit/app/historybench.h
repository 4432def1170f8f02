// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/notehistory.h"
#include "scriptedserver.h"

#include <QTemporaryDir>

#include <memory>

namespace Sheaf {

/// Notes and their history on a real engine, with a clock that moves when the test says so. All writes run in order, so a
/// query behind a flush sees them.
class HistoryBench
{
public:
    static constexpr int patienceMs = 30'000;

    HistoryBench();
    /// Opens the store in the folder; false when it cannot.
    [[nodiscard]] bool start();
    void stop();

    /// First column of all rows, joined by commas.
    QString read(const QString &sql);
    /// All versions of everything, oldest first, as "reason:text".
    QString versions();
    QString textOf(const QString &versionId);
    QString note(const QString &body, const QString &title = QStringLiteral("t"));
    /// As a person does it with an editor.
    void write(const QString &id, const QString &body);
    void addVersion(const QString &id, const QString &item, qint64 atMs);

    [[nodiscard]] SyncEngine &engine() { return *m_engine; }
    [[nodiscard]] NotesStore &store() { return *m_store; }
    [[nodiscard]] NoteHistory &history() { return *m_history; }
    [[nodiscard]] ManualClock &clock() { return m_clock; }
    [[nodiscard]] QString folder() const { return m_folder.path(); }

private:
    QTemporaryDir m_folder;
    ManualClock m_clock;
    std::unique_ptr<SyncEngine> m_engine;
    std::unique_ptr<NotesStore> m_store;
    std::unique_ptr<NoteHistory> m_history;
    quint64 m_random = 1;
};

} // namespace Sheaf
