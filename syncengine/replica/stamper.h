// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "replica/rowparts.h"
#include "replica/rowtexts.h"
#include "replica/touches.h"

namespace Sheaf {

/// Gives the rows that one transaction has touched their stamps and their places in the outbox.
class Stamper
{
public:
    /// `isMerge`: triggers wrote, in a merge, which must not fail.
    Stamper(Store &store, RowStore &rows, RowTexts &texts, RowParts &parts, Stamp stamp, const QByteArray &homeSpace,
            bool isMerge)
        : m_store(store), m_rows(rows), m_texts(texts), m_parts(parts), m_stamp(stamp), m_homeSpace(homeSpace),
          m_isMerge(isMerge), m_transaction(rows.nextOutbox())
    {
    }

    Result<void> stamp(const Touch &touch);

private:
    Result<void> birth(const Touch &touch);
    Result<void> rebirth(const Touch &touch);
    Result<void> spareHidden(const Touch &touch);
    Result<void> bearTexts(const Touch &touch);
    Result<void> editTexts(const Touch &touch);
    Result<void> saveTexts(const Touch &touch);
    Result<void> bearParts(const Touch &touch);
    Result<void> editParts(const Touch &touch);
    Result<void> saveParts(const Touch &touch);
    [[nodiscard]] quint64 withoutUnchanged(const Touch &touch) const;
    Result<void> clear(const Touch &touch);
    void change(RowClock &clock);
    Result<void> spaceOf(const Touch &touch);
    [[nodiscard]] Stamp later(const RowClock &clock) const;

    Store &m_store;
    RowStore &m_rows;
    RowTexts &m_texts;
    RowParts &m_parts;
    const Stamp m_stamp;
    const QByteArray m_homeSpace;
    const bool m_isMerge;
    const qint64 m_transaction;
    RowState m_row;
    std::vector<RowClock::Entry> m_stamps;
    QByteArray m_spaceName; ///< of the last birth; a bulk insert stays in one space
    Store::Space *m_space = nullptr;
    const TableInfo *m_table = nullptr; ///< of the last birth
    const Touch *m_touch = nullptr;     ///< that is being stamped
    struct EditedText {
        ColumnId column;
        Hlc acked; ///< our stamp of it before
    };
    std::vector<EditedText> m_edited;       ///< texts of it
    std::vector<RowParts::Change> m_parted; ///< columns of it that are made of parts
    RowClock m_before;                      ///< its clock, if it has such columns
    bool m_hadTexts = false;
    bool m_hadParts = false;
    const std::function<void(RowClock &)> m_change = [this](RowClock &clock) { change(clock); };
};

} // namespace Sheaf
