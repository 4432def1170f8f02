// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/sequence.h"
#include "text/structlist.h"
#include "text/updatereader.h"

#include <QHash>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace Sheaf::Text {

class UpdateWriter;

/// Whose transaction is open.
struct Transaction {
    bool local = true;
    quint64 origin = 0;
};

/// The document store: items in a pool, by client and by position, with the rules of Yjs for integrating,
/// splitting, merging and collecting them. Knows nothing of delta, undo or events; Doc is the front.
class Store
{
public:
    struct Client {
        quint64 id = 0;
        quint32 state = 0;
        quint32 before = 0; ///< state at the start of the transaction `epoch`
        quint32 epoch = 0;
        quint32 appended = 0; ///< epoch of the last transaction that gave it a struct of its own
        StructList structs;
    };
    struct Type {
        QString name; ///< of a root type
        quint32 item = None;
        quint32 start = None;
        quint32 root = None; ///< of the sequence
        quint32 length = 0;
        quint32 changed = 0; ///< epoch of the last transaction that touched it
        quint8 wire = 0;     ///< type reference on the wire
        bool hasFormatting = false;
        std::unordered_map<quint32, quint32> map;
    };
    Store() : sequence(items, {extras, keys}) {}
    Store(const Store &) = delete;
    Store &operator=(const Store &) = delete;

    // store.cpp: clients, ids, content
    [[nodiscard]] quint32 clientIndex(quint64 id)
    {
        return id == m_lastClient && m_lastClientIndex != None ? m_lastClientIndex : searchClient(id);
    }
    [[nodiscard]] quint32 findClient(quint64 id) const;
    [[nodiscard]] quint32 findRoot(const QString &name) const { return m_roots.value(name, None); }
    /// Made if there is none.
    [[nodiscard]] quint32 rootType(const QString &name);
    [[nodiscard]] quint32 keyIndex(QStringView key);
    [[nodiscard]] quint32 itemAt(Id id) const { return clients[id.client].structs.at(clients[id.client].structs.find(id.clock)); }
    [[nodiscard]] quint32 itemStartingAt(Id id);
    [[nodiscard]] quint32 itemEndingAt(Id id);
    [[nodiscard]] quint32 split(quint32 item, quint32 units);
    [[nodiscard]] QStringView textOf(const Item &item) const;
    [[nodiscard]] std::span<const Value> elementsOf(const Item &item) const
    {
        return std::span(values).subspan(item.content, item.length);
    }
    [[nodiscard]] quint32 newItem(const Item &item = {});
    [[nodiscard]] quint32 newExtra(Extra extra);
    void dropContent(Item &item);
    [[nodiscard]] FormatView formatOf(const Item &item) const
    {
        const Extra &extra = extras[item.content];
        return {keys[extra.key], extra.value};
    }
    [[nodiscard]] bool isContinued(quint32 left, quint32 right) const;
    void join(quint32 left, quint32 right);
    [[nodiscard]] StateVector stateVector() const;
    [[nodiscard]] size_t memory() const;
    [[nodiscard]] size_t structs() const { return items.size() - m_freeItems.size(); }

    // integrate.cpp
    void integrate(quint32 item);
    [[nodiscard]] quint32 firstOf(quint32 type, quint32 sub) const;
    void remove(quint32 item);
    /// Makes the trees of lists whose items were entered while that was deferred.
    void buildSequences();

    // inplace.cpp: edits that need no new item. Each comes to what the general way would come to; false if it cannot.
    /// Makes a client's last item longer, as integrating and merging would.
    [[nodiscard]] bool extend(quint32 item, QStringView more);
    /// Deletes the first or the last units of a text, as splitting, deleting, collecting and merging would.
    [[nodiscard]] bool shrink(quint32 item, quint32 offset, quint32 units);
    /// Inserts behind what the client typed last, or deletes a part of the text there, without a search.
    [[nodiscard]] bool typeAtCursor(quint32 type, quint32 client, quint32 position, QStringView more);
    [[nodiscard]] bool eraseAtCursor(quint32 type, quint32 position, quint32 units);

