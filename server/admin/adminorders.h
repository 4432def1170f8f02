// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/random.h"
#include "server/core/storage.h"

#include <QJsonObject>

#include <functional>

namespace Sheaf::Server {

/// The operator's orders about device tokens and spaces, as JSON, so that they are the same inside of the
/// running server and without one:
///   {"do":"token_add","name":…,"spaces":[…],"role":…}   -> {"ok":"the token"}
///   {"do":"token_grant","name":…,"spaces":[…],"role":…} -> {"ok":how many devices}; "role" is `editor` if there is none
///   {"do":"token_list"} -> {"ok":[{"name":…,"spaces":[{"name":…,"role":…}],"revoked":…}]}
///   {"do":"token_revoke","name":…,"spaces":[…]} -> {"ok":how many devices}; of these spaces, or the token if none is named
///   {"do":"space_list"} -> {"ok":[{"name":…,"head":…,"schema":…}]}, the oldest schema that may use it, 0 if any
///   {"do":"space_require","name":…,"schema":…} -> {"ok":the same schema}
/// or {"error":"one sentence"}.
class AdminOrders
{
public:
    /// `changed` is called with every device whose token or grants are others now, after the disk knows it; `required` with
    /// every space whose oldest schema was named.
    AdminOrders(Storage &storage, Random &random, std::function<void(const StoredDevice &)> changed = {},
                std::function<void(const QByteArray &space, quint32 schema)> required = {})
        : m_storage(storage), m_random(random), m_changed(std::move(changed)), m_required(std::move(required))
    {
    }
    [[nodiscard]] QJsonObject carryOut(const QJsonObject &order);

private:
    Result<QJsonValue> add(const QJsonObject &order);
    Result<QJsonValue> list();
    Result<QJsonValue> grant(const QJsonObject &order);
    Result<QJsonValue> revoke(const QJsonObject &order);
    Result<QJsonValue> listSpaces();
    Result<QJsonValue> requireOfSpace(const QJsonObject &order);

    QJsonValue tell(const QList<StoredDevice> &devices);

    Storage &m_storage;
    Random &m_random;
    std::function<void(const StoredDevice &)> m_changed;
    std::function<void(const QByteArray &, quint32)> m_required;
};

} // namespace Sheaf::Server
