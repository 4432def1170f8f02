// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/profile.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// Socket addresses hold 107 bytes, and Qt makes the socket in a temporary folder beside its place.
constexpr int controlPathBytesMax = 80;
constexpr auto urlKey = "server/url"_L1;
constexpr auto tokenKey = "server/token"_L1;

} // namespace

Profile::Profile(const QString &folder)
    : m_folder(folder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + "/sheaf"_L1
                                : QFileInfo(folder).absoluteFilePath())
{
}

Result<void> Profile::make() const
{
    const QFileInfo info(m_folder);
    if (info.isDir())
        return {};
    if (info.exists())
        return fail(u"profile_failed"_s, u"%1 is a file, not a folder; name another folder with --data."_s.arg(m_folder));
    if (!QDir().mkpath(m_folder))
        return fail(u"profile_failed"_s,
                    u"The folder %1 cannot be made; name one that you may write to with --data."_s.arg(m_folder));
    QFile::setPermissions(m_folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return {};
}

QString Profile::databasePath() const
{
    return QDir(m_folder).filePath(u"store.sqlite"_s);
}

QString Profile::settingsPath() const
{
    return QDir(m_folder).filePath(u"settings.ini"_s);
}

QString Profile::controlName() const
{
    const QString inside = QDir(m_folder).filePath(u"control.sock"_s);
    if (QFile::encodeName(inside).size() <= controlPathBytesMax)
        return inside;
    const QByteArray hash = QCryptographicHash::hash(m_folder.toUtf8(), QCryptographicHash::Blake2b_160).toHex().left(16);
    return QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation) + "/sheaf-"_L1 + QString::fromLatin1(hash);
}

SyncEngine::Options Profile::engineOptions(const QString &app) const
{
    SyncEngine::Options options;
    options.databasePath = databasePath();
    options.schemaPath = u":/sheaf/schema"_s;
    options.app = app;
    return options;
}

ServerChoice Profile::server() const
{
    const QSettings settings(settingsPath(), QSettings::IniFormat);
    return {QUrl(settings.value(urlKey).toString()), settings.value(tokenKey).toByteArray()};
}

Result<void> Profile::setServer(const ServerChoice &choice) const
{
    const auto failed = [this] {
        return fail(u"profile_failed"_s, u"The settings file %1 cannot be written."_s.arg(settingsPath()));
    };
    // QSettings keeps the permissions of a file that is there, so the token is never in a readable one.
    QFile file(settingsPath());
    if (!file.exists() && !file.open(QIODevice::WriteOnly))
        return failed();
    file.close();
    if (!file.setPermissions(QFile::ReadOwner | QFile::WriteOwner))
        return failed();
    QSettings settings(settingsPath(), QSettings::IniFormat);
    settings.setValue(urlKey, choice.url.toString());
    settings.setValue(tokenKey, choice.token);
    settings.sync();
    if (settings.status() != QSettings::NoError)
        return failed();
    QFile::setPermissions(settingsPath(), QFile::ReadOwner | QFile::WriteOwner);
    return {};
}

QString Profile::problemOf(const QUrl &url)
{
    if (url.isValid() && !url.host().isEmpty() && (url.scheme() == "ws"_L1 || url.scheme() == "wss"_L1))
        return {};
    return u"The address of a server looks like wss://sync.example.org, not “%1”."_s.arg(url.toDisplayString());
}

} // namespace Sheaf
