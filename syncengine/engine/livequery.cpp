// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/livequery.h"

#include "engine/syncengine_p.h"

#include <QPointer>

#include <utility>

namespace Sheaf {

namespace {

constexpr int firstRole = Qt::UserRole + 1;

} // namespace

struct LiveQuery::Private final : LiveSink {
    explicit Private(LiveQuery *query) : q(query) {}

    void liveLoaded(const QStringList &names, const QList<ResultRow> &result, int runCount) override;
    void liveEdited(const QList<ResultEdit> &edits, int runCount) override;
    void liveFailed(const Error &error) override;

    void restartLater();
    void restart();
    void close();
    void clear();
    qsizetype apply(const QList<ResultEdit> &edits, qsizetype at);
    void change(int row, const ResultRow &values);
    void setError(const QString &text);

    LiveQuery *q;
    QPointer<SyncEngine> engine;
    QString sql;
    QVariantList params;
    QStringList columns;
    QList<ResultRow> rows;
    QString errorText;
    quint64 live = 0;
    int runs = 0;
    bool loaded = false;
    bool restarting = false;
};

LiveQuery::LiveQuery(QObject *parent) : QAbstractListModel(parent), d(std::make_unique<Private>(this))
{
}

LiveQuery::~LiveQuery()
{
    d->close();
}

void LiveQuery::Private::close()
{
    if (engine && live != 0)
        engine->d->closeLive(live);
    live = 0;
}

/// QML sets engine, text and values one by one: one restart for all of them.
void LiveQuery::Private::restartLater()
{
    if (restarting)
        return;
    restarting = true;
    QMetaObject::invokeMethod(
        q, [this] { restart(); }, Qt::QueuedConnection);
}

void LiveQuery::Private::restart()
{
    restarting = false;
    close();
    if (engine && !sql.isEmpty())
        live = engine->d->openLive({sql, params, {}}, this); // the old rows stay until the new ones are here
    else
        clear();
}

void LiveQuery::Private::clear()
{
    const bool had = !rows.isEmpty();
    if (had || !columns.isEmpty()) {
        q->beginResetModel();
        rows.clear();
        columns.clear();
        q->endResetModel();
    }
    if (had)
        Q_EMIT q->countChanged();
    if (std::exchange(loaded, false))
        Q_EMIT q->loadedChanged();
}

void LiveQuery::Private::liveLoaded(const QStringList &names, const QList<ResultRow> &result, int runCount)
{
    setError({});
    runs = runCount;
    const auto countBefore = rows.size();
    if (names != columns || !rows.isEmpty()) {
        q->beginResetModel();
        engine->d->dropRows(std::exchange(rows, {}));
        columns = names;
        q->endResetModel();
    }
    if (!result.isEmpty()) {
        q->beginInsertRows({}, 0, static_cast<int>(result.size()) - 1);
        rows = result;
        q->endInsertRows();
    }
    if (rows.size() != countBefore)
        Q_EMIT q->countChanged();
    if (!std::exchange(loaded, true))
        Q_EMIT q->loadedChanged();
}

void LiveQuery::Private::liveEdited(const QList<ResultEdit> &edits, int runCount)
{
    runs = runCount;
    const auto countBefore = rows.size();
    for (qsizetype at = 0; at < edits.size();)
        at += apply(edits, at);
    if (rows.size() != countBefore)
        Q_EMIT q->countChanged();
}

/// Applies the edit at `at`, neighbouring inserts or removes in one go; the number of edits that were taken.
qsizetype LiveQuery::Private::apply(const QList<ResultEdit> &edits, qsizetype at)
{
    const ResultEdit &edit = edits[at];
    switch (edit.kind) {
    case ResultEdit::Kind::Insert: {
        qsizetype count = 1;
        while (at + count < edits.size() && edits[at + count].kind == ResultEdit::Kind::Insert &&
               edits[at + count].index == edit.index + count)
            ++count;
        q->beginInsertRows({}, edit.index, edit.index + static_cast<int>(count) - 1);
        rows.insert(edit.index, count, ResultRow());
        for (qsizetype i = 0; i < count; ++i)
            rows[edit.index + i] = edits[at + i].row;
        q->endInsertRows();
        return count;
    }
    case ResultEdit::Kind::Remove: {
        qsizetype count = 1;
        while (at + count < edits.size() && edits[at + count].kind == ResultEdit::Kind::Remove &&
               edits[at + count].index == edit.index - count)
            ++count;
        const int first = edit.index - static_cast<int>(count) + 1;
        q->beginRemoveRows({}, first, edit.index);
        rows.remove(first, count);
        q->endRemoveRows();
        return count;
    }
    case ResultEdit::Kind::Move:
        // Qt names the row before which the moved one comes to lie, counted before the move.
        if (edit.target != edit.index) {
            q->beginMoveRows({}, edit.index, edit.index, {}, edit.target > edit.index ? edit.target + 1 : edit.target);
            rows.move(edit.index, edit.target);
            q->endMoveRows();
        }
        return 1;
    case ResultEdit::Kind::Change:
        change(edit.index, edit.row);
        return 1;
    }
    return 1;
}

void LiveQuery::Private::change(int row, const ResultRow &values)
{
    QList<int> roles;
    for (qsizetype i = 0; i < columns.size(); ++i) {
        if (!sameValue(rows[row].at(i), values.at(i)))
            roles.push_back(firstRole + static_cast<int>(i));
    }
    if (!roles.isEmpty() && roles.first() == firstRole)
        roles.push_back(Qt::DisplayRole);
    rows[row] = values;
    Q_EMIT q->dataChanged(q->index(row), q->index(row), roles);
}

void LiveQuery::Private::liveFailed(const Error &error)
{
    clear();
    setError(error.message);
}

void LiveQuery::Private::setError(const QString &text)
{
    if (std::exchange(errorText, text) != text)
        Q_EMIT q->errorTextChanged();
}

SyncEngine *LiveQuery::engine() const
{
    return d->engine;
}

void LiveQuery::setEngine(SyncEngine *engine)
{
    if (d->engine == engine)
        return;
    d->close();
    if (d->engine)
        disconnect(d->engine, nullptr, this, nullptr);
    d->engine = engine;
    if (engine) {
        connect(engine, &QObject::destroyed, this, [this] {
            d->live = 0;
            Q_EMIT engineChanged();
        });
    }
    Q_EMIT engineChanged();
    d->restartLater();
}

QString LiveQuery::sql() const
{
    return d->sql;
}

void LiveQuery::setSql(const QString &sql)
{
    if (d->sql == sql)
        return;
    d->sql = sql;
    Q_EMIT sqlChanged();
    d->restartLater();
}

QVariantList LiveQuery::params() const
{
    return d->params;
}

void LiveQuery::setParams(const QVariantList &params)
{
    if (d->params == params)
        return;
    d->params = params;
    Q_EMIT paramsChanged();
    d->restartLater();
}

int LiveQuery::count() const
{
    return static_cast<int>(d->rows.size());
}

bool LiveQuery::isLoaded() const
{
    return d->loaded;
}

QString LiveQuery::errorText() const
{
    return d->errorText;
}

int LiveQuery::runs() const
{
    return d->runs;
}

int LiveQuery::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : count();
}

QVariant LiveQuery::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const int column = role == Qt::DisplayRole ? 0 : role - firstRole;
    return d->rows[index.row()].value(column);
}

QHash<int, QByteArray> LiveQuery::roleNames() const
{
    QHash<int, QByteArray> names;
    for (int i = 0; i < d->columns.size(); ++i)
        names.insert(firstRole + i, d->columns[i].toUtf8());
    return names;
}

QVariant LiveQuery::value(int row, const QString &column) const
{
    const auto at = d->columns.indexOf(column);
    return at < 0 || row < 0 || row >= count() ? QVariant() : d->rows[row].value(at);
}

int LiveQuery::indexOf(const QString &column, const QVariant &value) const
{
    const auto at = d->columns.indexOf(column);
    if (at < 0)
        return -1;
    const bool text = value.typeId() == QMetaType::QString;
    const QByteArray utf8 = text ? value.toString().toUtf8() : QByteArray();
    for (int row = 0; row < count(); ++row) {
        const ValueView found = d->rows[row].at(at);
        const bool equal = text ? found.type == ValueView::Type::Text && found.bytes == utf8 : d->rows[row].value(at) == value;
        if (equal)
            return row;
    }
    return -1;
}

} // namespace Sheaf
