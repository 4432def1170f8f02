// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/desktoplook.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFile>
#include <QUrl>

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

/// Empty if there is no session bus.
QString busAddress()
{
    if (const QString told = qEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS"); !told.isEmpty())
        return told;
    const QString file = qEnvironmentVariable("XDG_RUNTIME_DIR") + u"/bus"_s;
    return QFile::exists(file) ? u"unix:path="_s + QString::fromLatin1(QUrl::toPercentEncoding(file, "/", "~")) : QString();
}

/// A call of the bus itself.
QDBusMessage busCall(const QString &method)
{
    return QDBusMessage::createMethodCall(u"org.freedesktop.DBus"_s, u"/org/freedesktop/DBus"_s, u"org.freedesktop.DBus"_s,
                                          method);
}

QString schemeNamed(uint scheme)
{
    return scheme == 1 ? u"dark"_s : scheme == 2 ? u"light"_s : QString();
}

} // namespace

DesktopLook::~DesktopLook()
{
    QDBusConnection::disconnectFromPeer(busName);
}

void DesktopLook::follow()
{
    const QString address = busAddress();
    if (address.isEmpty())
        return;
    qDBusRegisterMetaType<Settings>();
    // connectToBus() waits for the bus to greet, whatever the thread, and the end of the program then waits too. As a peer
    // the bus is only written to, so we say ourselves what makes us one of its clients.
    QDBusConnection bus = QDBusConnection::connectToPeer(address, busName);
    if (!bus.isConnected())
        return;
    bus.asyncCall(busCall(u"Hello"_s));
    // From any sender: whose name the portal's is now, one would have to wait for.
    const QString changes = u"type='signal',path='%1',interface='%2',member='SettingChanged'"_s.arg(path, interface);
    bus.asyncCall(busCall(u"AddMatch"_s) << changes);
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
