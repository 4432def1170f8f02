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

/// Adds a device with a new token and this role in `spaces` (`home` when none is named), which are made
/// when they are missing, and returns the token. Errors: `bad_name`, and those of the storage.
Result<QByteArray> addToken(Storage &storage, Random &random, const QByteArray &device, QList<QByteArray> spaces,
                            Role role = Role::Editor);

/// Gives the devices with that name and a token this role in `spaces` (`home` when none is named), which are made when
/// they are missing, and says which they are, as they are now; sessions that are open are the caller's to tell. Role::None takes
/// the access away, and is remembered: a device that comes later learns that it had it. Errors: `unknown_device`,
/// `no_access` (there is nothing to take away), `bad_name`, `too_large`.
Result<QList<StoredDevice>> grantSpaces(Storage &storage, const QByteArray &device, QList<QByteArray> spaces, Role role);

/// Forgets the tokens of the devices with that name and says which they are; their sessions are the
/// caller's to end. Errors: `unknown_device`.
Result<QList<StoredDevice>> revokeToken(Storage &storage, const QByteArray &device);

/// Names the oldest schema of an app that may use the space; 0: any. Sessions of older ones are the caller's to end.
/// Errors: `unknown_space`.
Result<void> requireSchema(Storage &storage, const QByteArray &space, quint32 version);

/// Who has come in, and with which rights.
struct Admission {
    SiteId site = 0;
    DeviceId device = 0;
    quint32 schemaVersion = 0;
    Welcome welcome; ///< but for the compression, which the session agrees on
};

/// Judges a hello: version, token, the site's device, and the lease, which it rotates in
/// `transaction`. The caller commits before it answers. An Error is the storage's alone.
Result<std::variant<Refused, Admission>> admit(StorageTransaction &transaction, const Hello &hello, Random &random, Epoch epoch,
                                               qint64 wallMs);

/// A client that pushes has the lease of its session on its disk: it counts as shown. Later ones stay pending, for what is
/// pushed may come late.
Result<void> confirmLease(StorageTransaction &transaction, SiteId site, const QByteArray &lease);

} // namespace Sheaf::Server
