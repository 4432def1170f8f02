// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/notehistory.h"

#include "crdt/rowkey.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// The id of a row whose key is one text; empty for others.
QString idOf(const QByteArray &key)
{
    std::vector<ValueView> values;
    return decodeKey(key, values) && values.size() == 1 ? QString::fromUtf8(values.front().bytes) : QString();
}

} // namespace

NoteHistory::NoteHistory(SyncEngine &engine, Clock &clock, ModelPorts ports, VersionMaker maker, QObject *parent)
    : QObject(parent), m_engine(engine), m_clock(clock), m_ports(std::move(ports)), m_maker(std::move(maker)),
      m_comparison(engine), m_due(clock), m_thinning(clock)
{
    connect(&engine, &SyncEngine::committed, this, &NoteHistory::committed);
    connect(&engine, &SyncEngine::statusChanged, this, [this, last = SyncEngine::State::LocalOnly]() mutable {
        if (std::exchange(last, m_engine.state()) != m_engine.state())
            readOffset();
    });
    connect(&engine, &SyncEngine::readyChanged, this, &NoteHistory::readOffset);
    m_thinning.start(milliseconds(firstThinningMs), [this] { thin(); });
}

NoteHistory::~NoteHistory() = default;

void NoteHistory::setPerson(const QString &person)
{
    if (person.trimmed().isEmpty() || person == m_maker.person)
        return;
    m_maker.person = person;
    Q_EMIT personChanged();
}

void NoteHistory::edited(const QString &kind, const QString &id)
{
    const ItemRef item{kind, id};
    if (id.isEmpty())
        return;
    if (m_sessions.edited(item, m_clock.monotonicMs()))
        keep(item, NoteVersions::Reason::Found);
    arm();
}

void NoteHistory::leave(const QString &id)
{
    if (const auto ended = m_sessions.leave(id))
        keep(ended->item, NoteVersions::Reason::Edit, ended->others);
}

void NoteHistory::leaveAll()
{
    const QList<EditSessions::Ended> all = m_sessions.leaveAll();
    for (const EditSessions::Ended &ended : all)
        keep(ended.item, NoteVersions::Reason::Edit, ended.others);
}

void NoteHistory::restored(const QString &kind, const QString &id, double sourceMs)
{
    (void)m_sessions.leave(id); // the restore itself was an edit
    keep({kind, id}, NoteVersions::Reason::Restore, false, static_cast<qint64>(sourceMs));
}

void NoteHistory::keepDue()
{
    const QList<EditSessions::Ended> due = m_sessions.due(m_clock.monotonicMs());
    for (const EditSessions::Ended &ended : due)
        keep(ended.item, NoteVersions::Reason::Edit, ended.others);
    arm();
}

void NoteHistory::arm()
{
    // Later edits only move it away; when it comes too early it is set again.
    const auto next = m_sessions.nextDueMs();
    if (next && !m_due.isActive())
        m_due.start(milliseconds(std::max<qint64>(0, *next - m_clock.monotonicMs())), [this] { keepDue(); });
}

void NoteHistory::keep(const ItemRef &item, NoteVersions::Reason reason, bool others, qint64 sourceMs)
{
    const NoteVersions::Wanted wanted{item, m_ports.newId(), nowMs(), m_maker, reason, others, sourceMs};
    m_engine.writeWith([wanted](QSqlDatabase &database) { return NoteVersions::keep(database, wanted); })
        .then(this, [this](const Result<void> &done) {
            if (!done)
                Q_EMIT failed(done.error().message);
        });
}

void NoteHistory::readOffset()
{
    auto offset = std::make_shared<qint64>(0);
    m_engine.withReplica([offset](Replica &replica) { *offset = replica.clockOffsetMs(); }).then(this, [this, offset] {
        m_offsetMs = *offset;
    });
}

void NoteHistory::setRetention(const QString &name)
{
    const auto retention = retentionOf(name);
    if (!retention)
        return;
    m_engine.write({NoteVersions::setRetention(*retention)}).then(this, [this](const Result<QList<qint64>> &done) {
        if (!done)
            return Q_EMIT failed(done.error().message);
        thin();
    });
}

void NoteHistory::thin()
{
    m_thinning.start(milliseconds(thinningMs), [this] { thin(); });
    m_engine.query(NoteVersions::selectRetention()).then(this, [this](const Result<QueryRows> &rows) {
        if (!rows)
            return Q_EMIT failed(rows.error().message);
        const Retention retention = NoteVersions::retentionIn(*rows);
        if (retention == Retention::Everything)
            return Q_EMIT thinned(0);
        thinFrom(retention, {}, 0);
    });
}

void NoteHistory::thinFrom(Retention retention, const QString &afterItem, int dropped)
{
    const Statement page{
        u"SELECT item, id, at FROM note_versions WHERE item IN"
        " (SELECT DISTINCT item FROM note_versions WHERE item > ? ORDER BY item LIMIT ?) ORDER BY item, at, id"_s,
        {afterItem.isNull() ? u""_s : afterItem, itemsAtOnce},
        {}};
    m_engine.query(page).then(this, [=, this](const Result<QueryRows> &rows) {
        if (!rows)
            return Q_EMIT failed(rows.error().message);
        if (rows->rows.isEmpty())
            return Q_EMIT thinned(dropped);
        QStringList ids;
        QList<VersionTime> versions;
        for (qsizetype i = 0; i < rows->rows.size(); ++i) {
            const QVariantList &row = rows->rows[i];
            versions.append({row[1].toString(), row[2].toLongLong()});
            if (i + 1 == rows->rows.size() || rows->rows[i + 1][0] != row[0])
                ids += versionsToDrop(std::exchange(versions, {}), retention, nowMs());
        }
        const QString last = rows->rows.last()[0].toString();
        drop(ids, [=, this] { thinFrom(retention, last, dropped + static_cast<int>(ids.size())); });
    });
}

void NoteHistory::drop(const QStringList &ids, const std::function<void()> &then)
{
    if (ids.isEmpty())
        return then();
    m_engine.write(NoteVersions::removal(ids.mid(0, versionsAtOnce))).then(this, [=, this](const Result<QList<qint64>> &done) {
        if (!done)
            return Q_EMIT failed(done.error().message);
        drop(ids.mid(versionsAtOnce), then);
    });
}

/// What others do to an item: they write in it while this person does, or they delete it for good, then versions that
/// were made here meanwhile go too.
void NoteHistory::committed(const CommitChanges &changes)
{
    if (!changes.remote)
        return;
    QList<Statement> statements;
    for (const QByteArray &table : {"notes"_ba, "tasks"_ba}) {
        const QList<CommitChanges::Row> rows = changes.tables.value(table);
        for (const CommitChanges::Row &row : rows) {
            const QString id = idOf(row.key);
            if (row.gone && !id.isEmpty())
                statements += NoteVersions::removalOf(id);
        }
    }
    for (const TextUpdate &text : changes.texts)
        m_sessions.editedByOthers(idOf(text.key));
    if (!statements.isEmpty())
        m_engine.write(statements).then(this, [this](const Result<QList<qint64>> &done) {
            if (!done)
                Q_EMIT failed(done.error().message);
        });
}

} // namespace Sheaf
