// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "engine/syncreport.h"

#include <QHash>
#include <QJsonArray>

namespace Sheaf {

using namespace Qt::StringLiterals;

QString nameOf(RowAnswer::State state)
{
    switch (state) {
    case RowAnswer::State::Synced:
        return u"synced"_s;
    case RowAnswer::State::Waiting:
        return u"waiting"_s;
    case RowAnswer::State::Offline:
        return u"offline"_s;
    case RowAnswer::State::Paused:
        return u"paused"_s;
    case RowAnswer::State::Held:
        return u"held"_s;
    case RowAnswer::State::Rejected:
        return u"rejected"_s;
    case RowAnswer::State::Viewer:
        return u"viewer"_s;
    case RowAnswer::State::NoAccess:
        return u"no_access"_s;
    case RowAnswer::State::UpdateNeeded:
        return u"update_needed"_s;
    case RowAnswer::State::UnknownRow:
        return u"unknown_row"_s;
    case RowAnswer::State::LocalTable:
        return u"local_table"_s;
    }
    return {};
}

QString nameOf(SpaceStatus::State state)
{
    switch (state) {
    case SpaceStatus::State::Offline:
        return u"offline"_s;
    case SpaceStatus::State::Syncing:
        return u"syncing"_s;
    case SpaceStatus::State::Synced:
        return u"synced"_s;
    case SpaceStatus::State::Paused:
        return u"paused"_s;
    case SpaceStatus::State::Closed:
        return u"closed"_s;
    }
    return {};
}

QString nameOf(Role role)
{
    switch (role) {
    case Role::None:
        return u"none"_s;
    case Role::Viewer:
        return u"viewer"_s;
    case Role::Editor:
        return u"editor"_s;
    case Role::Owner:
        return u"owner"_s;
    }
    return {};
}

QJsonObject toJson(const SyncFigures &figures)
{
    return {{u"pushed"_s, figures.pushed},
            {u"pulled"_s, figures.pulled},
            {u"conflicts"_s, figures.conflicts},
            {u"rejected"_s, figures.rejected},
            {u"retries"_s, figures.retries},
            {u"reconnects"_s, figures.reconnects},
            {u"bytes_sent"_s, figures.bytesSent},
            {u"bytes_received"_s, figures.bytesReceived},
            {u"digest_mismatches"_s, figures.digestMismatches},
            {u"buckets_repaired"_s, figures.bucketsRepaired}};
}

QJsonObject toJson(const SyncResult &result)
{
    QJsonObject json{{u"ok"_s, result.ok},
                     {u"pushed"_s, result.pushed},
                     {u"pulled"_s, result.pulled},
                     {u"conflicts"_s, result.conflicts},
                     {u"rejected"_s, result.rejected},
                     {u"bytes_sent"_s, result.bytesSent},
                     {u"bytes_received"_s, result.bytesReceived},
                     {u"duration_ms"_s, result.durationMs}};
    if (!result.ok)
        json.insert(u"error"_s, QJsonObject{{u"code"_s, result.errorCode}, {u"message"_s, result.errorText}});
    return json;
}

QJsonObject toJson(const SpaceStatus &space)
{
    QJsonObject json{{u"space"_s, QString::fromUtf8(space.name)},
                     {u"state"_s, nameOf(space.state)},
                     {u"role"_s, nameOf(space.role)},
                     {u"epoch"_s, QString::number(space.epoch, 16).rightJustified(16, u'0')},
                     {u"cursor"_s, static_cast<qint64>(space.cursor)},
                     {u"head"_s, static_cast<qint64>(space.head)},
                     {u"pending"_s, space.pending},
                     {u"held"_s, space.held},
                     {u"quarantined"_s, space.quarantined},
                     {u"paused"_s, space.paused},
                     {u"synced"_s, space.proven},
                     {u"update_needed"_s, space.updateNeeded}};
    if (!space.closedCode.isEmpty())
        json.insert(u"closed"_s, QJsonObject{{u"code"_s, space.closedCode}, {u"message"_s, space.closedReason}});
    QJsonArray tables;
    for (const QByteArray &table : space.tables)
        tables.append(QString::fromUtf8(table));
    if (!tables.isEmpty())
        json.insert(u"tables"_s, tables);
    return json;
}

QJsonObject toJson(const SyncProblem &problem)
{
    return {{u"code"_s, problem.code},        {u"message"_s, problem.text},   {u"advice"_s, problem.advice},
            {u"first_ms"_s, problem.firstMs}, {u"last_ms"_s, problem.lastMs}, {u"count"_s, problem.count}};
}

QJsonObject toJson(const RowAnswer &answer)
{
    QJsonObject json{{u"state"_s, nameOf(answer.state)}};
    if (!answer.space.isEmpty())
        json.insert(u"space"_s, QString::fromUtf8(answer.space));
    if (answer.sinceMs != 0)
        json.insert(u"since_ms"_s, answer.sinceMs);
    if (!answer.reasonCode.isEmpty() || !answer.reason.isEmpty())
        json.insert(u"reason"_s, QJsonObject{{u"code"_s, answer.reasonCode}, {u"message"_s, answer.reason}});
    return json;
}

QString adviceFor(const QString &code)
{
    static const QHash<QString, QString> known{
        {u"connection_lost"_s,
         u"Nothing is lost; it is tried again. If it lasts, check the network and the address of the server."_s},
        {u"bad_url"_s, u"Correct the address of the server: it looks like wss://host or wss://host:port."_s},
        {u"held_back"_s, u"The app holds the sync back; it is asked again before the next attempt."_s},
        {u"bad_token"_s, u"Get a new device token for this server and connect with it."_s},
        {u"unknown_device"_s, u"Get a new device token for this server and connect with it."_s},
        {u"site_taken"_s, u"Nothing: a replica that was known under another token goes on as a device of its own."_s},
        {u"bad_version"_s, u"Update the app or the server: they have no protocol version in common."_s},
        {u"unsupported_version"_s, u"Update the app or the server: they have no protocol version in common."_s},
        {u"update_needed"_s, u"Update the app: a space wants a newer schema. Its edits are kept and sent then."_s},
        {u"no_access"_s, u"Ask the owner of a space for access, or connect with another device token; edits are kept here."_s},
        {u"not_connected"_s, u"Connect to a server; nothing is lost without one."_s},
        {u"clock_behind"_s, u"Nothing: an old delete was stamped anew and is sent again."_s},
        {u"no_row"_s,
         u"Nothing: the row was deleted and that is forgotten; the edit brings it back, or is in the list of conflicts."_s},
        {u"born_apart"_s,
         u"Nothing: another device has made a row of this key; both become one. If the table is not followed, the row is in the"
         " list of rejected changes."_s},
        {u"swept"_s, u"Nothing: what was deleted meanwhile goes, and edits of it are kept."_s},
        {u"terms_changed"_s, u"Nothing: the server has new terms for a space; they come with the next connection."_s},
        {u"no_permission"_s,
         u"Ask the owner of the space for the role of an editor; the change is in the list of rejected ones."_s},
        {u"too_large"_s, u"Make the value smaller; the limits are in PROTOCOL.md."_s},
        {u"invalid"_s, u"The server cannot read the change; it is in the list of rejected ones. Please report it."_s},
        {u"stamp_reused"_s, u"The change met another one with its stamp; it is in the list of rejected ones, write it again."_s},
        {u"row_lost"_s, u"Write it again from the list of rejected changes, once the row is back; and check the disk."_s},
        {u"clock_ahead"_s, u"Nothing: the change was stamped anew and is sent again. The clock of this device should be set."_s},
        {u"digest_mismatch"_s, u"Nothing: what differed is exchanged again. If it comes back, check the disk and report it."_s},
        {u"not_repaired"_s, u"Check the replica and the server's database (PRAGMA integrity_check), and report it."_s},
        {u"server_behind"_s, u"Nothing: what the server lost is sent again. Its operator should know."_s},
        {u"forked"_s, u"Nothing: this copy of a replica goes on as a device of its own."_s},
        {u"lease_lost"_s,
         u"Nothing: the server was put back to before it knew this replica, which goes on as a device of its own."_s},
        {u"disk_full"_s, u"Make room on the disk of this device."_s},
        {u"server_full"_s, u"Ask the server's operator to make room; changes stay on this device until then."_s},
        {u"database_damaged"_s, u"Restore the file from a backup, or begin with a new one: it fills from the server."_s},
        {u"storage_failed"_s, u"The server's operator has the details; it is tried again."_s},
        {u"shutting_down"_s, u"The server restarts; it is tried again."_s},
        {u"filter_failed"_s, u"Mend the filter: it threw an exception, and the row is kept here meanwhile."_s},
        {u"flooding"_s, u"This client sends too much at once. Please report it."_s},
    };
    return known.value(code, u"Look the code up in PROTOCOL.md; it is tried again by itself if that can help."_s);
}

} // namespace Sheaf
