// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "corelink.h"

#include "protocol/codec.h"

namespace Sheaf {

/// One end of a connection in memory; frames arrive in a later turn of the clock.
class CoreLink::End final : public Connection
{
public:
    End(ManualClock &clock, qsizetype *rows) : m_clock(clock), m_rows(rows) {}
    ~End() override { drop(); }

    void join(End *other) { m_other = other; }
    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override
    {
        count(frame);
        m_clock.start(std::chrono::milliseconds(0), [alive = std::weak_ptr(m_alive), this, frame] {
            if (alive.expired() || !m_other)
                return;
            if (Observer *receiver = m_other->m_observer)
                receiver->frameReceived(frame);
            if (!alive.expired() && m_observer)
                m_observer->drained();
        });
    }
    [[nodiscard]] qint64 unsentBytes() const override { return 0; }
    void close() override {}
    void drop() override
    {
        m_observer = nullptr;
        if (m_other)
            m_other->m_other = nullptr;
        m_other = nullptr;
    }
    [[nodiscard]] Observer *observer() const { return m_observer; }

private:
    /// Counts the rows of what passes.
    void count(const QByteArray &frame)
    {
        m_assembler.setWelcomed(true);
        m_assembler.setCompression(builtinCompressions().constFirst());
        const auto taken = m_assembler.take(frame);
        if (!taken || !taken->has_value())
            return;
        const auto message = decodeMessage(**taken);
        if (const auto *changes = message ? std::get_if<Changes>(&*message) : nullptr)
            *m_rows += changes->changes.size();
        if (const auto *push = message ? std::get_if<Push>(&*message) : nullptr)
            *m_rows += push->changes.size();
    }

    ManualClock &m_clock;
    qsizetype *m_rows;
    End *m_other = nullptr;
    Observer *m_observer = nullptr;
    FrameAssembler m_assembler;
    std::shared_ptr<int> m_alive = std::make_shared<int>();
};

std::unique_ptr<Connection> CoreLink::connectTo(const QUrl &, Connection::Observer *observer)
{
    auto near = std::make_unique<End>(m_clock, &rows);
    auto far = std::make_unique<End>(m_clock, &rows);
    near->join(far.get());
    far->join(near.get());
    near->setObserver(observer);
    m_clock.start(std::chrono::milliseconds(0), [observer] { observer->opened(); });
    core->accept(std::move(far));
    return near;
}

} // namespace Sheaf
