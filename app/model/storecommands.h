// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/editsessions.h"
#include "model/notesstore.h"
#include "model/syncrun.h"

#include <QJsonObject>

namespace Sheaf {

/// The commands of sheaf-cli on a replica that is open, be it in sheaf-cli itself or in the running
/// app behind LocalControl. One JSON object asks:
///   {"do":"import","dir":ABSOLUTE}              -> read, made, present, skipped [{path, reason}], other_keys
///   {"do":"add","kind":"task"|"note","text":…,"list":NAME?} -> id, list_made
///   {"do":"list","kinds":["task","note"],"list":NAME?}      -> items
///   {"do":"edit","item":ID-OR-PREFIX,"text":…}  -> id; only what differs is changed in the text
///   {"do":"history","item":ID-OR-PREFIX}        -> versions, newest first
///   {"do":"history","item":…,"show":N}          -> version with its text; 1 is the newest
///   {"do":"history","item":…,"restore":N}       -> id; an edit as any other
///   {"do":"history","keep":NAME}                -> {}; how long versions are kept, as in retention.h
///   {"do":"show","item":ID-OR-PREFIX}           -> item
///   {"do":"export","dir":ABSOLUTE,"force":bool} -> notes, replaced, tasks
///   {"do":"sync","url":…?,"token":…?}           -> {}
///   {"do":"repair","deep":bool}                 -> report, as of RepairReport
/// Errors beside those of the engine: `bad_request`, `no_list`, `not_found`, `ambiguous`, `no_version`.
class StoreCommands : public QObject
{
    Q_OBJECT

public:
    using Reply = std::function<void(const Result<QJsonObject> &)>;
    /// {"verb":"Imported","done":500,"total":10000}
    using Progress = std::function<void(const QJsonObject &)>;

    StoreCommands(SyncEngine &engine, Profile profile, SyncRun::Connector connector, QObject *parent = nullptr);
    ~StoreCommands() override;

    /// Answers once; neither is called when this object goes before the end.
    void run(const QJsonObject &request, const Progress &progress, const Reply &reply);

private:
    void import(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void add(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void list(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void show(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void edit(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void history(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void exportNotes(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void sync(const QJsonObject &request, const Progress &progress, const Reply &reply);
    void repair(const QJsonObject &request, const Progress &progress, const Reply &reply);

    /// Calls `found` with the id of the list, which is empty when there is none of that name.
    void findList(const QString &name, const std::function<void(const Result<QString> &)> &found);
    /// Calls `found` with the one note or task whose id is, or starts with, `id`.
    void findItem(const QString &id, const Reply &found);
    /// A version of an item by its number, and its text.
    void findVersion(const QString &itemId, int number, const Reply &found);
    /// Gives an item another text, with the versions of before and after; `version` is what is restored, if anything.
    void writeText(const ItemRef &item, const QString &text, const QJsonObject &version, const Reply &reply);
    void listItems(const QJsonArray &kinds, const QString &where, const QVariantList &params, const Reply &reply);
    void addItem(const QJsonObject &request, const QString &listId, bool makesList, const Reply &reply);

    SyncEngine &m_engine;
    Profile m_profile;
    SyncRun::Connector m_connector;
    ModelPorts m_ports = ModelPorts::ofSystem();
};

} // namespace Sheaf
