// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "replica/stamper.h"

#include "protocol/limits.h"

#include <algorithm>
#include <limits>

namespace Sheaf {

using namespace Qt::StringLiterals;

Result<void> Stamper::stamp(const Touch &touch)
{
    if (!touch.existed)
        return birth(touch);
    m_touch = &touch;
    m_edited.clear();
    m_parted.clear();
    quint64 mask = touch.exists ? touch.mask : Mask::whole;
    if (touch.exists && !(touch.table->texts.empty() && touch.table->parted.empty())) {
        if (auto done = editTexts(touch); !done)
            return done;
        if (auto done = editParts(touch); !done)
            return done;
        mask = withoutUnchanged(touch);
        if (mask == 0)
            return {};
    }
    const auto known = m_rows.edit(*touch.table, touch.key, m_transaction, mask, m_change);
    if (!known)
        return fail(known.error());
    if (!*known) // another program put the row there: it is news to everybody
        return touch.exists ? birth(touch) : Result<void>();
    if (!touch.exists)
        return clear(touch);
    if (auto done = saveTexts(touch); !done)
        return done;
    return saveParts(touch);
}

/// The mask of an update without the columns that were written, but not edited.
quint64 Stamper::withoutUnchanged(const Touch &touch) const
{
    quint64 mask = touch.mask;
    for (const auto *columns : {&touch.table->texts, &touch.table->parted}) {
        for (const ColumnId column : *columns) {
            const bool edited = std::ranges::find(m_edited, column, &EditedText::column) != m_edited.end() ||
                                std::ranges::find(m_parted, column, &RowParts::Change::column) != m_parted.end();
            if (!edited && Mask::ofColumn(column) != Mask::shared)
                mask &= ~Mask::ofColumn(column);
        }
    }
    return mask;
}

/// The row was deleted.
Result<void> Stamper::clear(const Touch &touch)
{
    if (auto done = m_rows.unpark(*touch.table, touch.key); !done)
        return done;
    if (m_hadParts) {
        if (auto done = m_parts.remove(*touch.table, touch.key); !done)
            return done;
    }
    return m_hadTexts || !touch.table->texts.empty() ? m_texts.remove(*touch.table, touch.key) : Result<void>();
}

void Stamper::change(RowClock &clock)
{
    const Stamp stamp = later(clock);
    m_hadTexts = !clock.texts.empty();
    m_hadParts = !clock.parts.empty();
    if (!m_touch->exists) {
        clock = {.length = clock.length + 1, .life = stamp, .uniform = 0, .others = {}, .texts = {}};
        return;
    }
    if (!m_parted.empty())
        m_before = clock;
    m_touch->changedColumns(stamp, m_stamps);
    clock.setStamps(m_stamps);
    for (EditedText &text : m_edited) {
        text.acked = clock.textStampOf(text.column, stamp.site);
        clock.setTextStamp(text.column, stamp);
    }
    for (const RowParts::Change &change : m_parted) {
        for (const PartEdit &edit : change.edits)
            clock.setPart(change.column, edit.part, stamp, isGone(edit));
    }
}

/// Turns what SQL did to the texts of a row into edits of their documents.
Result<void> Stamper::editTexts(const Touch &touch)
{
    if ((touch.mask & touch.table->textsMask) == 0)
        return {};
    std::vector<std::pair<ColumnId, QByteArray>> now;
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(*touch.table, touch.key, values);
    if (!there)
        return fail(there.error());
    for (const ColumnId column : touch.table->texts) {
        const auto position = static_cast<size_t>(touch.table->column(column)->position);
        if (*there && (touch.mask & Mask::ofColumn(column)) != 0)
            now.emplace_back(column, values[position].bytes.toByteArray());
    }
    m_rows.releaseValues();
    for (const auto &[column, text] : now) {
        const ValueView after = ValueView::ofText(text);
        const auto before = touch.valueBefore(touch.table->column(column)->position);
        const bool edited = (touch.edited & Mask::ofColumn(column)) != 0;
        if (!edited && (!before || sameValue(*before, after)))
            continue;
        const auto changed = m_texts.replace({*touch.table, touch.key, column}, before.value_or(after), after);
        if (!changed)
            return fail(changed.error());
        if (*changed)
            m_edited.push_back({column, 0});
    }
    return {};
}

Result<void> Stamper::saveTexts(const Touch &touch)
{
    for (const EditedText &text : m_edited) {
        if (auto done = m_texts.save({*touch.table, touch.key, text.column}, text.acked); !done)
            return done;
    }
    return {};
}

/// The transaction's stamp, or for this row a later one: what the user saw and changed must not win
/// over the change, even if its stamp is so far ahead that the clock did not follow it. Nor may it be one that was pushed and
/// refused, and then taken back.
Stamp Stamper::later(const RowClock &clock) const
{
    const Hlc latest = clock.latest();
    if (latest < m_stamp.hlc || latest == std::numeric_limits<Hlc>::max())
        return m_stamp;
    return {std::max(latest, m_store.offered) + 1, m_stamp.site};
}

/// Finds the space of a birth, and has the row store expect the like of it.
Result<void> Stamper::spaceOf(const Touch &touch)
{
    const bool named = touch.table->spacePosition >= 0 && !touch.space.isEmpty();
    const QByteArrayView name = named ? touch.space : QByteArrayView(m_homeSpace);
    if (m_table == touch.table && m_space != nullptr && m_spaceName == name)
        return {};
    m_spaceName = name.toByteArray();
    auto space = m_store.spaceFor(m_spaceName);
    if (!space)
        return fail(space.error());
    m_space = *space;
    m_table = touch.table;
    m_rows.expectBirths(*m_table, m_space->id, m_table->bornClock(bornAbove(m_space->state.forgottenLength), m_stamp));
    return {};
}

Result<void> Stamper::birth(const Touch &touch)
{
    if (auto done = spaceOf(touch); !done)
        return done;
    m_row.space = m_space->id;
    m_row.outbox = 0;
    const auto number = m_rows.enqueue(*touch.table, touch.key, m_row, m_transaction, Mask::all, {});
    if (!number)
        return fail(number.error());
    // Nearly always the key was never there: try that without a look first.
    const auto born = m_rows.bear(touch.key, *number);
    if (!born)
        return fail(born.error());
    m_row.outbox = *number;
    if (!*born) {
        if (auto done = rebirth(touch); !done)
            return done;
    }
    if (touch.bigText) {
        if (auto done = bearTexts(touch); !done)
            return done;
    }
    return touch.partBirth || (touch.existed && !touch.table->parted.empty()) ? bearParts(touch) : Result<void>();
}

/// A text that is too large for a register is a waiting edit from the start.
Result<void> Stamper::bearTexts(const Touch &touch)
{
    std::vector<std::pair<ColumnId, QByteArray>> large;
    std::vector<ValueView> values;
    const auto there = m_rows.readValues(*touch.table, touch.key, values);
    if (!there)
        return fail(there.error());
    for (const ColumnId column : touch.table->texts) {
        const ValueView value = values[static_cast<size_t>(touch.table->column(column)->position)];
        if (value.bytes.size() > Limits::textUpdateBytesMax)
            large.emplace_back(column, value.bytes.toByteArray());
    }
    m_rows.releaseValues();
    if (large.empty())
        return {};
    if (auto done = m_rows.read(*touch.table, touch.key, m_row); !done)
        return done;
    const RowClock before = m_row.clock;
    for (const auto &[column, text] : large) {
        if (auto done = m_texts.bear({*touch.table, touch.key, column}, ValueView::ofText(text)); !done)
            return done;
        m_row.clock.setTextStamp(column, m_row.clock.life);
    }
    return m_rows.write(*touch.table, touch.key, before, m_row);
}

/// The app does not see the row, and would begin a life of it without all that others have in it.
Result<void> Stamper::spareHidden(const Touch &touch)
{
    const auto hidden = m_rows.statement("SELECT 1 FROM sheaf_stuck WHERE tbl = ?1 AND pk = ?2 AND filtered = 1");
    if (!hidden)
        return fail(hidden.error());
    (*hidden)->bindInteger(1, touch.table->id);
    (*hidden)->bindBlob(2, touch.key);
    const auto found = (*hidden)->step();
    (*hidden)->reset();
    if (!found)
        return fail(found.error());
    if (!*found)
        return {};
    return fail(u"hidden_row"_s,
                u"A row of %1 with this key is kept out of sight by a filter."_s.arg(QString::fromUtf8(touch.table->name)));
}

/// The key was used before. m_row has the space and the outbox number of the new life.
Result<void> Stamper::rebirth(const Touch &touch)
{
    const qint64 space = m_row.space;
    const qint64 outbox = m_row.outbox;
    if (auto done = m_rows.read(*touch.table, touch.key, m_row); !done)
        return done;
    if (auto done = isAlive(m_row.clock.length) && !m_isMerge ? spareHidden(touch) : Result<void>(); !done)
        return done;
    OutboxRow earlier;
    if (m_row.outbox != 0) {
        if (auto done = m_rows.readWaiting(m_row.outbox, earlier); !done)
            return done;
        if (auto done = m_rows.dequeue(m_row.outbox); !done)
            return done;
    } else {
        encodeClock(m_row.clock, m_store.sites, earlier.base);
    }
    if (auto done = m_rows.setBase(outbox, earlier); !done)
        return done;
    if (auto done = m_rows.setSent(outbox, earlier.wasSent()); !done)
        return done;
    if (auto done = m_rows.unpark(*touch.table, touch.key); !done)
        return done;
    if (auto done = m_texts.remove(*touch.table, touch.key); !done)
        return done;
    if (!m_row.clock.parts.empty()) {
        if (auto done = m_parts.remove(*touch.table, touch.key); !done)
            return done;
    }
    const RowClock before = m_row.clock;
    // A table that was written before it was synced may hold rows that others have, alive. Of a life that never left this
    // replica nobody knows.
    const bool isUnknown = earlier.base.isEmpty() && !earlier.wasSent();
    const CausalLength length =
        isUnknown ? bornAbove(std::max(before.length, m_space->state.forgottenLength)) : rebornAbove(before.length);
    m_row.clock = touch.table->bornClock(length, later(before));
    m_row.space = space;
    m_row.outbox = outbox;
    return m_rows.write(*touch.table, touch.key, before, m_row);
}

} // namespace Sheaf
