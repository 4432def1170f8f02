// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "statustext.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>
#include <QtQml/qqml.h>

namespace Sheaf {

/// The state of an engine in words: bind to it, and every app says the same in the same case.
/// Call tick() once a second while `counting`, so that the seconds to the next attempt go down.
class SyncStatusItem : public QObject
{
    Q_OBJECT
    QML_NAMED_ELEMENT(SyncStatus)
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(QString server READ server WRITE setServer NOTIFY serverChanged FINAL)
    Q_PROPERTY(Tone tone READ tone NOTIFY changed FINAL)
    Q_PROPERTY(QString icon READ icon NOTIFY changed FINAL)
    Q_PROPERTY(QString text READ text NOTIFY changed FINAL)
    Q_PROPERTY(QString link READ link NOTIFY changed FINAL)
    Q_PROPERTY(QString action READ action NOTIFY changed FINAL)
    Q_PROPERTY(QString banner READ banner NOTIFY changed FINAL)
    Q_PROPERTY(Tone bannerTone READ bannerTone NOTIFY changed FINAL)
    Q_PROPERTY(int patienceMs MEMBER m_patienceMs NOTIFY patienceMsChanged FINAL)
    Q_PROPERTY(bool away READ isAway NOTIFY changed FINAL)
    Q_PROPERTY(QString download READ download NOTIFY changed FINAL)
    Q_PROPERTY(qreal progress READ progress NOTIFY changed FINAL)
    Q_PROPERTY(double waiting READ waiting NOTIFY changed FINAL)
    Q_PROPERTY(double provenAtMs READ provenAtMs NOTIFY changed FINAL)
    Q_PROPERTY(QString details READ details NOTIFY changed FINAL)
    Q_PROPERTY(bool paused READ isPaused NOTIFY changed FINAL)
    Q_PROPERTY(bool counting READ isCounting NOTIFY changed FINAL)
    Q_PROPERTY(bool moving READ isMoving NOTIFY changed FINAL)

public:
    enum Tone { Quiet, Good, Active, Attention, Danger };
    Q_ENUM(Tone)

    explicit SyncStatusItem(QObject *parent = nullptr);
    ~SyncStatusItem() override;

    [[nodiscard]] SyncEngine *engine() const { return m_engine; }
    void setEngine(SyncEngine *engine);
    [[nodiscard]] QString server() const { return m_input.server; }
    void setServer(const QString &server);

    [[nodiscard]] Tone tone() const { return Tone(int(m_words.tone)); }
    [[nodiscard]] QString icon() const { return m_words.icon; }
    [[nodiscard]] QString text() const { return m_words.text; }
    [[nodiscard]] QString link() const { return m_words.link; }
    [[nodiscard]] QString action() const { return m_words.action; }
    [[nodiscard]] QString banner() const { return m_words.banner; }
    [[nodiscard]] Tone bannerTone() const { return Tone(int(m_words.bannerTone)); }
    /// The server should be connected and is not; what is written waits on this device.
    [[nodiscard]] bool isAway() const { return m_awaySince.isValid() || isPaused() || m_input.state == SyncEngine::State::Error; }
    [[nodiscard]] QString download() const { return m_words.download; }
    /// From 0 to 1 of what is on its way.
    [[nodiscard]] qreal progress() const;
    /// Changes that the server has not got.
    [[nodiscard]] double waiting() const { return double(m_input.pending); }
    /// When this device and the server were last proven equal, 0 = never.
    [[nodiscard]] double provenAtMs() const { return double(m_input.syncedAtMs); }
    /// One sentence about the last failure.
    [[nodiscard]] QString details() const { return m_input.errorText; }
    /// No connection is wanted at the moment.
    [[nodiscard]] bool isPaused() const
    {
        return m_input.state == SyncEngine::State::Paused || m_input.state == SyncEngine::State::Offline;
    }
    /// The text changes with time alone: tick() is due every second.
    [[nodiscard]] bool isCounting() const { return m_awaySince.isValid(); }
    /// Bytes are moving: the only reason for an icon to turn.
    [[nodiscard]] bool isMoving() const { return m_input.state == SyncEngine::State::Syncing; }

    Q_INVOKABLE void tick();
    /// Does what the link says, as far as it is the engine's to do.
    Q_INVOKABLE void reconnect();

Q_SIGNALS:
    void engineChanged();
    void serverChanged();
    void patienceMsChanged();
    void changed();

private:
    void read();
    void readAway();
    void describe();

    QPointer<SyncEngine> m_engine;
    StatusInput m_input;
    StatusText m_words;
    int m_patienceMs = 60'000; ///< a lost link is no news for that long
    QElapsedTimer m_awaySince; ///< invalid while the server is there, or not wanted
    QElapsedTimer m_sinceRead;
    qint64 m_reconnectAtRead = 0;
};

} // namespace Sheaf
