// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/syncoptions.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <iterator>
#include <set>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

Unexpected schemaError(const QString &message)
{
    return fail(u"schema_error"_s, message);
}

Result<void> readTypes(const QJsonValue &value, SyncOptions &options)
{
    if (!value.isObject())
        return schemaError(u"sheaf_sync: \"columns\" is an object: the merge type of each column."_s);
    const QJsonObject types = value.toObject();
    for (auto it = types.begin(); it != types.end(); ++it) {
        const auto type = mergeTypeOf(it.value().toString());
        if (!type)
            return schemaError(
                u"sheaf_sync: column %1: there is no merge type \"%2\": register, text, counter, max, min, set or map."_s.arg(
                    it.key(), it.value().toString()));
        options.types[it.key().toUtf8()] = *type;
    }
    return {};
}

Result<void> readPolicy(const QJsonValue &value, SyncOptions &options)
{
    const QString names[] = {u"latest"_s, u"remote"_s, u"local"_s, u"custom"_s};
    const auto found = std::ranges::find(names, value.toString());
    if (found == std::end(names))
        return schemaError(u"sheaf_sync: \"conflicts\" is \"latest\", \"remote\", \"local\" or \"custom\"."_s);
    options.conflicts = static_cast<ConflictPolicy>(found - std::begin(names));
    return {};
}

Result<void> readGroups(const QJsonValue &value, SyncOptions &options)
{
    const auto wrong = [] { return schemaError(u"sheaf_sync: \"groups\" is a list of lists of columns."_s); };
    if (!value.isArray())
        return wrong();
    const QJsonArray groups = value.toArray();
    for (const QJsonValue &group : groups) {
        QList<QByteArray> names;
        const QJsonArray columns = group.toArray();
        for (const QJsonValue &name : columns)
            names.append(name.toString().toUtf8());
        if (names.isEmpty())
            return wrong();
        options.groups.append(names);
    }
    return {};
}

Result<void> readRenames(const QJsonValue &value, SyncOptions &options)
{
    const QJsonObject renames = value.toObject();
    for (auto it = renames.begin(); it != renames.end(); ++it)
        options.renames[it.key().toUtf8()] = it.value().toString().toUtf8();
    std::set<QByteArray> former;
    for (const auto &[name, wireName] : options.renames)
        former.insert(wireName);
    if (renames.isEmpty() || former.contains({}) || former.size() != options.renames.size())
        return schemaError(
            u"sheaf_sync: \"renames\" is an object: for each new name of a column the first one that it ever had."_s);
    return {};
}

} // namespace

Result<SyncOptions> parseSyncOptions(const QByteArray &table, const QByteArray &json)
{
    SyncOptions options;
    if (json.isEmpty())
        return options;
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject())
        return schemaError(u"The options of sheaf_sync('%1') are not a JSON object."_s.arg(QString::fromUtf8(table)));
    const QJsonObject object = document.object();
    for (auto it = object.begin(); it != object.end(); ++it) {
        Result<void> read;
        if (it.key() == "space"_L1) {
            options.spaceColumn = it.value().toString().toUtf8();
        } else if (it.key() == "deletes"_L1) {
            const QString policy = it.value().toString();
            if (policy != "delete_wins"_L1 && policy != "edit_revives"_L1)
                return schemaError(u"sheaf_sync: \"deletes\" is \"edit_revives\" or \"delete_wins\"."_s);
            options.deleteWins = policy == "delete_wins"_L1;
        } else if (it.key() == "conflicts"_L1) {
            read = readPolicy(it.value(), options);
        } else if (it.key() == "columns"_L1) {
            read = readTypes(it.value(), options);
        } else if (it.key() == "groups"_L1) {
            read = readGroups(it.value(), options);
        } else if (it.key() == "was"_L1) {
            options.wireName = it.value().toString().toUtf8();
            if (options.wireName.isEmpty())
                read = schemaError(u"sheaf_sync: \"was\" is the first name that the table ever had."_s);
        } else if (it.key() == "renames"_L1) {
            read = readRenames(it.value(), options);
        } else {
            read = schemaError(u"sheaf_sync: option \"%1\" is unknown."_s.arg(it.key()));
        }
        if (!read)
            return fail(read.error());
    }
    return options;
}

} // namespace Sheaf
