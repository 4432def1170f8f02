// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/syncrun.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Nothing has moved for that long: it is over. The session itself notices a dead link earlier.
constexpr std::chrono::seconds stallMax{60};
constexpr qint64 wholeRunMsMax = 24LL * 60 * 60 * 1000;

} // namespace

SyncRun::SyncRun(SyncEngine &engine, Profile profile, Connector connector, QObject *parent)
    : QObject(parent), m_engine(engine), m_profile(std::move(profile)), m_connector(std::move(connector)), m_stall(m_clock)
{
}

SyncRun::~SyncRun() = default;

void SyncRun::start(const ServerChoice &choice)
{
    const auto state = m_engine.state();
    const bool connected = state != SyncEngine::State::LocalOnly && state != SyncEngine::State::Offline &&
                           state != SyncEngine::State::Paused && state != SyncEngine::State::Error;
    m_choice = choice.url.isEmpty() ? m_profile.server() : choice;
    m_remember = !choice.url.isEmpty();
    if (m_choice.url.isEmpty() && !connected)
        return end(fail(u"no_server"_s, u"No server is known yet; name one: sync --url wss://sync.example.org --token TOKEN."_s));
    if (!m_choice.url.isEmpty()) {
        if (const QString problem = Profile::problemOf(m_choice.url); !problem.isEmpty())
            return end(fail(u"bad_url"_s, problem));
        m_host = u' ' + m_choice.url.toDisplayString();
    }
    connect(&m_engine, &SyncEngine::statusChanged, this, &SyncRun::watch);
    // A server that was named, or none so far; an existing connection is otherwise kept.
    if (m_remember || !connected)
        m_connector(m_choice.url, m_choice.token);
    else
        m_welcomed = state == SyncEngine::State::Syncing || state == SyncEngine::State::Synced;
    restartStall();
    m_engine.waitSynced(wholeRunMsMax).then(this, [this](const Result<void> &result) { end(result); });
}

void SyncRun::watch()
{
    restartStall();
    switch (m_engine.state()) {
    case SyncEngine::State::Syncing:
    case SyncEngine::State::Synced:
        m_welcomed = true;
        reportProgress();
        break;
    case SyncEngine::State::Reconnecting:
        // Once welcomed, a lost link is worth a wait; a server that never answered, or sends us away, is not.
        if (m_engine.errorCode() == "server_full"_L1)
            end(fail(m_engine.errorCode(), m_engine.errorText() + u" Your changes stay on this device."_s));
        else if (!m_welcomed)
            end(fail(u"unreachable"_s,
                     u"The server%1 cannot be reached (%2). Your changes stay on this device; check the address and "
                     "the network, then try again."_s.arg(m_host, m_engine.errorText())));
        break;
    default:
        break;
    }
}

void SyncRun::reportProgress()
{
    if (m_engine.progressDone() < m_engine.progressTotal()) {
        Q_EMIT progressed(u"Downloading"_s, m_engine.progressDone(), m_engine.progressTotal());
    } else if (const qint64 pending = m_engine.pending(); pending > 0) {
        m_mostPending = std::max(m_mostPending, pending);
        Q_EMIT progressed(u"Uploading"_s, m_mostPending - pending, m_mostPending);
    }
}

void SyncRun::restartStall()
{
    m_stall.start(stallMax, [this] {
        end(fail(u"timeout"_s, u"The server has been silent for a minute. Your changes stay on this device; try again later."_s));
    });
}

void SyncRun::end(const Result<void> &result)
{
    if (m_ended)
        return;
    m_ended = true;
    m_stall.stop();
    disconnect(&m_engine, nullptr, this, nullptr);
    if (!result)
        return Q_EMIT failed(result.error());
    if (m_remember) {
        if (const auto kept = m_profile.setServer(m_choice); !kept)
            return Q_EMIT failed(kept.error());
    }
    Q_EMIT synced();
}

} // namespace Sheaf
