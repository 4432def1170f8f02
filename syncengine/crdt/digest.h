// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/rowclock.h"

#include <QByteArray>

#include <array>
#include <bitset>
#include <span>

namespace Sheaf {

/// One 128-bit number, little endian in two halves; sums wrap.
struct Digest128 {
    quint64 low = 0;
    quint64 high = 0;

    Digest128 &operator+=(Digest128 other);
    Digest128 &operator-=(Digest128 other);
    friend bool operator==(const Digest128 &, const Digest128 &) = default;
};

/// Order-free fingerprint of the clocks of all rows of a space that are not deleted: the sum of one 128-bit BLAKE2b hash per
/// row, with 256 sub-sums, by the folded FNV-1a of table, NUL and key. Equal digests mean that
/// both sides accepted the same write of every cell.
class SpaceDigest
{
public:
    static constexpr int bucketCount = 256;
    static constexpr qsizetype bytesOfAll = bucketCount * 16;
    using Buckets = std::bitset<bucketCount>;

    void add(const struct RowFingerprint &row);
    void subtract(const struct RowFingerprint &row);
    void add(const SpaceDigest &other);
    void subtract(const SpaceDigest &other);
    [[nodiscard]] Digest128 total() const;
    [[nodiscard]] Digest128 bucket(int index) const { return m_buckets[static_cast<size_t>(index)]; }

    /// 16 bytes of the total, for messages.
    [[nodiscard]] QByteArray totalBytes() const;
    /// 4096 bytes of all buckets, for storage and repair.
    [[nodiscard]] QByteArray toBytes() const;
    [[nodiscard]] static SpaceDigest fromBytes(QByteArrayView bytes); ///< empty digest when the size is wrong
    /// The buckets that are not the same in both.
    [[nodiscard]] Buckets differences(const SpaceDigest &other) const;

    friend bool operator==(const SpaceDigest &, const SpaceDigest &) = default;

private:
    std::array<Digest128, bucketCount> m_buckets{};
};

/// The bucket of a row.
[[nodiscard]] quint8 bucketOf(QByteArrayView table, QByteArrayView key);

/// A set of buckets as messages carry it: nothing for none, else 32 bytes, bucket 0 the lowest bit of the first.
[[nodiscard]] QByteArray bytesOf(const SpaceDigest::Buckets &buckets);
[[nodiscard]] SpaceDigest::Buckets bucketsFrom(QByteArrayView bytes); ///< none when the size is wrong

/// The hash of one row and the bucket it belongs to.
struct RowFingerprint {
    Digest128 hash;
    quint8 bucket = 0;
};

/// Name of a column by its id, in a list sorted by name: the digest must not depend on local ids.
struct NamedColumn {
    QByteArray name; ///< UTF-8
    ColumnId id = 0;
};

/// Hashes table name, key, causal length, life stamp and (name, stamp) of every stamped column in
/// the order of `columnsByName`, and then the texts and the parts, as PROTOCOL.md "Digest" lays them out. 0 for a deleted row.
[[nodiscard]] RowFingerprint fingerprint(QByteArrayView table, QByteArrayView key, const RowClock &clock,
                                         std::span<const NamedColumn> columnsByName);

} // namespace Sheaf
