// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "sealing.h"

#include <QCborValue>

#include <sodium.h>

#include <stdexcept>

namespace {

constexpr qsizetype nonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr qsizetype tagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char *bytesOf(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

unsigned char *bytesOf(QByteArray &bytes)
{
    return reinterpret_cast<unsigned char *>(bytes.data());
}

unsigned long long sizeOf(QByteArrayView bytes)
{
    return static_cast<unsigned long long>(bytes.size());
}

/// What a sealed value cannot be taken away from.
QByteArray boundTo(const Sheaf::ValuePlace &place)
{
    return place.space + '\0' + place.table + '\0' + place.column;
}

} // namespace

void Sealing::addTo(Sheaf::SyncFilters &filters) const
{
    filters.encode = [sealing = *this](const Sheaf::ValuePlace &place, const QVariant &value) {
        return sealing.seal(place, value);
    };
    filters.decode = [sealing = *this](const Sheaf::ValuePlace &place, const QVariant &value) {
        return sealing.open(place, value);
    };
}

QByteArray Sealing::keyOf(const Sheaf::ValuePlace &place) const
{
    return m_columns.contains(place.table + '.' + place.column) ? m_keys.value(place.space) : QByteArray();
}

QVariant Sealing::seal(const Sheaf::ValuePlace &place, const QVariant &value) const
{
    const QByteArray key = keyOf(place);
    if (key.isEmpty() || value.isNull())
        return value;
    const QByteArray plain = QCborValue::fromVariant(value).toCbor();
    const QByteArray where = boundTo(place);
    const QByteArray nonceFrom = where + '\0' + plain; // so that the same gives the same
    QByteArray sealed(nonceBytes + plain.size() + tagBytes, Qt::Uninitialized);
    crypto_generichash(bytesOf(sealed), nonceBytes, bytesOf(QByteArrayView(nonceFrom)), sizeOf(nonceFrom),
                       bytesOf(QByteArrayView(key)), static_cast<size_t>(key.size()));
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytesOf(sealed) + nonceBytes, nullptr, bytesOf(QByteArrayView(plain)),
                                               sizeOf(plain), bytesOf(QByteArrayView(where)), sizeOf(where), nullptr,
                                               bytesOf(sealed), bytesOf(QByteArrayView(key)));
    return sealed;
}

QVariant Sealing::open(const Sheaf::ValuePlace &place, const QVariant &value) const
{
    const QByteArray key = keyOf(place);
    if (!m_columns.contains(place.table + '.' + place.column) || value.typeId() != QMetaType::QByteArray)
        return value; // was written before there was a key
    const QByteArray sealed = value.toByteArray();
    if (key.isEmpty() || sealed.size() < nonceBytes + tagBytes)
        throw std::runtime_error("there is no key for it"); // the row stays out of sight until there is one
    const QByteArray where = boundTo(place);
    QByteArray plain(sealed.size() - nonceBytes - tagBytes, Qt::Uninitialized);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            bytesOf(plain), nullptr, nullptr, bytesOf(QByteArrayView(sealed).sliced(nonceBytes)), sizeOf(sealed) - nonceBytes,
            bytesOf(QByteArrayView(where)), sizeOf(where), bytesOf(QByteArrayView(sealed)), bytesOf(QByteArrayView(key))) != 0)
        throw std::runtime_error("it was sealed with another key, or changed");
    return QCborValue::fromCbor(plain).toVariant();
}
