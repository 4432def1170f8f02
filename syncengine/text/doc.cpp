// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "text/doc.h"

#include "text/bytes.h"
#include "text/changes_p.h"
#include "text/textedit_p.h"
#include "text/undomanager.h"
#include "text/updatewriter.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Sheaf::Text {

Doc::Doc(const Options &options) : m_options(options), m_store(std::make_unique<Store>())
{
    m_store->collects = options.collectGarbage;
}

Doc::~Doc() = default;

Text Doc::text(const QString &name)
{
    return Text(this, m_store->rootType(name));
}

quint32 Doc::ownClient()
{
    if (m_own == None)
        m_own = m_store->clientIndex(m_options.clientId);
    return m_own;
}

void Doc::begin(bool local, quint64 origin)
{
    if (m_depth++ == 0)
        m_store->begin(local, origin);
}

TransactionInfo Doc::info() const
{
    TransactionInfo result{m_store->transaction.local, m_store->transaction.origin, {}, {}, {}};
    for (const quint32 index : m_store->touchedClients) {
        const Store::Client &client = m_store->clients[index];
        result.before[client.id] = client.before;
        result.after[client.id] = client.state;
    }
    for (const auto &[client, range] : m_store->deleted)
        result.deletions[m_store->clients[client].id].push_back(range);
    normalise(result.deletions);
    return result;
}

/// Tells everybody who must see the transaction before it is collected and merged.
void Doc::announce()
{
    for (const auto &[id, listener, type] : m_changeListeners) {
        if (m_store->types[type].changed != m_store->epoch)
            continue;
        TextChange event{changesOf(*m_store, type), m_store->transaction.local, m_store->transaction.origin};
        if (!event.delta.empty())
            listener(event);
    }
    if (!m_transactionListeners.empty()) {
        const TransactionInfo change = info();
        for (const auto &listener : m_transactionListeners)
            listener.call(change);
    }
    for (UndoManager *manager : m_undoManagers)
        manager->record();
}

/// Removing formats that say nothing is a transaction of its own without an origin, as in the reference.
void Doc::cleanFormats(const std::vector<quint32> &full, const std::vector<Id> &gaps)
{
    begin(true, 0);
    for (const Id id : gaps) {
        const quint32 item = m_store->itemAt(id);
        if (m_store->items[item].ref != Ref::Gc)
            TextEditor(*m_store, m_store->items[item].parent, ownClient()).cleanAround(item);
    }
    for (const quint32 type : full)
        (void)TextEditor(*m_store, type, ownClient()).cleanAll();
    commit();
}

void Doc::commit()
{
    if (m_depth > 1) {
        --m_depth;
        return;
    }
    if (m_store->watched)
        announce();
    if (m_store->transaction.local)
        finish();
    else
        finishRemote();
}

/// Brings the store to its canonical form and tells what the transaction did.
void Doc::finish()
{
    m_store->commit();
    m_depth = 0;
    if (m_updateListeners.empty() || (m_store->touchedClients.empty() && m_store->deleted.empty()))
        return;
    const Transaction done = m_store->transaction;
    for (const auto &[id, listener, format] : m_updateListeners)
        listener(m_store->encodeTransaction(format), done.local, done.origin);
}

void Doc::finishRemote()
{
    std::vector<quint32> full;
    std::vector<Id> gaps;
    if (std::ranges::any_of(m_store->touchedTypes, [this](quint32 type) { return m_store->types[type].hasFormatting; }))
        m_store->formatsToClean(full, gaps);
    finish();
    if (!full.empty() || !gaps.empty())
        cleanFormats(full, gaps);
}

void Doc::transact(const std::function<void()> &work, quint64 origin)
{
    begin(true, origin);
    work();
    commit();
}

quint32 Doc::ownState() const
{
    const quint32 own = m_store->findClient(m_options.clientId);
    return own == None ? 0 : m_store->clients[own].state;
}

Result<void> Doc::apply(QByteArrayView update, Format format, quint64 origin)
{
    const quint32 before = m_options.newClientId ? ownState() : 0;
    begin(false, origin);
    m_store->transaction.local = false;
    auto result = m_store->apply(update, format);
    commit();
    if (m_options.newClientId && ownState() != before) {
        m_options.clientId = m_options.newClientId();
        m_own = None;
    }
    return result;
}

QByteArray Doc::encodeSince(const StateVector &known, Format format) const
{
    return m_store->encodeState(known, format);
}

StateVector Doc::stateVector() const
{
    return m_store->stateVector();
}

Snapshot Doc::snapshot() const
{
    return {m_store->deleteSet(), m_store->stateVector()};
}

