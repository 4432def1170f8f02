// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/pagewriter.h"

#include "protocol/limits.h"
#include "server/core/tuning.h"

#include <limits>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype collectedBytesMax = 2 * Sheaf::Limits::messageBytesMax; // of one sequence: a page takes less
constexpr Hlc tellsNothing = 1; // a stamp that is below all others: the bytes count, the row itself says the stamps

} // namespace

PageWriter::PageWriter(const Space &space, PagePlace after, const RowFilter &filter)
    : m_space(space), m_filter(filter), m_after(after), m_writer(space, after.sequence),
      m_limit(std::numeric_limits<Sequence>::max()), m_last(after.sequence), m_open(after.text != 0 ? after.sequence + 1 : 0),
      m_openText(after.text)
{
}

Result<Page> PageWriter::write(Storage &storage)
{
    if (m_space.dictionary().hasTexts()) {
        if (auto collected = collectTexts(storage); !collected)
            return fail(collected.error());
    }
    bool isFull = false;
    auto scanned = storage.scan(m_space.id(), m_after.sequence, [&](const RecordView &row) {
        isFull = !visit(row);
        return !isFull;
    });
    if (!scanned)
        return fail(scanned.error());
    isFull = isFull || !emitTexts(std::numeric_limits<Sequence>::max());
    if (m_isDamaged)
        return fail(u"damaged_storage"_s, u"A stored row belongs to no table, or cannot be read."_s);
    if (isFull || m_isCut) {
        if (!isFull && m_open <= m_limit)
            enter(m_limit + 1); // everything that was collected is written
        if (m_open != 0)
            return Page{m_writer.take(m_open - 1, true), m_openText};
        return Page{m_writer.take(m_last, false), 0};
    }
    // The last page ends at the head, although the row that had that sequence may have moved on.
    return Page{m_writer.take(m_space.head(), false), 0};
}

Result<void> PageWriter::collectTexts(Storage &storage)
{
    return storage.scanTexts(m_space.id(), m_after.sequence, m_after.text, [this](const TextView &text) {
        if (collect(text))
            return true;
        m_isCut = true;
        m_limit = text.sequence - 1;
        return false;
    });
}

/// False when the page has enough without this one.
bool PageWriter::collect(const TextView &text)
{
    const bool isNew = m_texts.empty() || m_texts.back().sequence != text.sequence;
    const TableEntry *table = m_space.dictionary().table(text.table);
    m_isDamaged = m_isDamaged || table == nullptr;
    if (m_isDamaged)
        return false;
    if (!m_filter.wants(text.sequence, table->name, text.key))
        return ++m_skipped < Tuning::skippedRowsMax;
    if (m_textBytes > (isNew ? Sheaf::Limits::changesMessageBytesTarget : collectedBytesMax))
        return false;
    const bool isSameRow = !isNew || (!m_texts.empty() && m_texts.back().table == table && m_texts.back().key == text.key);
    const QByteArray record = isSameRow ? m_texts.back().record : text.record.toByteArray();
    m_textBytes += text.update.size() + (isSameRow ? 0 : record.size());
    m_texts.push_back(
        {text.number, text.sequence, table, text.key.toByteArray(), text.column, text.update.toByteArray(), record});
    return true;
}

/// False when the page ends before this row.
bool PageWriter::visit(const RecordView &row)
{
    const TableEntry *table = m_space.dictionary().table(row.table);
    m_isDamaged = m_isDamaged || table == nullptr;
    if (m_isDamaged || !emitTexts(row.sequence))
        return false;
    if (row.sequence > m_limit) {
        enter(m_limit + 1);
        return false;
    }
    enter(row.sequence);
    const bool isWanted = m_filter.wants(row.sequence, table->name, row.key) && !m_space.forgets(row.record);
    if (isWanted) {
        if (!m_writer.fits(*table, row.key.size(), row.record.size()))
            return false;
        emitRow(*table, row);
    }
    m_last = row.sequence;
    m_open = 0;
    return !m_isDamaged && (isWanted || ++m_skipped < Tuning::skippedRowsMax);
}

void PageWriter::emitRow(const TableEntry &table, const RecordView &row)
{
    const QByteArray key = row.key.toByteArray();
    if (!table.hasTexts || !m_mentioned.contains({table.id, key}))
        return m_writer.add(table, key, row.record.toByteArray(), nullptr);
    // Its cells are here already: what is left to say is how far the texts are known.
    m_isDamaged = m_isDamaged || !decodeRecord(row.record, m_record);
    m_record.cells.clear();
    m_record.parts.clear();
    QByteArray bytes;
    encodeRecord(m_record, bytes);
    m_writer.add(table, key, bytes, nullptr);
}

bool PageWriter::emitTexts(Sequence upTo)
{
    while (!m_texts.empty() && m_texts.front().sequence <= upTo) {
        if (!emitText(m_texts.front()))
            return false;
        m_texts.pop_front();
    }
    return true;
}

/// False when the page is full.
bool PageWriter::emitText(const Text &text)
{
    enter(text.sequence);
    if (!decodeRecord(text.record, m_record)) {
        m_isDamaged = true;
        return false;
    }
    const auto entry = std::ranges::find(m_record.texts, text.column, &TextCell::column);
    if (entry == m_record.texts.end()) {
        m_isDamaged = true;
        return false;
    }
    const RowRecord update{m_record.length, m_record.life, {}, {{text.column, {tellsNothing, entry->stamp.site}, text.update}}};
    const bool isMentioned = m_mentioned.contains({text.table->id, text.key});
    QByteArray cells;
    if (!isMentioned) {
        m_record.texts.clear();
        encodeRecord(m_record, cells);
    }
    QByteArray bytes;
    encodeRecord(update, bytes);
    if (!m_writer.fits(*text.table, 2 * text.key.size(), cells.size() + bytes.size()))
        return false;
    if (!isMentioned) {
        m_writer.add(*text.table, text.key, cells, nullptr);
        m_mentioned.insert({text.table->id, text.key});
    }
    m_writer.add(*text.table, text.key, bytes, nullptr);
    m_open = text.sequence;
    m_openText = text.number;
    return true;
}

/// What is written next belongs to this sequence: all earlier ones are whole.
void PageWriter::enter(Sequence sequence)
{
    if (m_open != 0 && m_open < sequence)
        m_open = 0;
    if (m_open == 0)
        m_last = std::max(m_last, std::min(sequence - 1, m_space.head()));
}

} // namespace Sheaf::Server
