// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "protocol/messages.h"

#include <QByteArrayView>

namespace Sheaf {

/// CBOR bytes of a message, PROTOCOL.md "Messages". Nothing else in Sheaf encodes messages.
[[nodiscard]] QByteArray encodeMessage(const Message &message);

/// Bounded decoder of bytes from outside. Errors: `bad_message`, `too_large`, `unknown_message`.
/// Records and keys are checked to be well formed, so that no later layer meets bad bytes.
Result<Message> decodeMessage(QByteArrayView bytes);

} // namespace Sheaf
