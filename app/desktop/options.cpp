// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "desktop/options.h"

#include "model/profile.h"
#include "model/tokenoptions.h"

#include <QCommandLineParser>
#include <QSysInfo>

namespace Sheaf {

using namespace Qt::StringLiterals;

DesktopOptions DesktopOptions::fromArguments(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Notes and tasks that are yours, on every device."_s);
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOptions({
        {u"data"_s, u"Folder of the profile."_s, u"DIR"_s},
        {u"url"_s, u"Server to sync with, ws:// or wss://."_s, u"URL"_s},
        {u"device"_s, u"Name of this device."_s, u"NAME"_s},
        {u"theme"_s, u"light or dark; without it, as the desktop."_s, u"THEME"_s},
        {u"screenshot"_s, u"For developers: write a picture of the window to FILE and quit."_s, u"FILE"_s},
    });
    addTokenOptions(parser);
    parser.process(arguments);

    DesktopOptions options;
    options.profile = parser.value(u"data"_s);
    options.url = QUrl(parser.value(u"url"_s));
    const auto token = tokenOf(parser);
    options.token = token ? *token : QByteArray();
    options.device = parser.isSet(u"device"_s) ? parser.value(u"device"_s) : QSysInfo::machineHostName();
    options.theme = parser.value(u"theme"_s);
    options.screenshot = parser.value(u"screenshot"_s);
    if (!options.theme.isEmpty() && options.theme != "light"_L1 && options.theme != "dark"_L1)
        options.problem = u"--theme is light or dark, not “%1”."_s.arg(options.theme);
    else if (!token)
        options.problem = token.error().message;
    else if (parser.isSet(u"url"_s))
        options.problem = Profile::problemOf(options.url);
    if (!options.problem.isEmpty())
        return options;
    if (parser.isSet(u"url"_s) && options.token.isEmpty())
        options.problem = u"--url needs --token-file; `sheaf-server token add` prints a token."_s;
    return options;
}

} // namespace Sheaf
