// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "model/editsessions.h"
#include "model/notesstore.h"
#include "model/noteversions.h"
#include "model/versioncomparison.h"
#include "session/oneshot.h"

#include <QObject>

namespace Sheaf {

/// Makes the versions of what one person writes on this device, and thins out old ones. Each device makes those of its
/// own person, so what others write meets a version of theirs. Nothing here waits for the disk. Kinds are "note" and
/// "task". Lives in the engine's owner thread.
class NoteHistory : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::VersionComparison *comparison READ comparison CONSTANT FINAL)
    Q_PROPERTY(QString person READ person WRITE setPerson NOTIFY personChanged FINAL)

public:
    static constexpr qint64 firstThinningMs = 60'000; ///< the start of the program is busy enough
    static constexpr qint64 thinningMs = 3'600'000;
    static constexpr int itemsAtOnce = 50;    ///< looked through between two turns of the event loop
    static constexpr int versionsAtOnce = 50; ///< deleted in one transaction

    NoteHistory(SyncEngine &engine, Clock &clock, ModelPorts ports, VersionMaker maker, QObject *parent = nullptr);
    ~NoteHistory() override;

    [[nodiscard]] VersionComparison *comparison() { return &m_comparison; }
    /// The name on versions; empty names are ignored.
    [[nodiscard]] QString person() const { return m_maker.person; }
    void setPerson(const QString &person);

    /// This person is about to write, before the first edit is handed to the engine: what is there now is kept, if no
    /// version has it. Costs nothing while a session goes on.
    Q_INVOKABLE void edited(const QString &kind, const QString &id);
    /// The item was left, or its history is asked for, and everything written is with the engine.
    Q_INVOKABLE void leave(const QString &id);
    Q_INVOKABLE void leaveAll();
    /// The version of that time is the text again, and that is with the engine.
    Q_INVOKABLE void restored(const QString &kind, const QString &id, double sourceMs);
    /// Names as in retention.h; others are ignored.
    Q_INVOKABLE void setRetention(const QString &name);
    /// Drops what is no longer kept; thinned() follows.
    void thin();

Q_SIGNALS:
    void personChanged();
    /// No version was made or dropped; one sentence for people.
    void failed(const QString &message);
    void thinned(int dropped);

private:
    void keep(const ItemRef &item, NoteVersions::Reason reason, bool others = false, qint64 sourceMs = 0);
    void keepDue();
    void arm();
    void readOffset();
    void thinFrom(Retention retention, const QString &afterItem, int dropped);
    void drop(const QStringList &ids, const std::function<void()> &then);
    void committed(const CommitChanges &changes);
    [[nodiscard]] qint64 nowMs() const { return m_ports.wallMs() + m_offsetMs; }

    SyncEngine &m_engine;
    Clock &m_clock;
    ModelPorts m_ports;
    VersionMaker m_maker;
    VersionComparison m_comparison;
    EditSessions m_sessions;
    OneShot m_due;
    OneShot m_thinning;
    qint64 m_offsetMs = 0; ///< what the server's clock says of this one
};

} // namespace Sheaf
