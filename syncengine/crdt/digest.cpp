// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/digest.h"

#include "base/check.h"
#include "crdt/bytes.h"

#include <sodium.h>

#include <algorithm>

namespace Sheaf {

namespace {

bool sodiumReady()
{
    static const bool ready = sodium_init() >= 0;
    return ready;
}

} // namespace

// FNV-1a: spreads rows over buckets, promises nothing else. Folded, because the last bytes of a key
// reach only some of its bytes, and keys are often numbers that count up.
quint8 bucketOf(QByteArrayView table, QByteArrayView key)
{
    quint64 hash = 0xcbf29ce484222325;
    const auto feed = [&hash](QByteArrayView bytes) {
        for (const char byte : bytes)
            hash = (hash ^ static_cast<quint8>(byte)) * 0x100000001b3;
    };
    feed(table);
    feed(QByteArrayView("\0", 1));
    feed(key);
    for (const int shift : {32, 16, 8})
        hash ^= hash >> shift;
    return static_cast<quint8>(hash);
}

Digest128 &Digest128::operator+=(Digest128 other)
{
    low += other.low;
    high += other.high + (low < other.low ? 1 : 0);
    return *this;
}

Digest128 &Digest128::operator-=(Digest128 other)
{
    high -= other.high + (low < other.low ? 1 : 0);
    low -= other.low;
    return *this;
}

void SpaceDigest::add(const RowFingerprint &row)
{
    m_buckets[row.bucket] += row.hash;
}

void SpaceDigest::subtract(const RowFingerprint &row)
{
    m_buckets[row.bucket] -= row.hash;
}

void SpaceDigest::add(const SpaceDigest &other)
{
    for (size_t i = 0; i < m_buckets.size(); ++i)
        m_buckets[i] += other.m_buckets[i];
}

void SpaceDigest::subtract(const SpaceDigest &other)
{
    for (size_t i = 0; i < m_buckets.size(); ++i)
        m_buckets[i] -= other.m_buckets[i];
}

Digest128 SpaceDigest::total() const
{
    Digest128 sum;
    for (const Digest128 &bucket : m_buckets)
        sum += bucket;
    return sum;
}

QByteArray SpaceDigest::totalBytes() const
{
    const Digest128 sum = total();
    QByteArray bytes;
    Bytes::appendFixed(bytes, sum.high);
    Bytes::appendFixed(bytes, sum.low);
    return bytes;
}

QByteArray SpaceDigest::toBytes() const
{
    QByteArray bytes;
    bytes.reserve(bytesOfAll);
    for (const Digest128 &bucket : m_buckets) {
        Bytes::appendFixed(bytes, bucket.high);
        Bytes::appendFixed(bytes, bucket.low);
    }
    return bytes;
}

SpaceDigest SpaceDigest::fromBytes(QByteArrayView bytes)
{
    SpaceDigest digest;
    if (bytes.size() != bytesOfAll)
        return digest;
    Bytes::Reader reader(bytes);
    for (Digest128 &bucket : digest.m_buckets) {
        bucket.high = reader.fixed();
        bucket.low = reader.fixed();
    }
    return digest;
}

SpaceDigest::Buckets SpaceDigest::differences(const SpaceDigest &other) const
{
    Buckets different;
    for (size_t i = 0; i < m_buckets.size(); ++i)
        different.set(i, !(m_buckets[i] == other.m_buckets[i]));
    return different;
}

QByteArray bytesOf(const SpaceDigest::Buckets &buckets)
{
    if (buckets.none())
        return {};
    QByteArray bytes(SpaceDigest::bucketCount / 8, '\0');
    for (size_t i = 0; i < buckets.size(); ++i) {
        if (buckets.test(i))
            bytes[static_cast<qsizetype>(i / 8)] = static_cast<char>(bytes[static_cast<qsizetype>(i / 8)] | (1 << (i % 8)));
    }
    return bytes;
}

SpaceDigest::Buckets bucketsFrom(QByteArrayView bytes)
{
    SpaceDigest::Buckets buckets;
    if (bytes.size() != SpaceDigest::bucketCount / 8)
        return buckets;
    for (size_t i = 0; i < buckets.size(); ++i)
        buckets.set(i, ((static_cast<quint8>(bytes[static_cast<qsizetype>(i / 8)]) >> (i % 8)) & 1) != 0);
    return buckets;
}

namespace {

void appendTexts(QByteArray &out, const RowClock &clock, std::span<const NamedColumn> columnsByName)
{
    Bytes::appendVarint(out, 0); // no name: here begin the texts
    for (const NamedColumn &column : columnsByName) {
        auto entry = std::ranges::lower_bound(clock.texts, column.id, {}, &RowClock::Entry::column);
        for (; entry != clock.texts.end() && entry->column == column.id; ++entry) {
            Bytes::appendBytes(out, column.name);
            Bytes::appendStamp(out, entry->stamp);
        }
    }
}

void appendParts(QByteArray &out, const RowClock &clock, std::span<const NamedColumn> columnsByName)
{
    if (clock.texts.empty())
        Bytes::appendVarint(out, 0); // there are none
    Bytes::appendVarint(out, 0);     // no name: here begin the parts
    for (const NamedColumn &column : columnsByName) {
        auto part = std::ranges::lower_bound(clock.parts, column.id, {}, &RowClock::Part::column);
        for (; part != clock.parts.end() && part->column == column.id; ++part) {
            if (part->isGone) // one side may have forgotten it already
                continue;
            Bytes::appendBytes(out, column.name);
            Bytes::appendBytes(out, part->part);
            Bytes::appendStamp(out, part->stamp);
        }
    }
}

} // namespace

RowFingerprint fingerprint(QByteArrayView table, QByteArrayView key, const RowClock &clock,
                           std::span<const NamedColumn> columnsByName)
{
    if (!isAlive(clock.length)) // one side may have forgotten the delete already
        return {{}, bucketOf(table, key)};
    SHEAF_CHECK(sodiumReady());
    thread_local QByteArray input;
    input.resize(0);
    Bytes::appendBytes(input, table);
    Bytes::appendBytes(input, key);
    Bytes::appendVarint(input, clock.length);
    Bytes::appendStamp(input, clock.life);
    for (const NamedColumn &column : columnsByName) {
        const Stamp stamp = clock.stampOf(column.id);
        if (stamp.hlc == 0)
            continue;
        Bytes::appendBytes(input, column.name);
        Bytes::appendStamp(input, stamp);
    }
    if (!clock.texts.empty())
        appendTexts(input, clock, columnsByName);
    if (!std::ranges::all_of(clock.parts, &RowClock::Part::isGone))
        appendParts(input, clock, columnsByName);
    std::array<unsigned char, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char *>(input.constData()),
                       static_cast<unsigned long long>(input.size()), nullptr, 0);
    return {{qFromBigEndian<quint64>(hash.data() + 8), qFromBigEndian<quint64>(hash.data())}, bucketOf(table, key)};
}

} // namespace Sheaf
