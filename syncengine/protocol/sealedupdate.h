// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>

namespace Sheaf {

/// Whether an update of a text is sealed, so that only who has the key can read it: PROTOCOL.md "Sealed updates". Everybody
/// else keeps it and passes it on as it is.
[[nodiscard]] bool isSealedUpdate(QByteArrayView update);

} // namespace Sheaf
