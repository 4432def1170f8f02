// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncplugin.h"

/// The client's half of the bell: rings for the others in a space.
class Bell : public QObject
{
    Q_OBJECT
    Q_PROPERTY(int people READ people NOTIFY peopleChanged FINAL)

public:
    /// `name` is what the others read when we ring; `space` may be empty for the home space.
    Bell(Sheaf::SyncEngine &engine, const QString &name, const QString &space = {});

    /// Who listens with us, ourselves among them; 0 while there is no connection.
    [[nodiscard]] int people() const { return m_people; }
    Q_INVOKABLE void ring();

Q_SIGNALS:
    void peopleChanged();
    void rang(const QString &by);
    void denied(const QString &why);

private:
    void introduce();
    void hear(const QJsonObject &message);

    Sheaf::SyncPlugin m_plugin;
    QString m_name;
    int m_people = 0;
};
