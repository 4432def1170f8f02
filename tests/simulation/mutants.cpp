// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/mutants.h"

#include "simulation/simclient.h"
#include "sql/database.h"

#include <QSqlQuery>

#include <sqlite3.h>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

namespace {

/// True for every n-th call.
std::function<bool()> every(int n)
{
    const auto count = std::make_shared<int>(0);
    return [count, n] { return ++*count % n == 0; };
}

/// A bug in messages of one type.
template<typename T>
WireTap::Mutate onWire(std::function<QList<Message>(const WireEvent &, T)> bug)
{
    return [bug = std::move(bug)](const WireEvent &event, const Message &message) -> QList<Message> {
        const T *part = std::get_if<T>(&message);
        return part ? bug(event, *part) : QList<Message>{message};
    };
}

/// The record of a change, decoded, changed and encoded again.
void rewrite(Change &change, const std::function<void(RowRecord &)> &edit)
{
    const QByteArray bytes = change.record;
    RowRecord record;
    if (!decodeRecord(bytes, record))
        return;
    edit(record);
    change.record.clear();
    encodeRecord(record, change.record);
}

void runSql(const std::string &path, const char *sql)
{
    sqlite3 *db = nullptr;
    if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, "crash") == SQLITE_OK)
        sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
    sqlite3_close(db);
}

Mutant wire(std::string name, std::string what, WireTap::Mutate bug)
{
    Mutant mutant{std::move(name), std::move(what)};
    mutant.wire = std::move(bug);
    return mutant;
}

Mutant storage(std::string name, std::string what, StorageBugs bugs)
{
    Mutant mutant{std::move(name), std::move(what)};
    mutant.storage = std::move(bugs);
    return mutant;
}

Mutant restarted(std::string name, std::string what, const char *sql)
{
    Mutant mutant{std::move(name), std::move(what)};
    mutant.beforeClientOpens = [sql](SimClient &client, CrashDisk &) { runSql(client.path() + "replica.db", sql); };
    return mutant;
}

void addPartBugs(std::vector<Mutant> &all)
{
    all.push_back(wire("part-dropped", "one winning part of a live change is left out",
                       onWire<Changes>([now = every(3)](const WireEvent &, Changes m) -> QList<Message> {
                           for (Change &change : m.changes) {
                               rewrite(change, [&now](RowRecord &r) {
                                   if (!r.parts.empty() && now())
                                       r.parts.pop_back();
                               });
                           }
                           return {m};
                       })));
    all.push_back(wire("increment-twice", "a device's share of a counter is one too many when it is pushed",
                       onWire<Push>([](const WireEvent &, Push m) -> QList<Message> {
                           for (Change &change : m.changes) {
                               rewrite(change, [](RowRecord &r) {
                                   for (PartCell &part : r.parts) {
                                       if (part.part.size() == 8 && part.value.type == ValueView::Type::Integer)
                                           ++part.value.integer;
                                   }
                               });
                           }
                           return {m};
                       })));
    all.push_back(wire("add-taken-back", "an element that is added to a set is pushed as one that was taken out",
                       onWire<Push>([](const WireEvent &, Push m) -> QList<Message> {
                           for (Change &change : m.changes) {
                               rewrite(change, [](RowRecord &r) {
                                   for (PartCell &part : r.parts) {
                                       if (part.part.startsWith("\"k"))
                                           part.value = ValueView::null();
                                   }
                               });
                           }
                           return {m};
                       })));
}

