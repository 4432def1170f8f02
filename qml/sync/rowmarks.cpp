// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "rowmarks.h"

#include "crdt/rowkey.h"

#include <memory>

namespace Sheaf {

namespace {

/// More rows than that in one commit are a download, not somebody's edit.
constexpr qsizetype newsRowsMax = 64;

/// The text of a key of one column; empty for other keys.
QString idOf(const QByteArray &key)
{
    std::vector<ValueView> values;
    return decodeKey(key, values) && values.size() == 1 ? QString::fromUtf8(values.front().bytes) : QString();
}

QString markOf(const QString &table, const QString &id)
{
    return table + QLatin1Char('/') + id;
}

} // namespace

RowMarks::RowMarks(QObject *parent) : QObject(parent)
{
}

RowMarks::~RowMarks() = default;

void RowMarks::setEngine(SyncEngine *engine)
{
    if (m_engine == engine)
        return;
    if (m_engine)
        m_engine->disconnect(this);
    m_engine = engine;
    if (m_engine) {
        connect(m_engine, &SyncEngine::committed, this, &RowMarks::takeCommit);
        connect(m_engine, &SyncEngine::statusChanged, this, &RowMarks::takeStatus);
    }
    setUnsent({});
    readOutbox();
    Q_EMIT engineChanged();
}

void RowMarks::setFollowing(bool following)
{
    if (m_following == following)
        return;
    m_following = following;
    setUnsent({});
    readOutbox();
    Q_EMIT followingChanged();
}

bool RowMarks::isUnsent(const QString &table, const QString &id) const
{
    return m_following && m_unsent.contains(markOf(table, id));
}

void RowMarks::takeCommit(const CommitChanges &changes)
{
    if (changes.everything) {
        readOutbox();
        return;
    }
    QSet<QString> unsent = m_unsent;
    for (auto table = changes.tables.cbegin(); table != changes.tables.cend(); ++table) {
        const QString name = QString::fromUtf8(table.key());
        QStringList ids;
        for (const CommitChanges::Row &row : *table) {
            if (const QString id = idOf(row.key); !id.isEmpty())
                ids.append(id);
        }
        if (changes.remote && !ids.isEmpty() && ids.size() <= newsRowsMax)
            Q_EMIT othersChanged(name, ids);
        for (const QString &id : std::as_const(ids)) {
            if (m_following && !changes.remote)
                unsent.insert(markOf(name, id));
        }
    }
    m_stale = m_stale || !changes.remote;
    setUnsent(std::move(unsent));
}

void RowMarks::takeStatus()
{
    if (m_following && m_engine->pending() == 0)
        setUnsent({});
}

/// One reading at a time, in the engine's thread; a long outbox takes a while.
void RowMarks::readOutbox()
{
    m_stale = true;
    if (!m_following || !m_engine || m_reading)
        return;
    m_reading = true;
    m_stale = false;
    auto unsent = std::make_shared<QSet<QString>>();
    m_engine
        ->withReplica([unsent](Replica &replica) {
            const auto outbox = replica.outbox();
            if (!outbox)
                return;
            for (const OutboxEntry &entry : *outbox) {
                if (const QString id = idOf(entry.key); !id.isEmpty())
                    unsent->insert(markOf(QString::fromUtf8(entry.table.toLower()), id));
            }
        })
        .then(this, [this, unsent] {
            m_reading = false;
            if (m_stale)
                return readOutbox();
            if (m_following)
                setUnsent(std::move(*unsent));
        });
}

void RowMarks::setUnsent(QSet<QString> unsent)
{
    if (unsent == m_unsent)
        return;
    m_unsent = std::move(unsent);
    ++m_revision;
    Q_EMIT unsentChanged();
}

} // namespace Sheaf
