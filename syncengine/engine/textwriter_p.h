// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/textstore_p.h"
#include "session/oneshot.h"

#include <memory>
#include <vector>

namespace Sheaf {

/// Brings the local edits of one text to the store: one write at a time, the next one carries
/// everything that was typed meanwhile. An edit is kept until the store has it: what could not be
/// written is tried again with the next edit or flush, and by itself where the disk was to blame.
class TextWriter
{
public:
    /// `changed` is called after each answer of the store.
    TextWriter(TextStore &store, TextAddress address, std::function<void()> changed);
    ~TextWriter();
    TextWriter(const TextWriter &) = delete;
    TextWriter &operator=(const TextWriter &) = delete;

    void add(const QByteArray &update);
    /// Hands over everything now, even behind a write that is under way.
    void flush();

    [[nodiscard]] const TextAddress &address() const { return m_address; }
    [[nodiscard]] bool isIdle() const { return m_waiting.empty() && m_underWay.empty(); }
    /// Whether this update is one that was handed over and is not settled.
    [[nodiscard]] bool isUnderWay(const QByteArray &update) const;
    /// Of the last answer; empty code when all is well.
    [[nodiscard]] const Error &error() const { return m_error; }

private:
    struct Write {
        quint64 number = 0;
        QByteArray update;
    };
    void send();
    void pauseFor(qint64 ms);
    void settle(quint64 number, qint64 sentMs, const Result<void> &done);
    [[nodiscard]] bool hasFailed() const { return !m_error.code.isEmpty(); }

    TextStore &m_store;
    TextAddress m_address;
    std::function<void()> m_changed;
    std::vector<QByteArray> m_waiting;
    std::vector<Write> m_underWay;
    quint64 m_lastNumber = 0;
    OneShot m_pause;
    Error m_error;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Sheaf
