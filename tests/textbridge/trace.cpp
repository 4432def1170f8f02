// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "trace.h"

#include "bridge.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

#include <zlib.h>

using namespace Qt::StringLiterals;

namespace Sheaf::TextBridge {

Result<QByteArray> readMaybeGzipped(const QString &file)
{
    // zlib reads plain files as they are.
    gzFile in = gzopen(QFile::encodeName(file).constData(), "rb");
    if (!in)
        return fail(u"no_trace"_s, u"The trace cannot be opened."_s);
    QByteArray all;
    QByteArray chunk(1 << 16, '\0');
    int got = 0;
    while ((got = gzread(in, chunk.data(), static_cast<unsigned>(chunk.size()))) > 0)
        all.append(chunk.constData(), got);
    const bool good = got == 0 && gzclose(in) == Z_OK;
    if (!good)
        return fail(u"bad_trace"_s, u"The trace is damaged."_s);
    return all;
}

Result<Trace> readTrace(const QString &file)
{
    const auto json = readMaybeGzipped(file);
    if (!json)
        return fail(json.error());
    const QJsonObject root = QJsonDocument::fromJson(*json).object();
    if (!root.contains(u"txns"_s) || !root.contains(u"endContent"_s))
        return fail(u"bad_trace"_s, u"The file is not a sequential editing trace."_s);
    Trace trace;
    trace.start = root.value(u"startContent"_s).toString();
    trace.end = root.value(u"endContent"_s).toString();
    for (const QJsonValue transaction : root.value(u"txns"_s).toArray()) {
        auto &patches = trace.transactions.emplace_back();
        for (const QJsonValue value : transaction.toObject().value(u"patches"_s).toArray()) {
            const QJsonArray patch = value.toArray();
            patches.push_back({static_cast<quint32>(patch.at(0).toInteger()), static_cast<quint32>(patch.at(1).toInteger()),
                               patch.at(2).toString()});
        }
    }
    return trace;
}

Result<QJsonValue> replay(Text::Doc &doc, const QString &file)
{
    const auto trace = readTrace(file);
    if (!trace)
        return fail(trace.error());
    Text::Text text = doc.text();
    if (!trace->start.isEmpty())
        text.insert(0, trace->start);
    QElapsedTimer timer;
    timer.start();
    for (const auto &patches : trace->transactions) {
        doc.transact([&] {
            for (const Trace::Patch &patch : patches) {
                text.remove(patch.position, patch.removed);
                text.insert(patch.position, patch.inserted);
            }
        });
    }
    const double ms = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    if (text.toString() != trace->end)
        return fail(u"trace_differs"_s, u"The text after the trace is not the recorded one."_s);
    return QJsonValue(ms);
}

} // namespace Sheaf::TextBridge
