// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/livequery.h"
#include "engine/syncengine.h"

#include <QCoreApplication>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

void giveUp(const Sheaf::Error &error)
{
    std::fprintf(stderr, "shopping: %s\n", qUtf8Printable(error.message));
    QCoreApplication::exit(1);
}

void show(const Sheaf::LiveQuery &list)
{
    QStringList names;
    for (int row = 0; row < list.count(); ++row)
        names << list.value(row, u"name"_s).toString();
    std::printf("%d on the list: %s\n", list.count(), qUtf8Printable(names.join(u", "_s)));
}

} // namespace

/// The smallest app: shopping FILE ITEM [URL TOKEN] puts an item on the list and shows the list; with a server it stays and
/// shows what others do.
int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3 && arguments.size() != 5) {
        std::fprintf(stderr, "usage: shopping FILE ITEM [URL TOKEN]\n");
        return 2;
    }
    Sheaf::SyncEngine::Options options;
    options.databasePath = arguments[1];
    options.schemaPath = u":/shopping"_s; // numbered scripts, here from the resources
    options.app = u"shopping 1"_s;
    Sheaf::SyncEngine engine(options);
    QObject::connect(&engine, &Sheaf::SyncEngine::openFailed, &application, giveUp);
    engine.open();

    // Calls may be queued before the file is open. Nothing here waits for the disk or the network.
    engine
        .write({{u"INSERT INTO items(id, name) VALUES (sheaf_uuid(), ?)"_s, {arguments[2]}, {}}},
               Sheaf::UserAction::undoable(u"add item"_s))
        .then(&application, [&](const Sheaf::Result<QList<qint64>> &written) {
            if (!written)
                return giveUp(written.error());
            auto *list = new Sheaf::LiveQuery(&application);
            QObject::connect(list, &Sheaf::LiveQuery::loadedChanged, &application, [list, &arguments] {
                show(*list);
                if (arguments.size() == 3)
                    return QCoreApplication::quit();
                // From now on the model says what others do.
                QObject::connect(list, &QAbstractItemModel::rowsInserted, list, [list] { show(*list); });
                QObject::connect(list, &QAbstractItemModel::rowsRemoved, list, [list] { show(*list); });
            });
            list->setSql(u"SELECT id, name, pieces FROM items ORDER BY name"_s);
            list->setEngine(&engine);
        });
    if (arguments.size() == 5)
        engine.connectToServer(QUrl(arguments[3]), arguments[4].toUtf8());
    return QCoreApplication::exec();
}