void addDownloadBugs(std::vector<Mutant> &all)
{
    all.push_back(wire("page-drops-row", "the last change of a page is left out",
                       onWire<Changes>([now = every(4)](const WireEvent &, Changes m) -> QList<Message> {
                           if (now() && !m.changes.isEmpty())
                               m.changes.removeLast();
                           return {m};
                       })));
    all.push_back(wire("page-skipped", "a page is lost and the next one claims to follow",
                       onWire<Changes>([now = every(5), lost = std::make_shared<std::map<quint64, Sequence>>()](
                                           const WireEvent &e, Changes m) -> QList<Message> {
                           if (const auto it = lost->find(e.connection); it != lost->end()) {
                               m.previous = it->second;
                               lost->erase(it);
                               return {m};
                           }
                           if (!now())
                               return {m};
                           (*lost)[e.connection] = m.previous;
                           return {};
                       })));
    all.push_back(wire("deletes-not-sent", "deleted rows are left out of pages",
                       onWire<Changes>([](const WireEvent &, Changes m) -> QList<Message> {
                           m.changes.removeIf([](const Change &change) {
                               RowRecord record;
                               return decodeRecord(change.record, record) && !isAlive(record.length);
                           });
                           return {m};
                       })));
    all.push_back(wire("value-damaged", "a value changes on its way under the same stamp",
                       onWire<Changes>([now = every(4)](const WireEvent &, Changes m) -> QList<Message> {
                           if (now() && !m.changes.isEmpty())
                               rewrite(m.changes.first(), [](RowRecord &r) {
                                   if (!r.cells.empty())
                                       r.cells.back().value = ValueView::ofInteger(-1);
                               });
                           return {m};
                       })));
    all.push_back(wire("cell-dropped", "one winning cell of a live change is left out",
                       onWire<Changes>([now = every(3)](const WireEvent &, Changes m) -> QList<Message> {
                           if (now() && !m.changes.isEmpty())
                               rewrite(m.changes.first(), [](RowRecord &r) {
                                   if (!r.cells.empty())
                                       r.cells.pop_back();
                               });
                           return {m};
                       })));
    all.push_back(wire("cursor-too-far", "a page moves the cursor one sequence too far",
                       onWire<Changes>([now = every(4)](const WireEvent &, Changes m) -> QList<Message> {
                           if (now())
                               ++m.sequence;
                           return {m};
                       })));
}

void addUploadBugs(std::vector<Mutant> &all)
{
    all.push_back(wire("ack-wrong-number", "an ack names the next push",
                       onWire<Ack>([now = every(5)](const WireEvent &, Ack m) -> QList<Message> {
                           m.number += now() ? 1 : 0;
                           return {m};
                       })));
    all.push_back(wire("ack-moves-too-far", "an ack claims one sequence more",
                       onWire<Ack>([now = every(5)](const WireEvent &, Ack m) -> QList<Message> {
                           m.sequence += now() ? 1 : 0;
                           return {m};
                       })));
    all.push_back(wire("verdict-false", "a good change is refused for good",
                       onWire<Ack>([now = every(6)](const WireEvent &, Ack m) -> QList<Message> {
                           if (now())
                               m.verdicts = {{0, u"invalid"_s, u"planted"_s}};
                           return {m};
                       })));
    all.push_back(wire("push-twice-different", "a push comes twice, first with another value",
                       onWire<Push>([now = every(4)](const WireEvent &, Push m) -> QList<Message> {
                           if (!now() || m.changes.isEmpty())
                               return {m};
                           Push first = m;
                           rewrite(first.changes.first(), [](RowRecord &r) {
                               if (!r.cells.empty())
                                   r.cells.front().value = ValueView::ofInteger(-2);
                           });
                           return {first, m};
                       })));
    all.push_back(wire("push-loses-change", "a change of a push does not get to the merge",
                       onWire<Push>([now = every(4)](const WireEvent &, Push m) -> QList<Message> {
                           if (now() && !m.changes.isEmpty())
                               m.changes.removeLast();
                           return {m};
                       })));
    all.push_back(wire("stamp-invented", "a change is stamped later than it was made",
                       onWire<Push>([now = every(4)](const WireEvent &, Push m) -> QList<Message> {
                           if (now() && !m.changes.isEmpty())
                               rewrite(m.changes.first(), [](RowRecord &r) {
                                   for (Sheaf::Cell &cell : r.cells)
                                       cell.stamp.hlc += 1U << hlcCounterBits;
                               });
                           return {m};
                       })));
    all.push_back(wire("push-number-ahead", "a welcome counts one push too many",
                       onWire<Welcome>([now = every(3)](const WireEvent &, Welcome m) -> QList<Message> {
                           if (now() && !m.spaces.isEmpty())
                               ++m.spaces.first().lastPush;
                           return {m};
                       })));
    all.push_back(wire("head-reset", "a welcome names head 0",
                       onWire<Welcome>([now = every(3)](const WireEvent &, Welcome m) -> QList<Message> {
                           if (now() && !m.spaces.isEmpty())
                               m.spaces.first().head = 0;
                           return {m};
                       })));
}

