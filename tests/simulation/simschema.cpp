// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simschema.h"

#include "base/check.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace Sheaf::Test {

namespace {

QVariant drawValue(SeededRandom &random, quint64 value)
{
    switch (random.below(8)) {
    case 0:
        return QVariant();
    case 1:
        return static_cast<double>(value) + 0.5;
    case 2:
        return QByteArray::number(value).toHex();
    case 3:
        return QString(static_cast<int>(random.below(300)), u'x') + QString::number(value);
    case 4:
        return u"ä→😀"_s + QString::number(value);
    default:
        return static_cast<qlonglong>(value);
    }
}

/// What it is called by a version of the app.
QString rankIn(int version)
{
    return version > 1 ? QString(simRenamedRank) : u"rank"_s;
}

QString column(SeededRandom &random, int version)
{
    const QString names[] = {u"title"_s, u"body"_s, rankIn(version)};
    return names[random.below(3)];
}

SimStatement drawNote(SeededRandom &random, quint64 value, int version)
{
    // The space of a key never changes, as the rules want it.
    const quint64 row = random.below(4);
    const QString id = u"n"_s + QString::number(row);
    const QString space = row == 3 ? u"team"_s : u"home"_s;
    const QVariant drawn = drawValue(random, value);
    const QString text = QString::number(value);
    switch (random.below(8)) {
    case 0:
        return {u"DELETE FROM notes WHERE id = ?"_s, {id}};
    case 1:
        return {u"REPLACE INTO notes(id, space, title, body, %1) VALUES (?, ?, ?, ?, 1)"_s.arg(rankIn(version)),
                {id, space, text, drawn}};
    case 2:
        return {u"INSERT OR IGNORE INTO notes(id, space, title, body) VALUES (?, ?, ?, ?)"_s, {id, space, text, drawn}};
    case 3:
        return {u"INSERT INTO notes(id, space, title) VALUES (?, ?, ?) ON CONFLICT(id) DO UPDATE SET title = excluded.title"_s,
                {id, space, text}};
    case 4:
        return {u"UPDATE notes SET %1 = ?"_s.arg(rankIn(version)), {static_cast<qlonglong>(value)}};
    default:
        return {u"UPDATE notes SET "_s + column(random, version) + u" = ? WHERE id = ?"_s, {drawn, id}};
    }
}

SimStatement drawPair(SeededRandom &random, quint64 value)
{
    const auto a = static_cast<qlonglong>(random.below(2));
    const QString b = u"k"_s + QString::number(random.below(2));
    const QVariant drawn = drawValue(random, value);
    const QString text = QString::number(value);
    switch (random.below(7)) {
    case 0:
        return {u"DELETE FROM pairs WHERE a = ?"_s, {a}};
    case 1:
        return {u"DELETE FROM pairs WHERE a = ? AND b = ?"_s, {a, b}};
    case 2:
        return {u"INSERT OR REPLACE INTO pairs(a, b, x, y) VALUES (?, ?, ?, ?), (?, 'k2', ?, 2)"_s, {a, b, text, drawn, a, text}};
    case 3:
        return {u"INSERT OR IGNORE INTO pairs(a, b, x) SELECT a, 'k0', ? FROM (SELECT ? AS a UNION SELECT 9)"_s, {text, a}};
    case 4:
        return {u"UPDATE pairs SET x = ?, y = NULL WHERE a = ?"_s, {text, a}};
    default:
        return {u"UPDATE pairs SET y = ? WHERE a = ? AND b = ?"_s, {drawn, a, b}};
    }
}

/// Edits of texts by SQL: at the front, at the end, after the first word. Rows begin with the same words everywhere.
SimStatement drawText(SeededRandom &random, quint64 value)
{
    const QString id = u"t"_s + QString::number(random.below(2));
    const QString word = u"w%1%2;"_s.arg(value).arg(random.oneIn(3) ? u"ä😀"_s : QString());
    switch (random.below(6)) {
    case 0:
        return {u"INSERT OR IGNORE INTO texts(id, body) VALUES (?, 'base;')"_s, {id}};
    case 1:
        return {u"UPDATE texts SET body = ? || body WHERE id = ?"_s, {word, id}, word};
    case 2:
        return {u"UPDATE texts SET body = substr(body, 1, instr(body, ';')) || ? || substr(body, instr(body, ';') + 1)"
                " WHERE id = ?"_s,
                {word, id},
                word};
    case 3: // a large one now and then, which travels in pieces
        if (random.oneIn(8))
            return {u"UPDATE texts SET body = body || ? || ? WHERE id = ?"_s,
                    {word, QString(static_cast<int>(random.between(100'000, 300'000)), u'x') + u';', id},
                    word};
        [[fallthrough]];
    default:
        return {u"UPDATE texts SET body = body || ? WHERE id = ?"_s, {word, id}, word};
    }
}

/// Counters, sets and groups. Nobody deletes these rows, so that what was added must be there in the end; labels with an r
/// come and go. `lon` is `lat` or a half more, whoever wrote last.
SimStatement drawTally(SeededRandom &random, quint64 value)
{
    const QString id = u"c"_s + QString::number(random.below(2));
    const qint64 increment = random.between(-5, 20);
    const QString label = u"k"_s + QString::number(value);
    const auto number = static_cast<qlonglong>(value);
    const QString place = u"$.p"_s + QString::number(random.below(3));
    const qint64 extreme = 1 + number % 1000;
    switch (random.below(10)) {
    case 8:
        return {u"UPDATE tallies SET props = json_set(props, ?, ?) WHERE id = ?"_s, {place, number, id}};
    case 9:
        return {u"UPDATE tallies SET props = json_remove(props, ?) WHERE id = ?"_s, {place, id}};
    case 0:
        return {u"INSERT OR IGNORE INTO tallies(id, labels) VALUES (?, '[\"r0\"]')"_s, {id}};
    case 1:
        return {u"UPDATE tallies SET labels = (SELECT json_group_array(value) FROM json_each(labels) WHERE value NOT LIKE 'r%')"
                " WHERE id = ?"_s,
                {id}};
    case 2:
        return {u"UPDATE tallies SET labels = json_insert(labels, '$[#]', 'r' || ?) WHERE id = ?"_s,
                {static_cast<qlonglong>(random.below(2)), id}};
    case 3:
        return {u"UPDATE tallies SET labels = json_insert(labels, '$[#]', ?) WHERE id = ?"_s, {label, id}, {}, 0, label};
    case 4:
        return {u"UPDATE tallies SET lat = ?, lon = ? WHERE id = ?"_s, {number, number, id}};
    case 5:
        return {u"UPDATE tallies SET lon = lat + 0.5, best = ?, least = ? WHERE id = ?"_s,
                {extreme, extreme, id},
                {},
                0,
                {},
                extreme};
    default:
        return {u"UPDATE tallies SET votes = votes + ? WHERE id = ?"_s, {increment, id}, {}, increment, {}};
    }
}

/// What only the newer schema has.
SimStatement drawExtra(SeededRandom &random, quint64 value)
{
    const quint64 row = random.below(3);
    const QString id = u"e"_s + QString::number(row);
    const QString space = row == 2 ? u"team"_s : u"home"_s;
    const QString text = QString::number(value);
    const auto number = static_cast<qlonglong>(value);
    switch (random.below(6)) {
    case 0:
        return {u"DELETE FROM extras WHERE id = ?"_s, {id}};
    case 1:
        return {u"UPDATE extras SET size = ? WHERE id = ?"_s, {number, id}};
    case 2:
        return {u"REPLACE INTO extras(id, space, label) VALUES (?, ?, ?)"_s, {id, space, text}};
    case 3:
        return {u"INSERT OR IGNORE INTO extras(id, space, label, size) VALUES (?, ?, ?, ?)"_s, {id, space, text, number}};
    default:
        return {u"UPDATE notes SET colour = ? WHERE id = ?"_s, {text, u"n"_s + QString::number(random.below(4))}};
    }
}

} // namespace

