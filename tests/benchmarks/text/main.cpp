// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "baseline.h"
#include "figures.h"
#include "formatted.h"
#include "fuzz/densetexts.h"
#include "measure.h"
#include "text/updatealgebra.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

#include <cstdio>

using namespace Qt::StringLiterals;
using namespace Sheaf;
using namespace Sheaf::Bench;

namespace {

const QStringList allNames{u"text.local"_s,
                           u"text.local_updates"_s,
                           u"text.remote"_s,
                           u"text.load_v1"_s,
                           u"text.load_v2"_s,
                           u"text.encode_v1"_s,
                           u"text.encode_v2"_s,
                           u"text.out"_s,
                           u"text.memory"_s,
                           u"text.merge"_s,
                           u"text.merge_updates"_s,
                           u"text.merge_updates_half"_s,
                           u"text.merge_updates_growth"_s,
                           u"text.formatted"_s,
                           u"text.formatted_small"_s,
                           u"text.formatted_growth"_s,
                           u"text.formats"_s,
                           u"text.hostile"_s,
                           u"text.dense"_s};

std::unique_ptr<Text::Doc> fresh(quint64 client)
{
    return std::make_unique<Text::Doc>(Text::Doc::Options{client, true, true});
}

std::unique_ptr<Text::Doc> loaded(const QByteArray &state, Text::Format format)
{
    auto doc = fresh(2);
    (void)doc->text();
    if (const auto applied = doc->apply(state, format); !applied)
        std::fprintf(stderr, "bench_text: a state cannot be loaded\n");
    return doc;
}

std::unique_ptr<Text::Doc> appliedEach(const std::vector<QByteArray> &updates)
{
    auto doc = fresh(99);
    (void)doc->text();
    for (const QByteArray &update : updates) {
        if (const auto applied = doc->apply(update); !applied)
            std::fprintf(stderr, "bench_text: an update cannot be applied\n");
    }
    return doc;
}

Figure mergingTimed(int runs, const std::vector<QByteArray> &updates)
{
    return timed(runs, [&] { return Text::mergeUpdates(updates, Text::Format::V1); });
}

/// What the worst of some updates takes, refused or taken.
Figure worstTimed(int runs, const std::vector<TextBombs::Bomb> &bombs)
{
    Figure worst;
    for (const TextBombs::Bomb &bomb : bombs) {
        const Figure one = timed(runs, [&] {
            auto doc = fresh(1);
            (void)doc->apply(bomb.update, bomb.format);
            return doc;
        });
        worst = one.median > worst.median ? one : worst;
    }
    return worst;
}

/// All figures that are wanted, by name.
QHash<QString, Figure> measure(const BaselineInput &input, const QStringList &names, int runs)
{
    QHash<QString, Figure> figures;
    const auto add = [&](const QString &name, auto work) {
        if (names.contains(name))
            figures.insert(name, work());
    };
    add(u"text.memory"_s, [&] {
        const qint64 before = heapBytes();
        const auto doc = loaded(input.stateV1, Text::Format::V1);
        return Figure{static_cast<double>(heapBytes() - before), {}};
    });
    add(u"text.local"_s, [&] {
        return timed(runs, [&] {
            auto doc = fresh(1);
            play(*doc, *input.session);
            return doc;
        });
    });
    add(u"text.local_updates"_s, [&] {
        return timed(runs, [&] {
            auto doc = fresh(1);
            qsizetype bytes = 0;
            doc->onUpdate([&bytes](const QByteArray &update, bool, quint64) { bytes += update.size(); });
            play(*doc, *input.session);
            return doc;
        });
    });
    add(u"text.remote"_s, [&] { return timed(runs, [&] { return appliedEach(input.remote); }); });
    add(u"text.load_v1"_s, [&] { return timed(3 * runs, [&] { return loaded(input.stateV1, Text::Format::V1); }); });
    add(u"text.load_v2"_s, [&] { return timed(3 * runs, [&] { return loaded(input.stateV2, Text::Format::V2); }); });
    const auto doc = loaded(input.stateV1, Text::Format::V1);
    add(u"text.encode_v1"_s, [&] { return timed(5 * runs, [&] { return doc->encode(Text::Format::V1); }); });
    add(u"text.encode_v2"_s, [&] { return timed(5 * runs, [&] { return doc->encode(Text::Format::V2); }); });
    add(u"text.out"_s, [&] { return timed(20 * runs, [&] { return doc->text().toString(); }); });
    if (!input.merge.empty())
        add(u"text.merge"_s, [&] { return timed(runs, [&] { return appliedEach(input.merge); }); });
    if (!input.keystrokes.empty()) {
        const std::vector<QByteArray> half(input.keystrokes.begin(), input.keystrokes.begin() + std::ssize(input.keystrokes) / 2);
        add(u"text.merge_updates"_s, [&] { return mergingTimed(runs, input.keystrokes); });
        add(u"text.merge_updates_half"_s, [&] { return mergingTimed(runs, half); });
    }
    add(u"text.formatted"_s, [&] { return formattedTimed(runs, 16'000); });
    add(u"text.formatted_small"_s, [&] { return formattedTimed(runs, 1000); });
    add(u"text.formats"_s, [&] { return formatsTimed(runs, 16'000); });
    add(u"text.hostile"_s, [&] { return worstTimed(runs, TextBombs::refusedBombs()); });
    add(u"text.dense"_s, [&] { return worstTimed(runs, TextBombs::densestUpdates()); });
    return figures;
}

using Libraries = QHash<QString, QHash<QString, double>>;

void print(const QHash<QString, Figure> &figures, const Libraries &libraries, const QStringList &names)
{
    const QHash<QString, double> baseline = libraries.value(yjs);
    const auto compared = [&baseline](const QString &name) {
        const auto found = baseline.constFind(name);
        return found == baseline.constEnd() ? std::nullopt : std::optional(*found);
    };
    for (const QString &name : names) {
        const QString unit = name == u"text.memory" ? u"bytes"_s : u"ms"_s;
        if (figures.contains(name))
            printFigure(name, figures.value(name).median, unit, compared(name), figures.value(name).least);
        for (const QString &peer : peers) {
            if (libraries.value(peer).contains(name))
                printFigure(name + u'.' + peer, libraries.value(peer).value(name), unit, compared(name));
        }
    }
    const auto printGrowth = [&](const QString &name, const QString &large, const QString &small) {
        if (!names.contains(name) || !figures.contains(large) || !figures.contains(small))
            return;
        const double theirs = baseline.value(large) / baseline.value(small, 1);
        printFigure(name, figures[large].median / figures[small].median, u"times"_s,
                    baseline.isEmpty() ? std::nullopt : std::optional(theirs));
    };
    // For twice as many updates: 2 is linear, 4 quadratic. For a text of sixteen times as many runs: 1 is best.
    printGrowth(u"text.merge_updates_growth"_s, u"text.merge_updates"_s, u"text.merge_updates_half"_s);
    printGrowth(u"text.formatted_growth"_s, u"text.formatted"_s, u"text.formatted_small"_s);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"Benchmarks of the text type, one JSON object per figure; npm's yjs is the baseline, loro and diamond are peers."_s);
    parser.addHelpOption();
    parser.addOptions(
        {{u"filter"_s, u"Only the figures whose name begins with this."_s, u"name"_s},
         {u"quick"_s, u"Small amounts: shows that it runs, not how fast."_s},
         {u"traces"_s, u"The folder with the editing traces."_s, u"folder"_s, QStringLiteral(SHEAF_SHARED_DIR "/data/traces")}});
    parser.process(application);
    const Wishes wishes{parser.value(u"filter"_s), parser.isSet(u"quick"_s)};
    QStringList names;
    for (const QString &name : allNames) {
        if (wishes.wants(name))
            names.append(name);
    }
    if (names.isEmpty())
        return 0;
    const QDir traces(parser.value(u"traces"_s));
    const auto session = readSession(traces.filePath(u"automerge-paper.json.gz"_s), wishes.quick ? 20'000 : 0);
    if (!session) {
        std::fprintf(stderr, "bench_text: skipped, no editing traces in %s\n", qPrintable(traces.path()));
        return 0;
    }
    BaselineInput input;
    input.session = &*session;
    input.remote = updatesOf(*session);
    const auto doc = appliedEach(input.remote);
    input.text = doc->text().toString();
    if (!session->end.isEmpty() && input.text != session->end) {
        std::fprintf(stderr, "bench_text: the text after the trace is not the recorded one\n");
        return 1;
    }
    input.stateV1 = doc->encode(Text::Format::V1);
    input.stateV2 = doc->encode(Text::Format::V2);
    if (auto merge = concurrentUpdates(traces.filePath(u"friendsforever_concurrent.json.gz"_s)))
        input.merge = std::move(*merge);
    if (const auto svelte = readSession(traces.filePath(u"sveltecomponent.json.gz"_s), wishes.quick ? 2'000 : 0))
        input.keystrokes = updatesOf(*svelte);
    const auto figures = measure(input, names, wishes.quick ? 1 : 7);
    print(figures, measureLibraries(QStringList{yjs} + peers, input, names, wishes.quick), names);
    return 0;
}
