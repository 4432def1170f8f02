// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"
#include "replica/replica_p.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

Result<RowTexts::Place> Replica::Private::textPlace(const QByteArray &table, const QByteArray &key, const QByteArray &column)
{
    const TableInfo *info = catalog.find(table);
    const TableInfo::Column *known = info != nullptr && info->synced ? info->column(column) : nullptr;
    if (known == nullptr || !info->isText(known->id))
        return fail(u"no_text"_s, u"Table %1 has no text column %2."_s.arg(QString::fromUtf8(table), QString::fromUtf8(column)));
    std::vector<ValueView> values;
    const auto there = rows.readValues(*info, key, values);
    rows.releaseValues();
    if (!there)
        return fail(there.error());
    if (!*there)
        return fail(u"no_row"_s, u"The row is not in table %1."_s.arg(QString::fromUtf8(table)));
    return RowTexts::Place{*info, key, known->id};
}

Result<QByteArray> Replica::loadText(const QByteArray &table, const QByteArray &key, const QByteArray &column)
{
    const auto place = d->textPlace(table, key, column);
    if (!place)
        return fail(place.error());
    auto document = d->texts.load(*place);
    if (!document || !d->texts.wantsCompaction(*place))
        return document;
    if (auto done = d->transact(true, [&] { return d->texts.compact(*place); }); !done)
        return fail(done.error());
    return document;
}

Result<void> Replica::writeText(const QByteArray &table, const QByteArray &key, const QByteArray &column,
                                const QByteArray &update, const UserAction &action)
{
    return d->act(action, [&]() -> Result<void> {
        const auto place = d->textPlace(table, key, column);
        if (!place)
            return fail(place.error());
        const auto text = d->texts.edit(*place, update);
        if (!text)
            return fail(text.error());
        if (!text->has_value())
            return {};
        const Cell cell{place->column, {}, ValueView::ofText(**text)};
        if (auto done = d->rows.updateValues(place->table, key, {&cell}); !done)
            return done;
        d->capture->touchColumn(place->table, key, place->column);
        return {};
    });
}

qint64 Replica::textLoads() const
{
    return d->texts.loads();
}

Result<void> Replica::Private::adoptTexts(const TableInfo &table, const Catalog::Types &types)
{
    // The bit of a text, or of parts, speaks of edits alone: what waits as a register goes with the whole row.
    auto widen = SqlStatement::prepare(handle, "UPDATE sheaf_outbox SET mask = -1 WHERE tbl = ?1 AND mask & ?2");
    if (!widen)
        return fail(widen.error());
    for (const auto &[name, type] : types) {
        const ColumnId column = table.column(name)->id;
        widen->bindInteger(1, table.id);
        widen->bindInteger(2, static_cast<qint64>(Mask::ofColumn(column)));
        if (auto done = widen->run(); !done)
            return done;
        if (type != MergeType::Text)
            continue;
        const auto keys = texts.keysOf(table, column);
        if (!keys)
            return fail(keys.error());
        for (const QByteArray &key : *keys) {
            if (auto done = merger.showText({table, key, column}); !done)
                return done;
        }
    }
    return {};
}

} // namespace Sheaf
