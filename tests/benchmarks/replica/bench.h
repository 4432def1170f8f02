// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.h"

#include <QSqlDatabase>
#include <QTemporaryDir>

class QSqlQuery;

namespace Sheaf::Bench {

/// What the command line asked for.
struct Wishes {
    QString filter;
    bool quick = false;
    bool integerKeys = false;
    /// Whether a figure is wanted; a filter matches by prefix.
    [[nodiscard]] bool wants(const QString &name) const { return name.startsWith(filter); }
    [[nodiscard]] int rows() const { return quick ? 10'000 : 300'000; }
    [[nodiscard]] int rounds() const { return quick ? 1 : 3; } ///< the best counts: others use the machine too
};

/// Prints one figure as one JSON object. `ratio` is time against the baseline's, size against its size.
void printFigure(const QString &name, double value, const QString &unit, double baseline, double ratio);

/// Makes secondsOf() read the CPU time of this process instead of the wall clock: figures of a
/// machine that others use, without the time that goes into waiting for the disk.
void measureCpuTime();
/// Seconds that `work` takes.
[[nodiscard]] double secondsOf(const std::function<void()> &work);

/// The values of one row, made before the clock starts: 5 columns, the key is one of them.
struct Row {
    QVariant id;
    QVariant title;
    QVariant body;
    QVariant votes;
    QVariant rank;
};
/// Rows with rising keys; text keys look like those of sheaf_uuid().
[[nodiscard]] std::vector<Row> makeRows(int count, bool integerKeys);
[[nodiscard]] QByteArray notesSchema(bool integerKeys);
/// For a synced table it is followed by this.
inline constexpr char notesSynced[] = "SELECT sheaf_sync('notes');";
/// Or by these, which add a column of every merge type; `votes` is a counter then.
inline constexpr char notesTyped[] =
    "ALTER TABLE notes ADD COLUMN best INTEGER; ALTER TABLE notes ADD COLUMN least INTEGER;"
    "ALTER TABLE notes ADD COLUMN labels TEXT; ALTER TABLE notes ADD COLUMN props TEXT;"
    "ALTER TABLE notes ADD COLUMN lat REAL; ALTER TABLE notes ADD COLUMN lon REAL; ALTER TABLE notes ADD COLUMN text TEXT;";
inline constexpr char notesTypedSynced[] =
    "SELECT sheaf_sync('notes', '{\"columns\":{\"votes\":\"counter\",\"best\":\"max\",\"least\":\"min\","
    "\"labels\":\"set\",\"props\":\"map\",\"text\":\"text\"},\"groups\":[[\"lat\",\"lon\"]]}');";

/// A database without an engine, opened with the same pragmas.
class PlainDatabase
{
public:
    explicit PlainDatabase(const QByteArray &schema);
    ~PlainDatabase();
    PlainDatabase(const PlainDatabase &) = delete;
    PlainDatabase &operator=(const PlainDatabase &) = delete;

    [[nodiscard]] QSqlDatabase &database() { return m_database; }
    void transaction(const std::function<void()> &work);

private:
    QTemporaryDir m_dir;
    QSqlDatabase m_database;
};

/// These end the program on failure: a figure of failed work means nothing.
void mustExec(QSqlQuery &query);
void mustExec(QSqlDatabase &database, const QString &sql);
void must(const Result<void> &result);

/// Bytes of the database file, its log written back.
[[nodiscard]] double fileBytes(QSqlDatabase database);

void benchCapture(const Wishes &wishes);
void benchMerge(const Wishes &wishes);
void benchLive(const Wishes &wishes);

} // namespace Sheaf::Bench
