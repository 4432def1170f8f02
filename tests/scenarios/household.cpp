// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "household.h"

#include "protocol/codec.h"
#include "protocol/framing.h"

namespace Sheaf::Test {

using namespace Qt::StringLiterals;

Household::Household(int count, const QByteArray &more)
{
    for (int i = 0; i < count; ++i)
        add(more);
    run();
}

Household::~Household()
{
    m_devices.clear();
}

SpaceDevice &Household::add(const QByteArray &more)
{
    const int number = static_cast<int>(m_devices.size());
    m_devices.push_back(std::make_unique<SpaceDevice>(house, number, more));
    m_devices.back()->connect(house.token("device " + QByteArray::number(number), {"home"}));
    return *m_devices.back();
}

bool Household::runUntil(const std::function<bool()> &isSo)
{
    for (int ms = 0; ms < 60'000 && !isSo(); ++ms)
        run(1);
    return isSo();
}

void Household::cutOff(int number)
{
    house.network.faults(number).partitioned = true;
    house.network.cutAll(number, false);
}

void Household::bringBack(int number)
{
    house.network.heal(number);
    (*this)[number].reconnector->networkBack();
}

void Household::restartServer()
{
    house.network.cutEverything();
    house.core.reset();
    house.core = std::make_unique<Server::ServerCore>(*house.storage, *house.clock, house.random);
}

QString Household::difference()
{
    run(60'000);
    const Replica &first = *m_devices.front()->replica;
    for (const auto &device : m_devices) {
        const QString name = u"device %1: "_s.arg(device->number);
        const Replica &replica = *device->replica;
        if (device->reports.contains(u"digest_mismatch"_s))
            return name + u"was not equal for a while"_s;
        if (!device->isProven())
            return name + u"is not proven equal: "_s + device->reconnector->status().error.code;
        if (replica.pendingCount() != 0)
            return name + u"has something left to send"_s;
        if (*replica.visibleDigest("home") != *first.visibleDigest("home") || *replica.digest("home") != *first.digest("home"))
            return name + u"is not as device 0"_s;
        if (*replica.digest("home") != *replica.recomputedDigest("home"))
            return name + u"counts its digest wrong"_s;
    }
    return {};
}

QString Household::values(const QString &sql)
{
    QStringList all;
    for (const auto &device : m_devices)
        all.append(device->value(sql));
    return all.join(u'|');
}

std::optional<Message> Household::messageIn(const QByteArray &frame)
{
    FrameAssembler assembler;
    assembler.setWelcomed(true);
    const auto bytes = assembler.take(frame);
    if (!bytes || !*bytes)
        return {};
    auto message = decodeMessage(**bytes);
    return message ? std::optional(std::move(*message)) : std::nullopt;
}

QList<qint64> Household::pulled() const
{
    QList<qint64> counts;
    for (const auto &device : m_devices)
        counts.append(device->reconnector->figures().pulled);
    return counts;
}

} // namespace Sheaf::Test
