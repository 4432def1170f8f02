// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/yjstext.h"

#include "base/check.h"
#include "protocol/limits.h"
#include "protocol/sealedupdate.h"
#include "protocol/textseed.h"
#include "server/core/logging.h"
#include "text/updatealgebra.h"

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr ColumnId onlyColumn = 1; // of the messages we make

Unexpected unknownText()
{
    return fail(u"unknown_text"_s, u"There is no such text."_s);
}

} // namespace

YjsText::YjsText(Place place) : m_place(std::move(place))
{
    m_doc.onUpdate([this](const QByteArray &update, bool, quint64) { m_made.push_back(update); });
}

Result<std::unique_ptr<YjsText>> YjsText::load(Storage &storage, const Place &place)
{
    auto transaction = storage.begin();
    if (!transaction)
        return fail(transaction.error());
    std::unique_ptr<YjsText> text(new YjsText(place));
    if (auto done = text->readStored(**transaction); !done)
        return fail(done.error());
    return text;
}

Result<void> YjsText::readStored(StorageTransaction &transaction)
{
    StoredRecord stored;
    auto exists = transaction.record(m_place.table, m_place.key, stored);
    if (!exists)
        return fail(exists.error());
    RowRecord record;
    if (*exists && !decodeRecord(stored.bytes, record))
        return fail(u"damaged_storage"_s, u"A stored row cannot be read."_s);
    if (!*exists || !isAlive(record.length))
        return unknownText();
    m_length = record.length;
    m_life = record.life;
    for (const TextCell &text : record.texts) {
        if (text.column == m_place.column)
            m_stamps.push_back(text.stamp);
    }
    Result<void> applied;
    bool isSealed = false;
    auto visited = transaction.texts(m_place.table, m_place.key, m_place.column, {}, [&](const TextView &text) {
        m_storedBytes += text.update.size();
        isSealed = isSealed || text.isSealed;
        if (applied && !isSealed)
            applied = m_doc.apply(text.update);
    });
    if (isSealed)
        return fail(u"sealed_text"_s, u"The text is sealed: only who has its key can read it."_s);
    if (!visited || !applied)
        return visited ? fail(u"damaged_storage"_s, applied.error().message) : visited;
    const Text::StateVector known = m_doc.stateVector();
    m_seed = seedOf(record);
    m_storedBytes += m_seed.size();
    applied = m_doc.apply(m_seed);
    m_isSeedStored = m_doc.stateVector() == known;
    m_wasWaiting = m_doc.hasPending();
    m_made.clear();
    return applied;
}

QByteArray YjsText::seedOf(const RowRecord &record) const
{
    const auto cell = std::ranges::find(record.cells, m_place.column, &Cell::column);
    return Text::seedUpdate(cell == record.cells.end() ? QByteArray() : seedText(cell->value));
}

Hlc YjsText::stampOf(SiteId site) const
{
    const auto stamp = std::ranges::find(m_stamps, site, &Stamp::site);
    return stamp == m_stamps.end() ? 0 : stamp->hlc;
}

Result<std::vector<QByteArray>> YjsText::missing(QByteArrayView stateVector) const
{
    const auto known = Text::readStateVector(stateVector);
    if (!known)
        return fail(known.error());
    return Text::splitUpdate(m_doc.encodeSince(*known), Sheaf::Limits::textUpdateBytesMax);
}

Result<QByteArray> YjsText::take(QByteArrayView update)
{
    m_made.clear();
    if (auto applied = m_doc.apply(update); !applied)
        return fail(applied.error());
    if (m_doc.structs() > Sheaf::Limits::textStructsMax)
        return fail(u"too_large"_s, u"The text is made of too many structs."_s);
    if (m_made.empty()) {
        // The peer offers what we lack at each connection, so what waits may be forgotten with this object.
        m_waitingBytes += m_doc.hasPending() ? update.size() : 0;
        if (m_waitingBytes > Sheaf::Limits::textBytesMax)
            return fail(u"too_large"_s, u"Too much of the text waits for what never came."_s);
        return QByteArray();
    }
    m_waitingBytes = 0;
    std::vector<QByteArray> news = std::exchange(m_made, {});
    if (!m_isSeedStored)
        news.insert(news.begin(), m_seed);
    return news.size() == 1 ? news.front() : Text::mergeUpdates(news, Text::Format::V1);
}

Result<Push> YjsText::push(const QByteArray &update, Stamp stamp) const
{
    const Space *space = m_place.channel->loaded();
    const TableEntry *table = space ? space->dictionary().table(m_place.table) : nullptr;
    SHEAF_CHECK(table != nullptr);
    const auto column = std::ranges::find(table->byName, m_place.column, &NamedColumn::id);
    SHEAF_CHECK(column != table->byName.end());
    const auto pieces = Text::splitUpdate(update, Sheaf::Limits::textUpdateBytesMax);
    if (!pieces)
        return fail(pieces.error());
    Push push{space->name(), 0, false, {{table->name, {{onlyColumn, column->name}}}}, {}};
    for (const QByteArray &piece : *pieces) {
        Change change{0, m_place.key, {}};
        encodeRecord({m_length, m_life, {}, {{onlyColumn, stamp, piece}}}, change.record);
        push.changes.append(change);
    }
    return push;
}

/// Whether an update has all of the seed, which is one insertion of one client.
bool YjsText::hasSeed(QByteArrayView update) const
{
    const auto seed = Text::stateVectorOfUpdate(m_seed, Text::Format::V1);
    const auto covered = Text::stateVectorOfUpdate(update, Text::Format::V1);
    if (!seed || !covered || seed->empty())
        return false;
    const auto found = covered->find(seed->begin()->first);
    return found != covered->end() && found->second >= seed->begin()->second;
}

YjsText::Heard YjsText::hear(const LiveChange &change)
{
    RowRecord record;
    SHEAF_CHECK(decodeRecord(change.record, record));
    const bool hasCell = std::ranges::find(record.cells, m_place.column, &Cell::column) != record.cells.end();
    if (record.length != m_length || (hasCell && seedOf(record) != m_seed))
        return {{}, true};
    m_life = record.life;
    const bool waits = m_doc.hasPending() && !m_wasWaiting;
    m_made.clear();
    Heard heard;
    for (const TextCell &text : record.texts) {
        if (text.column != m_place.column)
            continue;
        const auto known = std::ranges::find(m_stamps, text.stamp.site, &Stamp::site);
        if (known == m_stamps.end())
            m_stamps.push_back(text.stamp);
        else
            known->hlc = std::max(known->hlc, text.stamp.hlc);
        if (text.update.isEmpty())
            continue;
        if (isSealedUpdate(text.update)) {
            heard.isSealed = true;
            return heard;
        }
        if (auto applied = m_doc.apply(text.update); !applied) // it was read when it came
            qCWarning(lcServer).noquote() << "an update of a text cannot be applied:" << applied.error().message;
        m_isSeedStored = m_isSeedStored || hasSeed(text.update);
        m_storedBytes += text.update.size();
        heard.news.push_back(text.update.toByteArray());
    }
    heard.isBehind = waits && !m_made.empty();
    return heard;
}

} // namespace Sheaf::Server
