// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/yjsadmission.h"

#include "crdt/bytes.h"
#include "server/core/authenticator.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

/// Always the same for a device in one epoch, and none that a replica draws. After a restore it is another one, because
/// what was stamped since the backup may be out there.
SiteId siteFrom(Epoch epoch, DeviceId device)
{
    QByteArray name("yjs ");
    Bytes::appendVarint(name, epoch);
    Bytes::appendVarint(name, static_cast<quint64>(device));
    const QByteArray hash = QCryptographicHash::hash(name, QCryptographicHash::Blake2b_256);
    return std::max<SiteId>(1, qFromBigEndian<SiteId>(hash.constData()));
}

/// The site of a device, on record as its own, so that no replica of another device can take it.
Result<SiteId> siteOf(Storage &storage, StorageTransaction &transaction, DeviceId device)
{
    const SiteId site = siteFrom(storage.epoch(), device);
    auto stored = transaction.site(site);
    if (!stored)
        return fail(stored.error());
    if (stored->has_value())
        return site;
    if (auto put = transaction.putSite({site, device, {}, {}}); !put)
        return fail(put.error());
    if (auto done = transaction.commit(); !done)
        return fail(done.error());
    return site;
}

} // namespace

Result<YjsAdmission> admitYjs(Storage &storage, QByteArrayView target)
{
    auto address = readYjsTarget(target);
    if (!address)
        return fail(address.error());
    auto transaction = storage.begin();
    if (!transaction)
        return fail(transaction.error());
    const auto unknown = [] { return fail(u"bad_token"_s, u"The server does not know this token."_s); };
    if (address->token.isEmpty())
        return unknown();
    auto devices = (*transaction)->devices(hashToken(address->token));
    if (!devices)
        return fail(devices.error());
    if (devices->isEmpty())
        return unknown();
    const StoredDevice &device = devices->constFirst();
    const auto grant = std::ranges::find(device.grants, address->space, &Grant::space);
    if (grant == device.grants.end() || grant->role == Role::None)
        return fail(u"no_permission"_s, u"This device has no access to the space."_s);
    auto site = siteOf(storage, **transaction, device.id);
    if (!site)
        return fail(site.error());
    return YjsAdmission{*std::move(address), device.id, *site, grant->role};
}

} // namespace Sheaf::Server
