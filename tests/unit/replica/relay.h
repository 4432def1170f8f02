// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowclock.h"
#include "device.h"

#include <map>

namespace Sheaf {

/// The least that a server must do, written apart from the real one: keeps one merged record per
/// row and gives sequences, with maps and no clever encoding.
class Relay
{
public:
    /// Everything that the device has not pushed goes up.
    void push(Device &device);
    /// Everything that is newer than the device's cursor comes down.
    void pull(Device &device);
    void sync(Device &device)
    {
        pull(device);
        push(device);
    }
    /// Merges a push whose author hears nothing of it yet.
    void take(const Push &push) { merge(push); }
    /// Keeps no deletes with stamps up to `stamp` any more; what a server would say of it.
    Collected forgetDeletes(Hlc stamp);
    [[nodiscard]] Sequence head() const { return m_head; }
    /// Another database: nothing is known and the epoch is a new one.
    void forget();

    Epoch epoch = 7;
    Role role = Role::Editor; ///< of whoever comes
    /// Refuses changes of a push with this code when set: every one, or every n-th.
    QString refuseWith;
    int refuseEvery = 1;
    /// Pushes that were merged, and their bytes of texts.
    int pushes = 0;
    qint64 textBytes = 0;
    /// The acks of pushes are lost on the way.
    bool losesAcks = false;

private:
    struct Cell {
        Stamp stamp;
        QByteArray value;
    };
    struct Row {
        CausalLength length = 0;
        Stamp life;
        std::map<QByteArray, Cell> cells;
        std::map<std::pair<QByteArray, SiteId>, Hlc> texts; ///< by column and site
        struct Update {
            QByteArray column;
            SiteId site = 0;
            QByteArray bytes;
            Sequence sequence = 0;
        };
        std::vector<Update> updates;
        std::map<std::pair<QByteArray, QByteArray>, Cell> parts = {}; ///< by column and name
        Sequence sequence = 0;
    };
    void merge(const Push &push);
    static void mergeParts(Row &row, const RowRecord &record, const TableNames &names);
    QList<Verdict> judge(Push &push);
    void mergeTexts(Row &row, const RowRecord &record, const TableNames &names);
    void appendTexts(const Row &row, const TableNames &names, quint32 table, const QByteArray &key, Sequence cursor,
                     QList<Change> &changes) const;

    std::map<std::pair<QByteArray, QByteArray>, Row> m_rows;
    std::map<SiteId, quint64> m_lastPush;
    Sequence m_head = 0;
    CausalLength m_longestDelete = 0;
    int m_judged = 0;
};

} // namespace Sheaf
