// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>
#include <QUrl>

#include <memory>

namespace Sheaf {

/// One end of one connection that carries binary frames.
/// Guarantees: one thread; frames arrive whole, in order, without gaps, until the connection ends;
/// no callback runs inside a call into the connection; after closed() nothing more is called.
/// sendFrame() only queues: a frame may be lost when the connection ends.
class Connection
{
public:
    class Observer
    {
    public:
        virtual void opened() = 0; ///< clients only: frames may be sent from now on
        virtual void frameReceived(const QByteArray &frame) = 0;
        virtual void drained() {} ///< unsentBytes() has gone down
        /// The end, for whatever reason; `reason` is for people and logs. Never called after drop().
        virtual void closed(const QString &reason) = 0;

    protected:
        ~Observer() = default;
    };

    virtual ~Connection() = default; ///< drops the connection silently
    virtual void setObserver(Observer *observer) = 0;
    virtual void sendFrame(const QByteArray &frame) = 0;
    /// Queued bytes that the network has not taken.
    [[nodiscard]] virtual qint64 unsentBytes() const = 0;
    /// Sends what is queued, then closes; closed() follows.
    virtual void close() = 0;
    /// Ends at once without sending what is queued; closed() is not called.
    virtual void drop() = 0;
};

/// Makes client connections.
class Transport
{
public:
    virtual ~Transport() = default;
    /// Whether a server can be at this address at all; trying again would not help. Errors: `bad_url`.
    [[nodiscard]] virtual Result<void> check(const QUrl &) const { return {}; }
    /// Starts to connect; the observer hears opened() or closed() later, never inside this call.
    virtual std::unique_ptr<Connection> connectTo(const QUrl &url, Connection::Observer *observer) = 0;
};

} // namespace Sheaf
