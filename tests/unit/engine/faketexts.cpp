// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "faketexts.h"

#include "base/check.h"
#include "crdt/rowkey.h"

namespace Sheaf {

using namespace Qt::StringLiterals;

TextAddress FakeRows::address(const QString &key)
{
    const QByteArray utf8 = key.toUtf8();
    const ValueView value = ValueView::ofText(utf8);
    TextAddress address{"notes", {}, "body"};
    encodeKey({&value, 1}, address.key);
    return address;
}

std::unique_ptr<Text::Doc> FakeRows::fresh()
{
    return std::make_unique<Text::Doc>(Text::Doc::Options{++m_lastClient, true, true});
}

void FakeRows::insert(const QString &key, const QString &text)
{
    const TextAddress at = address(key);
    auto &row = m_rows[at.key];
    row = fresh();
    row->text().insert(0, text);
    CommitChanges commit;
    commit.remote = true;
    CommitChanges::Row born;
    born.key = at.key;
    born.born = true;
    commit.tables.insert(at.table, {born});
    announce(commit);
}

QString FakeRows::text(const QString &key)
{
    return m_rows.at(address(key).key)->text().toString();
}

void FakeRows::editAs(const QString &key, const std::function<void(Text::Text &)> &work)
{
    const TextAddress at = address(key);
    Text::Doc &row = *m_rows.at(at.key);
    const Text::StateVector before = row.stateVector();
    Text::Text text = row.text();
    work(text);
    CommitChanges commit;
    commit.remote = true;
    commit.texts.push_back({at.table, at.key, at.column, row.encodeSince(before)});
    announce(commit);
}

bool FakeRows::step()
{
    if (m_jobs.empty())
        return false;
    const auto job = std::move(m_jobs.front());
    m_jobs.pop_front();
    job();
    return true;
}

void FakeRows::settle()
{
    do {
        while (step()) {
        }
        m_clock.advance(1000); // pauses between writes end
    } while (!m_jobs.empty());
}

void FakeRows::announce(const CommitChanges &commit)
{
    for (FakeTexts *store : m_stores)
        store->m_listener(commit);
}

void FakeRows::write(const TextAddress &address, const QByteArray &update, const TextStore::Written &written)
{
    m_clock.advance(writeMs);
    if (!writeError.code.isEmpty())
        return written(fail(writeError));
    const auto row = m_rows.find(address.key);
    if (row == m_rows.end())
        return written(fail(u"no_row"_s, u"There is no such row."_s));
    const auto applied = row->second->apply(update);
    SHEAF_CHECK(applied && !row->second->hasPending());
    ++writes;
    lastUpdate = update;
    CommitChanges commit;
    commit.texts.push_back({address.table, address.key, address.column, update});
    announce(commit);
    written({});
}

void FakeTexts::load(const TextAddress &address, Loaded loaded)
{
    m_rows.m_jobs.push_back([this, address, loaded] {
        const auto row = m_rows.m_rows.find(address.key);
        if (row == m_rows.m_rows.end())
            loaded(fail(u"no_row"_s, u"There is no such row."_s));
        else
            loaded(row->second->encode());
    });
}

void FakeTexts::write(const TextAddress &address, const QByteArray &update, Written written)
{
    m_rows.m_jobs.push_back([&rows = m_rows, address, update, written] { rows.write(address, update, written); });
}

} // namespace Sheaf
