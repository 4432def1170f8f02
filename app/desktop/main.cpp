// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/desktopapp.h"
#include "desktop/terminationwatch.h"

#include <QGuiApplication>
#include <QImage>
#include <QQuickWindow>
#include <QTimer>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

/// Long enough for the first rows and every animation.
constexpr int screenshotDelayMs = 1500;

void takeScreenshot(Sheaf::DesktopApp &app, const QString &file)
{
    QTimer::singleShot(screenshotDelayMs, &app, [&app, file] {
        const bool saved = app.window() && app.window()->grabWindow().save(file);
        if (!saved)
            std::fprintf(stderr, "sheaf: cannot write %s\n", qUtf8Printable(file));
        QCoreApplication::exit(saved ? 0 : 1);
    });
}

} // namespace

int main(int argc, char **argv)
{
    QGuiApplication::setApplicationName(u"sheaf"_s);
    QGuiApplication::setApplicationVersion(QStringLiteral(SHEAF_VERSION));
    QGuiApplication::setApplicationDisplayName(u"Sheaf"_s);
    QGuiApplication::setDesktopFileName(u"org.sheaf.Sheaf"_s);
    const QGuiApplication gui(argc, argv);

    const auto options = Sheaf::DesktopOptions::fromArguments(QCoreApplication::arguments());
    if (!options.problem.isEmpty()) {
        std::fprintf(stderr, "sheaf: %s\n", qUtf8Printable(options.problem));
        return 2;
    }
    Sheaf::DesktopApp app(options);
    const Sheaf::TerminationWatch watch;
    QObject::connect(&watch, &Sheaf::TerminationWatch::asked, &app, [&app] {
        app.save();
        QCoreApplication::quit();
    });
    if (!options.screenshot.isEmpty())
        QObject::connect(&app, &Sheaf::DesktopApp::windowShown, &app, [&] { takeScreenshot(app, options.screenshot); });
    app.look().follow();
    app.start();
    const int code = QGuiApplication::exec();
    return app.isBlocked() ? 1 : code;
}
