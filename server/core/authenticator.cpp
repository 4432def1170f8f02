// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/authenticator.h"

#include "protocol/limits.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>
#include <functional>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

constexpr int tokenBytes = 32;
constexpr qsizetype leaseBytes = 16;
constexpr qsizetype leasesPendingMax = 8;
constexpr int sessionBytes = 8;

QByteArray randomBytes(Random &random, qsizetype count)
{
    QByteArray bytes;
    while (bytes.size() < count) {
        const quint64 word = random.next();
        bytes.append(reinterpret_cast<const char *>(&word), qsizetype(sizeof word));
    }
    bytes.truncate(count);
    return bytes;
}

bool isGoodName(const QByteArray &name)
{
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
    return !name.isEmpty() && name.size() <= Sheaf::Limits::nameBytesMax && std::ranges::none_of(name, isControl);
}

Refused refusal(QString code, QString reason)
{
    return {std::move(code), std::move(reason), -1};
}

/// Screens show it behind "Update needed: ".
QString versionsDiffer(const Hello &hello)
{
    const auto theirs = hello.versionMin == hello.versionMax ? QString::number(hello.versionMax)
                                                             : u"%1–%2"_s.arg(hello.versionMin).arg(hello.versionMax);
    return u"server speaks version %1, this app %2"_s.arg(QString::number(Sheaf::Limits::protocolVersion), theirs);
}

/// A lease that was given since the current one was last shown. Several are kept, because a hello
/// of a connection that its client has given up may come behind that of the next connection.
std::optional<qsizetype> placeOfPending(const StoredSite &site, const QByteArray &lease)
{
    for (qsizetype at = 0; at < site.leasesPending.size(); at += leaseBytes) {
        if (QByteArrayView(site.leasesPending).sliced(at, leaseBytes) == lease)
            return at;
    }
    return {};
}

/// Begins with the epoch, by which those of before a restore are told.
QByteArray makeLease(Epoch epoch, Random &random)
{
    QByteArray lease(sizeof(Epoch), Qt::Uninitialized);
    qToBigEndian(epoch, lease.data());
    return lease + randomBytes(random, leaseBytes - lease.size());
}

bool isOfEpoch(const QByteArray &lease, Epoch epoch)
{
    return lease.size() != leaseBytes || qFromBigEndian<Epoch>(lease.constData()) == epoch;
}

/// The client must show a lease that it was given since it last showed one, or that last one when
/// every welcome since got lost. An older one, or another of the same time, belongs to a copy or a
/// restored backup of a replica that went on elsewhere: as far as this server, put back, can know.
Result<std::optional<Refused>> rotateLease(StorageTransaction &transaction, const Hello &hello, DeviceId device, Epoch epoch,
                                           Random &random, QByteArray &lease)
{
    auto found = transaction.site(hello.site);
    if (!found)
        return fail(found.error());
    StoredSite site = (*found).value_or(StoredSite{hello.site, device, {}, {}});
    if (site.device != device)
        return std::optional(refusal(u"site_taken"_s, u"Another device uses this replica's identity."_s));
    if (placeOfPending(site, hello.lease)) {
        site.leaseCurrent = hello.lease;
        site.leasesPending.clear();
    } else if (found->has_value() && hello.lease != site.leaseCurrent) {
        if (!isOfEpoch(hello.lease, epoch))
            return std::optional(
                refusal(u"lease_lost"_s, u"This server was put back, and does not know this replica's lease."_s));
        return std::optional(refusal(u"forked"_s, u"This replica is a copy of one that has synced since."_s));
    }
    lease = makeLease(epoch, random);
    site.leasesPending =
        (site.leasesPending + lease).last(std::min(site.leasesPending.size() + leaseBytes, leasesPendingMax * leaseBytes));
    if (auto stored = transaction.putSite(site); !stored)
        return fail(stored.error());
    return std::optional<Refused>{};
}

