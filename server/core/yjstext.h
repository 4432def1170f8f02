// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/channel.h"
#include "text/doc.h"

#include <compare>

namespace Sheaf::Server {

/// One text while Yjs clients have it open: its document, seed and all, in step with what is stored. Ahead of the storage
/// by what take() gave out until that is committed; when that fails, the object must be loaded again.
class YjsText
{
public:
    struct Place {
        Channel *channel = nullptr;
        TableId table = 0;
        QByteArray key;
        ColumnId column = 0;
        friend bool operator==(const Place &, const Place &) = default;
        friend bool operator<(const Place &a, const Place &b)
        {
            return std::tie(a.channel, a.table, a.key, a.column) < std::tie(b.channel, b.table, b.key, b.column);
        }
    };
    /// What a committed change means for those who have the text open.
    struct Heard {
        std::vector<QByteArray> news; ///< updates
        bool isReplaced = false;      ///< the row is gone, or begins anew with another text
        bool isSealed = false;        ///< something came that cannot be read
        bool isBehind = false;        ///< what had waited here was applied and is not stored: to be loaded and asked for again
    };

    /// Errors: `unknown_text`, `sealed_text`, and those of the storage. The channel is loaded.
    static Result<std::unique_ptr<YjsText>> load(Storage &storage, const Place &place);

    [[nodiscard]] const Place &place() const { return m_place; }
    [[nodiscard]] qint64 storedBytes() const { return m_storedBytes; }
    /// The latest stored stamp of a site.
    [[nodiscard]] Hlc stampOf(SiteId site) const;

    [[nodiscard]] QByteArray stateVector() const { return Text::writeStateVector(m_doc.stateVector()); }
    /// What a state vector does not cover, in updates of a bounded size; one at least. Errors: that of a bad state vector.
    [[nodiscard]] Result<std::vector<QByteArray>> missing(QByteArrayView stateVector) const;

    /// Applies an update from outside. Gives what of it is to be stored so that it waits for nothing; empty when it says
    /// nothing new, or builds on what is not here yet. Errors: that of a bad update; `too_large`: too much waits, or the text
    /// has too many structs.
    Result<QByteArray> take(QByteArrayView update);
    /// What stores it.
    [[nodiscard]] Result<Push> push(const QByteArray &update, Stamp stamp) const;

    /// The first push() has been committed.
    void confirm() { m_isSeedStored = true; }
    /// A change of the row was committed; updates of it are applied.
    Heard hear(const LiveChange &change);

private:
    explicit YjsText(Place place);
    Result<void> readStored(StorageTransaction &transaction);
    [[nodiscard]] bool hasSeed(QByteArrayView update) const;
    [[nodiscard]] QByteArray seedOf(const RowRecord &record) const;

    Place m_place;
    CausalLength m_length = 0;
    Stamp m_life;
    std::vector<Stamp> m_stamps; ///< of the text's writers
    QByteArray m_seed;           ///< as an update
    bool m_isSeedStored = false; ///< by updates: until then every one we store carries it
    qint64 m_storedBytes = 0;
    bool m_wasWaiting = false; ///< what is stored waits for something itself
    qint64 m_waitingBytes = 0; ///< of updates that brought nothing
    std::vector<QByteArray> m_made;
    Text::Doc m_doc{Text::Doc::Options{}};
};

} // namespace Sheaf::Server
