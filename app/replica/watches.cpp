// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "watches.h"

#include "engine/livequery.h"
#include "jsonvalues.h"

#include <QJsonDocument>

#include <cstdio>
#include <memory>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

QJsonArray rowOf(const LiveQuery &query, int row)
{
    QJsonArray values;
    const int width = static_cast<int>(query.roleNames().size());
    for (int column = 0; column < width; ++column)
        values.append(toJson(query.data(query.index(row), Qt::UserRole + 1 + column)));
    return values;
}

QJsonArray columnsOf(const LiveQuery &query)
{
    QJsonArray names;
    const auto roles = query.roleNames();
    for (int column = 0; column < roles.size(); ++column)
        names.append(QString::fromUtf8(roles.value(Qt::UserRole + 1 + column)));
    return names;
}

void printEvent(int watch, const QString &what, const QJsonValue &value)
{
    printLine({{u"event"_s, u"rows"_s}, {u"watch"_s, watch}, {what, value}});
}

void printAll(int watch, const LiveQuery &query)
{
    QJsonArray rows;
    for (int row = 0; row < query.count(); ++row)
        rows.append(rowOf(query, row));
    printLine({{u"event"_s, u"rows"_s}, {u"watch"_s, watch}, {u"columns"_s, columnsOf(query)}, {u"rows"_s, rows}});
}

/// One event per edit, from the signals that any view would get.
void follow(LiveQuery *query, int watch)
{
    QObject::connect(query, &LiveQuery::rowsInserted, query, [=](const QModelIndex &, int first, int last) {
        for (int row = first; query->isLoaded() && row <= last; ++row)
            printEvent(watch, u"insert"_s, QJsonObject{{u"index"_s, row}, {u"row"_s, rowOf(*query, row)}});
    });
    QObject::connect(query, &LiveQuery::rowsRemoved, query, [=](const QModelIndex &, int first, int last) {
        for (int row = first; row <= last; ++row)
            printEvent(watch, u"remove"_s, QJsonObject{{u"index"_s, first}});
    });
    QObject::connect(query, &LiveQuery::rowsMoved, query, [=](const QModelIndex &, int from, int, const QModelIndex &, int to) {
        printEvent(watch, u"move"_s, QJsonObject{{u"index"_s, from}, {u"target"_s, to > from ? to - 1 : to}});
    });
    QObject::connect(query, &LiveQuery::dataChanged, query, [=](const QModelIndex &first, const QModelIndex &last) {
        for (int row = first.row(); row <= last.row(); ++row)
            printEvent(watch, u"change"_s, QJsonObject{{u"index"_s, row}, {u"row"_s, rowOf(*query, row)}});
    });
}

} // namespace

void printLine(const QJsonObject &object)
{
    const QByteArray line = QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    std::fwrite(line.constData(), 1, static_cast<size_t>(line.size()), stdout);
    std::fflush(stdout);
}

void Watches::start(const Statement &statement, const Reply &reply)
{
    if (!statement.namedParams.isEmpty())
        return reply(fail(u"bad_request"_s, u"A watch takes its \"params\" as an array."_s));
    auto *query = new LiveQuery(this);
    const int watch = ++m_last;
    const auto answered = std::make_shared<bool>(false);
    connect(query, &LiveQuery::loadedChanged, this, [=] {
        if (!query->isLoaded())
            return;
        *answered = true;
        reply(QJsonValue(QJsonObject{{u"watch"_s, watch}}));
        printAll(watch, *query);
    });
    connect(query, &LiveQuery::errorTextChanged, this, [=] {
        if (query->errorText().isEmpty())
            return;
        if (*answered)
            printEvent(watch, u"error"_s, query->errorText());
        else
            reply(fail(u"sql_error"_s, query->errorText()));
        query->deleteLater();
    });
    follow(query, watch);
    query->setEngine(&m_engine);
    query->setSql(statement.sql);
    query->setParams(statement.params);
}

} // namespace Sheaf
