// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bench.h"
#include "device.h"
#include "engine/livequery.h"

#include <QCoreApplication>
#include <QThread>

#include <algorithm>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

namespace {

/// Runs the event loop until `done`; the longest time in milliseconds for which one turn of it took.
template<typename Done>
double longestTurn(Done done)
{
    qint64 longest = 0;
    while (!done()) {
        QThread::usleep(100);
        const qint64 from = nowNs();
        QCoreApplication::processEvents();
        longest = std::max(longest, nowNs() - from);
    }
    return static_cast<double>(longest) / 1e6;
}

/// Milliseconds from the call that writes an edit to the change in the model, each edit on its own.
std::vector<double> measureEdits(Device &device, const LiveQuery &query, int rows, int edits)
{
    std::vector<double> samples;
    for (int i = 0; i < edits; ++i) {
        const QString id = QString::number(1 + i * 7919 % rows);
        const qint64 from = nowNs();
        device.engine().write({{u"UPDATE notes SET votes = ? WHERE id = ?"_s, {rows + i + 1, id}, {}}});
        longestTurn([&] { return query.value(0, u"id"_s) == id; });
        samples.push_back(static_cast<double>(nowNs() - from) / 1e6);
        QTest::qWait(20); // results change once in 8 ms: nobody types faster
    }
    return samples;
}

} // namespace

void benchLongList(const Wishes &wishes)
{
    if (!wishes.wants(u"live.screen100k"_s) && !wishes.wants(u"live.stall100k"_s))
        return;
    const int rows = wishes.quick ? 10'000 : 100'000;
    Device device(u"a"_s);
    device.write(u"WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?)"
                 " INSERT INTO notes(id, title, body, votes) SELECT n, 'Note ' || n, hex(randomblob(400)), n FROM i"_s,
                 {rows});
    const QString sql = u"SELECT id, title, substr(body, 1, 200) AS snippet, votes FROM notes ORDER BY votes DESC, id"_s;
    const qint64 from = nowNs();
    await(device.engine().query({sql, {}, {}}));
    const double whole = static_cast<double>(nowNs() - from) / 1e6;
    LiveQuery query;
    query.setEngine(&device.engine());
    query.setSql(sql);
    const double stall = longestTurn([&query] { return query.isLoaded(); });
    const std::vector<double> samples = measureEdits(device, query, rows, wishes.quick ? 20 : 200);
    if (wishes.wants(u"live.screen100k"_s))
        printFigure(u"live.screen100k"_s, percentile(samples, 0.95), u"ms"_s, whole);
    if (wishes.wants(u"live.stall100k"_s))
        printFigure(u"live.stall100k"_s, stall, u"ms"_s, whole);
}

} // namespace Sheaf::Bench
