// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/pagewriter.h"

#include <QSet>

#include <map>
#include <set>
#include <tuple>

namespace Sheaf::Server {

class ServerSession;

/// What a committed group of pushes means for the sessions of one space.
class Channel
{
public:
    /// An order that is the same in every run.
    struct ByName {
        bool operator()(const Channel *a, const Channel *b) const { return a->name() < b->name(); }
    };

    explicit Channel(QByteArray name) : m_name(std::move(name)) {}

    [[nodiscard]] const QByteArray &name() const { return m_name; }

    /// The merged state, read from the storage when it is not here; an error when that fails.
    Result<Space *> space(StorageTransaction &transaction);
    /// The state that is here; null before the first space() and after forget().
    [[nodiscard]] Space *loaded() { return m_space ? &*m_space : nullptr; }
    /// After a commit that failed, nobody knows what the storage holds.
    void forget() { m_space.reset(); }

    void subscribe(ServerSession *session);
    void unsubscribe(ServerSession *session);
    [[nodiscard]] const std::vector<ServerSession *> &subscribers() const { return m_subscribers; }

    /// Counts those besides sessions who want every change: `change` is 1 or -1.
    void watch(int change) { m_watchers += change; }

    /// Whether anybody but this session follows the space.
    [[nodiscard]] bool isHeardBesides(quint64 session) const;

    /// The next page for a reader that has everything it wants up to `after`; without rows when it
    /// wants none of the next Tuning::skippedRowsMax.
    Result<Page> page(Storage &storage, PagePlace after, const RowFilter &filter) const;

private:
    QByteArray m_name;
    std::optional<Space> m_space;
    std::vector<ServerSession *> m_subscribers;
    int m_watchers = 0;
};

using ChannelSet = std::set<Channel *, Channel::ByName>;

/// The pushes of one commit to one space, in the order of their sequences, encoded once for all
/// who must hear of them. A session hears of the pushes of others as Changes and of its own as
/// Acks, in this order, so that what it gets is one chain without gaps.
class Broadcast
{
public:
    struct Part {
        quint64 author = 0; ///< number of the session
        MergedPush push;
    };

    explicit Broadcast(const Space &space) : m_space(space) {}

    void append(Part part);
    [[nodiscard]] const std::vector<Part> &parts() const { return m_parts; }
    [[nodiscard]] bool isAuthor(quint64 session) const { return m_authors.contains(session); }

    /// The messages for the parts `first` up to, not including, `end`, with the rows of these tables (ascending; empty: all).
    /// They lead up to the same sequence whichever tables are wanted.
    [[nodiscard]] std::vector<Batch> &batches(size_t first, size_t end, const QList<QByteArray> &tables);

private:
    const Space &m_space;
    std::vector<Part> m_parts;
    QSet<quint64> m_authors;
    std::map<std::tuple<size_t, size_t, QList<QByteArray>>, std::vector<Batch>> m_encoded;
};

} // namespace Sheaf::Server
