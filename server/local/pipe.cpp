// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/local/pipe.h"

#include "base/handover.h"

#include <array>
#include <utility>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {
constexpr size_t indexOf(PipeEnd::Side side)
{
    return side == PipeEnd::Side::Client ? 0 : 1;
}
} // namespace

struct PipeLine {
    std::mutex mutex; ///< an end that is in `ends` stays alive while it is held
    std::array<PipeEnd *, 2> ends{};

    /// Has an end do something in its own thread, after everything posted to it before; nothing when it is gone.
    template<typename Work>
    void post(PipeEnd::Side to, Work work)
    {
        const std::lock_guard lock(mutex);
        PipeEnd *end = ends[indexOf(to)];
        if (end == nullptr)
            return;
        Handover carried([end, call = std::move(work)] { call(*end); });
        QMetaObject::invokeMethod(end, std::move(carried), Qt::QueuedConnection);
    }
};

std::shared_ptr<PipeLine> makeLine()
{
    return std::make_shared<PipeLine>();
}

void tellOpened(PipeLine &line)
{
    line.post(PipeEnd::Side::Client, [](PipeEnd &end) {
        if (end.m_observer != nullptr)
            end.m_observer->opened();
    });
}

void tellRefused(PipeLine &line, const QString &reason)
{
    line.post(PipeEnd::Side::Client, [reason](PipeEnd &end) { end.ended(reason); });
}

PipeEnd::PipeEnd(std::shared_ptr<PipeLine> line, Side side) : m_line(std::move(line)), m_side(side)
{
    const std::lock_guard lock(m_line->mutex);
    m_line->ends[indexOf(side)] = this;
}

PipeEnd::~PipeEnd()
{
    drop();
    const std::lock_guard lock(m_line->mutex);
    m_line->ends[indexOf(m_side)] = nullptr;
}

void PipeEnd::sendFrame(const QByteArray &frame)
{
    if (m_closing)
        return;
    m_unsent += frame.size();
    const Side other = m_side == Side::Client ? Side::Server : Side::Client;
    m_line->post(other, [frame](PipeEnd &end) { end.arrived(frame); });
}

void PipeEnd::arrived(const QByteArray &frame)
{
    const Side other = m_side == Side::Client ? Side::Server : Side::Client;
    m_line->post(other, [bytes = frame.size()](PipeEnd &end) { end.taken(bytes); });
    if (m_observer != nullptr && !m_closing)
        m_observer->frameReceived(frame);
}

void PipeEnd::taken(qint64 bytes)
{
    m_unsent -= bytes;
    if (m_observer != nullptr && !m_closing)
        m_observer->drained();
}

void PipeEnd::ended(const QString &reason)
{
    m_closing = true;
    if (Observer *observer = std::exchange(m_observer, nullptr))
        observer->closed(reason);
}

void PipeEnd::close()
{
    if (std::exchange(m_closing, true))
        return;
    const Side other = m_side == Side::Client ? Side::Server : Side::Client;
    m_line->post(other, [](PipeEnd &end) { end.ended(u"The other side has closed the connection."_s); });
    m_line->post(m_side, [](PipeEnd &end) { end.ended(u"Closed."_s); });
}

void PipeEnd::drop()
{
    m_observer = nullptr;
    close();
}

} // namespace Sheaf::Server
