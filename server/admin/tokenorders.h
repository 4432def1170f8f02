// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"
#include "server/core/storage.h"

#include <QJsonObject>

#include <functional>

namespace Sheaf::Server {

/// The operator's orders about device tokens, as JSON, so that they are the same inside of the
/// running server and without one:
///   {"do":"token_add","name":…,"spaces":[…]}   -> {"ok":"the token"}
///   {"do":"token_list"}                        -> {"ok":[{"name":…,"spaces":[{"name":…,"role":…}],"revoked":…}]}
///   {"do":"token_revoke","name":…}             -> {"ok":how many}
/// or {"error":"one sentence"}.
class TokenOrders
{
public:
    /// `revoked` is called with every device that has lost its token, after the disk knows it.
    TokenOrders(Storage &storage, Random &random, std::function<void(DeviceId)> revoked = {})
        : m_storage(storage), m_random(random), m_revoked(std::move(revoked))
    {
    }
    [[nodiscard]] QJsonObject carryOut(const QJsonObject &order);

private:
    Result<QJsonValue> add(const QJsonObject &order);
    Result<QJsonValue> list();
    Result<QJsonValue> revoke(const QJsonObject &order);

    Storage &m_storage;
    Random &m_random;
    std::function<void(DeviceId)> m_revoked;
};

} // namespace Sheaf::Server
