// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"

#include <QJsonObject>

namespace Sheaf {

/// The client's half of a plugin: messages of your own on the engine's connection, to and from your half in the
/// server (server/core/serverplugin.h), about one space. Good for what is worth nothing a minute later, such as a
/// bell, a cursor or a question to the server; what must not be lost belongs into a table.
///
/// - Nothing is stored and nothing repeated: a message goes at once or not at all, and one that is on its way when
///   the link breaks is lost. When `online` becomes true again, your half in the server sees a new peer: introduce yourself anew.
/// - Messages arrive in the order in which they were sent, in both directions. They are not ordered with changes of rows.
/// - Any role in the space will do; the server's half knows the role and judges.
/// - A server that does not know the plugin ignores it. At most 64 KiB each, less if the server's half says so.
///
/// Lives in the engine's owner thread.
class SyncPlugin : public QObject
{
    Q_OBJECT
    Q_PROPERTY(Sheaf::SyncEngine *engine READ engine WRITE setEngine NOTIFY engineChanged FINAL)
    Q_PROPERTY(QString name READ name WRITE setName NOTIFY nameChanged FINAL)
    Q_PROPERTY(QString space READ space WRITE setSpace NOTIFY spaceChanged FINAL)
    Q_PROPERTY(bool online READ isOnline NOTIFY onlineChanged FINAL)

public:
    explicit SyncPlugin(QObject *parent = nullptr);
    ~SyncPlugin() override;

    [[nodiscard]] SyncEngine *engine() const;
    void setEngine(SyncEngine *engine);
    /// Of the plugin, as the server's half has it.
    [[nodiscard]] QString name() const;
    void setName(const QString &name);
    /// Which space it is about; empty: the engine's home space.
    [[nodiscard]] QString space() const;
    void setSpace(const QString &space);
    /// There is a session: messages go.
    [[nodiscard]] bool isOnline() const;

    /// Sends one message; finished when it was handed to the connection. `topic` says what of the space it is about,
    /// in your own terms (2 KiB). Errors: `offline`, `busy` (much waits to be sent: try later), `too_large`, `no_engine`.
    QFuture<Result<void>> send(const QByteArray &payload, const QByteArray &topic = {});
    /// The same with a JSON object as its payload, for QML.
    Q_INVOKABLE void sendJson(const QJsonObject &message, const QString &topic = {});

Q_SIGNALS:
    void engineChanged();
    void nameChanged();
    void spaceChanged();
    void onlineChanged();
    void received(const QByteArray &payload, const QByteArray &topic);
    /// Beside received(), when the payload is a JSON object.
    void receivedJson(const QJsonObject &message, const QString &topic);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace Sheaf
