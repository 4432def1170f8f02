// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "figures.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace Sheaf::Bench {

using namespace Qt::StringLiterals;

void printFigure(const QString &name, double value, const QString &unit, std::optional<double> baseline,
                 std::optional<double> least)
{
    QJsonObject figure{{u"name"_s, name},
                       {u"value"_s, value},
                       {u"unit"_s, unit},
                       {u"baseline"_s, QJsonValue::Null},
                       {u"ratio"_s, QJsonValue::Null}};
    if (baseline) {
        figure[u"baseline"_s] = *baseline;
        if (*baseline > 0)
            figure[u"ratio"_s] = value / *baseline;
    }
    if (least)
        figure[u"least"_s] = *least;
    std::printf("%s\n", QJsonDocument(figure).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

qint64 nowNs()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

double percentile(std::vector<double> samples, double share)
{
    std::ranges::sort(samples);
    const auto last = static_cast<double>(samples.size() - 1);
    return samples[static_cast<size_t>(last * share)];
}

} // namespace Sheaf::Bench
