// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace Sheaf::Server {

/// One message of y-websocket, with its payload as it stands: state vectors, updates and states are for others to read.
struct YjsMessage {
    enum class Kind : quint8 {
        SyncStep1,      ///< a state vector: send me what it does not cover
        SyncStep2,      ///< an update: the answer to a SyncStep1
        Update,         ///< an update: news
        Awareness,      ///< an awareness update
        QueryAwareness, ///< send me everybody's state
        Denied,         ///< a sentence for people, from servers alone
        Unknown,        ///< of an extension: to be ignored
    };
    Kind kind = Kind::Unknown;
    QByteArrayView payload;
};

/// Reads what a client sent. Errors: `bad_message`.
Result<YjsMessage> readYjsMessage(QByteArrayView frame);

[[nodiscard]] QByteArray writeYjsMessage(const YjsMessage &message);

} // namespace Sheaf::Server
