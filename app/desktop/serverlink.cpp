// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/serverlink.h"

#include "engine/syncengine.h"

#include <QFile>
#include <QSettings>

namespace Sheaf {

using namespace Qt::StringLiterals;

ServerLink::ServerLink(SyncEngine &engine, QString settingsFile, QString device, QObject *parent)
    : QObject(parent)
    , m_engine(engine)
    , m_settingsFile(std::move(settingsFile))
    , m_device(std::move(device))
{
}

QString ServerLink::server() const
{
    return m_url.port() < 0 ? m_url.host() : u"%1:%2"_s.arg(m_url.host()).arg(m_url.port());
}

void ServerLink::use(const QUrl &url, const QByteArray &token)
{
    m_url = url;
    m_token = token;
    m_engine.connectToServer(m_url, m_token);
    Q_EMIT serverChanged();
}

void ServerLink::useRemembered()
{
    const QSettings settings(m_settingsFile, QSettings::IniFormat);
    const QUrl url(settings.value("server/url"_L1).toString());
    if (url.isValid() && !url.isEmpty())
        use(url, settings.value("server/token"_L1).toByteArray());
}

QString ServerLink::connectTo(const QString &address, const QString &token)
{
    const QUrl url(address.contains("://"_L1) ? address : u"wss://"_s + address);
    if (!url.isValid() || url.host().isEmpty() || (url.scheme() != "ws"_L1 && url.scheme() != "wss"_L1))
        return tr("An address looks like wss://sync.example.org.");
    if (token.isEmpty())
        return tr("The server gives every device a token; enter the one for this device.");
    {
        QSettings settings(m_settingsFile, QSettings::IniFormat);
        settings.setValue("server/url"_L1, url.toString());
        settings.setValue("server/token"_L1, token.toUtf8());
    }
    QFile::setPermissions(m_settingsFile, QFile::ReadOwner | QFile::WriteOwner);
    use(url, token.toUtf8());
    return {};
}

void ServerLink::pause()
{
    m_engine.disconnectFromServer();
}

void ServerLink::resume()
{
    if (m_url.isEmpty())
        return;
    if (m_engine.state() == SyncEngine::State::Offline || m_engine.state() == SyncEngine::State::Error)
        m_engine.connectToServer(m_url, m_token);
    else
        m_engine.reconnectNow();
}

} // namespace Sheaf
