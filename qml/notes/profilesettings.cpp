// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "profilesettings.h"

#include <QSettings>

namespace Sheaf {

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
