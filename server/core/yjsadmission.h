// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/core/storage.h"
#include "server/core/yjsaddress.h"

namespace Sheaf::Server {

/// Which Yjs client has come in, for which text, and with which rights.
struct YjsAdmission {
    YjsAddress address;
    DeviceId device = 0;
    SiteId site = 0; ///< under which the device writes here: one for all of its connections
    Role role = Role::None;
};

/// Judges the target of a Yjs client's request; puts the device's site on record when it is not there yet.
/// Errors: `bad_address`, `bad_token`, `no_permission`, and those of the storage.
Result<YjsAdmission> admitYjs(Storage &storage, QByteArrayView target);

} // namespace Sheaf::Server
