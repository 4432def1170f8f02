// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/replica.h"

#include "base/check.h"
#include "replica/digestupgrade.h"
#include "replica/functions.h"
#include "replica/guards.h"
#include "replica/oldrows.h"
#include "replica/replica_p.h"
#include "replica/sitenumbering.h"
#include "sql/database.h"
#include "sql/migrations.h"
#include "sql/sqltransaction.h"

#include <QFile>
#include <QFileInfo>
#include <QSqlDatabase>

#include <sqlite3.h>

#include <atomic>

/// The linker drops the resources of a static library unless somebody asks for them by name, and
/// the macro works in the global namespace only.
static void initReplicaResources()
{
    Q_INIT_RESOURCE(replica);
}

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 applicationId = 0x53686561; // "Shea": marks the file as ours

Result<qint64> pragma(sqlite3 *handle, const char *sql)
{
    auto statement = SqlStatement::prepare(handle, sql);
    if (!statement)
        return fail(statement.error());
    if (auto row = statement->step(); !row)
        return fail(row.error());
    return statement->integer(0);
}

/// An empty file becomes a replica, a replica stays one, anything else is left alone. Once it is ours its schema, which never
/// comes over the wire, is trusted: FTS5 tables are written by the app's own triggers.
Result<void> checkOwner(sqlite3 *handle, const QString &path)
{
    const auto id = pragma(handle, "PRAGMA application_id");
    const auto objects = pragma(handle, "SELECT count(*) FROM sqlite_schema");
    if (!id || !objects)
        return fail(id ? objects.error() : id.error());
    if (*id == applicationId)
        return trustSchema(handle);
    if (*id != 0 || *objects > 0)
        return fail(u"foreign_database"_s,
                    u"The file %1 is a database of another program: name another file, it was left as it is."_s.arg(path));
    auto marked = execSql(handle, "PRAGMA application_id=1399350625");
    return marked ? trustSchema(handle) : marked;
}

std::unique_ptr<QLockFile> lockFor(const QString &path)
{
    auto lock = std::make_unique<QLockFile>(path + u".lock"_s);
    lock->setStaleLockTime(0); // only a dead holder gives it up
    return lock->tryLock(0) ? std::move(lock) : nullptr;
}

QString holderOf(const QString &path)
{
    qint64 pid = 0;
    QString host;
    QString program;
    QLockFile(path + u".lock"_s).getLockInfo(&pid, &host, &program);
    return pid == 0 ? u"another program"_s : u"%1 (process %2)"_s.arg(program).arg(pid);
}

} // namespace

Replica::Private::Private(ReplicaConfig replicaConfig, const QSqlDatabase &opened)
    : config(std::move(replicaConfig)), database(opened), handle(sqliteHandle(database)), store(handle), catalog(handle),
      rows(handle, store, catalog, recount), texts(handle, rows, [this] { return config.random(); }),
      parts(handle, rows, [this] { return config.random(); }), rules(catalog),
      capture(std::make_unique<Capture>(handle, rules, store, catalog, rows, texts, parts)), conflictLog(handle),
      undoLog(handle, config.undo),
      merger(handle, store, catalog, rows, texts, parts, *capture, conflictLog, filters, config.conflicts,
             std::bind_front(&Private::outrun, this), std::bind_front(&Private::rebaseUndo, this)),
      functions{[this](const QByteArray &table, const QByteArray &options) {
                    requested.append({table, options});
                },
                {[this] { return config.wallMs(); }, [this] { return config.random(); }}},
      foreignKeys(handle)
{
    filters.all = config.filters;
    registerFunctions(handle, &functions);
}

Replica::Private::~Private()
{
    capture.reset();
}

Replica::Replica(std::unique_ptr<Private> privateData) : d(std::move(privateData))
{
}

Replica::~Replica()
{
    // Statements must be gone before the connection is.
    QSqlDatabase database = d->database;
    auto lock = std::move(d->lock);
    d.reset();
    closeDatabase(database);
}

