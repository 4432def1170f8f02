// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/transport.h"

#include <QObject>

#include <memory>
#include <mutex>

namespace Sheaf::Server {

/// What the two ends of a connection within one process share.
struct PipeLine;

/// One end of a connection within one process; each lives in a thread of its own with an event loop.
/// Frames are handed over, not copied.
class PipeEnd final : public QObject, public Connection
{
public:
    enum class Side { Client, Server };

    /// Both ends are made with one line, each in its own thread.
    PipeEnd(std::shared_ptr<PipeLine> line, Side side);
    ~PipeEnd() override;

    void setObserver(Observer *observer) override { m_observer = observer; }
    void sendFrame(const QByteArray &frame) override;
    [[nodiscard]] qint64 unsentBytes() const override { return m_unsent; }
    void close() override;
    void drop() override;

private:
    friend void tellOpened(PipeLine &line);
    friend void tellRefused(PipeLine &line, const QString &reason);
    void arrived(const QByteArray &frame);
    void taken(qint64 bytes);
    void ended(const QString &reason);

    std::shared_ptr<PipeLine> m_line;
    Side m_side;
    Observer *m_observer = nullptr;
    qint64 m_unsent = 0;
    bool m_closing = false;
};

[[nodiscard]] std::shared_ptr<PipeLine> makeLine();
/// The client's end hears that the other one is there; from any thread.
void tellOpened(PipeLine &line);
/// The client's end hears that there will be no other one; from any thread.
void tellRefused(PipeLine &line, const QString &reason);

} // namespace Sheaf::Server
