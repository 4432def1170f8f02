// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/disputelists.h"

#include "replica/variants.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

const QString kinds[] = {u"edit"_s, u"birth"_s, u"delete"_s};

QVariantMap rowOf(const Conflict &conflict)
{
    const bool row = conflict.kind == Conflict::Kind::Delete;
    return {{u"number"_s, conflict.number},
            {u"space"_s, QString::fromUtf8(conflict.space)},
            {u"table"_s, QString::fromUtf8(conflict.table)},
            {u"key"_s, keyToJson(conflict.key).toVariantList()},
            {u"kind"_s, kinds[static_cast<int>(conflict.kind)]},
            {u"atMs"_s, conflict.atMs},
            {u"column"_s, QString::fromUtf8(conflict.column)},
            {u"mine"_s, row ? QVariant(toMap(conflict.mineRow)) : conflict.mine},
            {u"theirs"_s, row ? QVariant(toMap(conflict.theirsRow)) : conflict.theirs},
            {u"winner"_s, conflict.winner == Conflict::Side::Mine ? u"mine"_s : u"theirs"_s},
            {u"site"_s, QString::number(conflict.site, 16).rightJustified(16, u'0')},
            {u"writtenMs"_s, conflict.writtenMs},
            {u"open"_s, conflict.open}};
}

QVariantMap rowOf(const RejectedChange &change)
{
    return {{u"number"_s, change.number},
            {u"space"_s, QString::fromUtf8(change.space)},
            {u"table"_s, QString::fromUtf8(change.table)},
            {u"key"_s, keyToJson(change.key).toVariantList()},
            {u"kind"_s, kinds[static_cast<int>(change.kind)]},
            {u"atMs"_s, change.atMs},
            {u"code"_s, change.code},
            {u"reason"_s, change.reason},
            {u"values"_s, toMap(change.values)}};
}

QStringList rolesAnd(const QStringList &more)
{
    return QStringList{u"number"_s, u"space"_s, u"table"_s, u"key"_s, u"kind"_s, u"atMs"_s} + more;
}

template<typename Item>
QList<QVariantMap> rowsOf(const Result<QList<Item>> &items)
{
    QList<QVariantMap> rows;
    if (!items)
        return rows;
    for (const Item &item : *items)
        rows.append(rowOf(item));
    return rows;
}

} // namespace

void DisputeList::setEngine(SyncEngine *engine)
{
    if (engine == m_engine)
        return;
    if (m_engine)
        m_engine->disconnect(this);
    m_engine = engine;
    if (engine != nullptr) {
        connect(engine, &SyncEngine::readyChanged, this, &DisputeList::reload);
        connect(engine, &SyncEngine::disputesChanged, this, &DisputeList::reload);
    }
    Q_EMIT engineChanged();
    reload();
}

void DisputeList::reload()
{
    if (m_engine && m_engine->isReady())
        read();
    else
        setRows({});
}

void DisputeList::setRows(const QList<QVariantMap> &rows)
{
    // Entries leave from anywhere and come at the end; a view keeps its place.
    for (int i = count() - 1; i >= 0; --i) {
        if (!rows.contains(m_rows[i])) {
            beginRemoveRows({}, i, i);
            m_rows.removeAt(i);
            endRemoveRows();
        }
    }
    for (int i = 0; i < rows.size(); ++i) {
        if (i < count() && m_rows[i] == rows[i])
            continue;
        beginInsertRows({}, i, i);
        m_rows.insert(i, rows[i]);
        endInsertRows();
    }
    Q_EMIT countChanged();
}

void DisputeList::watch(QFuture<Result<void>> work)
{
    work.then(this, [this](const Result<void> &done) {
        if (!done)
            Q_EMIT failed(done.error().code, done.error().message);
    });
}

int DisputeList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant DisputeList::data(const QModelIndex &index, int role) const
{
    const qsizetype at = role - Qt::UserRole;
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || at < 0 || at >= m_roles.size())
        return {};
    return m_rows[index.row()].value(m_roles[at]);
}

QHash<int, QByteArray> DisputeList::roleNames() const
{
    QHash<int, QByteArray> names;
    for (qsizetype i = 0; i < m_roles.size(); ++i)
        names.insert(Qt::UserRole + static_cast<int>(i), m_roles[i].toUtf8());
    return names;
}

QVariantMap DisputeList::get(int row) const
{
    return m_rows.value(row);
}

ConflictList::ConflictList(QObject *parent)
    : DisputeList(rolesAnd({u"column"_s, u"mine"_s, u"theirs"_s, u"winner"_s, u"site"_s, u"writtenMs"_s, u"open"_s}), parent)
{
}

void ConflictList::read()
{
    engine()->conflicts().then(this, [this](const Result<QList<Conflict>> &all) {
        QList<QVariantMap> rows = rowsOf(all);
        rows.removeIf([this](const QVariantMap &row) { return !m_columns.isEmpty() && !isWanted(row); });
        setRows(rows);
    });
}

bool ConflictList::isWanted(const QVariantMap &row) const
{
    const QString column = row.value(u"column"_s).toString();
    if (!column.isEmpty() || row.value(u"kind"_s) == u"delete"_s)
        return m_columns.contains(column);
    const QStringList group = row.value(u"mine"_s).toMap().keys();
    return std::ranges::any_of(group, [this](const QString &name) { return m_columns.contains(name); });
}

void ConflictList::setColumns(const QStringList &columns)
{
    if (columns == m_columns)
        return;
    m_columns = columns;
    Q_EMIT columnsChanged();
    reload();
}

void ConflictList::undo(qint64 number)
{
    if (engine() != nullptr)
        watch(engine()->undoConflict(number));
}

void ConflictList::dismiss(qint64 number)
{
    if (engine() != nullptr)
        watch(engine()->dismissConflict(number));
}

void ConflictList::answer(qint64 number, const QVariant &value)
{
    if (engine() != nullptr)
        watch(engine()->answerConflict(number, value));
}

RejectedList::RejectedList(QObject *parent) : DisputeList(rolesAnd({u"code"_s, u"reason"_s, u"values"_s}), parent)
{
}

void RejectedList::read()
{
    engine()->rejectedChanges().then(this, [this](const Result<QList<RejectedChange>> &all) { setRows(rowsOf(all)); });
}

void RejectedList::retry(qint64 number)
{
    if (engine() != nullptr)
        watch(engine()->retryRejected(number));
}

void RejectedList::discard(qint64 number)
{
    if (engine() != nullptr)
        watch(engine()->discardRejected(number));
}

QuarantineList::QuarantineList(QObject *parent) : DisputeList(rolesAnd({u"code"_s, u"reason"_s, u"values"_s}), parent)
{
}

void QuarantineList::read()
{
    engine()->quarantined().then(this, [this](const Result<QList<QuarantinedChange>> &all) { setRows(rowsOf(all)); });
}

void QuarantineList::restore(qint64 number)
{
    if (engine() != nullptr)
        watch(engine()->restoreQuarantined(number));
}

void QuarantineList::discard(qint64 number)
{
    if (engine() != nullptr)
        watch(engine()->discardQuarantined(number));
}

} // namespace Sheaf
