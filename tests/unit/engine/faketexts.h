// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/textstore_p.h"
#include "scriptedserver.h"
#include "text/doc.h"

#include <deque>
#include <map>

namespace Sheaf {

class FakeTexts;

/// Texts of rows in memory, with other people who write them. What documents ask for waits until the
/// test lets it be done.
class FakeRows
{
public:
    explicit FakeRows(ManualClock &clock) : m_clock(clock) {}

    /// The address of column `body` of the row with this key in table `notes`.
    [[nodiscard]] static TextAddress address(const QString &key);
    /// A row whose text somebody has written; what was there before under this key is gone.
    void insert(const QString &key, const QString &text);
    [[nodiscard]] QString text(const QString &key);
    /// Somebody else edits, and everybody hears of it.
    void editAs(const QString &key, const std::function<void(Text::Text &)> &work);
    /// Does the next thing that was asked for; false when there is nothing.
    bool step();
    /// Does everything, and what comes of it.
    void settle();
    [[nodiscard]] qsizetype asked() const { return static_cast<qsizetype>(m_jobs.size()); }
    [[nodiscard]] ManualClock &clock() { return m_clock; }

    Error writeError;   ///< answers writes while its code is set
    qint64 writeMs = 0; ///< a write takes so long
    int writes = 0;     ///< done so far
    QByteArray lastUpdate;

private:
    friend class FakeTexts;
    void announce(const CommitChanges &commit);
    void write(const TextAddress &address, const QByteArray &update, const TextStore::Written &written);
    [[nodiscard]] std::unique_ptr<Text::Doc> fresh();

    ManualClock &m_clock;
    std::map<QByteArray, std::unique_ptr<Text::Doc>> m_rows;
    std::deque<std::function<void()>> m_jobs;
    std::vector<FakeTexts *> m_stores;
    quint64 m_lastClient = 1000;
};

/// The rows as one document sees them.
class FakeTexts final : public TextStore
{
public:
    explicit FakeTexts(FakeRows &rows) : m_rows(rows) { rows.m_stores.push_back(this); }
    ~FakeTexts() override { std::erase(m_rows.m_stores, this); }

    void setListener(Listener listener) override { m_listener = std::move(listener); }
    void load(const TextAddress &address, Loaded loaded) override;
    void write(const TextAddress &address, const QByteArray &update, Written written) override;
    [[nodiscard]] Clock &clock() override { return m_rows.m_clock; }
    [[nodiscard]] quint64 random() override { return ++m_rows.m_lastClient; }

private:
    friend class FakeRows;
    FakeRows &m_rows;
    Listener m_listener;
};

} // namespace Sheaf
