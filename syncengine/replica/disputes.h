// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/stamp.h"

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QVariant>

namespace Sheaf {

/// A column of a row by name. A blob is a QByteArray, a text a QString, NULL an invalid QVariant.
struct NamedValue {
    QByteArray column;
    QVariant value;
    friend bool operator==(const NamedValue &, const NamedValue &) = default;
};

/// Who is right when a pulled cell meets a local one that the server has not acknowledged. Declared for a table,
/// `SELECT sheaf_sync('notes', '{"conflicts":"local"}')`, or for all others in ReplicaConfig::conflicts.
///
/// The merge itself always goes by stamps, the same way on every replica. A policy that wants another outcome
/// writes it as a new edit of this replica, which travels and merges as any edit does: so replicas whose policies
/// differ, or whose callbacks answer differently, converge all the same, and what one of them does never holds up another.
/// A value that a policy wrote is not defended again: if it meets a conflict before somebody edits the cell by hand, the
/// later stamp wins. Policies speak of cells of living rows; edits against deletes are the business of `deletes`.
enum class ConflictPolicy : quint8 {
    Latest = 0, ///< the greater stamp
    Remote = 1, ///< theirs: written again when mine had the greater stamp
    Local = 2,  ///< mine: written again when theirs had the greater stamp
    /// The greater stamp at first; then somebody is asked, who may answer at any later time: Replica::takeOpenConflicts()
    /// and answerConflict(), or SyncEngine::setConflictResolver(). Sync never waits for the answer.
    Custom = 3
};

/// What the merge rules decided against somebody who could not know of the other. Values of text columns never
/// conflict; equal values are no conflict; nor is what comes back from the server of this replica's own. The columns of a
/// group win or lose together, so they are one conflict.
struct Conflict {
    enum class Kind : quint8 {
        Edit,  ///< two edits of one cell
        Birth, ///< two rows were born with one key: their cells, one entry each, but one for a group
        Delete ///< one side deleted the row, the other edited it
    };
    enum class Side : quint8 { Mine, Theirs };

    qint64 number = 0; ///< names it for ever
    QByteArray space;
    QByteArray table;
    QByteArray key; ///< encodeKey()
    Kind kind = Kind::Edit;
    QByteArray column;           ///< empty for Kind::Delete and for a group
    QVariant mine;               ///< of the column; of a group a QVariantMap, as an answer must be
    QVariant theirs;             ///< of the column; of a group a QVariantMap
    QList<NamedValue> mineRow;   ///< of Kind::Delete: the row; empty if I have deleted it
    QList<NamedValue> theirsRow; ///< of Kind::Delete: what they edited; empty if they have deleted the row
    Side winner = Side::Mine;    ///< whose value stands; the other one is kept here only
    SiteId site = 0;             ///< who wrote theirs
    qint64 writtenMs = 0;        ///< and when by the hybrid clock, milliseconds since 1970
    qint64 atMs = 0;             ///< when the two met here
    bool open = false;           ///< Policy Custom: somebody is asked or will be
};

/// The conflict log keeps the newest, by count, by age and by size; the oldest go.
namespace ConflictLimits {
constexpr int entriesMax = 1000;
constexpr qint64 ageMsMax = 90LL * 24 * 3'600'000;
constexpr qint64 bytesMax = 16 * 1024 * 1024;
constexpr int asksMax = 3; ///< a callback that ends the program is not asked at every start
} // namespace ConflictLimits

/// A change that the server refused for good, kept until the user decides: Replica::retryRejected() or
/// Replica::discardRejected(). The row has gone back to what the server has.
struct RejectedChange {
    enum class Kind : quint8 {
        Edit,  ///< of some columns
        Birth, ///< of the row, with all its columns
        Delete
    };
    qint64 number = 0; ///< names it for ever
    QByteArray space;
    QByteArray table;
    QByteArray key; ///< encodeKey()
    QString code;   ///< as PROTOCOL.md "Verdicts" has them: `no_permission`, `too_large`, `invalid` …
    QString reason; ///< for people, in English
    Kind kind = Kind::Edit;
    QList<NamedValue> values; ///< what the user had in the refused columns, texts too; none for a delete
    qint64 atMs = 0;          ///< when the refusal arrived, milliseconds since 1970
};

/// An edit that the server had not acknowledged when its space was closed. The same in all: `code` and `reason` say why.
using QuarantinedChange = RejectedChange;

/// {"title":…,"body":…}
[[nodiscard]] QJsonObject toJson(const QList<NamedValue> &values);
[[nodiscard]] QVariantMap toMap(const QList<NamedValue> &values);
[[nodiscard]] QJsonObject toJson(const RejectedChange &change);
[[nodiscard]] QJsonObject toJson(const Conflict &conflict);

} // namespace Sheaf