Result<std::unique_ptr<Replica>> Replica::open(const ReplicaConfig &config)
{
    SHEAF_CHECK(config.wallMs && config.random);
    auto lock = lockFor(config.path);
    if (!lock && QFileInfo::exists(config.path + u".lock"_s))
        return fail(u"locked"_s, u"The database %1 is in use by %2: quit it first."_s.arg(config.path, holderOf(config.path)));
    static std::atomic<int> connections = 0;
    auto database = openDatabase({.path = config.path, .connection = u"sheaf-replica-%1"_s.arg(++connections)});
    if (!database)
        return fail(database.error());
    if (auto owned = checkOwner(sqliteHandle(*database), config.path); !owned) {
        closeDatabase(*database);
        return fail(owned.error());
    }
    auto replica = std::unique_ptr<Replica>(new Replica(std::make_unique<Private>(config, *database)));
    *database = QSqlDatabase();
    replica->d->lock = std::move(lock);
    if (auto ready = replica->d->prepareSchema(); !ready)
        return fail(ready.error());
    return replica;
}

/// Makes the tables of sheaf's own as they are now, or brings those of an older file there step by step.
Result<void> Replica::Private::prepareTables()
{
    constexpr qint64 newest = 18;
    const auto own = pragma(handle, "SELECT count(*) FROM sqlite_schema WHERE name = 'sheaf_state'");
    if (!own)
        return fail(own.error());
    const auto format = *own == 0 ? Result<qint64>(0) : pragma(handle, "SELECT format FROM sheaf_state");
    if (!format)
        return fail(format.error());
    if (*format > newest)
        return fail(u"newer_schema"_s, u"The database %1 was written by a newer version."_s.arg(config.path));
    if (*format == newest)
        return {};
    initReplicaResources();
    auto transaction = SqlTransaction::begin(handle);
    if (!transaction)
        return fail(transaction.error());
    const auto run = [this](const QString &script) {
        QFile sql(script);
        SHEAF_CHECK(sql.open(QIODevice::ReadOnly));
        return execSql(handle, sql.readAll().constData());
    };
    if (*format == 0) {
        if (auto done = run(u":/sheaf/replica/replica.sql"_s); !done)
            return done;
        if (auto done = store.create(newest, std::max<SiteId>(config.random(), 1)); !done)
            return done;
        return transaction->commit();
    }
    const SiteNumbering numbering(handle);
    for (qint64 next = *format + 1; next <= newest; ++next) {
        if (auto done = run(u":/sheaf/replica/replica_%1.sql"_s.arg(next)); !done)
            return done;
    }
    if (auto done = store.saveSites(numbering.numbers()); !done)
        return done;
    if (*format < 15) {
        if (auto done = markGoneParts(handle); !done)
            return done;
        if (auto done = recomputeBuckets(handle); !done)
            return done;
    }
    if (*format < 14) {
        if (auto done = writeOutDefaults(handle); !done)
            return done;
    }
    return transaction->commit();
}

Result<void> Replica::Private::prepareSchema()
{
    const SqlRules::Scope own(rules, SqlRules::Work::Engine);
    if (auto done = prepareTables(); !done)
        return done;
    if (auto done = store.load(); !done)
        return done;
    if (auto done = catalog.load(); !done)
        return done;
    if (auto done = rows.prepare(); !done)
        return done;
    if (auto done = texts.prepare(); !done)
        return done;
    if (auto done = parts.prepare(); !done)
        return done;
    if (auto done = migrateSchema(); !done)
        return done;
    const auto version = pragma(handle, "PRAGMA data_version");
    if (!version)
        return fail(version.error());
    dataVersion = *version;
    if (auto done = store.chooseWriter(std::max<SiteId>(config.random(), 1)); !done)
        return done;
    tellUndo(); // what is stamped anew takes the log along
    return checkBirthmark();
}

