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

/// The folder of an npm package.
QString packageOf(const QString &library)
{
    const QHash<QString, QString> packages{
        {u"yjs"_s, u"yjs"_s}, {u"loro"_s, u"loro-crdt"_s}, {u"diamond"_s, u"diamond-types-node"_s}};
    return packages.value(library);
}

QHash<QString, double> measureLibrary(const QString &library, const QString &modules, const QString &folder,
                                      const QStringList &names, bool quick)
{
    const QString node = QStandardPaths::findExecutable(u"node"_s);
    if (node.isEmpty() || !QFileInfo::exists(modules + u'/' + packageOf(library))) {
        std::fprintf(stderr, "bench_text: not beside %s, there is no node or no such package in %s\n", qPrintable(library),
                     qPrintable(modules));
        return {};
    }
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(node, QStringList{u"--expose-gc"_s, QStringLiteral(SHEAF_BASELINE_SCRIPT), library, modules, folder,
                                    quick ? u"1"_s : u"3"_s} +
                            names);
    if (!process.waitForFinished(600'000) || process.exitCode() != 0) {
        std::fprintf(stderr, "bench_text: %s failed\n", qPrintable(library));
        return {};
    }
    QHash<QString, double> figures;
    const QJsonObject printed = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    for (auto it = printed.begin(); it != printed.end(); ++it)
        figures.insert(it.key(), it.value().toDouble());
    return figures;
}

} // namespace

QHash<QString, QHash<QString, double>> measureLibraries(const QStringList &libraries, const BaselineInput &input,
                                                        const QStringList &names, bool quick)
{
    const QTemporaryDir temporary;
    const QDir folder(temporary.path());
    if (!write(folder, u"edits.json"_s, sessionJson(*input.session)) || !write(folder, u"text.txt"_s, input.text.toUtf8()) ||
        !write(folder, u"remote.bin"_s, packed(input.remote)) || !write(folder, u"merge.bin"_s, packed(input.merge)) ||
        !write(folder, u"keystrokes.bin"_s, packed(input.keystrokes)) || !write(folder, u"state1.bin"_s, input.stateV1) ||
        !write(folder, u"state2.bin"_s, input.stateV2)) {
        std::fprintf(stderr, "bench_text: without a baseline, the temporary folder cannot be written\n");
        return {};
    }
    const QString modules = qEnvironmentVariable("SHEAF_NODE_MODULES", QStringLiteral(SHEAF_NODE_MODULES));
    QHash<QString, QHash<QString, double>> figures;
    for (const QString &library : libraries)
        figures.insert(library, measureLibrary(library, modules, folder.path(), names, quick));
    return figures;
}

} // namespace Sheaf::Bench
