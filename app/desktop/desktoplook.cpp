// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/desktoplook.h"

#include "model/inpool.h"

#include <QDBusConnection>
#include <QDBusMetaType>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFile>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

using Settings = QMap<QString, QVariantMap>;

const auto busName = u"sheaf-look"_s;
const auto portal = u"org.freedesktop.portal.Desktop"_s;
const auto path = u"/org/freedesktop/portal/desktop"_s;
const auto interface = u"org.freedesktop.portal.Settings"_s;
const auto appearance = u"org.freedesktop.appearance"_s;
const auto gnome = u"org.gnome.desktop.interface"_s;

/// Where none is to be found, libdbus would start a bus.
bool isBusThere()
{
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") ||
           QFile::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s);
}

QString schemeNamed(uint scheme)
{
    return scheme == 1 ? u"dark"_s : scheme == 2 ? u"light"_s : QString();
}

} // namespace

void DesktopLook::follow()
{
    if (!isBusThere())
        return;
    qDBusRegisterMetaType<Settings>();
    // To connect is to wait for the bus.
    inPool(*QThreadPool::globalInstance(), [] {
        return QDBusConnection::connectToBus(QDBusConnection::SessionBus, busName);
    }).then(this, [this](const QDBusConnection &bus) { ask(bus); });
}

void DesktopLook::ask(QDBusConnection bus)
{
    if (!bus.isConnected())
        return;
    // From any sender: whose name the portal's is now, one would have to wait for.
    constexpr char normalized[] =
        "1take(QString,QString,QDBusVariant)"; // as SLOT() writes it; clang-format would add blanks there
    bus.connect({}, path, interface, u"SettingChanged"_s, this, normalized);
    QDBusMessage call = QDBusMessage::createMethodCall(portal, path, interface, u"ReadAll"_s);
    call << QStringList{appearance, gnome};
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<Settings> reply = *watcher;
        if (reply.isError())
            return;
        const Settings all = reply.value();
        for (auto space = all.cbegin(); space != all.cend(); ++space) {
            for (auto it = space->cbegin(); it != space->cend(); ++it)
                take(space.key(), it.key(), QDBusVariant(it.value()));
        }
    });
}

void DesktopLook::take(const QString &space, const QString &key, const QDBusVariant &value)
{
    if (space == appearance && key == "color-scheme"_L1)
        m_colorScheme = schemeNamed(value.variant().toUInt());
    else if (space == appearance && key == "reduced-motion"_L1)
        m_reducedMotion = value.variant().toUInt() == 1;
    else if (space == gnome && key == "enable-animations"_L1)
        m_animations = value.variant().toBool();
    else
        return;
    Q_EMIT changed();
}

} // namespace Sheaf
