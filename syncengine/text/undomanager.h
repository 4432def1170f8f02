// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"

#include <unordered_set>

namespace Sheaf::Text {

struct Id;

/// Undo and redo of one's own edits, with the rules of Yjs: what others wrote is never taken back. What a
/// stack can bring back is kept from garbage collection. The document must outlive it.
class UndoManager
{
public:
    /// Origin of the transactions that undo and redo make, unless another is asked for.
    static constexpr quint64 ownOrigin = 0xFFFF'FFFF'0000'0001U;

    struct Options {
        /// Monotonic milliseconds; without it every transaction is a step of its own.
        std::function<qint64()> now;
        /// Transactions that follow each other faster are one step.
        qint64 captureTimeoutMs = 500;
        /// Origins whose transactions are recorded.
        std::vector<quint64> trackedOrigins{0};
        quint64 origin = ownOrigin;
    };
    UndoManager(Doc &doc, const std::vector<Text> &scope, Options options);
    ~UndoManager();
    UndoManager(const UndoManager &) = delete;
    UndoManager &operator=(const UndoManager &) = delete;

    /// False if there was nothing to take back, or a transaction is open.
    bool undo();
    bool redo();
    [[nodiscard]] bool canUndo() const { return !m_undo.empty(); }
    [[nodiscard]] bool canRedo() const { return !m_redo.empty(); }
    /// The next transaction starts a new step.
    void stopCapturing() { m_capturing = false; }
    /// Forgets both stacks; what they kept is collected with the next collection of everything.
    void clear();

private:
    friend class Doc;
    /// Ranges of clients in the order in which the clients came up: it decides the clocks of redone items.
    struct Ranges {
        std::vector<std::pair<quint32, std::vector<ClockRange>>> clients;
        void add(quint32 client, ClockRange range);
        void tidy();
        [[nodiscard]] bool contains(Id id) const;
    };
    struct Step {
        Ranges insertions;
        Ranges deletions;
    };
    enum class Doing : quint8 { Recording, Undoing, Redoing };

    /// Called by the document before a transaction is collected and merged.
    void record();
    [[nodiscard]] bool pop(std::vector<Step> &stack, Doing doing);
    [[nodiscard]] bool revert(Step step);
    [[nodiscard]] bool inScope(quint32 item) const;
    [[nodiscard]] bool touchedScope() const;
    [[nodiscard]] bool deletedByAStack(Id id) const;
    void release(std::vector<Step> &stack);
    void keep(quint32 item, bool wanted);
    template<typename Visit>
    void forEachItem(const Ranges &ranges, Visit visit);
    [[nodiscard]] quint32 redoneOf(quint32 item);
    [[nodiscard]] quint32 redo(quint32 item, const std::unordered_set<quint32> &wanted, const Ranges &insertions);
    [[nodiscard]] quint32 liveNeighbour(quint32 item, quint32 owner, bool leftwards);
    [[nodiscard]] bool placeOfEntry(quint32 item, quint32 type, const Ranges &insertions, quint32 &left);
    [[nodiscard]] quint32 copyOf(quint32 item);
    [[nodiscard]] QString check() const;
    [[nodiscard]] QString checkRanges(const Ranges &ranges) const;
    [[nodiscard]] bool keepsWhatIsDeleted(const Ranges &deletions) const;

    Doc &m_doc;
    Store &m_store;
    Options m_options;
    std::vector<quint32> m_scope;
    std::vector<Step> m_undo;
    std::vector<Step> m_redo;
    Doing m_doing = Doing::Recording;
    bool m_capturing = false;
    qint64 m_lastChange = 0;
};

} // namespace Sheaf::Text
