// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/messages.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace Sheaf::Test {

/// An invariant that did not hold.
struct Violation {
    std::string invariant;
    std::string detail;
};
using Verified = std::optional<Violation>; ///< nothing: all is well

/// A value as comparable bytes, by type and content.
[[nodiscard]] std::string valueBytes(const ValueView &value);

/// The second, independent account of what must be on every device: a map from row to its greatest
/// stamps, built from the pushes that went over the wire. Knows nothing of the product's merge.
class Oracle
{
public:
    static constexpr char partMark = '#';
    struct Cell {
        Stamp stamp;
        std::string value;
    };
    struct Row {
        CausalLength length = 0;
        Stamp life;
        std::map<std::string, Cell> cells; ///< by column name; parts by column name, partMark and their own name
    };
    using RowId = std::tuple<std::string, std::string, std::string>; ///< space, table, key
    using Rows = std::map<RowId, Row>;

    /// A push on its way: what it offers exists from now on. A stamp must always mean one value.
    Verified offered(const Push &push);
    /// It was pushed by somebody who may write there.
    void permit(const Push &push);
    /// Whether all of a row was permitted; only known where permit() is called.
    [[nodiscard]] Verified isPermitted(const RowId &id, const Row &row) const;
    /// Whether a word was in a text that was permitted.
    [[nodiscard]] bool isPermittedWord(const QString &word) const;
    /// The client has learned what became of a push that was offered.
    void acknowledged(const Push &push, const Ack &ack);
    /// Deletes in a space with stamps up to there are as if they had never been.
    void forgotten(const QByteArray &space, Hlc stamp);
    /// What the server holds in the end: everything acknowledged or something greater, and nothing
    /// that nobody wrote.
    [[nodiscard]] Verified judge(const Rows &server) const;

    /// Whether `visible`, as SQL shows them, are the rows `alive` with their values.
    [[nodiscard]] static Verified compareValues(const Rows &alive, const Rows &visible);

    /// Whether a site has offered one value of a cell under several stamps: it was sent, not answered, and stamped anew.
    [[nodiscard]] bool isStampedAnew(const RowId &id, const std::string &column, SiteId site, const std::string &value) const;

    /// Whether anybody has offered the value of a cell, under whatever stamp.
    [[nodiscard]] bool isOffered(const RowId &id, const std::string &column, const std::string &value) const;

    [[nodiscard]] size_t acknowledgedChanges() const { return m_acknowledgedChanges; }

    /// Adds the records of one message, whose columns are named by `tables`.
    static Verified collect(const QByteArray &space, const QList<TableNames> &tables, const QList<Change> &changes,
                            const std::function<Verified(const RowId &, const Row &)> &visit);
    static void fold(Row &into, const Row &row);

private:
    using CellId = std::tuple<RowId, std::string, CausalLength, Hlc, SiteId>;

    using LifeId = std::tuple<RowId, CausalLength, Hlc, SiteId>;

    std::map<CellId, std::string> m_offered;
    std::set<CellId> m_taken;   ///< by the server, at some time
    std::set<CellId> m_refused; ///< and never taken: nobody else has it, and a clock that was set back may give its stamp again
    std::set<LifeId> m_lives;
    std::set<CellId> m_permitted;
    std::set<LifeId> m_permittedLives;
    QByteArray m_permittedTexts;
    [[nodiscard]] bool isForgotten(const RowId &id, const Row &row) const;
    [[nodiscard]] bool isDeleteForgotten(const RowId &id, CausalLength length) const;
    [[nodiscard]] bool isForgotten(const RowId &id, const std::string &column, const Cell &cell) const;

    Rows m_acknowledged;
    std::map<std::string, Hlc> m_forgotten; ///< by space
    size_t m_acknowledgedChanges = 0;
};

} // namespace Sheaf::Test
