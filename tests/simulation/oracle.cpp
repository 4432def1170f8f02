// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/oracle.h"

#include <algorithm>
#include <cstring>

namespace Sheaf::Test {

namespace {

std::string name(const Oracle::RowId &id)
{
    return std::get<0>(id) + "/" + std::get<1>(id) + "/" + QByteArray::fromStdString(std::get<2>(id)).toHex().toStdString();
}

std::string text(const Stamp &stamp)
{
    return std::to_string(stamp.hlc) + "@" + std::to_string(stamp.site);
}

/// Parts are registers like columns: a counter of one site, an add to a set.
std::string partName(const QByteArray &column, QByteArrayView part)
{
    return column.toStdString() + Oracle::partMark + part.toByteArray().toHex().toStdString();
}

} // namespace

std::string valueBytes(const ValueView &value)
{
    switch (value.type) {
    case ValueView::Type::Null:
        return "n";
    case ValueView::Type::Integer:
        return "i" + std::to_string(value.integer);
    case ValueView::Type::Real: {
        std::string bytes(1 + sizeof(double), 'r');
        std::memcpy(bytes.data() + 1, &value.real, sizeof(double));
        return bytes;
    }
    case ValueView::Type::Text:
        return "t" + value.bytes.toByteArray().toStdString();
    case ValueView::Type::Blob:
        return "b" + value.bytes.toByteArray().toStdString();
    }
    return {};
}

Verified Oracle::collect(const QByteArray &space, const QList<TableNames> &tables, const QList<Change> &changes,
                         const std::function<Verified(const RowId &, const Row &)> &visit)
{
    for (const Change &change : changes) {
        if (change.table >= static_cast<quint32>(tables.size()))
            return Violation{"wire", "a change names no table of its message"};
        const TableNames &table = tables[static_cast<qsizetype>(change.table)];
        RowRecord record;
        if (!decodeRecord(change.record, record))
            return Violation{"wire", "a record cannot be decoded"};
        Row row{record.length, record.life, {}};
        for (const Sheaf::Cell &cell : record.cells) {
            for (const TableNames::Column &column : table.columns) {
                if (column.id == cell.column)
                    row.cells[column.name.toStdString()] = {cell.stamp, valueBytes(cell.value)};
            }
        }
        for (const PartCell &part : record.parts) {
            for (const TableNames::Column &column : table.columns) {
                if (column.id == part.column)
                    row.cells[partName(column.name, part.part)] = {part.stamp, valueBytes(part.value)};
            }
        }
        if (row.cells.size() != record.cells.size() + record.parts.size())
            return Violation{"wire", "a record has a column without a name"};
        if (auto found = visit({space.toStdString(), table.table.toStdString(), change.key.toStdString()}, row))
            return found;
    }
    return {};
}

void Oracle::fold(Row &into, const Row &row)
{
    if (row.length < into.length)
        return;
    if (row.length > into.length) {
        into = row;
        return;
    }
    into.life = std::max(into.life, row.life);
    for (const auto &[column, cell] : row.cells) {
        Cell &mine = into.cells[column];
        if (cell.stamp > mine.stamp)
            mine = cell;
    }
}

Verified Oracle::offered(const Push &push)
{
    return collect(push.space, push.tables, push.changes, [this](const RowId &id, const Row &row) -> Verified {
        m_lives.insert({id, row.length, row.life.hlc, row.life.site});
        for (const auto &[column, cell] : row.cells) {
            const CellId place{id, column, row.length, cell.stamp.hlc, cell.stamp.site};
            const auto [it, fresh] = m_offered.emplace(place, cell.value);
            if (fresh || it->second == cell.value)
                continue;
            it->second = cell.value;
            if (m_refused.erase(place) == 0)
                return Violation{"I2 one stamp, one value", name(id) + "." + column + " " + text(cell.stamp)};
        }
        return {};
    });
}

void Oracle::permit(const Push &push)
{
    collect(push.space, push.tables, push.changes, [this](const RowId &id, const Row &row) -> Verified {
        m_permittedLives.insert({id, row.length, row.life.hlc, row.life.site});
        for (const auto &[column, cell] : row.cells)
            m_permitted.insert(CellId{id, column, row.length, cell.stamp.hlc, cell.stamp.site});
        return {};
    });
    for (const Change &change : push.changes) {
        RowRecord record;
        if (!decodeRecord(change.record, record))
            continue;
        for (const Sheaf::Cell &cell : record.cells) {
            if (cell.value.type == ValueView::Type::Text)
                m_permittedTexts += cell.value.bytes;
        }
        for (const TextCell &text : record.texts)
            m_permittedTexts += text.update;
    }
}

Verified Oracle::isPermitted(const RowId &id, const Row &row) const
{
    if (!m_permittedLives.contains({id, row.length, row.life.hlc, row.life.site}))
        return Violation{"I6 nothing is taken without the role", "life of " + name(id)};
    for (const auto &[column, cell] : row.cells) {
        if (!m_permitted.contains({id, column, row.length, cell.stamp.hlc, cell.stamp.site}))
            return Violation{"I6 nothing is taken without the role", name(id) + "." + column + " " + text(cell.stamp)};
    }
    return {};
}

bool Oracle::isPermittedWord(const QString &word) const
{
    // Letters and digits stay together in an edit, what ends a word may be another's.
    const auto end = std::find_if(word.cbegin(), word.cend(), [](QChar c) { return c.unicode() > 0x7f || c == u';'; });
    return m_permittedTexts.contains(word.first(end - word.cbegin()).toUtf8());
}

bool Oracle::isStampedAnew(const RowId &id, const std::string &column, SiteId site, const std::string &value) const
{
    return std::ranges::count_if(m_offered, [&](const auto &offer) {
               const auto &[row, name, length, hlc, author] = offer.first;
               return row == id && name == column && author == site && offer.second == value;
           }) > 1;
}

bool Oracle::isOffered(const RowId &id, const std::string &column, const std::string &value) const
{
    return std::ranges::any_of(m_offered, [&](const auto &offer) {
        return std::get<0>(offer.first) == id && std::get<1>(offer.first) == column && offer.second == value;
    });
}

void Oracle::acknowledged(const Push &push, const Ack &ack)
{
    std::map<quint32, QString> refused;
    for (const Verdict &verdict : ack.verdicts)
        refused.emplace(verdict.index, verdict.code);
    quint32 index = 0;
    collect(push.space, push.tables, push.changes, [&](const RowId &id, const Row &row) -> Verified {
        const auto verdict = refused.find(index++);
        for (const auto &[column, cell] : row.cells) {
            const CellId place{id, column, row.length, cell.stamp.hlc, cell.stamp.site};
            if (verdict == refused.end()) {
                m_taken.insert(place);
                m_refused.erase(place);
            } else if (!m_taken.contains(place)) {
                m_refused.insert(place);
            }
        }
        if (verdict !=
            refused.end()) { // offered to a restored server, it is the client's again: in its list, or in the other life
            const auto known = m_acknowledged.find(id);
            if (verdict->second == QLatin1String("born_apart") && known != m_acknowledged.end() &&
                known->second.length == row.length)
                m_acknowledged.erase(known);
        } else if (!isForgotten(id, row)) {
            fold(m_acknowledged[id], row);
            ++m_acknowledgedChanges;
        }
        return {};
    });
}

void Oracle::forgotten(const QByteArray &space, Hlc stamp)
{
    Hlc &known = m_forgotten[space.toStdString()];
    if (known >= stamp)
        return;
    known = stamp;
    std::erase_if(m_acknowledged, [this](const auto &row) { return isForgotten(row.first, row.second); });
}

bool Oracle::isForgotten(const RowId &id, const Row &row) const
{
    const auto known = m_forgotten.find(std::get<0>(id));
    return known != m_forgotten.end() && !isAlive(row.length) && row.life.hlc <= known->second;
}

/// Whether a later life of a row ended by a delete that is forgotten, though its author may never have learned that it was taken.
bool Oracle::isDeleteForgotten(const RowId &id, CausalLength length) const
{
    const auto known = m_forgotten.find(std::get<0>(id));
    if (known == m_forgotten.end())
        return false;
    for (auto life = m_lives.lower_bound({id, length, 0, 0}); life != m_lives.end() && std::get<0>(*life) == id; ++life) {
        if (!isAlive(std::get<1>(*life)) && std::get<2>(*life) <= known->second)
            return true;
    }
    return false;
}

/// Parts that were taken out are forgotten like rows.
bool Oracle::isForgotten(const RowId &id, const std::string &column, const Cell &cell) const
{
    const auto known = m_forgotten.find(std::get<0>(id));
    return known != m_forgotten.end() && column.find(partMark) != std::string::npos &&
           cell.value == valueBytes(ValueView::null()) && cell.stamp.hlc <= known->second;
}

namespace {

/// Whether a stamp stands for an acknowledged one: a device that takes another name offers under it what it has under the same
/// time.
bool standsFor(Stamp stamp, Stamp acknowledged)
{
    return stamp.hlc >= acknowledged.hlc;
}

} // namespace

Verified Oracle::judge(const Rows &server) const
{
    for (const auto &[id, acked] : m_acknowledged) {
        const auto it = server.find(id);
        if (it == server.end() && !isAlive(acked.length))
            continue; // what was deleted may be unknown
        if (it == server.end() || it->second.length < acked.length) {
            if (isDeleteForgotten(id, acked.length))
                continue;
            return Violation{"Q2 acknowledged writes", "row " + name(id) + " is gone"};
        }
        if (it->second.length > acked.length)
            continue;
        if (!standsFor(it->second.life, acked.life))
            return Violation{"Q2 acknowledged writes", "life of " + name(id)};
        for (const auto &[column, cell] : acked.cells) {
            if (isForgotten(id, column, cell))
                continue; // somebody who never learned of it may have offered it again
            const auto found = it->second.cells.find(column);
            if (found == it->second.cells.end() || !standsFor(found->second.stamp, cell.stamp) ||
                (found->second.stamp < cell.stamp && found->second.value != cell.value))
                return Violation{"Q2 acknowledged writes", name(id) + "." + column + " " + text(cell.stamp) + " is lost"};
        }
    }
    for (const auto &[id, row] : server) {
        if (!m_lives.contains({id, row.length, row.life.hlc, row.life.site}))
            return Violation{"Q4 nothing invented", "life of " + name(id)};
        for (const auto &[column, cell] : row.cells) {
            const auto it = m_offered.find({id, column, row.length, cell.stamp.hlc, cell.stamp.site});
            if (it == m_offered.end() || it->second != cell.value)
                return Violation{"Q4 nothing invented", name(id) + "." + column + " " + text(cell.stamp)};
        }
    }
    return {};
}

Verified Oracle::compareValues(const Rows &alive, const Rows &visible)
{
    if (alive.size() != visible.size())
        return Violation{"Q4 rows as the oracle has them",
                         std::to_string(visible.size()) + " rows instead of " + std::to_string(alive.size())};
    for (const auto &[id, row] : alive) {
        const auto it = visible.find(id);
        if (it == visible.end())
            return Violation{"Q4 rows as the oracle has them", "row " + name(id) + " is missing"};
        for (const auto &[column, cell] : row.cells) {
            const auto found = it->second.cells.find(column);
            if (found == it->second.cells.end() || found->second.value != cell.value)
                return Violation{"Q4 rows as the oracle has them", name(id) + "." + column};
        }
    }
    return {};
}

} // namespace Sheaf::Test