Result<QList<Welcome::Space>> grantedSpaces(StorageTransaction &transaction, const StoredDevice &device, SiteId site)
{
    QList<Welcome::Space> spaces;
    for (const Grant &grant : device.grants) {
        if (grant.role == Role::None) {
            spaces.append({grant.space, grant.role, 0, 0}); // it had access, and its copy has to go
            continue;
        }
        auto space = transaction.space(grant.space);
        if (!space)
            return fail(space.error());
        if (!space->has_value())
            continue;
        auto number = transaction.pushNumber(site, (*space)->id);
        if (!number)
            return fail(number.error());
        spaces.append({.name = grant.space,
                       .role = grant.role,
                       .head = (*space)->head,
                       .lastPush = *number,
                       .schemaMin = (*space)->schemaMin,
                       .collected = (*space)->forgotten.sequence,
                       .collectedStamp = (*space)->forgotten.stamp,
                       .collectedLength = (*space)->forgotten.length});
    }
    return spaces;
}

} // namespace

QByteArray makeToken(Random &random)
{
    return randomBytes(random, tokenBytes).toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

QByteArray hashToken(QByteArrayView token)
{
    return QCryptographicHash::hash(token.toByteArray(), QCryptographicHash::Blake2b_256);
}

namespace {

Result<void> checkNames(const QByteArray &device, QList<QByteArray> &spaces)
{
    if (spaces.isEmpty())
        spaces.append("home"_ba);
    if (!isGoodName(device) || !std::ranges::all_of(spaces, isGoodName))
        return fail(u"bad_name"_s, u"Names of devices and spaces have 1 to %1 bytes and no control characters."_s.arg(
                                       Sheaf::Limits::nameBytesMax));
    return {};
}

/// Sets the role of a device in a space, which is made when it is missing.
Result<void> grant(StorageTransaction &transaction, StoredDevice &device, const QByteArray &name, Role role)
{
    auto space = transaction.space(name);
    if (!space)
        return fail(space.error());
    if (!space->has_value()) {
        if (auto made = transaction.putSpace({0, name, 0, {}}); !made)
            return fail(made.error());
    }
    const auto known = std::ranges::find(device.grants, name, &Grant::space);
    if (known != device.grants.end())
        known->role = role;
    else
        device.grants.append({name, role});
    if (device.grants.size() > Sheaf::Limits::spacesPerSessionMax)
        return fail(u"too_large"_s, u"A device has at most %1 spaces."_s.arg(Sheaf::Limits::spacesPerSessionMax));
    return {};
}

Result<QList<StoredDevice>> devicesNamed(StorageTransaction &transaction, const QByteArray &name)
{
    auto all = transaction.devices({});
    if (!all)
        return all;
    all->removeIf([&name](const StoredDevice &entry) { return entry.name != name || entry.tokenHash.isEmpty(); });
    if (all->isEmpty())
        return fail(u"unknown_device"_s, u"No device of that name has a token; `token list` shows them."_s);
    return all;
}

} // namespace

Result<QByteArray> addToken(Storage &storage, Random &random, const QByteArray &device, QList<QByteArray> spaces, Role role)
{
    if (auto good = checkNames(device, spaces); !good)
        return fail(good.error());
    auto transaction = storage.begin();
    if (!transaction)
        return fail(transaction.error());
    StoredDevice entry{0, device, {}, {}};
    for (const QByteArray &name : std::as_const(spaces)) {
        if (auto granted = grant(**transaction, entry, name, role); !granted)
            return fail(granted.error());
    }
    const QByteArray token = makeToken(random);
    entry.tokenHash = hashToken(token);
    if (auto stored = (*transaction)->putDevice(entry); !stored)
        return fail(stored.error());
    if (auto committed = (*transaction)->commit(); !committed)
        return fail(committed.error());
    return token;
}

namespace {

/// Changes every device of a name that has a token, or none of them, and gives what they are then.
Result<QList<StoredDevice>> changeDevices(Storage &storage, const QByteArray &name,
                                          const std::function<Result<void>(StorageTransaction &, StoredDevice &)> &change)
{
    auto transaction = storage.begin();
    if (!transaction)
        return fail(transaction.error());
    auto found = devicesNamed(**transaction, name);
    if (!found)
        return found;
    for (StoredDevice &entry : *found) {
        if (auto changed = change(**transaction, entry); !changed)
            return fail(changed.error());
        if (auto stored = (*transaction)->putDevice(entry); !stored)
            return fail(stored.error());
    }
    if (auto committed = (*transaction)->commit(); !committed)
        return fail(committed.error());
    return found;
}

} // namespace

Result<QList<StoredDevice>> grantSpaces(Storage &storage, const QByteArray &device, QList<QByteArray> spaces, Role role)
{
    if (auto good = checkNames(device, spaces); !good)
        return fail(good.error());
    return changeDevices(storage, device, [&](StorageTransaction &transaction, StoredDevice &entry) -> Result<void> {
        for (const QByteArray &name : std::as_const(spaces)) {
            const auto known = std::ranges::find(std::as_const(entry.grants), name, &Grant::space);
            if (role == Role::None && (known == entry.grants.cend() || known->role == Role::None))
                return fail(u"no_access"_s, u"The device has no access to one of these spaces; `token list` shows them."_s);
            if (auto granted = grant(transaction, entry, name, role); !granted)
                return granted;
        }
        return {};
    });
}

Result<QList<StoredDevice>> revokeToken(Storage &storage, const QByteArray &device)
{
    return changeDevices(storage, device, [](StorageTransaction &, StoredDevice &entry) -> Result<void> {
        entry.tokenHash.clear();
        return {};
    });
}

Result<void> requireSchema(Storage &storage, const QByteArray &space, quint32 version)
{
    auto transaction = storage.begin();
    if (!transaction)
        return fail(transaction.error());
    auto found = (*transaction)->space(space);
    if (!found)
        return fail(found.error());
    if (!found->has_value())
        return fail(u"unknown_space"_s, u"There is no such space; `space list` shows them."_s);
    if (auto stored = (*transaction)->putSchemaMin((*found)->id, version); !stored)
        return stored;
    return (*transaction)->commit();
}

Result<std::variant<Refused, Admission>> admit(StorageTransaction &transaction, const Hello &hello, Random &random, Epoch epoch,
                                               qint64 wallMs)
{
    using Outcome = std::variant<Refused, Admission>;
    if (hello.versionMin > Sheaf::Limits::protocolVersion || hello.versionMax < Sheaf::Limits::protocolVersion)
        return Outcome(refusal(u"bad_version"_s, versionsDiffer(hello)));
    if (hello.site == 0)
        return Outcome(refusal(u"bad_message"_s, u"A replica has an identity other than 0."_s));
    if (hello.token.isEmpty())
        return Outcome(refusal(u"bad_token"_s, u"The server does not know this token."_s));
    auto devices = transaction.devices(hashToken(hello.token));
    if (!devices)
        return fail(devices.error());
    if (devices->isEmpty())
        return Outcome(refusal(u"bad_token"_s, u"The server does not know this token."_s));
    const StoredDevice &device = devices->constFirst();

    Admission admission;
    admission.site = hello.site;
    admission.device = device.id;
    admission.schemaVersion = hello.schemaVersion;
    auto refused = rotateLease(transaction, hello, device.id, epoch, random, admission.welcome.lease);
    if (!refused)
        return fail(refused.error());
    if (refused->has_value())
        return Outcome(**refused);
    auto spaces = grantedSpaces(transaction, device, hello.site);
    if (!spaces)
        return fail(spaces.error());
    admission.welcome.version = Sheaf::Limits::protocolVersion;
    admission.welcome.session = randomBytes(random, sessionBytes).toHex();
    admission.welcome.clockMs = wallMs;
    admission.welcome.clientClockMs = hello.clockMs;
    admission.welcome.epoch = epoch;
    admission.welcome.spaces = *std::move(spaces);
    return Outcome(std::move(admission));
}

Result<void> confirmLease(StorageTransaction &transaction, SiteId site, const QByteArray &lease)
{
    auto found = transaction.site(site);
    if (!found)
        return fail(found.error());
    if (!found->has_value())
        return {};
    StoredSite &stored = **found;
    const auto at = placeOfPending(stored, lease);
    if (!at)
        return {};
    stored.leaseCurrent = lease;
    stored.leasesPending.remove(0, *at + leaseBytes);
    return transaction.putSite(stored);
}

} // namespace Sheaf::Server
