// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simfilter.h"

#include "replica/variants.h"
#include "simulation/simschema.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

namespace {

/// The column whose value a rule by value looks at.
QByteArrayView toldBy(QByteArrayView table)
{
    return table == "notes" ? "title" : table == "pairs" ? "x" : "label";
}

bool isOdd(const QVariant &value)
{
    const QString text = value.toString();
    return !text.isEmpty() && text.back().digitValue() % 2 == 1;
}

QVariant encode(const ValuePlace &place, const QVariant &value)
{
    if (!isCoded(place.table, place.column))
        return value;
    if (value.typeId() == QMetaType::QString)
        return u'~' + value.toString();
    return value.typeId() == QMetaType::LongLong ? QVariant(~value.toLongLong()) : value;
}

QVariant decode(const ValuePlace &place, const QVariant &value)
{
    if (!isCoded(place.table, place.column))
        return value;
    if (value.typeId() != QMetaType::QString)
        return encode(place, value);
    if (!value.toString().startsWith(u'~'))
        throw std::runtime_error("was never encoded");
    return value.toString().mid(1);
}

QVariant decodeWithoutKey(const ValuePlace &place, const QVariant &value)
{
    if (isCoded(place.table, place.column) && !value.isNull())
        throw std::runtime_error("no key");
    return value;
}

/// The numbers that nextValue() may have given, in what is text or looks like it.
void addNumbers(QByteArrayView bytes, QList<quint64> &numbers)
{
    constexpr qsizetype digitsMin = 7;
    constexpr qsizetype digitsMax = 8;
    for (auto at = bytes.begin(); at != bytes.end();) {
        const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
        const auto begin = std::find_if(at, bytes.end(), isDigit);
        at = std::find_if_not(begin, bytes.end(), isDigit);
        if (at - begin >= digitsMin && at - begin <= digitsMax)
            numbers.append(QByteArrayView(begin, at).toULongLong());
    }
}

void addNumbers(const ValueView &value, QList<quint64> &numbers)
{
    if (value.type == ValueView::Type::Integer)
        numbers.append(static_cast<quint64>(std::max(value.integer, ~value.integer)));
    else if (value.type == ValueView::Type::Real)
        numbers.append(static_cast<quint64>(value.real));
    else
        addNumbers(value.bytes, numbers);
}

/// All that is told of a row, as its writer's filter saw it; nothing if a value was not encoded that should have been.
std::optional<FilteredRow> told(const Change &change, const RowRecord &record, const TableNames &table, bool isEncoded)
{
    FilteredRow row{.space = {}, .table = table.table, .key = change.key, .isDeleted = !isAlive(record.length), .values = {}};
    for (const Sheaf::Cell &cell : record.cells) {
        const auto column = std::ranges::find(table.columns, cell.column, &TableNames::Column::id);
        if (column == table.columns.end())
            continue;
        QVariant value = toVariant(cell.value);
        if (isEncoded && isCoded(table.table, column->name)) {
            if (cell.value.type == ValueView::Type::Text && !value.toString().startsWith(u'~'))
                return {};
            value = decode({{}, table.table, column->name}, value);
        }
        row.values.append({column->name, value});
    }
    return row;
}

QList<quint64> numbersIn(const RowRecord &record)
{
    QList<quint64> numbers;
    for (const Sheaf::Cell &cell : record.cells)
        addNumbers(cell.value, numbers);
    for (const PartCell &part : record.parts) {
        addNumbers(part.part, numbers);
        addNumbers(part.value, numbers);
    }
    for (const TextCell &text : record.texts)
        addNumbers(text.update, numbers);
    return numbers;
}

} // namespace

SimFilter SimFilter::drawn(SeededRandom &random, int step)
{
    const auto drawRule = [&random] {
        const quint64 kind = random.below(5);
        return kind < 2 ? Rule::None : kind < 4 ? Rule::ByKey : Rule::ByValue;
    };
    SimFilter filter;
    filter.send = drawRule();
    filter.show = drawRule();
    filter.salt = random.below(2);
    filter.throws = random.oneIn(8);
    filter.lacksKey = random.oneIn(4);
    filter.since = step;
    return filter;
}

bool SimFilter::denies(Rule rule, const FilteredRow &row) const
{
    if (rule == Rule::ByValue)
        return isOdd(row.value(toldBy(row.table)));
    return rule == Rule::ByKey && std::accumulate(row.key.begin(), row.key.end(), salt) % 2 == 1;
}

SyncFilters SimFilter::filters(bool isCoded) const
{
    const auto judge = [*this](Rule rule) -> std::function<bool(const FilteredRow &)> {
        if (rule == Rule::None)
            return {};
        return [*this, rule](const FilteredRow &row) -> bool {
            const bool no = denies(rule, row);
            return no && throws ? throw std::runtime_error("no idea") : !no;
        };
    };
    SyncFilters filters{.send = judge(send), .show = judge(show), .encode = {}, .decode = {}};
    if (isCoded) {
        filters.encode = encode;
        filters.decode = lacksKey ? decodeWithoutKey : decode;
    }
    return filters;
}

bool isCoded(QByteArrayView table, QByteArrayView column)
{
    return (table == "notes" &&
            (column == "title" || column == "rank" || column == simRenamedRank.toUtf8() || column == "colour")) ||
           (table == "pairs" && column == "y");
}

Oracle::Rows decoded(Oracle::Rows rows)
{
    for (auto &[id, row] : rows) {
        for (auto &[column, cell] : row.cells) {
            if (!isCoded(QByteArrayView(std::get<1>(id)), QByteArrayView(column)))
                continue;
            if (cell.value.starts_with('i'))
                cell.value = encodedBytes(cell.value);
            else if (cell.value.starts_with("t~"))
                cell.value.erase(1, 1);
        }
    }
    return rows;
}

std::string encodedBytes(const std::string &value)
{
    if (value.starts_with('i'))
        return "i" + std::to_string(~std::stoll(value.substr(1)));
    return value.starts_with('t') ? "t~" + value.substr(1) : value;
}

Verified judgeHeld(const Message &message, bool isCoded, const IsHeld &isHeld)
{
    const auto judge = [&](const QList<TableNames> &tables, const QList<Change> &changes) -> Verified {
        for (const Change &change : changes) {
            RowRecord record;
            if (change.table >= static_cast<quint32>(tables.size()) || !decodeRecord(change.record, record))
                continue; // others see to that
            const auto row = told(change, record, tables[static_cast<qsizetype>(change.table)], isCoded);
            if (!row)
                return Violation{"F5 values travel encoded", tables[static_cast<qsizetype>(change.table)].table.toStdString()};
            for (const quint64 number : numbersIn(record)) {
                const auto device = static_cast<int>(number / simValuesPerDevice) - 1;
                const auto step = static_cast<int>(number % simValuesPerDevice / simValuesPerStep);
                if (isHeld(device, step, *row))
                    return Violation{"F1 what a filter holds stays there",
                                     row->table.toStdString() + " " + std::to_string(number)};
            }
        }
        return {};
    };
    if (const auto *push = std::get_if<Push>(&message))
        return judge(push->tables, push->changes);
    if (const auto *changes = std::get_if<Changes>(&message))
        return judge(changes->tables, changes->changes);
    return {};
}

} // namespace Sheaf::Test
