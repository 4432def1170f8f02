// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/syncplugin.h"

#include "engine/post.h"
#include "engine/syncengine_p.h"

#include <QJsonDocument>
#include <QPointer>

namespace Sheaf {

using namespace Qt::StringLiterals;

struct SyncPlugin::Private final : PluginSink {
    explicit Private(SyncPlugin *plugin) : q(plugin) {}

    void pluginOnline(bool isOnline) override;
    void pluginReceived(const Plugin &message) override;
    /// Listens where the properties say.
    void move();
    void leave();

    SyncPlugin *q;
    QPointer<SyncEngine> engine;
    QString name;
    QString space;
    PluginRelays::Relay relay = 0; ///< 0: nowhere
    bool online = false;
};

void SyncPlugin::Private::pluginOnline(bool isOnline)
{
    if (online == isOnline)
        return;
    online = isOnline;
    Q_EMIT q->onlineChanged();
}

void SyncPlugin::Private::pluginReceived(const Plugin &message)
{
    const QPointer<SyncPlugin> alive = q;
    Q_EMIT q->received(message.payload, message.topic);
    if (!alive)
        return;
    if (const QJsonDocument json = QJsonDocument::fromJson(message.payload); json.isObject())
        Q_EMIT q->receivedJson(json.object(), QString::fromUtf8(message.topic));
}

void SyncPlugin::Private::move()
{
    leave();
    if (engine && !name.isEmpty())
        relay = engine->d->openPlugin(name.toUtf8(), space.toUtf8(), this);
}

void SyncPlugin::Private::leave()
{
    if (relay != 0 && engine)
        engine->d->closePlugin(relay);
    relay = 0;
    pluginOnline(false);
}

SyncPlugin::SyncPlugin(QObject *parent) : QObject(parent), d(std::make_unique<Private>(this))
{
}

SyncPlugin::~SyncPlugin()
{
    if (d->relay != 0 && d->engine)
        d->engine->d->closePlugin(d->relay);
}

SyncEngine *SyncPlugin::engine() const
{
    return d->engine;
}

void SyncPlugin::setEngine(SyncEngine *engine)
{
    if (d->engine == engine)
        return;
    d->leave();
    if (d->engine)
        d->engine->disconnect(this);
    d->engine = engine;
    if (engine)
        connect(engine, &SyncEngine::closing, this, [this] { d->leave(); });
    Q_EMIT engineChanged();
    d->move();
}

QString SyncPlugin::name() const
{
    return d->name;
}

void SyncPlugin::setName(const QString &name)
{
    if (d->name == name)
        return;
    d->name = name;
    Q_EMIT nameChanged();
    d->move();
}

QString SyncPlugin::space() const
{
    return d->space;
}

void SyncPlugin::setSpace(const QString &space)
{
    if (d->space == space)
        return;
    d->space = space;
    Q_EMIT spaceChanged();
    d->move();
}

bool SyncPlugin::isOnline() const
{
    return d->online;
}

QFuture<Result<void>> SyncPlugin::send(const QByteArray &payload, const QByteArray &topic)
{
    if (d->relay == 0 || !d->engine) {
        QPromise<Result<void>> promise;
        promise.start();
        promise.addResult(fail(u"no_engine"_s, u"The plugin has no engine, or no name."_s));
        promise.finish();
        return promise.future();
    }
    EngineWorker *worker = d->engine->d->worker;
    return post(worker, [worker, message = Plugin{d->name.toUtf8(), d->space.toUtf8(), topic, payload}] {
        return worker->sendPlugin(message);
    });
}

void SyncPlugin::sendJson(const QJsonObject &message, const QString &topic)
{
    send(QJsonDocument(message).toJson(QJsonDocument::Compact), topic.toUtf8());
}

} // namespace Sheaf
