// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/noteversions.h"

#include "engine/statements.h"
#include "model/versiontext.h"
#include "model/wordcomparison.h"

#include <QSqlDatabase>

#include <algorithm>
#include <optional>

namespace Sheaf::NoteVersions {

using namespace Qt::StringLiterals;

namespace {

const QString retentionKey = u"history.keep"_s;
const QString retentionSql = u"SELECT value FROM settings WHERE id = ?"_s;
const QString textSql = u"SELECT v.title, v.body, v.parts, -1 AS number FROM note_versions v WHERE v.id = ?"
                        " UNION ALL SELECT '', p.data, 0, p.number FROM note_version_parts p WHERE p.version = ?"
                        " ORDER BY number"_s;

/// A version whose time is so far ahead was made by a wrong clock; new ones do not follow it.
constexpr qint64 aheadMsMax = 24 * 3'600'000;
constexpr qsizetype nameLengthMax = 200;

/// Qt binds a null string as NULL.
QString text(const QString &given)
{
    return given.isNull() ? u""_s : given;
}

QString reasonName(Reason reason)
{
    return reason == Reason::Found ? u"found"_s : reason == Reason::Restore ? u"restore"_s : u"edit"_s;
}

/// An item as it is now.
struct Current {
    bool exists = false;
    QString title;
    QString text;
    qint64 updatedMs = 0;
    QString space;
};

/// The newest version of an item.
struct Newest {
    bool exists = false;
    qint64 atMs = 0;
    QString title;
    std::optional<QString> text; ///< nothing when it cannot be read: then it equals nothing
};

Result<Current> currentOf(const QSqlDatabase &database, const ItemRef &item)
{
    const QString sql = item.kind == "task"_L1 ? u"SELECT title, notes, updated, space FROM tasks WHERE id = ?"_s
                                               : u"SELECT title, body, updated, space FROM notes WHERE id = ?"_s;
    const auto rows = readRows(database, {sql, {item.id}, {}});
    if (!rows)
        return fail(rows.error());
    if (rows->rows.isEmpty())
        return Current();
    const QVariantList &row = rows->rows.first();
    return Current{true, row[0].toString(), row[1].toString(), row[2].toLongLong(), row[3].toString()};
}

Result<Newest> newestOf(const QSqlDatabase &database, const QString &itemId)
{
    const auto rows = readRows(
        database, {u"SELECT id, at, title FROM note_versions WHERE item = ? ORDER BY at DESC, id DESC LIMIT 1"_s, {itemId}, {}});
    if (!rows)
        return fail(rows.error());
    if (rows->rows.isEmpty())
        return Newest();
    const QVariantList &row = rows->rows.first();
    Newest newest{true, row[1].toLongLong(), row[2].toString(), {}};
    const auto pieces = readRows(database, selectText(row[0].toString()));
    if (!pieces)
        return fail(pieces.error());
    if (const auto found = textOf(*pieces))
        newest.text = *found;
    return newest;
}

/// A version stands behind all that its maker knew, whatever the clocks of their makers say.
qint64 timeFor(const Wanted &wanted, const Current &current, const Newest &newest)
{
    qint64 at = wanted.atMs;
    if (wanted.reason == Reason::Found && current.updatedMs > 0)
        at = std::min(at, current.updatedMs);
    if (newest.exists && newest.atMs >= at && newest.atMs < wanted.atMs + aheadMsMax)
        at = newest.atMs + 1;
    return at;
}

Result<void> insert(const QSqlDatabase &database, const Wanted &wanted, const Current &current, const Newest &newest)
{
    const QList<QByteArray> pieces = packVersion(current.text);
    if (pieces.isEmpty())
        return {}; // longer than a live text can be
    const QString before = newest.text.value_or(QString());
    const WordCount words = countWords(compareWords(before, current.text));
    const QVariant source = wanted.sourceMs > 0 ? QVariant(wanted.sourceMs) : QVariant(QMetaType::fromType<qint64>());
    const Statement version{u"INSERT INTO note_versions(id, space, item, at, author, device, reason, source, others, added,"
                            " removed, title, body, parts) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"_s,
                            {wanted.id, current.space, wanted.item.id, timeFor(wanted, current, newest),
                             text(wanted.maker.person.left(nameLengthMax)), text(wanted.maker.device.left(nameLengthMax)),
                             reasonName(wanted.reason), source, wanted.others ? 1 : 0, words.added, words.removed,
                             text(current.title), pieces.first(), pieces.size() - 1},
                            {}};
    if (const auto made = runStatement(database, version); !made)
        return fail(made.error());
    for (qsizetype i = 1; i < pieces.size(); ++i) {
        const Statement part{u"INSERT INTO note_version_parts(version, number, space, data) VALUES(?, ?, ?, ?)"_s,
                             {wanted.id, i, current.space, pieces[i]},
                             {}};
        if (const auto made = runStatement(database, part); !made)
            return fail(made.error());
    }
    return {};
}

QList<Statement> removalWhere(const QString &where, const QVariantList &params)
{
    return {{u"DELETE FROM note_version_parts WHERE version IN (SELECT id FROM note_versions WHERE %1)"_s.arg(where), params, {}},
            {u"DELETE FROM note_versions WHERE %1"_s.arg(where), params, {}}};
}

} // namespace

Result<void> keep(const QSqlDatabase &database, const Wanted &wanted)
{
    const auto choice = readRows(database, selectRetention());
    if (!choice)
        return fail(choice.error());
    if (retentionIn(*choice) == Retention::None)
        return {};
    const auto current = currentOf(database, wanted.item);
    if (!current)
        return fail(current.error());
    if (!current->exists)
        return {};
    const auto newest = newestOf(database, wanted.item.id);
    if (!newest)
        return fail(newest.error());
    const bool isSame = newest->exists ? newest->text == current->text && newest->title == current->title
                                       : current->text.isEmpty() && (current->title.isEmpty() || wanted.reason == Reason::Found);
    return isSame ? Result<void>() : insert(database, wanted, *current, *newest);
}

QList<Statement> removal(const QStringList &versionIds)
{
    QList<Statement> statements;
    for (const QString &id : versionIds)
        statements += removalWhere(u"id = ?"_s, {id});
    return statements;
}

QList<Statement> removalOf(const QString &itemId)
{
    return removalWhere(u"item = ?"_s, {itemId});
}

QList<Statement> removalOfTrash()
{
    return removalWhere(u"item IN (SELECT id FROM notes WHERE trashed IS NOT NULL UNION ALL"
                        " SELECT id FROM tasks WHERE trashed IS NOT NULL)"_s,
                        {});
}

Statement selectText(const QString &versionId)
{
    return {textSql, {versionId, versionId}, {}};
}

Result<QString> textOf(const QueryRows &rows)
{
    if (rows.rows.isEmpty() || rows.rows.first()[3].toInt() >= 0)
        return fail(u"no_version"_s, u"This version is not here any more."_s);
    if (rows.rows.size() - 1 != rows.rows.first()[2].toLongLong())
        return fail(u"bad_version"_s, u"Not all of this version is here yet; it comes with the next sync."_s);
    QList<QByteArray> pieces;
    for (const QVariantList &row : rows.rows)
        pieces.append(row[1].toByteArray());
    return unpackVersion(pieces);
}

Statement selectRetention()
{
    return {retentionSql, {retentionKey}, {}};
}

Retention retentionIn(const QueryRows &rows)
{
    // A choice of a newer program that this one does not know must not cost a version.
    if (rows.rows.isEmpty())
        return Retention::Thinned;
    return retentionOf(rows.rows.first().first().toString()).value_or(Retention::Everything);
}

Statement setRetention(Retention retention)
{
    return {u"INSERT INTO settings(id, value) VALUES(?, ?) ON CONFLICT(id) DO UPDATE SET value = excluded.value"_s,
            {retentionKey, retentionName(retention)},
            {}};
}

} // namespace Sheaf::NoteVersions
