// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QVariant>
#include <QtQml/qqml.h>

#include <memory>

class QSettings;

namespace Sheaf {

/// What a window remembers between runs, in one file of the profile. Never synced.
class ProfileSettings : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(QString fileName READ fileName WRITE setFileName NOTIFY fileNameChanged FINAL)
    /// How others see this person; at first the name that the system knows.
    Q_PROPERTY(QString personName READ personName WRITE setPersonName NOTIFY personNameChanged FINAL)

public:
    explicit ProfileSettings(QObject *parent = nullptr);
    ~ProfileSettings() override;

    [[nodiscard]] QString fileName() const;
    /// An empty name keeps nothing.
    void setFileName(const QString &fileName);
    [[nodiscard]] QString personName() const;
    /// An empty name is the system's again.
    void setPersonName(const QString &name);
    Q_INVOKABLE [[nodiscard]] QVariant value(const QString &key, const QVariant &fallback) const;
    Q_INVOKABLE void setValue(const QString &key, const QVariant &value);

Q_SIGNALS:
    void fileNameChanged();
    void personNameChanged();

private:
    std::unique_ptr<QSettings> m_settings;
};

} // namespace Sheaf
