// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "simulation/simclient.h"

#include <QSet>

using namespace Qt::StringLiterals;

/// What the user of a device decides about what was refused or kept.
namespace Sheaf::Test {

void SimClient::refused(const RejectedChange &change)
{
    if (m_parts.trace)
        std::printf("    c%d refused %s %s\n", m_number, change.table.constData(), qPrintable(change.code));
    m_refused.insert({change.table.toStdString(), change.key.toStdString()});
}

Verified SimClient::decide(SeededRandom &random, bool all)
{
    if (!m_replica || isShutOut())
        return {};
    const auto list = m_replica->rejected();
    const auto kept = m_replica->quarantined();
    if (!list || !kept)
        return m_struck ? Verified() : Violation{"S1 the lists are read", "c" + std::to_string(m_number)};
    for (const RejectedChange &change : *list) {
        if (!all && !random.oneIn(static_cast<quint64>(list->size())))
            continue;
        const bool isKept = !random.oneIn(3);
        const qint64 number = change.number;
        if (auto found = settleEntry(change, isKept ? m_replica->retryRejected(number) : fail(u"row_gone"_s, {}),
                                     [this, number] { return m_replica->discardRejected(number); }))
            return found;
        if (!m_replica)
            return {};
    }
    // What was written anew while it was kept does not come back by itself.
    for (const QuarantinedChange &change : all ? *kept : QList<QuarantinedChange>()) {
        const qint64 number = change.number;
        if (auto found = settleEntry(change, m_replica->restoreQuarantined(number),
                                     [this, number] { return m_replica->discardQuarantined(number); }))
            return found;
        if (!m_replica)
            return {};
    }
    m_reconnector->localChangesCommitted();
    return {};
}

/// `taken`: what came of writing it again. What cannot be is given up.
Verified SimClient::settleEntry(const RejectedChange &change, const Result<void> &taken,
                                const std::function<Result<void>()> &discard)
{
    static const QSet<QString> expected{u"row_gone"_s, u"constraint"_s, u"hidden_row"_s};
    const bool isGivenUp = !taken && expected.contains(taken.error().code);
    if (isGivenUp)
        giveUp(change);
    for (SimTally &tally : m_tallies) // a row that is born again has what it showed as its first value
        tally.certain =
            tally.certain && !(change.kind == RejectedChange::Kind::Birth && change.table == "tallies" && tally.label.isEmpty());
    const Result<void> done = isGivenUp ? discard() : taken;
    if (m_parts.trace && done)
        std::printf("    c%d %s %s %s\n", m_number, isGivenUp ? "gives up" : "takes up again", change.table.constData(),
                    change.key.toHex().constData());
    if (!done && m_struck)
        bury();
    else if (!done)
        return Violation{"P6 what was refused can be decided",
                         (done.error().code + u": "_s + done.error().message).toStdString()};
    return {};
}

/// What it has may be there or not: it may have been taken before it was refused, when that answer got lost.
void SimClient::giveUp(const RejectedChange &change)
{
    QString values;
    for (const NamedValue &named : change.values)
        values += named.value.toString() + u' ';
    for (SimWord &word : m_words)
        word.certain = word.certain && !(change.table == "texts" && values.contains(word.word));
    for (SimTally &tally : m_tallies)
        tally.certain = tally.certain && change.table != "tallies";
}

void SimClient::askResolver()
{
    if (policy != ConflictPolicy::Custom)
        return;
    constexpr qint64 slowUs = 3'000'000;
    m_parts.queue.at(m_parts.queue.nowUs() + slowUs / (m_number + 1), [this] {
        const auto open = m_replica && !m_struck ? m_replica->takeOpenConflicts() : Result<QList<Conflict>>(QList<Conflict>());
        for (const Conflict &conflict : open ? *open : QList<Conflict>()) {
            if (m_replica && !m_struck)
                resolve(conflict);
        }
    });
}

void SimClient::resolve(const Conflict &conflict)
{
    const auto choice = (static_cast<quint64>(conflict.number) + static_cast<quint64>(m_number)) % 5;
    const bool isOfGroup = conflict.column.isEmpty(); // a half of both would be mixed
    if (choice == 0)
        return; // it has thrown, or has nothing to say
    const QString both = conflict.mine.toString().left(40) + u'|' + conflict.theirs.toString().left(40);
    const QVariant value = choice == 1 ? conflict.theirs : choice == 2 && !isOfGroup ? QVariant(both) : conflict.mine;
    const auto done = m_replica->answerConflict(conflict.number, value);
    static const QSet<QString> expected{u"no_entry"_s, u"answered"_s, u"constraint"_s};
    if (!done && !m_struck && !expected.contains(done.error().code))
        blame("C5 an answer is taken", (done.error().code + u": "_s + done.error().message).toStdString());
    if (m_struck)
        return;
    m_reconnector->localChangesCommitted();
}

} // namespace Sheaf::Test
