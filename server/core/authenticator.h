// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"
#include "server/core/storage.h"

#include <variant>

namespace Sheaf::Server {

/// 32 random bytes in base64url, without padding.
[[nodiscard]] QByteArray makeToken(Random &random);

/// What is stored instead of a token: a random 256-bit secret needs no slow hash.
[[nodiscard]] QByteArray hashToken(QByteArrayView token);

/// Adds a device with a new token as editor of `spaces` (`home` when none is named), which are made
/// when they are missing, and returns the token. Errors: `bad_name`, and those of the storage.
Result<QByteArray> addToken(Storage &storage, Random &random, const QByteArray &device, QList<QByteArray> spaces);

/// Forgets the tokens of the devices with that name and says which they are; their sessions are the
/// caller's to end. Errors: `unknown_device`.
Result<QList<DeviceId>> revokeToken(Storage &storage, const QByteArray &device);

/// Who has come in, and with which rights.
struct Admission {
    SiteId site = 0;
    DeviceId device = 0;
    Welcome welcome;
};

/// Judges a hello: version, token, the site's device, and the lease, which it rotates in
/// `transaction`. The caller commits before it answers. An Error is the storage's alone.
Result<std::variant<Refused, Admission>> admit(StorageTransaction &transaction, const Hello &hello, Random &random, Epoch epoch,
                                               qint64 wallMs);

} // namespace Sheaf::Server
