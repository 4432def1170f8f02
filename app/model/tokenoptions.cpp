// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/tokenoptions.h"

#include <QCommandLineParser>
#include <QFile>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

/// More than any token has; a file that is larger is another one.
constexpr qint64 tokenBytesMax = 4096;

} // namespace

void addTokenOptions(QCommandLineParser &parser)
{
    parser.addOptions(
        {{u"token-file"_s, u"File with the token of this device, as `sheaf-server token add` prints it."_s, u"FILE"_s},
         {u"token"_s, u"The token itself; other users of this machine can see it."_s, u"TOKEN"_s}});
}

Result<QByteArray> tokenOf(const QCommandLineParser &parser)
{
    if (!parser.isSet(u"token-file"_s))
        return parser.value(u"token"_s).toUtf8();
    if (parser.isSet(u"token"_s))
        return fail(u"usage"_s, u"Give --token-file or --token, not both."_s);
    QFile file(parser.value(u"token-file"_s));
    if (!file.open(QIODevice::ReadOnly))
        return fail(u"usage"_s, u"The token file %1 cannot be read: %2."_s.arg(file.fileName(), file.errorString()));
    const QByteArray token = file.read(tokenBytesMax).trimmed();
    if (token.isEmpty() || !file.atEnd())
        return fail(u"usage"_s, u"%1 holds no token; write into it what `sheaf-server token add` prints."_s.arg(file.fileName()));
    return token;
}

} // namespace Sheaf
