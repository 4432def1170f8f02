// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/serverlink.h"

#include "engine/syncengine.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

ServerLink::ServerLink(SyncEngine &engine, Profile profile, QString device, QObject *parent)
    : QObject(parent), m_engine(engine), m_profile(std::move(profile)), m_device(std::move(device))
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
    const ServerChoice choice = m_profile.server();
    if (!choice.url.isEmpty())
        use(choice.url, choice.token);
}

QString ServerLink::connectTo(const QString &address, const QString &token)
{
    const QUrl url(address.contains("://"_L1) ? address : u"wss://"_s + address);
    if (const QString problem = Profile::problemOf(url); !problem.isEmpty())
        return problem;
    if (token.isEmpty())
        return tr("The server gives every device a token; enter the one for this device.");
    const auto remembered = m_profile.setServer({url, token.toUtf8()});
    use(url, token.toUtf8());
    return remembered ? QString() : remembered.error().message;
}

void ServerLink::pause()
{
    m_engine.pause();
}

void ServerLink::resume()
{
    if (m_url.isEmpty())
        return;
    if (m_engine.state() == SyncEngine::State::Error)
        m_engine.connectToServer(m_url, m_token);
    else if (m_engine.state() == SyncEngine::State::Paused)
        m_engine.resume();
    else
        m_engine.reconnectNow();
}

} // namespace Sheaf