Result<void> Replica::Private::migrateSchema()
{
    const auto migrations = readMigrations(config.schemaPath);
    if (!migrations)
        return fail(migrations.error());
    schemaVersion = static_cast<quint32>(migrations->size());
    const auto version = userVersion(handle);
    if (!version)
        return fail(version.error());
    if (*version == migrations->size())
        return raiseGuards(handle, catalog); // the catalog is what was just loaded
    if (*version < migrations->size()) {
        if (auto done = lowerGuards(handle); !done)
            return done;
    }
    capture->begin(false);
    const auto afterStatement = [this] { return syncRequested(); };
    const auto beforeCommit = [this]() -> Result<void> {
        if (auto done = adoptColumns(); !done)
            return done;
        if (auto done = capture->flush(correctedWallMs(), config.homeSpace); !done)
            return done;
        capture->begin(false);
        if (auto done = undoLog.clear(); !done) // columns may be others now
            return done;
        return store.save();
    };
    auto migrated = migrate(handle, *migrations, afterStatement, beforeCommit);
    capture->end();
    requested.clear();
    texts.reload();
    if (!migrated)
        return migrated;
    // Positions of columns are read again after every change of the schema.
    if (auto done = catalog.load(); !done)
        return done;
    if (auto done = raiseGuards(handle, catalog); !done)
        return done;
    capture->end();
    return rows.reload();
}

/// New columns get their numbers, older rows their defaults, and values that newer peers sent for them their place. `synced`: a
/// call that is just being carried out, and may make some of them more than registers.
Result<void> Replica::Private::adoptColumns(const Catalog::Synced &synced)
{
    const auto arrived = catalog.adoptColumns();
    if (!arrived)
        return fail(arrived.error());
    capture->setMerging(true); // nothing of this is an edit
    QHash<QByteArray, QList<QByteArray>> names;
    for (const Catalog::Arrived &column : *arrived)
        names[column.table->name].append(column.table->column(column.column)->name);
    if (synced.fresh && synced.table->spacePosition >= 0)
        names[synced.table->name].append(synced.table->spaceColumn);
    for (auto table = names.cbegin(); table != names.cend(); ++table) {
        if (auto done = writeOutDefaults(handle, table.key(), table.value()); !done)
            return done;
    }
    for (const Catalog::Arrived &column : *arrived) {
        if (!column.parked)
            continue;
        const QByteArray &name = column.table->column(column.column)->name;
        const bool isTyped = column.table == synced.table && std::ranges::any_of(synced.newTypes, [&name](const auto &type) {
                                 return type.first.compare(name, Qt::CaseInsensitive) == 0;
                             });
        if (auto done = merger.unparkColumn(*column.table, column.column, !isTyped); !done)
            return done;
    }
    capture->setMerging(false);
    return {};
}

/// Carries out the sheaf_sync() calls of the statement that has just run.
Result<void> Replica::Private::syncRequested()
{
    const auto calls = std::exchange(requested, {});
    for (const auto &[name, options] : calls) {
        const auto synced = catalog.sync(name, options);
        if (!synced)
            return fail(synced.error());
        if (synced->fresh) {
            if (auto done = merger.awaitTable(*synced->table); !done)
                return done;
        }
        if (auto done = adoptColumns(*synced); !done)
            return done;
        if (auto done = catalog.setTypes(*synced->table, synced->newTypes); !done)
            return done;
        if (auto done = catalog.setGroups(*synced->table, synced->newGroups); !done)
            return done;
        if (synced->fresh) { // what is in it already is born now; what others have of it is not
            if (auto done = capture->touchAll(*synced->table); !done)
                return done;
        }
        capture->setMerging(true);
        if (auto done = synced->fresh ? merger.retryStuck() : Result<void>(); !done)
            return done;
        if (auto done = adoptTexts(*synced->table, synced->newTypes); !done)
            return done;
        if (auto done = adoptParts(*synced->table, synced->newTypes); !done)
            return done;
        capture->setMerging(false);
    }
    return {};
}

Result<void> Replica::Private::reload()
{
    const SqlRules::Scope own(rules, SqlRules::Work::Engine);
    capture->end();
    parts.forgetIntended();
    texts.reload();
    requested.clear();
    refusedNumbers.clear();
    conflictLog.forgetNew();
    recount.restart();
    if (auto done = store.load(); !done)
        return done;
    if (auto done = catalog.load(); !done)
        return done;
    return rows.reload();
}