    // transaction.cpp
    void begin(bool local, quint64 origin)
    {
        ++epoch;
        transaction = {local, origin};
        touchedClients.clear();
        touchedTypes.clear();
        deleted.clear();
        splits.clear();
        m_untidy = false;
        m_removed = false;
    }
    /// Brings the store to its canonical form.
    void commit()
    {
        if (m_untidy)
            tidy();
        if (std::max(m_deadText, m_deadValues) > deadUnitsFloor)
            compactSparse();
    }
    void collectAll();
    void touchClient(quint32 client)
    {
        Client &one = clients[client];
        if (one.epoch == epoch)
            return;
        one.epoch = epoch;
        one.before = one.state;
        touchedClients.push_back(client);
    }
    void touchType(quint32 type)
    {
        if (types[type].changed == epoch)
            return;
        types[type].changed = epoch;
        touchedTypes.push_back(type);
    }

    // textformat.cpp: what a remote transaction leaves to clean, types and single gaps
    void formatsToClean(std::vector<quint32> &full, std::vector<Id> &gaps) const;

    // applyupdate.cpp
    [[nodiscard]] Result<void> apply(QByteArrayView update, Format format);

    // encode.cpp
    [[nodiscard]] QByteArray encode(const StateVector &from, const DeleteSet &deletions, Format format) const;
    /// What the last transaction did, once it is committed.
    [[nodiscard]] QByteArray encodeTransaction(Format format) const;
    /// The structs below a state, with deletions.
    [[nodiscard]] QByteArray encodeAt(const StateVector &until, const DeleteSet &deletions, Format format) const;
    [[nodiscard]] DeleteSet deleteSet() const;
    [[nodiscard]] QByteArray encodeState(const StateVector &from, Format format) const;

    // check.cpp
    [[nodiscard]] QString check() const;
    [[nodiscard]] QString checkRedone() const;

    std::vector<Item> items;
    std::vector<Client> clients;
    std::vector<Type> types;
    std::vector<Value> values;
    std::vector<Extra> extras;
    std::vector<QString> keys;
    std::u16string text;
    bool hasPairs = false; ///< whether any text ever had a surrogate pair
    Sequence sequence;
    std::unordered_map<quint32, Id> redone;
    Transaction transaction;
    quint32 epoch = 0;
    bool collects = true;
    bool watched = false; ///< whether somebody looks at what a transaction deleted before it is collected
    std::vector<quint32> touchedClients;
    std::vector<quint32> touchedTypes;
    std::vector<std::pair<quint32, ClockRange>> deleted;
    std::vector<Id> splits;

    /// The place of the last local edit: start of an item and the visible units before it.
    quint32 cursorType = None;
    quint32 cursorItem = None;
    quint32 cursorIndex = 0;

    std::vector<QByteArray> pending; ///< parked structs, format v1, without deletions
    std::unordered_map<quint64, quint32> missing;
    DeleteSet pendingDeletions;

private:
    friend class UpdateApplier;
    static constexpr size_t deadUnitsFloor = 65'536;
    /// Integrates what was read into m_raw, and what waited for it.
    [[nodiscard]] Result<void> applyRead();
    [[nodiscard]] quint32 searchClient(quint64 id);
    void tidy();
    void collectDeleted();
    void collectChildren(quint32 type);
    void makeGc(quint32 item);
    quint32 mergeLefts(quint32 client, StructList::Place &place);
    void mergeRange(quint32 client, ClockRange range);
    /// Whether a struct came with this transaction, so that mergeNewStructs() looks at it.
    [[nodiscard]] bool isNew(quint32 client, quint32 clock) const
    {
        const Client &one = clients[client];
        return one.appended == epoch && clock >= one.before;
    }
    void mergeNewStructs(quint32 client);
    void mergeSplits();
    void compactSparse();
    template<typename Buffer, typename IsInBuffer>
    void compact(Buffer &buffer, size_t &dead, IsInBuffer isInBuffer);
    void writeClients(UpdateWriter &out, std::vector<std::pair<const Client *, quint32>> wanted) const;

    QHash<quint64, quint32> m_clientIndex;
    QHash<QString, quint32> m_roots;
    QHash<QString, quint32> m_keys;
    quint32 m_lastKey = 0;
    std::vector<quint32> m_freeItems;
    std::vector<quint32> m_freeExtras;
    size_t m_deadText = 0; ///< units of the text that no item has any more
    size_t m_deadValues = 0;
    bool m_untidy = false;  ///< whether the transaction did anything that is to be collected or merged
    bool m_removed = false; ///< whether there is anything to collect: it deleted what had been alive
    quint32 m_scan = 0;
    quint64 m_lastClient = 0;
    quint32 m_lastClientIndex = None;
    RawUpdate m_raw;
};

} // namespace Sheaf::Text
