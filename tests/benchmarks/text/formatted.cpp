// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "formatted.h"

#include "text/doc.h"

#include <cstdio>

using namespace Qt::StringLiterals;

namespace Sheaf::Bench {
namespace {

constexpr quint32 runUnits = 5;

QByteArray formattedState(quint32 textRuns)
{
    Text::Doc doc({1, true, true});
    Text::Delta delta;
    for (quint32 run = 0; run < textRuns; ++run) {
        const Text::Attributes bold{{u"bold"_s, Text::Value(true)}};
        delta.push_back({Text::DeltaOp::Insert, u"word "_s, {}, 0, run % 2 ? bold : Text::Attributes{}});
    }
    doc.text().applyDelta(delta);
    return doc.encode(Text::Format::V1);
}

/// A document that somebody looks at.
std::unique_ptr<Text::Doc> watched(const QByteArray &state, quint64 client = 2)
{
    auto doc = std::make_unique<Text::Doc>(Text::Doc::Options{client, true, true});
    (void)doc->onChange(doc->text(), [](const Text::TextChange &) {});
    if (!doc->apply(state))
        std::fprintf(stderr, "bench_text: a formatted text cannot be loaded\n");
    return doc;
}

/// Somewhere else each time, the same in every run.
quint32 placeOf(quint32 edit, quint32 units)
{
    return static_cast<quint32>(edit * 7919ULL % units);
}

template<typename Work>
Figure timedOnFresh(int runs, const QByteArray &state, Work work)
{
    std::vector<double> samples;
    for (int i = 0; i < runs; ++i) {
        const auto doc = watched(state);
        const double start = cpuMs();
        work(*doc);
        samples.push_back(cpuMs() - start);
    }
    return {percentile(samples, 0.5), percentile(samples, 0)};
}

} // namespace

Figure formattedTimed(int runs, quint32 textRuns)
{
    return timedOnFresh(runs, formattedState(textRuns), [textRuns](Text::Doc &doc) {
        for (quint32 edit = 0; edit < 1000; ++edit)
            doc.text().insert(placeOf(edit, textRuns * runUnits), u"x");
    });
}

Figure formatsTimed(int runs, quint32 textRuns)
{
    const QByteArray state = formattedState(textRuns);
    const auto other = watched(state, 3);
    std::vector<QByteArray> updates;
    (void)other->onUpdate([&](const QByteArray &update, bool, quint64) { updates.push_back(update); });
    for (quint32 edit = 0; edit < 250; ++edit)
        other->text().format(placeOf(edit, textRuns * runUnits), 4, {{u"colour"_s, Text::Value(u"red"_s)}});
    return timedOnFresh(runs, state, [&updates](Text::Doc &doc) {
        for (const QByteArray &update : updates)
            (void)doc.apply(update);
    });
}

} // namespace Sheaf::Bench