Result<QByteArray> Doc::encodeAt(const Snapshot &snapshot, Format format) const
{
    if (m_store->collects)
        return fail(u"text_collected"_s, u"This document does not keep what was deleted."_s);
    for (const auto &[client, clock] : snapshot.state) {
        const quint32 known = m_store->findClient(client);
        if (clock > 0 && (known == None || m_store->clients[known].state < clock))
            return fail(u"text_unknown_snapshot"_s, u"The snapshot is newer than the document."_s);
    }
    return m_store->encodeAt(snapshot.state, snapshot.deletions, format);
}

void Doc::collectGarbage()
{
    if (m_depth == 0)
        m_store->collectAll();
}

bool Doc::hasPending() const
{
    return !m_store->pending.empty() || !m_store->pendingDeletions.empty();
}

Doc::ListenerId Doc::onUpdate(UpdateListener listener, Format format)
{
    m_updateListeners.push_back({++m_lastListener, std::move(listener), format});
    return m_lastListener;
}

Doc::ListenerId Doc::onTransaction(TransactionListener listener)
{
    m_transactionListeners.push_back({++m_lastListener, std::move(listener), {}});
    noteWatchers();
    return m_lastListener;
}

Doc::ListenerId Doc::onChange(const Text &text, ChangeListener listener)
{
    m_changeListeners.push_back({++m_lastListener, std::move(listener), text.m_type});
    noteWatchers();
    return m_lastListener;
}

void Doc::removeListener(ListenerId id)
{
    const auto listensAs = [id](const auto &one) { return one.id == id; };
    std::erase_if(m_updateListeners, listensAs);
    std::erase_if(m_transactionListeners, listensAs);
    std::erase_if(m_changeListeners, listensAs);
    noteWatchers();
}

void Doc::noteWatchers()
{
    m_store->watched = !m_changeListeners.empty() || !m_transactionListeners.empty() || !m_undoManagers.empty();
}

QByteArray Doc::relativePosition(const Text &text, quint32 position, int assoc) const
{
    ByteWriter out;
    const Store::Type &type = m_store->types[text.m_type];
    const Sequence::Hit hit =
        assoc < 0 && position == 0 ? Sequence::Hit{} : m_store->sequence.find(type.root, assoc < 0 ? position - 1 : position);
    if (hit.item != None) {
        const Item &item = m_store->items[hit.item];
        out.varUint(0);
        out.varUint(m_store->clients[item.client].id);
        out.varUint(item.clock + hit.offset);
    } else {
        out.varUint(1);
        out.varString(type.name);
    }
    out.varInt(static_cast<quint64>(assoc < 0 ? -static_cast<qint64>(assoc) : assoc), assoc < 0);
    return out.take();
}

Result<std::optional<quint32>> Doc::absolutePosition(const Text &text, QByteArrayView relative) const
{
    ByteReader in(relative);
    const quint64 kind = in.varUint();
    QString name;
    WireId id;
    if (kind == 1) {
        name = in.varString();
    } else if (kind <= 2) {
        id.client = in.varUint();
        id.clock = static_cast<quint32>(std::min(in.varUint(), Limits::clockMax));
    }
    const bool left = !in.atEnd() && in.varInt().negative;
    if (!in.ok() || kind > 2)
        return fail(u"text_bad_position"_s, u"The relative position is malformed."_s);
    const auto endOf = [&](quint32 type) {
        return type == text.m_type ? std::optional<quint32>(left ? 0 : m_store->types[type].length) : std::nullopt;
    };
    if (kind == 1)
        return endOf(m_store->findRoot(name));
    quint32 client = m_store->findClient(id.client);
    if (client == None || id.clock >= m_store->clients[client].state)
        return std::optional<quint32>();
    quint32 index = m_store->itemAt({client, id.clock});
    quint32 offset = id.clock - m_store->items[index].clock;
    while (m_store->items[index].flags & Item::Redone) {
        const Id next = m_store->redone.at(index);
        const quint32 clock = next.clock + offset;
        index = m_store->itemAt({next.client, clock});
        offset = clock - m_store->items[index].clock;
    }
    const Item &item = m_store->items[index];
    if (kind == 2)
        return endOf(item.ref == Ref::Type ? m_store->extras[item.content].type : None);
    if (item.ref == Ref::Gc || item.leaf == None || item.parent != text.m_type)
        return std::optional<quint32>();
    const quint32 inside = item.isVisible() ? offset + (left ? 1 : 0) : 0;
    return std::optional<quint32>(m_store->sequence.indexOf(index) + inside);
}

QString Doc::check() const
{
    QString wrong = m_store->check();
    for (const UndoManager *manager : m_undoManagers) {
        if (wrong.isEmpty())
            wrong = manager->check();
    }
    return wrong;
}

size_t Doc::structs() const
{
    return m_store->structs();
}

size_t Doc::memory() const
{
    return m_store->memory();
}

} // namespace Sheaf::Text
