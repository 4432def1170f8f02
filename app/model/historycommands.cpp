// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/statements.h"
#include "model/noteversions.h"
#include "model/storecommands.h"
#include "model/storewrites.h"

#include <QJsonArray>
#include <QSqlDatabase>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

QString versionsOf(const QString &limit)
{
    return u"SELECT id, at, author, device, reason, source, others, added, removed, title FROM note_versions WHERE item = ?"
           " ORDER BY at DESC, id DESC"_s +
           limit;
}

QJsonObject versionObject(const QueryRows &rows, qsizetype row, qsizetype number)
{
    QJsonObject version{{u"number"_s, number}};
    for (qsizetype i = 0; i < rows.columns.size(); ++i) {
        if (!rows.rows[row][i].isNull())
            version.insert(rows.columns[i], QJsonValue::fromVariant(rows.rows[row][i]));
    }
    return version;
}

} // namespace

void StoreCommands::history(const QJsonObject &request, const Progress &, const Reply &reply)
{
    if (request.contains("keep"_L1)) {
        const auto retention = retentionOf(request.value("keep"_L1).toString());
        if (!retention)
            return reply(fail(u"bad_request"_s, u"Versions are kept as “all”, “thinned”, “30days” or “none”."_s));
        m_engine.write({NoteVersions::setRetention(*retention)}).then(this, [reply](const Result<QList<qint64>> &done) {
            reply(done ? Result<QJsonObject>(QJsonObject{}) : fail(done.error()));
        });
        return;
    }
    findItem(request.value("item"_L1).toString(), [this, request, reply](const Result<QJsonObject> &item) {
        if (!item)
            return reply(fail(item.error()));
        const ItemRef ref{item->value("kind"_L1).toString(), item->value("id"_L1).toString()};
        if (request.contains("show"_L1)) {
            return findVersion(ref.id, request.value("show"_L1).toInt(), [reply](const Result<QJsonObject> &version) {
                reply(version ? Result<QJsonObject>(QJsonObject{{u"version"_s, *version}}) : fail(version.error()));
            });
        }
        if (request.contains("restore"_L1)) {
            return findVersion(ref.id, request.value("restore"_L1).toInt(), [=, this](const Result<QJsonObject> &version) {
                if (!version)
                    return reply(fail(version.error()));
                writeText(ref, version->value("text"_L1).toString(), *version, reply);
            });
        }
        m_engine.query({versionsOf({}), {ref.id}, {}}).then(this, [reply](const Result<QueryRows> &rows) {
            if (!rows)
                return reply(fail(rows.error()));
            QJsonArray versions;
            for (qsizetype row = 0; row < rows->rows.size(); ++row)
                versions.append(versionObject(*rows, row, row + 1));
            reply(QJsonObject{{u"versions"_s, versions}});
        });
    });
}

void StoreCommands::findVersion(const QString &itemId, int number, const Reply &found)
{
    const auto none = [found, number] {
        found(fail(u"no_version"_s,
                   u"There is no version %1; `sheaf-cli history` without --show numbers them, 1 is the newest."_s.arg(number)));
    };
    if (number < 1)
        return none();
    m_engine.query({versionsOf(u" LIMIT 1 OFFSET ?"_s), {itemId, number - 1}, {}})
        .then(this, [=, this](const Result<QueryRows> &rows) {
            if (!rows)
                return found(fail(rows.error()));
            if (rows->rows.isEmpty())
                return none();
            const QJsonObject version = versionObject(*rows, 0, number);
            m_engine.query(NoteVersions::selectText(version.value("id"_L1).toString()))
                .then(this, [version, found](const Result<QueryRows> &pieces) {
                    if (!pieces)
                        return found(fail(pieces.error()));
                    const auto text = NoteVersions::textOf(*pieces);
                    if (!text)
                        return found(fail(text.error()));
                    QJsonObject whole = version;
                    whole.insert(u"text"_s, *text);
                    found(whole);
                });
        });
}

void StoreCommands::writeText(const ItemRef &item, const QString &text, const QJsonObject &version, const Reply &reply)
{
    const bool restores = !version.isEmpty();
    const QString table = item.kind == "task"_L1 ? u"tasks"_s : u"notes"_s;
    const QString column = item.kind == "task"_L1 ? u"notes"_s : u"body"_s;
    const qint64 now = m_ports.wallMs();
    // The replica makes small edits of it, beside those of others.
    QList<Statement> edits{StoreWrites::setText(table, column, item.id, text.isNull() ? u""_s : text, now)};
    if (restores) {
        const QString title = version.value("title"_L1).toString();
        edits.append(StoreWrites::setText(table, u"title"_s, item.id, title.isNull() ? u""_s : title, now));
    }
    const NoteVersions::Wanted before{item, m_ports.newId(), now, VersionMaker::ofSystem(), NoteVersions::Reason::Found};
    NoteVersions::Wanted after = before;
    after.id = m_ports.newId();
    after.reason = restores ? NoteVersions::Reason::Restore : NoteVersions::Reason::Edit;
    after.sourceMs = version.value("at"_L1).toInteger();
    const auto work = [edits, before, after](QSqlDatabase &database) -> Result<void> {
        if (const auto kept = NoteVersions::keep(database, before); !kept)
            return kept;
        for (const Statement &edit : edits) {
            if (const auto done = runStatement(database, edit); !done)
                return fail(done.error());
        }
        return NoteVersions::keep(database, after);
    };
    m_engine.writeWith(work).then(this, [id = item.id, reply](const Result<void> &done) {
        reply(done ? Result<QJsonObject>(QJsonObject{{u"id"_s, id}}) : fail(done.error()));
    });
}

} // namespace Sheaf
