// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "profilesettings.h"

#include <QSettings>

#include <pwd.h>
#include <unistd.h>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

const auto personKey = u"person/name"_s;

/// The full name of the user, or else the login name.
QString systemName()
{
    const passwd *user = getpwuid(getuid());
    if (!user)
        return {};
    const QString full = QString::fromLocal8Bit(user->pw_gecos).section(u',', 0, 0).trimmed();
    return full.isEmpty() ? QString::fromLocal8Bit(user->pw_name) : full;
}

} // namespace

ProfileSettings::ProfileSettings(QObject *parent) : QObject(parent)
{
}

ProfileSettings::~ProfileSettings() = default;

QString ProfileSettings::fileName() const
{
    return m_settings ? m_settings->fileName() : QString();
}

void ProfileSettings::setFileName(const QString &fileName)
{
    if (fileName == this->fileName())
        return;
    m_settings = fileName.isEmpty() ? nullptr : std::make_unique<QSettings>(fileName, QSettings::IniFormat);
    Q_EMIT fileNameChanged();
    Q_EMIT personNameChanged();
}

QString ProfileSettings::personName() const
{
    const QString chosen = value(personKey, QString()).toString();
    return chosen.isEmpty() ? systemName() : chosen;
}

void ProfileSettings::setPersonName(const QString &name)
{
    if (name.trimmed() == value(personKey, QString()).toString())
        return;
    setValue(personKey, name.trimmed());
    Q_EMIT personNameChanged();
}

QVariant ProfileSettings::value(const QString &key, const QVariant &fallback) const
{
    return m_settings ? m_settings->value(key, fallback) : fallback;
}

void ProfileSettings::setValue(const QString &key, const QVariant &value)
{
    if (m_settings)
        m_settings->setValue(key, value);
}

} // namespace Sheaf
