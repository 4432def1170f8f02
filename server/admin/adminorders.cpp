// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/admin/adminorders.h"

#include "server/core/authenticator.h"

#include <QJsonArray>

namespace Sheaf::Server {

using namespace Qt::StringLiterals;

namespace {

QString roleName(Role role)
{
    switch (role) {
    case Role::None:
        break;
    case Role::Viewer:
        return u"viewer"_s;
    case Role::Editor:
        return u"editor"_s;
    case Role::Owner:
        return u"owner"_s;
    }
    return u"none"_s;
}

QByteArray nameIn(const QJsonObject &order)
{
    return order.value("name"_L1).toString().toUtf8();
}

QList<QByteArray> spacesIn(const QJsonObject &order)
{
    QList<QByteArray> spaces;
    const QJsonArray named = order.value("spaces"_L1).toArray();
    for (const auto &space : named)
        spaces.append(space.toString().toUtf8());
    return spaces;
}

Result<Role> roleIn(const QJsonObject &order)
{
    const QString name = order.value("role"_L1).toString(u"editor"_s);
    for (const Role role : {Role::Viewer, Role::Editor, Role::Owner}) {
        if (name == roleName(role))
            return role;
    }
    return fail(u"bad_role"_s, u"A role is viewer, editor or owner."_s);
}

} // namespace

QJsonObject AdminOrders::carryOut(const QJsonObject &order)
{
    const QString what = order.value("do"_L1).toString();
    Result<QJsonValue> done = what == "token_add"_L1      ? add(order)
                              : what == "token_list"_L1   ? list()
                              : what == "token_grant"_L1  ? grant(order)
                              : what == "token_revoke"_L1 ? revoke(order)
                              : what == "space_list"_L1   ? listSpaces()
                              : what == "space_require"_L1
                                  ? requireOfSpace(order)
                                  : fail(u"unknown_order"_s, u"The server is of another version: restart it."_s);
    return done ? QJsonObject{{u"ok"_s, *done}} : QJsonObject{{u"error"_s, done.error().message}};
}

Result<QJsonValue> AdminOrders::add(const QJsonObject &order)
{
    auto role = roleIn(order);
    if (!role)
        return fail(role.error());
    auto token = addToken(m_storage, m_random, nameIn(order), spacesIn(order), *role);
    if (!token)
        return fail(token.error());
    return QJsonValue(QString::fromLatin1(*token));
}

Result<QJsonValue> AdminOrders::grant(const QJsonObject &order)
{
    auto role = roleIn(order);
    if (!role)
        return fail(role.error());
    auto devices = grantSpaces(m_storage, nameIn(order), spacesIn(order), *role);
    if (!devices)
        return fail(devices.error());
    return tell(*devices);
}

Result<QJsonValue> AdminOrders::list()
{
    auto transaction = m_storage.begin();
    if (!transaction)
        return fail(transaction.error());
    auto devices = (*transaction)->devices({});
    if (!devices)
        return fail(devices.error());
    QJsonArray all;
    for (const StoredDevice &device : std::as_const(*devices)) {
        QJsonArray spaces;
        for (const Grant &grant : device.grants)
            spaces.append(QJsonObject{{u"name"_s, QString::fromUtf8(grant.space)}, {u"role"_s, roleName(grant.role)}});
        all.append(QJsonObject{
            {u"name"_s, QString::fromUtf8(device.name)}, {u"spaces"_s, spaces}, {u"revoked"_s, device.tokenHash.isEmpty()}});
    }
    return QJsonValue(all);
}

Result<QJsonValue> AdminOrders::revoke(const QJsonObject &order)
{
    const QList<QByteArray> spaces = spacesIn(order);
    auto devices =
        spaces.isEmpty() ? revokeToken(m_storage, nameIn(order)) : grantSpaces(m_storage, nameIn(order), spaces, Role::None);
    if (!devices)
        return fail(devices.error());
    return tell(*devices);
}

QJsonValue AdminOrders::tell(const QList<StoredDevice> &devices)
{
    for (const StoredDevice &device : devices) {
        if (m_changed)
            m_changed(device);
    }
    return static_cast<qint64>(devices.size());
}

Result<QJsonValue> AdminOrders::listSpaces()
{
    auto transaction = m_storage.begin();
    if (!transaction)
        return fail(transaction.error());
    auto spaces = (*transaction)->spaces();
    if (!spaces)
        return fail(spaces.error());
    QJsonArray all;
    for (const StoredSpace &space : std::as_const(*spaces))
        all.append(QJsonObject{{u"name"_s, QString::fromUtf8(space.name)},
                               {u"head"_s, static_cast<qint64>(space.head)},
                               {u"schema"_s, static_cast<qint64>(space.schemaMin)}});
    return QJsonValue(all);
}

Result<QJsonValue> AdminOrders::requireOfSpace(const QJsonObject &order)
{
    const QByteArray space = order.value("name"_L1).toString().toUtf8();
    const auto version = static_cast<quint32>(order.value("schema"_L1).toInteger());
    if (auto stored = requireSchema(m_storage, space, version); !stored)
        return fail(stored.error());
    if (m_required)
        m_required(space, version);
    return QJsonValue(static_cast<qint64>(version));
}

} // namespace Sheaf::Server
