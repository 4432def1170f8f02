// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/repairreport.h"

#include "engine/syncreport.h"

#include <QJsonArray>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

QJsonObject toJson(const Error &error)
{
    return {{u"code"_s, error.code}, {u"message"_s, error.message}, {u"advice"_s, adviceFor(error.code)}};
}

QJsonObject toJson(const RepairReport::Space &space)
{
    QJsonObject json{{u"space"_s, QString::fromUtf8(space.name)},
                     {u"rows"_s, space.rows},
                     {u"ranges_miscounted"_s, space.rangesMiscounted},
                     {u"rows_lost"_s, space.rowsLost},
                     {u"rows_adopted"_s, space.rowsAdopted},
                     {u"ranges_compared"_s, space.exchange.rangesCompared},
                     {u"ranges_exchanged"_s, space.exchange.rangesExchanged},
                     {u"rows_fetched"_s, space.exchange.rowsFetched},
                     {u"rows_offered"_s, space.exchange.rowsOffered},
                     {u"rows_mended"_s, space.exchange.rowsMended},
                     {u"proven"_s, space.error.code.isEmpty()}};
    if (!space.error.code.isEmpty())
        json.insert(u"error"_s, toJson(space.error));
    return json;
}

} // namespace

bool RepairReport::isProven() const
{
    return error.code.isEmpty() && std::ranges::all_of(spaces, [](const Space &space) { return space.error.code.isEmpty(); });
}

QJsonObject toJson(const RepairReport &report)
{
    QJsonArray spaces;
    for (const RepairReport::Space &space : report.spaces)
        spaces.append(toJson(space));
    QJsonObject json{{u"proven"_s, report.isProven()},
                     {u"deep"_s, report.isDeep},
                     {u"spaces"_s, spaces},
                     {u"duration_ms"_s, report.durationMs}};
    if (!report.error.code.isEmpty())
        json.insert(u"error"_s, toJson(report.error));
    return json;
}

} // namespace Sheaf
