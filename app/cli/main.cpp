// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "backend.h"
#include "options.h"
#include "output.h"

#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>

#include <csignal>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace {

constexpr int exitFailed = 1;
constexpr int exitUsage = 2;
constexpr int exitSkipped = 3; ///< an import has left files out, and named them

int exitCodeOf(const Sheaf::Result<QJsonObject> &result)
{
    if (!result)
        return exitFailed;
    if (result->contains("report"_L1))
        return (*result)["report"_L1]["proven"_L1].toBool() ? 0 : exitFailed;
    return result->value("skipped"_L1).toArray().isEmpty() ? 0 : exitSkipped;
}

/// A text that is "-" is read from standard input.
void takeStandardInput(QJsonObject &request)
{
    if (request.value("text"_L1) != "-"_L1)
        return;
    QFile input;
    if (input.open(stdin, QIODevice::ReadOnly))
        request.insert(u"text"_s, QString::fromUtf8(input.readAll()));
}

} // namespace

int main(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(u"sheaf-cli"_s);

    Sheaf::Output output;
    auto options = Sheaf::parseCommandLine(QCoreApplication::arguments());
    if (!options) {
        output.problem(options.error().message);
        return exitUsage;
    }
    if (!options->help.isEmpty()) {
        std::fputs(qUtf8Printable(options->help), stdout);
        return 0;
    }
    takeStandardInput(options->request);

    Sheaf::Backend backend{Sheaf::Profile(options->profile)};
    QMetaObject::invokeMethod(
        &backend,
        [&] {
            backend.run(
                options->request, [&](const QJsonObject &progress) { output.progress(progress); },
                [&](const Sheaf::Result<QJsonObject> &result) {
                    if (result)
                        output.answer(options->request, *result, options->json);
                    else
                        output.problem(result.error().message);
                    QCoreApplication::exit(exitCodeOf(result));
                });
        },
        Qt::QueuedConnection);
    return QCoreApplication::exec();
}
