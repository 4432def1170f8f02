// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bellplugin.h"
#include "server/main/serve.h"

#include <QCoreApplication>

#include <cstdio>

/// A sheaf-server with a bell: bell-server DIR HOST:PORT. Tokens are made by sheaf-server token add --data DIR.
int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 3) {
        std::fprintf(stderr, "usage: bell-server DIR HOST:PORT\n");
        return 1;
    }
    Sheaf::Server::ServeOptions options;
    options.plugins.push_back(std::make_unique<BellPlugin>());
    const auto served = Sheaf::Server::serve(arguments[1], arguments[2], std::move(options));
    if (served)
        return *served;
    std::fprintf(stderr, "bell-server: %s\n", qUtf8Printable(served.error().message));
    return 1;
}
