// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/awareness.h"

#include "text/bytes.h"
#include "text/limits.h"

#include <algorithm>

namespace Sheaf::Text {

using namespace Qt::StringLiterals;

namespace {

/// Whether bytes are the JSON of an object, or of null; anything else would make other clients throw.
bool isState(QByteArrayView json, bool &isNull)
{
    std::u16string text;
    bool sawPairs = false;
    if (!appendUtf16(text, json, sawPairs))
        return false;
    const auto value = fromJson(text);
    isNull = value && value->isNull();
    return value && (isNull || value->object() != nullptr);
}

} // namespace

Result<std::vector<AwarenessEntry>> readAwareness(QByteArrayView update)
{
    const auto bad = [] { return fail(u"bad_awareness"_s, u"An awareness update is malformed."_s); };
    ByteReader reader(update);
    const quint64 count = reader.varUint();
    if (!reader.ok() || count > Limits::awarenessEntriesMax)
        return bad();
    std::vector<AwarenessEntry> entries;
    for (quint64 i = 0; i < count; ++i) {
        AwarenessEntry entry{reader.varUint(), reader.varUint(), {}};
        const QByteArrayView json = reader.varBuf();
        bool isNull = false;
        if (!reader.ok() || json.size() > Limits::awarenessStateBytesMax || !isState(json, isNull))
            return bad();
        if (!isNull)
            entry.state = json.toByteArray();
        entries.push_back(std::move(entry));
    }
    if (!reader.atEnd())
        return bad();
    return entries;
}

QByteArray writeAwareness(std::span<const AwarenessEntry> entries)
{
    ByteWriter writer;
    writer.varUint(entries.size());
    for (const AwarenessEntry &entry : entries) {
        writer.varUint(entry.client);
        writer.varUint(entry.clock);
        writer.varBuf(entry.state.isEmpty() ? QByteArrayView("null") : QByteArrayView(entry.state));
    }
    return writer.take();
}

QByteArray Awareness::setOwn(const QByteArray &state)
{
    ++m_own.clock;
    m_own.state = state;
    return writeAwareness({&m_own, 1});
}

Result<Awareness::Change> Awareness::apply(QByteArrayView update, qint64 nowMs)
{
    const auto entries = readAwareness(update);
    if (!entries)
        return fail(entries.error());
    Change change;
    for (const AwarenessEntry &entry : *entries) {
        if (entry.client == m_own.client) {
            // An echo of ours, or somebody who gave us up too early. Only we know our state.
            if (isNews(entry, m_own.clock, !m_own.state.isEmpty())) {
                m_own.clock = entry.clock;
                change.isOwnDenied = !m_own.state.isEmpty();
            }
            continue;
        }
        auto known = m_others.find(entry.client);
        const quint64 clock = known == m_others.end() ? 0 : known->second.clock;
        const QByteArray before = known == m_others.end() ? QByteArray() : known->second.state;
        if (!isNews(entry, clock, !before.isEmpty()))
            continue;
        if (known == m_others.end() && static_cast<qsizetype>(m_others.size()) >= Limits::awarenessClientsMax)
            continue;
        m_others[entry.client] = {entry.clock, entry.state, nowMs};
        if (entry.state == before)
            continue;
        (entry.state.isEmpty() ? change.gone : change.present).push_back(entry.client);
    }
    return change;
}

Awareness::Change Awareness::expire(qint64 nowMs)
{
    Change change;
    for (auto it = m_others.begin(); it != m_others.end();) {
        Known &known = it->second;
        if (nowMs - known.heardMs < Limits::awarenessMsMax) {
            ++it;
        } else if (known.state.isEmpty()) {
            it = m_others.erase(it); // what is late of it by now is not on its way any more
        } else {
            known.state.clear();
            known.heardMs = nowMs;
            change.gone.push_back(it->first);
            ++it;
        }
    }
    return change;
}

Awareness::Change Awareness::forgetOthers()
{
    Change change;
    change.gone = clients();
    m_others.clear();
    return change;
}

const QByteArray &Awareness::state(quint64 client) const
{
    static const QByteArray none;
    const auto known = m_others.find(client);
    return known == m_others.end() ? none : known->second.state;
}

std::vector<quint64> Awareness::clients() const
{
    std::vector<quint64> present;
    for (const auto &[client, known] : m_others) {
        if (!known.state.isEmpty())
            present.push_back(client);
    }
    return present;
}

qint64 Awareness::nextExpiryMs() const
{
    if (m_others.empty())
        return -1;
    const auto heardMs = [](const auto &other) { return other.second.heardMs; };
    return std::ranges::min_element(m_others, {}, heardMs)->second.heardMs + Limits::awarenessMsMax;
}

} // namespace Sheaf::Text
