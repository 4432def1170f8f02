// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "notes/iconprovider.h"

#include <QQmlEngine>
#include <QQuickStyle>
#include <QtQml/QQmlExtensionPlugin>
#include <QtQuickTest>

Q_IMPORT_QML_PLUGIN(Sheaf_NotesPlugin)
Q_IMPORT_QML_PLUGIN(Sheaf_SyncPlugin)

/// Gives the tst_*.qml files beside this one what the program gives its windows.
class Setup : public QObject
{
    Q_OBJECT

public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        QQuickStyle::setStyle(QStringLiteral("Basic"));
        engine->addImageProvider(Sheaf::IconProvider::providerName, new Sheaf::IconProvider);
    }
};

QUICK_TEST_MAIN_WITH_SETUP(components, Setup)
#include "tst_components.moc"
