// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QByteArrayView>

#include <map>
#include <span>
#include <vector>

namespace Sheaf::Text {

/// What one client shows of itself, as an awareness update of y-protocols carries it.
struct AwarenessEntry {
    quint64 client = 0;
    quint64 clock = 0; ///< grows with each announcement of the client
    QByteArray state;  ///< a JSON object in UTF-8; empty: the client is gone
    friend bool operator==(const AwarenessEntry &, const AwarenessEntry &) = default;
};

/// Reads an update from outside: at most Limits::awarenessEntriesMax entries, each state an object or null and at most
/// Limits::awarenessStateBytesMax long. Errors: `bad_awareness`.
[[nodiscard]] Result<std::vector<AwarenessEntry>> readAwareness(QByteArrayView update);
[[nodiscard]] QByteArray writeAwareness(std::span<const AwarenessEntry> entries);

/// Whether an entry replaces what is known of its client: a greater clock, or the end of a state under the same one.
/// Of unknown clients the clock is 0.
[[nodiscard]] inline bool isNews(const AwarenessEntry &entry, quint64 knownClock, bool isPresent)
{
    return entry.clock > knownClock || (entry.clock == knownClock && isPresent && entry.state.isEmpty());
}

/// The states of all clients of one topic as one of them sees them. Times are handed in, monotonic milliseconds.
class Awareness
{
public:
    /// Who is to be looked at again after a call; renewals of equal states are not mentioned.
    struct Change {
        std::vector<quint64> present; ///< new, or with another state
        std::vector<quint64> gone;
        bool isOwnDenied = false; ///< somebody said that we are gone: renew()
        [[nodiscard]] bool isEmpty() const { return present.empty() && gone.empty() && !isOwnDenied; }
    };

    explicit Awareness(quint64 own) { m_own.client = own; }

    [[nodiscard]] quint64 own() const { return m_own.client; }
    [[nodiscard]] const QByteArray &ownState() const { return m_own.state; }
    /// Changes the own state, an empty one says that we leave, and gives the update that tells others.
    [[nodiscard]] QByteArray setOwn(const QByteArray &state);
    /// Tells others that the own state still holds.
    [[nodiscard]] QByteArray renew() { return setOwn(m_own.state); }

    /// Takes an update; one that cannot be read changes nothing.
    Result<Change> apply(QByteArrayView update, qint64 nowMs);
    /// Drops those of whom nothing was heard for Limits::awarenessMsMax.
    Change expire(qint64 nowMs);
    /// Drops everybody else: the link to them is lost.
    Change forgetOthers();

    /// The others' states, by client.
    [[nodiscard]] const QByteArray &state(quint64 client) const;
    [[nodiscard]] std::vector<quint64> clients() const;
    /// When the first of the others may expire; -1 when there is nobody.
    [[nodiscard]] qint64 nextExpiryMs() const;

private:
    struct Known {
        quint64 clock = 0;
        QByteArray state; ///< empty: was here, and its clock is remembered
        qint64 heardMs = 0;
    };

    AwarenessEntry m_own;
    std::map<quint64, Known> m_others;
};

} // namespace Sheaf::Text
