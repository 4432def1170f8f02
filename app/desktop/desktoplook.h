// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

class QDBusVariant;

namespace Sheaf {

/// What the desktop prefers, as its portal tells every program (org.freedesktop.portal.Settings), followed while it
/// changes. Nothing is preferred before the first answer, and where there is no session bus or no portal. Nothing waits
/// for either, also not the end of the program.
class DesktopLook final : public QObject
{
    Q_OBJECT
    /// "dark", "light", or empty for no preference.
    Q_PROPERTY(QString colorScheme READ colorScheme NOTIFY changed FINAL)
    Q_PROPERTY(bool reducedMotion READ reducedMotion NOTIFY changed FINAL)

public:
    using QObject::QObject;
    ~DesktopLook() override;

    /// Begins to ask; returns at once. To be called once.
    void follow();

    [[nodiscard]] QString colorScheme() const { return m_colorScheme; }
    [[nodiscard]] bool reducedMotion() const { return m_reducedMotion || !m_animations; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void take(const QString &space, const QString &key, const QDBusVariant &value);

private:
    QString m_colorScheme;
    bool m_reducedMotion = false;
    bool m_animations = true;
};

} // namespace Sheaf
