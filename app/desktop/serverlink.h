// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/profile.h"

#include <QObject>
#include <QUrl>

namespace Sheaf {

class SyncEngine;

/// The server of a profile: which one, with which token, and whether to stay connected.
class ServerLink : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString server READ server NOTIFY serverChanged FINAL)
    Q_PROPERTY(QString address READ address NOTIFY serverChanged FINAL)
    Q_PROPERTY(QString device READ device CONSTANT FINAL)

public:
    /// The profile remembers a server that was entered by hand.
    ServerLink(SyncEngine &engine, Profile profile, QString device, QObject *parent = nullptr);

    /// Host name, with the port when it is an unusual one; empty without a server.
    [[nodiscard]] QString server() const;
    /// The whole address, as connectTo() takes it.
    [[nodiscard]] QString address() const { return m_url.toString(); }
    [[nodiscard]] QString device() const { return m_device; }

    /// Uses this server without remembering it.
    void use(const QUrl &url, const QByteArray &token);
    /// Uses the server that the profile remembers, if any.
    void useRemembered();

    /// Uses and remembers a server; a sentence when the input makes no sense, else empty.
    Q_INVOKABLE QString connectTo(const QString &address, const QString &token);
    Q_INVOKABLE void pause();
    Q_INVOKABLE void resume();

Q_SIGNALS:
    void serverChanged();

private:
    SyncEngine &m_engine;
    Profile m_profile;
    QString m_device;
    QUrl m_url;
    QByteArray m_token;
};

} // namespace Sheaf
