// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "backend.h"

#include <QFileInfo>
#include <QJsonDocument>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// An app that starts has the lock before it listens, and another sheaf-cli may be at work.
constexpr qint64 lockedMsMax = 10'000;
constexpr std::chrono::milliseconds retryInterval{100};

} // namespace

Backend::Backend(Profile profile) : m_profile(std::move(profile)), m_retry(m_clock)
{
    connect(&m_socket, &QLocalSocket::connected, this, [this] {
        m_sent = true;
        QJsonObject line = m_request;
        line.insert(u"id"_s, 1);
        m_socket.write(QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n');
    });
    connect(&m_socket, &QLocalSocket::readyRead, this, &Backend::readApp);
    connect(&m_socket, &QLocalSocket::errorOccurred, this, [this] {
        if (!m_sent)
            return tryHere();
        answer(
            fail(u"app_gone"_s, u"The app was closed before it was done; what it had stored is kept, run the command again."_s));
    });
}

Backend::~Backend() = default;

void Backend::run(const QJsonObject &request, StoreCommands::Progress progress, StoreCommands::Reply reply)
{
    m_request = request;
    m_progress = std::move(progress);
    m_reply = std::move(reply);
    m_startedMs = m_clock.monotonicMs();
    if (const auto made = m_profile.make(); !made)
        return answer(fail(made.error()));
    tryApp();
}

void Backend::tryApp()
{
    if (!QFileInfo::exists(m_profile.controlName()))
        return tryHere();
    m_socket.connectToServer(m_profile.controlName());
}

void Backend::tryHere()
{
    m_commands.reset();
    m_store.reset();
    m_engine = std::make_unique<SyncEngine>(m_profile.engineOptions(QStringLiteral("sheaf-cli/" SHEAF_VERSION)));
    m_engine->open().then(this, [this](const Result<void> &opened) {
        if (opened) {
            m_store = std::make_unique<NotesStore>(*m_engine);
            m_commands = std::make_unique<StoreCommands>(*m_engine, m_profile, [this](const QUrl &url, const QByteArray &token) {
                m_engine->connectToServer(url, token);
            });
            return m_commands->run(m_request, m_progress, [this](const Result<QJsonObject> &result) { answer(result); });
        }
        if (opened.error().code != "locked"_L1)
            return answer(fail(opened.error()));
        if (m_clock.monotonicMs() - m_startedMs > lockedMsMax)
            return answer(fail(u"locked"_s, u"Another program is using %1 and does not answer; close it and try again."_s.arg(
                                                m_profile.databasePath())));
        m_retry.start(retryInterval, [this] { tryApp(); });
    });
}

void Backend::readApp()
{
    while (m_socket.canReadLine()) {
        const QJsonObject line = QJsonDocument::fromJson(m_socket.readLine()).object();
        if (line.contains("progress"_L1)) {
            m_progress(line.value("progress"_L1).toObject());
        } else if (line.contains("ok"_L1)) {
            answer(line.value("ok"_L1).toObject());
        } else {
            const QJsonObject error = line.value("error"_L1).toObject();
            answer(fail(error.value("code"_L1).toString(), error.value("message"_L1).toString()));
        }
    }
}

void Backend::answer(const Result<QJsonObject> &result)
{
    if (const auto reply = std::exchange(m_reply, nullptr))
        reply(result);
}

} // namespace Sheaf
