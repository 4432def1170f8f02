// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/transport.h"

namespace Sheaf::Server {

/// How a session of a Yjs client ends, as WebSocket's close code. y-websocket comes again by itself, except
/// after 4400 to 4499.
enum class YjsEnd : quint16 {
    Restarting = 1012,
    Flooding = 1008,
    BadMessage = 4400, ///< or a bad address
    BadToken = 4401,   ///< not known, or not any more
    NoPermission = 4403,
    UnknownText = 4404, ///< no such table, row or column
    Replaced = 4410,    ///< the row was deleted, or has another text now: what the client holds belongs to nothing
    TooLarge = 4413,
    Sealed = 4415,      ///< parts of the text are sealed: the server cannot read it
    Unavailable = 4503, ///< the server cannot read or write at the moment, or has too much open
};

/// A connection whose end says why.
class YjsConnection : public Connection
{
public:
    using Connection::close;
    /// Sends what is queued, then the code and the reason; closed() follows.
    virtual void close(YjsEnd code, const QString &reason) = 0;
};

} // namespace Sheaf::Server
