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

public:
    explicit ProfileSettings(QObject *parent = nullptr);
    ~ProfileSettings() override;

    [[nodiscard]] QString fileName() const;
    /// An empty name keeps nothing.
    void setFileName(const QString &fileName);
    Q_INVOKABLE [[nodiscard]] QVariant value(const QString &key, const QVariant &fallback) const;
    Q_INVOKABLE void setValue(const QString &key, const QVariant &value);

Q_SIGNALS:
    void fileNameChanged();

private:
    std::unique_ptr<QSettings> m_settings;
};

} // namespace Sheaf