/// Bugs that show only where files are copied or put back.
void addCopyBugs(std::vector<Mutant> &all)
{
    all.push_back({.name = "epoch-kept", .what = "a restored server has the epoch that it had before", .keepsEpoch = true});
    const auto leases = std::make_shared<std::map<SiteId, QByteArray>>();
    const auto sites = std::make_shared<std::map<quint64, SiteId>>();
    all.push_back(wire("lease-not-checked", "a copy of a replica is let in under its name",
                       [leases, sites](const WireEvent &event, const Message &message) -> QList<Message> {
                           if (auto *hello = std::get_if<Hello>(&message)) {
                               Hello changed = *hello;
                               (*sites)[event.connection] = hello->site;
                               if (const auto newest = leases->find(hello->site); newest != leases->end())
                                   changed.lease = newest->second;
                               return {changed};
                           }
                           if (auto *welcome = std::get_if<Welcome>(&message))
                               (*leases)[(*sites)[event.connection]] = welcome->lease;
                           return {message};
                       }));
    all.push_back(wire("false-fork", "a replica that is not a copy is told that it is one",
                       [now = every(5)](const WireEvent &event, const Message &message) -> QList<Message> {
                           if (std::holds_alternative<Welcome>(message) && event.direction == Direction::ToClient && now())
                               return {Refused{u"forked"_s, u"planted"_s, -1}};
                           return {message};
                       }));
}

/// Bugs that show only where versions of the app differ or spaces are taken away.
void addAccessBugs(std::vector<Mutant> &all)
{
    all.push_back(
        restarted("parked-lost", "what an older app does not know is gone after a restart", "DELETE FROM sheaf_parked"));
    all.push_back(wire("revocation-untold", "nobody is told that a space was taken away",
                       [](const WireEvent &, const Message &message) -> QList<Message> {
                           if (const auto *closed = std::get_if<Closed>(&message); closed && closed->code == u"revoked"_s)
                               return {};
                           if (const auto *welcome = std::get_if<Welcome>(&message)) {
                               Welcome changed = *welcome;
                               changed.spaces.removeIf([](const Welcome::Space &space) { return space.role == Role::None; });
                               return {changed};
                           }
                           return {message};
                       }));
    StorageBugs bugs;
    bugs.device = [](Server::StoredDevice &device) {
        for (Server::Grant &grant : device.grants) {
            if (grant.role == Role::Viewer)
                grant.role = Role::Editor;
        }
    };
    all.push_back(storage("viewer-writes", "a device that may only read is let in as one that may write", bugs));
    all.push_back(
        restarted("rejected-lost", "the list of what was refused does not survive a restart", "DELETE FROM sheaf_rejected"));
    all.push_back(restarted("quarantine-lost", "what was kept of a space that was taken away is gone after a restart",
                            "DELETE FROM sheaf_quarantine"));
}

/// Bugs of those who forget deletes.
void addForgettingBugs(std::vector<Mutant> &all)
{
    all.push_back(wire("sweep-untold", "a device that was away is not told that deletes were forgotten meanwhile",
                       [](const WireEvent &, const Message &message) -> QList<Message> {
                           const auto *welcome = std::get_if<Welcome>(&message);
                           if (!welcome)
                               return {message};
                           Welcome changed = *welcome;
                           for (Welcome::Space &space : changed.spaces)
                               space.collected = 0;
                           return {changed};
                       }));
}

/// Bugs that show only where apps filter.
void addFilterBugs(std::vector<Mutant> &all)
{
    all.push_back({.name = "filter-ignored", .what = "what a filter says no to is sent", .filters = [](SyncFilters &filters) {
                       filters.send = {};
                   }});
    all.push_back(
        {.name = "value-not-encoded", .what = "one value in three travels as it is", .filters = [](SyncFilters &filters) {
             if (filters.encode)
                 filters.encode = [encode = filters.encode](const ValuePlace &place, const QVariant &value) {
                     return value.toString().size() % 3 == 0 ? value : encode(place, value);
                 };
         }});
    all.push_back(restarted("hidden-lost", "what a filter keeps out of sight is gone after a restart",
                            "DELETE FROM sheaf_parked WHERE (tbl, pk) IN (SELECT tbl, pk FROM sheaf_stuck WHERE filtered = 1)"));
}

