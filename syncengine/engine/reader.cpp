// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/reader.h"

#include "engine/statements.h"
#include "replica/localeorder.h"
#include "sql/database.h"

#include <QSqlDatabase>
#include <QThread>

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// Half a frame at 60 Hz: results change at most once per frame, and an edit is still seen in the next one.
constexpr qint64 refreshIntervalMs = 8;

/// How long a refresh is put off while commits are on their way; then whole queries run.
constexpr qint64 patienceMs = 60;

/// More of them would keep the owner's thread and its views longer than a new result does.
constexpr qsizetype editsMax = 5000;

} // namespace

Reader::Reader(Outlets outlets)
    : m_outlets(std::move(outlets)),
      m_connection(u"sheaf-reader-%1"_s.arg(reinterpret_cast<quintptr>(this), 0, 16)), m_values{
                                                                                           [this] { return m_clock->wallMs(); },
                                                                                           [this] { return m_random.next(); }}
{
}

Reader::~Reader() = default;

void Reader::opened(const Result<void> &result, const QString &path, std::shared_ptr<const CommitCount> commits)
{
    m_commits = std::move(commits);
    m_clock = std::make_unique<SystemClock>();
    m_refresh = std::make_unique<OneShot>(*m_clock);
    m_state = result;
    if (result) {
        const auto database = openDatabase({.path = path, .connection = m_connection, .readOnly = true});
        m_state =
            database ? trustSchema(sqliteHandle(*database)) : Result<void>(fail(database.error())); // the replica's own file
        if (m_state->has_value()) {
            registerValueFunctions(sqliteHandle(*database), &m_values);
            registerLocaleOrder(sqliteHandle(*database));
        }
    }
    for (const auto &job : std::exchange(m_waiting, {}))
        job();
}

void Reader::close()
{
    m_lives.clear();
    m_refresh.reset();
    m_clock.reset();
    if (QSqlDatabase::contains(m_connection)) {
        QSqlDatabase database = QSqlDatabase::database(m_connection);
        closeDatabase(database);
    }
    thread()->quit();
}

bool Reader::mustWait(std::function<void()> job)
{
    if (m_state)
        return false;
    m_waiting.push_back(std::move(job));
    return true;
}

void Reader::query(const Statement &statement, const std::function<void(const Result<QueryRows> &)> &answer)
{
    if (mustWait([this, statement, answer] { query(statement, answer); }))
        return;
    if (!*m_state)
        return answer(fail(m_state->error()));
    answer(readRows(QSqlDatabase::database(m_connection), statement));
}

void Reader::openLive(quint64 live, const Statement &statement)
{
    if (mustWait([this, live, statement] { openLive(live, statement); }))
        return;
    if (!*m_state)
        return m_outlets.failed(live, m_state->error());
    auto result = LiveResult::open(QSqlDatabase::database(m_connection), statement.sql, statement.params, statement.namedParams);
    if (!result)
        return m_outlets.failed(live, result.error());
    m_outlets.loaded(live, (*result)->columns(), (*result)->rows(), (*result)->runs());
    m_lives[live].result = std::move(*result);
}

void Reader::closeLive(quint64 live)
{
    if (mustWait([this, live] { closeLive(live); }))
        return;
    m_lives.erase(live);
}

void Reader::committed(const CommitChanges &changes)
{
    m_known = changes.number;
    bool any = false;
    for (auto &[id, live] : m_lives) {
        live.stale = live.result->note(changes) || live.stale;
        any = any || live.stale;
    }
    if (!any || m_refresh->isActive())
        return;
    const qint64 since = m_clock->monotonicMs() - m_refreshedMs;
    m_refresh->start(milliseconds(std::max<qint64>(0, refreshIntervalMs - since)), [this] { refresh(); });
}

/// Takes a snapshot for all that is read now. Rows alone may be read from it only if it holds the commits that are
/// known, and no others: else a result could show half of a transaction. Mostly that is so at once.
bool Reader::beginSnapshot()
{
    sqlite3 *handle = sqliteHandle(QSqlDatabase::database(m_connection));
    if (!execSql(handle, "BEGIN; SELECT 1 FROM sqlite_schema LIMIT 1"))
        return true; // the queries will say why
    const qint64 now = m_clock->monotonicMs();
    if (!m_commits || m_commits->isExactly(m_known)) {
        m_waitedMs = -1;
        return true;
    }
    if (m_waitedMs < 0)
        m_waitedMs = now;
    if (now - m_waitedMs < patienceMs) {
        static_cast<void>(execSql(handle, "COMMIT"));
        m_refresh->start(milliseconds(1), [this] { refresh(); });
        return false;
    }
    m_waitedMs = -1;
    for (auto &[id, live] : m_lives) {
        if (live.stale)
            live.result->runWholeNext();
    }
    return true;
}

/// First the results of which only some rows must be read: no edit waits for a query over everything. Those go one
/// after another, and what is committed meanwhile comes in between.
void Reader::refresh()
{
    const qint64 began = m_clock->monotonicMs();
    if (!beginSnapshot())
        return;
    for (auto &[id, live] : m_lives) {
        if (live.stale && !live.result->runsWhole())
            refreshOne(id, live);
    }
    bool more = true;
    do
        more = refreshWhole();
    while (more && m_clock->monotonicMs() - began < refreshIntervalMs);
    static_cast<void>(execSql(sqliteHandle(QSqlDatabase::database(m_connection)), "COMMIT"));
    m_refreshedMs = m_clock->monotonicMs();
    if (more)
        m_refresh->start(milliseconds(0), [this] { refresh(); });
}

/// Runs the next stale query; whether there are others.
bool Reader::refreshWhole()
{
    const auto isStale = [](const auto &entry) { return entry.second.stale; };
    auto next = std::find_if(m_lives.upper_bound(m_lastWhole), m_lives.end(), isStale);
    if (next == m_lives.end())
        next = std::find_if(m_lives.begin(), m_lives.end(), isStale);
    if (next == m_lives.end())
        return false;
    m_lastWhole = next->first;
    refreshOne(next->first, next->second);
    return std::ranges::any_of(m_lives, isStale);
}

void Reader::refreshOne(quint64 id, Live &live)
{
    live.stale = false;
    const auto edits = live.result->refresh();
    if (!edits) {
        // The owner has cleared its model: the next time all rows go there.
        live.failed = true;
        live.result->runWholeNext();
        m_outlets.failed(id, edits.error());
    } else if (edits->size() > editsMax || std::exchange(live.failed, false)) {
        m_outlets.loaded(id, live.result->columns(), live.result->rows(), live.result->runs());
    } else {
        m_outlets.edited(id, *edits, live.result->runs());
    }
}

} // namespace Sheaf
