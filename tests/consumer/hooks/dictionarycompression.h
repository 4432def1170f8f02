// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/compression.h"

/// A compression of one's own: zstd with words that the app's messages are full of. Both sides must have the same words, so
/// another version of them needs another name.
class DictionaryCompression final : public Sheaf::Compression
{
public:
    DictionaryCompression(QByteArray name, QByteArray words) : m_name(std::move(name)), m_words(std::move(words)) {}

    QByteArray name() const override { return m_name; }
    QByteArray compress(QByteArrayView message) const override;
    qsizetype decompress(QByteArrayView packed, std::span<char> message) const override;

private:
    QByteArray m_name;
    QByteArray m_words;
};
