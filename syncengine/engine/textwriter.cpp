// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"
#include "engine/textwriter_p.h"
#include "text/updatealgebra.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

/// A text that takes long to write is written less often, so that the writer stays free for others.
constexpr qint64 pauseFactor = 3;
constexpr qint64 pauseMsMax = 300;
/// A disk that was full or busy may take the text later.
constexpr qint64 retryMs = 3'000;

bool maySucceedLater(const Error &error)
{
    return error.code == "disk_full"_L1 || error.code == "read_only"_L1 || error.code == "database_failed"_L1;
}

} // namespace

TextWriter::TextWriter(TextStore &store, TextAddress address, std::function<void()> changed)
    : m_store(store), m_address(std::move(address)), m_changed(std::move(changed)), m_pause(store.clock())
{
}

TextWriter::~TextWriter()
{
    *m_alive = false;
}

bool TextWriter::isUnderWay(const QByteArray &update) const
{
    return std::ranges::any_of(m_underWay, [&](const Write &write) { return write.update == update; });
}

void TextWriter::add(const QByteArray &update)
{
    m_waiting.push_back(update);
    if (m_underWay.empty() && (hasFailed() || !m_pause.isActive()))
        send();
}

void TextWriter::flush()
{
    m_pause.stop();
    if (!m_waiting.empty())
        send();
}

void TextWriter::send()
{
    QByteArray update = m_waiting.front();
    if (m_waiting.size() > 1) {
        auto merged = Text::mergeUpdates(m_waiting, Text::Format::V1);
        SHEAF_CHECK(merged); // our own documents wrote them
        update = std::move(*merged);
    }
    m_waiting.clear();
    m_underWay.push_back({++m_lastNumber, update});
    const auto answer = [this, alive = m_alive, number = m_lastNumber,
                         sentMs = m_store.clock().monotonicMs()](const Result<void> &done) {
        if (*alive)
            settle(number, sentMs, done);
    };
    m_store.write(m_address, update, answer);
}

void TextWriter::pauseFor(qint64 ms)
{
    const auto goOn = [this] {
        if (m_underWay.empty() && !m_waiting.empty())
            send();
    };
    if (ms > 0)
        m_pause.start(milliseconds(ms), goOn);
    else
        goOn();
}

void TextWriter::settle(quint64 number, qint64 sentMs, const Result<void> &done)
{
    const auto write = std::ranges::find(m_underWay, number, &Write::number);
    SHEAF_CHECK(write != m_underWay.end());
    if (done)
        m_error = {};
    else {
        m_error = done.error();
        m_waiting.insert(m_waiting.begin(), write->update);
    }
    m_underWay.erase(write);
    if (done && m_underWay.empty())
        pauseFor(std::min(pauseFactor * (m_store.clock().monotonicMs() - sentMs), pauseMsMax));
    else if (!done && maySucceedLater(m_error))
        pauseFor(retryMs);
    const auto changed = m_changed;
    changed(); // may destroy this
}

} // namespace Sheaf
