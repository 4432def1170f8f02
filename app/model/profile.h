// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

namespace Sheaf {

/// The server of a profile and this device's token for it.
struct ServerChoice {
    QUrl url; ///< empty = none is remembered
    QByteArray token;
};

/// The folder in which one person's store lives on one device, the same for all of our programs.
class Profile
{
public:
    /// An empty name is the standard folder of this user.
    explicit Profile(const QString &folder = {});

    /// Makes the folder, readable by its owner only. Errors: `profile_failed`.
    [[nodiscard]] Result<void> make() const;

    [[nodiscard]] QString folder() const { return m_folder; }
    [[nodiscard]] QString databasePath() const;
    [[nodiscard]] QString settingsPath() const;
    /// Name of the local socket on which a running app listens (see LocalControl).
    [[nodiscard]] QString controlName() const;
    [[nodiscard]] SyncEngine::Options engineOptions(const QString &app) const;

    [[nodiscard]] ServerChoice server() const;
    /// Remembers a server; the file is readable by its owner only. Errors: `profile_failed`.
    [[nodiscard]] Result<void> setServer(const ServerChoice &choice) const;
    /// What is wrong with an address that somebody entered; empty when it can be used.
    [[nodiscard]] static QString problemOf(const QUrl &url);

private:
    QString m_folder;
};

} // namespace Sheaf
