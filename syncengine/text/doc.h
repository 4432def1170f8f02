// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/rawupdate.h"
#include "text/updatereader.h"

#include <functional>
#include <memory>
#include <optional>

namespace Sheaf::Text {

class Doc;
class Store;
struct Id;
class UndoManager;

/// One step of a delta: an insertion (text or an embed), a deletion, or units left as they are. What is no text and has no
/// value, such as a type inside a text, is an embed that is undefined.
struct DeltaOp {
    enum Kind : quint8 { Insert, Embed, Retain, Delete };
    Kind kind = Insert;
    QString text;
    Value embed;
    quint32 length = 0; ///< of Retain and Delete
    Attributes attributes;
    friend bool operator==(const DeltaOp &, const DeltaOp &) = default;
};
using Delta = std::vector<DeltaOp>;
/// Where a place is after a delta. What is inserted exactly there comes behind it when the place stays
/// with its left neighbour, else in front of it.
[[nodiscard]] quint32 positionAfter(const Delta &delta, quint32 position, bool withLeft);

/// A text of a document. Positions are UTF-16 units over text and embeds; positions past the end mean the
/// end. Each call is a transaction of its own unless one is open.
class Text
{
public:
    [[nodiscard]] quint32 length() const;
    [[nodiscard]] QString toString() const;
    /// A part of the text in which U+FFFC stands for each embed, so that places in it are positions.
    [[nodiscard]] QString slice(quint32 position, quint32 length) const;
    [[nodiscard]] Delta toDelta() const;

    /// Without attributes the text takes those in force at its place; an empty set means plain.
    void insert(quint32 position, QStringView text);
    void insert(quint32 position, QStringView text, const Attributes &attributes);
    void insertEmbed(quint32 position, const Value &embed, const Attributes &attributes = {});
    void remove(quint32 position, quint32 length);
    void format(quint32 position, quint32 length, const Attributes &attributes);
    void applyDelta(const Delta &delta);
    /// Makes toString() equal to another text by the edits of diffText(), in one transaction; embeds stay.
    void replaceWith(QStringView text);

private:
    friend class Doc;
    friend class UndoManager;
    Text(Doc *doc, quint32 type) : m_doc(doc), m_type(type) {}
    [[nodiscard]] quint32 snapped(quint32 position, bool up) const;
    template<typename Work>
    void edit(quint32 position, Work work);

    Doc *m_doc;
    quint32 m_type;
};

/// What a finished transaction did, for listeners.
struct TransactionInfo {
    bool local = true;
    quint64 origin = 0;
    StateVector before;
    StateVector after; ///< of the clients that got new structs
    DeleteSet deletions;
};

/// What a transaction changed in one text.
struct TextChange {
    Delta delta;
    bool local = true;
    quint64 origin = 0;
};

/// A state that a document once had.
struct Snapshot {
    DeleteSet deletions;
    StateVector state;
};
[[nodiscard]] Result<Snapshot> readSnapshot(QByteArrayView bytes, Format format = Format::V1);
[[nodiscard]] QByteArray writeSnapshot(const Snapshot &snapshot, Format format = Format::V1);

/// A document that exchanges updates with Yjs. Not thread-safe; listeners run inside the call that commits
/// and may read the document but not change it.
class Doc
{
public:
    struct Options {
        quint64 clientId = 1;
        bool collectGarbage = true;
        /// Keeps local positions out of the middle of surrogate pairs.
        bool snapToPairs = true;
        /// Draws another client id, for when somebody else turns out to write under ours. Without it the id stays.
        std::function<quint64()> newClientId{};
    };
    explicit Doc(const Options &options);
    ~Doc();
    Doc(const Doc &) = delete;
    Doc &operator=(const Doc &) = delete;

    [[nodiscard]] quint64 clientId() const { return m_options.clientId; }
    [[nodiscard]] Text text(const QString &name = QStringLiteral("text"));

    /// Everything changed inside is one transaction with one update event; calls may nest.
    void transact(const std::function<void()> &work, quint64 origin = 0);
    /// Integrates an update. Bytes that cannot be read change nothing. One with news under our client id gives us another.
    [[nodiscard]] Result<void> apply(QByteArrayView update, Format format = Format::V1, quint64 origin = 0);

    [[nodiscard]] QByteArray encode(Format format = Format::V1) const { return encodeSince({}, format); }
    [[nodiscard]] QByteArray encodeSince(const StateVector &known, Format format = Format::V1) const;
    [[nodiscard]] StateVector stateVector() const;
    [[nodiscard]] Snapshot snapshot() const;
    /// The update that makes an empty document what this one was. Only where garbage is not collected.
    [[nodiscard]] Result<QByteArray> encodeAt(const Snapshot &snapshot, Format format = Format::V1) const;
    /// Collects what was deleted while collecting was off or an undo manager held it.
    void collectGarbage();
    /// Whether updates wait for others that are missing.
    [[nodiscard]] bool hasPending() const;

    /// Names a listener for removeListener(); never 0.
    using ListenerId = quint32;
    using UpdateListener = std::function<void(const QByteArray &update, bool local, quint64 origin)>;
    ListenerId onUpdate(UpdateListener listener, Format format = Format::V1);
    using TransactionListener = std::function<void(const TransactionInfo &)>;
    /// Called before garbage is collected.
    ListenerId onTransaction(TransactionListener listener);
    using ChangeListener = std::function<void(const TextChange &)>;
    /// Called for every transaction that changed the text.
    ListenerId onChange(const Text &text, ChangeListener listener);
    /// Not from inside a listener; an unknown id is ignored.
    void removeListener(ListenerId id);

    /// A place that stays with its neighbour: the binary form of Yjs. assoc >= 0 holds on to the unit
    /// right of the place, assoc < 0 to the left one.
    [[nodiscard]] QByteArray relativePosition(const Text &text, quint32 position, int assoc = 0) const;
    /// Nothing while what it speaks of is not here, or is in another type than the text.
    [[nodiscard]] Result<std::optional<quint32>> absolutePosition(const Text &text, QByteArrayView relative) const;

    /// Walks every invariant; empty if all hold. For tests.
    [[nodiscard]] QString check() const;
    [[nodiscard]] size_t memory() const;
    /// How many structs it is made of, deleted ones too.
    [[nodiscard]] size_t structs() const;

private:
    friend class Text;
    friend class UndoManager;
    void begin(bool local, quint64 origin);
    void commit();
    void announce();
    void finish();
    void finishRemote();
    void noteWatchers();
    [[nodiscard]] quint32 ownState() const;
    void cleanFormats(const std::vector<quint32> &full, const std::vector<Id> &gaps);
    [[nodiscard]] TransactionInfo info() const;
    [[nodiscard]] quint32 ownClient();

    Options m_options;
    std::unique_ptr<Store> m_store;
    int m_depth = 0;
    quint32 m_own = 0xFFFF'FFFFU;
    template<typename Call, typename Detail>
    struct Listener {
        ListenerId id = 0;
        Call call;
        Detail detail{}; ///< the format or the type that is listened to
    };
    std::vector<Listener<UpdateListener, Format>> m_updateListeners;
    std::vector<Listener<TransactionListener, std::monostate>> m_transactionListeners;
    std::vector<Listener<ChangeListener, quint32>> m_changeListeners;
    ListenerId m_lastListener = 0;
    std::vector<UndoManager *> m_undoManagers;
};

} // namespace Sheaf::Text
