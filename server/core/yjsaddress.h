// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>

namespace Sheaf::Server {

/// Which text a Yjs client wants, and as whom it comes.
struct YjsAddress {
    QByteArray space;
    QByteArray table;
    QByteArray key; ///< encodeKey()
    QByteArray column;
    QByteArray token;
};

/// Whether the target of an HTTP request leads to texts for Yjs clients.
[[nodiscard]] bool isYjsTarget(QByteArrayView target);

/// Reads `/yjs/SPACE/TABLE/KEY/COLUMN?token=TOKEN`, PROTOCOL.md "Yjs clients". Errors: `bad_address`.
Result<YjsAddress> readYjsTarget(QByteArrayView target);

} // namespace Sheaf::Server
