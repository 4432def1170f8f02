// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "baseline.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtEndian>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace Sheaf::Bench {
namespace {

bool write(const QDir &folder, const QString &name, const QByteArray &bytes)
{
    QFile file(folder.filePath(name));
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

/// Each with its length in front, four bytes, little endian.
QByteArray packed(const std::vector<QByteArray> &updates)
{
    QByteArray all;
    for (const QByteArray &update : updates) {
        const auto size = qToLittleEndian(static_cast<quint32>(update.size()));
        all.append(reinterpret_cast<const char *>(&size), sizeof size);
        all.append(update);
    }
    return all;
}

QByteArray sessionJson(const Session &session)
{
    QJsonArray edits;
    for (const Edit &edit : session.edits)
        edits.append(QJsonArray{static_cast<qint64>(edit.position), static_cast<qint64>(edit.removed), edit.inserted.toString()});
    return QJsonDocument(edits).toJson(QJsonDocument::Compact);
}

} // namespace

QHash<QString, double> measureYjs(const BaselineInput &input, const QStringList &names, bool quick)
{
    const QString modules = qEnvironmentVariable("SHEAF_TEXT_NODE_MODULES", QStringLiteral(SHEAF_NODE_MODULES));
    const QString node = QStandardPaths::findExecutable(u"node"_s);
    if (node.isEmpty() || !QFileInfo::exists(modules + u"/yjs"_s)) {
        std::fprintf(stderr, "bench_text: without a baseline, there is no node or no yjs in %s\n", qPrintable(modules));
        return {};
    }
    const QTemporaryDir temporary;
    const QDir folder(temporary.path());
    if (!write(folder, u"edits.json"_s, sessionJson(*input.session)) || !write(folder, u"remote.bin"_s, packed(input.remote)) ||
        !write(folder, u"merge.bin"_s, packed(input.merge)) || !write(folder, u"keystrokes.bin"_s, packed(input.keystrokes)) ||
        !write(folder, u"state1.bin"_s, input.stateV1) || !write(folder, u"state2.bin"_s, input.stateV2)) {
        std::fprintf(stderr, "bench_text: without a baseline, the temporary folder cannot be written\n");
        return {};
    }
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(node, QStringList{u"--expose-gc"_s, QStringLiteral(SHEAF_BASELINE_SCRIPT), modules, folder.path(),
                                    quick ? u"1"_s : u"2"_s} +
                            names);
    if (!process.waitForFinished(600'000) || process.exitCode() != 0) {
        std::fprintf(stderr, "bench_text: the baseline failed\n");
        return {};
    }
    QHash<QString, double> figures;
    const QJsonObject printed = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    for (auto it = printed.begin(); it != printed.end(); ++it)
        figures.insert(it.key(), it.value().toDouble());
    return figures;
}

} // namespace Sheaf::Bench