/// Bugs in front of undo and of slow disks.
void addUndoBugs(std::vector<Mutant> &all)
{
    const auto run = [](SimClient &client, const QString &sql) {
        (void)client.replica().write([&sql](QSqlDatabase &database) -> Result<void> {
            QSqlQuery(database).exec(sql);
            return {};
        });
    };
    all.push_back({.name = "undo-unguarded",
                   .what = "undo also takes back what others have written since",
                   .afterUndo = [run](SimClient &client) { run(client, u"UPDATE notes SET title = 'mine' WHERE id = 'n1'"_s); }});
    all.push_back(
        {.name = "undo-forgets-a-row", .what = "one row of an action is not undone", .beforeUndo = [](SimClient &client) {
             const QSqlDatabase database = client.replica().database();
             sqlite3_set_authorizer(sqliteHandle(database), nullptr, nullptr); // an app could not do it
             QSqlQuery(database).exec(u"DELETE FROM sheaf_undo_rows WHERE action = (SELECT max(n) FROM sheaf_undo) AND i = 1"_s);
         }});
    all.push_back({.name = "slow-commit-lost",
                   .what = "a commit behind a slow sync is answered before it is made",
                   .slowCommitsVanish = true});
}

void addStorageBugs(std::vector<Mutant> &all)
{
    StorageBugs bugs;
    bugs.commit = [now = every(6)](auto &inner, auto &) -> Result<void> {
        if (!now())
            return inner->commit();
        inner.reset();
        return {};
    };
    all.push_back(storage("commit-forgets", "a commit succeeds and keeps nothing", bugs));
    bugs = {};
    bugs.commit = [](auto &inner, auto &late) -> Result<void> {
        late = std::move(inner);
        return {};
    };
    all.push_back(storage("ack-before-commit", "the commit follows later than the ack", bugs));
    bugs = {};
    bugs.record = [now = every(5)](auto &) { return !now(); };
    all.push_back(storage("merge-skipped", "an incoming record replaces the stored one unmerged", bugs));
    bugs = {};
    bugs.putRecord = [now = every(6)](auto &) { return !now(); };
    all.push_back(storage("record-not-stored", "a merged record is not written", bugs));
    bugs = {};
    bugs.scanned = [](const Server::RecordView &row, bool isFirst) { return !isFirst || row.sequence % 2 == 0; };
    all.push_back(storage("scan-off-by-one", "a scan begins one row too late", bugs));
    bugs = {};
    bugs.putSpace = [now = every(7)](Server::StoredSpace &space) {
        if (now())
            space.digest = {};
    };
    all.push_back(storage("digest-forgotten", "the digest of a space is not kept", bugs));
    bugs = {};
    bugs.putSpace = [](Server::StoredSpace &space) { space.head = space.head > 0 ? space.head - 1 : 0; };
    all.push_back(storage("head-behind", "the stored head is one behind", bugs));
    bugs = {};
    bugs.putPushNumber = [](quint64) { return false; };
    all.push_back(storage("push-number-lost", "the numbers of merged pushes are not stored", bugs));
}

} // namespace

std::vector<Mutant> makeMutants()
{
    std::vector<Mutant> all;
    addDownloadBugs(all);
    addPartBugs(all);
    addUploadBugs(all);
    addStorageBugs(all);
    addCopyBugs(all);
    addAccessBugs(all);
    addFilterBugs(all);
    addForgettingBugs(all);
    addUndoBugs(all);
    all.push_back(
        {.name = "server-fsync-lost", .what = "the server's disk answers syncs without doing them", .serverDiskLies = true});
    all.push_back(
        {.name = "client-fsync-lost", .what = "a client's disk answers syncs without doing them", .clientDiskLies = true});
    all.push_back({.name = "clock-check-off",
                   .what = "the server takes stamps of a year ahead",
                   .serverClockLieMs = 400LL * 24 * 3600 * 1000});
    all.push_back(restarted("outbox-lost", "the outbox does not survive a restart",
                            "DELETE FROM sheaf_outbox; UPDATE sheaf_rows SET outbox = NULL"));
    all.back().stepsMax = 5; // an edit, a crash, and what makes the row be there
    all.push_back(restarted("cursor-not-with-batch", "the cursor is one further than the rows after a restart",
                            "UPDATE sheaf_spaces SET cursor = cursor + 1"));
    all.push_back(restarted("row-clocks-lost", "a row's stamps are gone after a restart",
                            "DELETE FROM sheaf_rows WHERE outbox IS NULL AND pk = (SELECT max(pk) FROM sheaf_rows)"));
    all.push_back(restarted("base-lost", "what an edit was made in view of is forgotten at a restart",
                            "UPDATE sheaf_outbox SET base = x''"));
    return all;
}

} // namespace Sheaf::Test