Result<void> Replica::Private::transact(bool merging, const std::function<Result<void>()> &work,
                                        const std::function<Result<void>()> &beforeCommit)
{
    const auto version = pragma(handle, "PRAGMA data_version");
    if (!version)
        return fail(version.error());
    if (*version != dataVersion)
        return fail(
            u"bypassed"_s,
            u"Another program has written the database %1: what it wrote is not synced; restart to go on."_s.arg(config.path));
    const auto run = [&]() -> Result<void> {
        const SqlRules::Scope own(rules, SqlRules::Work::Engine);
        auto transaction = SqlTransaction::begin(handle);
        if (!transaction)
            return fail(transaction.error());
        capture->begin(merging);
        if (auto done = work(); !done)
            return done;
        if (sqlite3_get_autocommit(handle) != 0)
            return fail(u"sql_error"_s, u"A statement has rolled the whole write back (OR ROLLBACK or RAISE): use ABORT."_s);
        if (auto done = syncRequested(); !done)
            return done;
        if (auto done = capture->flush(correctedWallMs(), config.homeSpace); !done)
            return done;
        if (auto done = beforeCommit ? beforeCommit() : Result<void>(); !done)
            return done;
        if (auto done = store.save(); !done)
            return done;
        if (auto done = merging ? releaseFreePages(handle) : Result<void>(); !done)
            return done;
        ++commits->begun;
        return transaction->commit();
    };
    if (auto done = run(); !done) {
        commits->settled = commits->begun.load();
        if (auto reloaded = reload(); !reloaded)
            return reloaded;
        return done;
    }
    CommitChanges changes = capture->takeChanges(merging);
    changes.texts = texts.takeUpdates();
    changes.number = commits->begun;
    capture->end();
    parts.forgetIntended();
    if (observer && (!changes.tables.isEmpty() || !changes.texts.isEmpty())) {
        observer(changes);
        commits->told = changes.number;
    }
    commits->settled = changes.number;
    // What cannot be told is in the lists all the same: no failure of the commit.
    static_cast<void>(tellDisputes());
    tellUndo();
    return {};
}

Result<void> Replica::write(const std::function<Result<void>(QSqlDatabase &)> &work, const UserAction &action)
{
    return d->act(action, [&]() -> Result<void> {
        const SqlRules::Scope app(d->rules, SqlRules::Work::Write);
        auto done = work(d->database);
        // Also when `work` went on after it: the caller would take for done what was not.
        return d->rules.refusal().code.isEmpty() ? done : fail(d->rules.refusal());
    });
}

QSqlDatabase Replica::database() const
{
    return d->database;
}

void Replica::setCommitObserver(std::function<void(const CommitChanges &)> observer)
{
    d->observer = std::move(observer);
}

std::shared_ptr<const CommitCount> Replica::commitCount() const
{
    return d->commits;
}

SiteId Replica::site() const
{
    return d->store.site;
}

quint32 Replica::schemaVersion() const
{
    return d->schemaVersion;
}

QByteArray Replica::lease() const
{
    return d->store.lease;
}

Result<void> Replica::setLease(const QByteArray &lease)
{
    if (lease == d->store.lease)
        return {};
    return d->transact(true, [&]() -> Result<void> {
        d->store.lease = lease;
        return {};
    });
}

qint64 Replica::clockOffsetMs() const
{
    return d->store.clockOffsetMs;
}

QList<SpaceState> Replica::spaces() const
{
    QList<SpaceState> all;
    for (const auto &space : d->store.spaces())
        all.append(space->state);
    return all;
}

SpaceState Replica::space(const QByteArray &name) const
{
    const Store::Space *known = d->store.find(name);
    return known != nullptr ? known->state : SpaceState{.name = name};
}

Result<void> Replica::applyChanges(const QList<Changes> &batches)
{
    // Rows may arrive before the rows they refer to.
    const auto work = [&]() -> Result<void> {
        for (const Changes &batch : batches) {
            if (auto done = d->merger.merge(batch, d->correctedWallMs()); !done)
                return done;
        }
        if (d->conflictLog.hasNew()) {
            if (auto done = d->conflictLog.prune(d->config.wallMs()); !done)
                return done;
        }
        return d->merger.retryStuck();
    };
    return d->withoutForeignKeys([&] { return d->transact(true, work); });
}

} // namespace Sheaf
