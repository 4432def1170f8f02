// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/desktopapp.h"

#include "notes/iconprovider.h"

#include <QDir>
#include <QGuiApplication>
#include <QQuickStyle>
#include <QQuickWindow>
#include <QtQml/QQmlExtensionPlugin>

Q_IMPORT_QML_PLUGIN(Sheaf_NotesPlugin)
Q_IMPORT_QML_PLUGIN(Sheaf_SyncPlugin)

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

QString headline(const Error &error)
{
    if (error.code == "locked"_L1)
        return QObject::tr("Sheaf is already open with this store");
    if (error.code == "newer_schema"_L1)
        return QObject::tr("This store was written by a newer Sheaf");
    if (error.code == "foreign_database"_L1)
        return QObject::tr("The file of the store belongs to another program");
    if (error.code == "disk_full"_L1)
        return QObject::tr("The disk is full");
    return QObject::tr("The store cannot be opened");
}

QString advice(const Error &error)
{
    if (error.code == "locked"_L1)
        return QObject::tr("Two windows must not write to one store. Go to the window that is open, or start Sheaf with another "
                           "profile: sheaf --data FOLDER.");
    if (error.code == "newer_schema"_L1)
        return QObject::tr("Nothing was changed. Install the newer version to go on.");
    if (error.code == "disk_full"_L1)
        return QObject::tr("Nothing was changed. Make room, then start Sheaf again.");
    return QObject::tr("Nothing was changed or deleted.") + u' ' + error.message;
}

} // namespace

DesktopApp::DesktopApp(DesktopOptions options, QObject *parent)
    : QObject(parent), m_options(std::move(options)), m_profile(m_options.profile),
      m_sync(m_profile.engineOptions(u"sheaf "_s + QStringLiteral(SHEAF_VERSION))), m_store(m_sync),
      m_history(m_sync, m_clock, ModelPorts::ofSystem(), VersionMaker::ofSystem()), m_server(m_sync, m_profile, m_options.device),
      m_control(m_sync, m_profile), m_transfers(m_sync, m_profile)
{
    QQuickStyle::setStyle(u"Basic"_s);
    m_qml.addImageProvider(IconProvider::providerName, new IconProvider); // owned by the QML engine
    connect(&m_sync, &SyncEngine::readyChanged, this, [this] {
        if (m_sync.isReady())
            showMain();
    });
    connect(&m_history, &NoteHistory::failed, &m_store, &NotesStore::writeFailed);
    m_control.setConnector([this](const QUrl &url, const QByteArray &token) { m_server.use(url, token); });
    connect(&m_sync, &SyncEngine::openFailed, this, &DesktopApp::showBlocked);
    // The end of a desktop session closes no window.
    connect(qGuiApp, &QGuiApplication::commitDataRequest, this, &DesktopApp::save);
}

DesktopApp::~DesktopApp() = default;

void DesktopApp::start()
{
    if (const auto made = m_profile.make(); !made)
        return showBlocked(made.error());
    m_sync.open();
    if (!m_options.url.isEmpty())
        m_server.use(m_options.url, m_options.token);
    else
        m_server.useRemembered();
}

void DesktopApp::save()
{
    if (QQuickWindow *shown = window(); shown && shown->objectName() == "mainWindow"_L1)
        QMetaObject::invokeMethod(shown, "save");
}

QQuickWindow *DesktopApp::window() const
{
    const QList<QObject *> roots = m_qml.rootObjects();
    return roots.isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(roots.last());
}

QString DesktopApp::windowFile() const
{
    return QDir(m_profile.folder()).filePath(u"window.ini"_s);
}

void DesktopApp::showMain()
{
    // Without the socket the window works all the same; only sheaf-cli has to wait until it is closed.
    if (const auto listening = m_control.listen(); !listening)
        qWarning("sheaf: %s", qUtf8Printable(listening.error().message));
    load(u"Main"_s, {{u"engine"_s, QVariant::fromValue(&m_sync)},
                     {u"store"_s, QVariant::fromValue<QObject *>(&m_store)},
                     {u"history"_s, QVariant::fromValue<QObject *>(&m_history)},
                     {u"connection"_s, QVariant::fromValue<QObject *>(&m_server)},
                     {u"transfers"_s, QVariant::fromValue<QObject *>(&m_transfers)},
                     {u"desktop"_s, QVariant::fromValue<QObject *>(&m_look)},
                     {u"settingsFile"_s, windowFile()},
                     {u"forcedTheme"_s, m_options.theme}});
}

void DesktopApp::showBlocked(const Error &error)
{
    m_blocked = true;
    qCritical("sheaf: %s", qUtf8Printable(headline(error) + u": "_s + error.message));
    load(u"BlockedPage"_s, {{u"desktop"_s, QVariant::fromValue<QObject *>(&m_look)},
                            {u"headline"_s, headline(error)},
                            {u"details"_s, advice(error)},
                            {u"diagnostic"_s, u"%1\n%2: %3"_s.arg(m_sync.databasePath(), error.code, error.message)}});
}

void DesktopApp::load(const QString &component, const QVariantMap &properties)
{
    if (window())
        return;
    m_qml.setInitialProperties(properties);
    m_qml.load(QUrl(u"qrc:/qt-project.org/imports/Sheaf/Notes/window/%1.qml"_s.arg(component)));
    if (window())
        Q_EMIT windowShown();
}

} // namespace Sheaf