QList<QByteArray> simSpaces()
{
    return {"home"_ba, "team"_ba};
}

QList<SimTable> simTables()
{
    return {{u"notes"_s, 1}, {u"pairs"_s, 2}, {u"texts"_s, 1}, {u"tallies"_s, 1}, {u"extras"_s, 1}};
}

QString simSchemaPath(const QString &folder, int version)
{
    return folder + u"/schema%1"_s.arg(version);
}

void writeSimSchemas(const QString &folder)
{
    const QByteArrayList scripts{
        "CREATE TABLE notes(id TEXT PRIMARY KEY NOT NULL, space TEXT NOT NULL DEFAULT 'home', title TEXT, body, rank "
        "INTEGER DEFAULT 0);\n"
        "SELECT sheaf_sync('notes');\n"
        "CREATE TABLE pairs(a INTEGER NOT NULL, b TEXT NOT NULL, x TEXT, y, PRIMARY KEY(a, b));\n"
        "SELECT sheaf_sync('pairs', '{\"deletes\":\"delete_wins\"}');\n"
        "CREATE TABLE texts(id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);\n"
        "SELECT sheaf_sync('texts', '{\"columns\":{\"body\":\"text\"}}');\n"
        "CREATE TABLE tallies(id TEXT PRIMARY KEY NOT NULL, votes INTEGER NOT NULL DEFAULT 0, labels TEXT NOT NULL DEFAULT "
        "'[]', best INTEGER, lat, lon, least INTEGER, props TEXT NOT NULL DEFAULT '{}');\n"
        "SELECT sheaf_sync('tallies', '{\"columns\":{\"votes\":\"counter\",\"labels\":\"set\",\"best\":\"max\","
        "\"least\":\"min\",\"props\":\"map\"},"
        "\"groups\":[[\"lat\",\"lon\"]]}');\n",
        "ALTER TABLE notes ADD COLUMN colour TEXT DEFAULT 'red';\n"
        "ALTER TABLE notes RENAME COLUMN rank TO place;\n"
        "SELECT sheaf_sync('notes', '{\"renames\":{\"place\":\"rank\"}}');\n"
        "CREATE TABLE extras(id TEXT PRIMARY KEY NOT NULL, space TEXT NOT NULL DEFAULT 'home', label TEXT, size INTEGER);\n"
        "SELECT sheaf_sync('extras');\n"};
    for (int version = 1; version <= simSchemas; ++version) {
        QDir().mkpath(simSchemaPath(folder, version));
        for (int n = 1; n <= version; ++n) {
            QFile file(simSchemaPath(folder, version) + u"/000%1_sim.sql"_s.arg(n));
            SHEAF_CHECK(file.open(QIODevice::WriteOnly));
            file.write(scripts[n - 1]);
        }
    }
}

SimStatement drawStatement(SeededRandom &random, quint64 value, int version)
{
    if (version > 1 && random.oneIn(3))
        return drawExtra(random, value);
    if (random.oneIn(4))
        return drawText(random, value);
    if (random.oneIn(4))
        return drawTally(random, value);
    return random.oneIn(3) ? drawPair(random, value) : drawNote(random, value, version);
}

ValueView viewOf(const QVariant &value, std::vector<QByteArray> &kept)
{
    if (value.isNull())
        return ValueView::null();
    switch (value.typeId()) {
    case QMetaType::Int:
    case QMetaType::LongLong:
        return ValueView::ofInteger(value.toLongLong());
    case QMetaType::Double:
        return ValueView::ofReal(value.toDouble());
    case QMetaType::QByteArray:
        kept.push_back(value.toByteArray());
        return ValueView::ofBlob(kept.back());
    default:
        kept.push_back(value.toString().toUtf8());
        return ValueView::ofText(kept.back());
    }
}

} // namespace Sheaf::Test
