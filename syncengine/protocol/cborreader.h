// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayView>
#include <QString>

namespace Sheaf {

/// The part of CBOR (RFC 8949) that PROTOCOL.md uses, read from the front of untrusted bytes:
/// definite-length arrays, byte and text strings, integers of 64 bits, booleans, all in their
/// shortest forms. Strings are views.
/// After a failed read everything reads as empty: check ok() before use.
class CborReader
{
public:
    explicit CborReader(QByteArrayView bytes) : m_at(bytes.data()), m_end(bytes.data() + bytes.size()) {}

    [[nodiscard]] bool ok() const { return m_ok; }
    [[nodiscard]] bool atEnd() const { return m_at == m_end; }

    quint64 unsignedInteger();
    qint64 signedInteger();
    bool boolean();
    QByteArrayView bytes(qint64 sizeMax);
    QString text(qint64 sizeMax);
    /// Opens an array of at most `countMax` elements, each of which takes a byte at least.
    quint64 array(quint64 countMax);
    /// Opens an array of exactly `count` elements.
    void arrayOf(quint64 count);
    void fail();

private:
    enum Major : quint8 { Unsigned = 0, Negative = 1, ByteString = 2, TextString = 3, Array = 4, Simple = 7 };
    struct Head {
        quint8 major = 0;
        quint64 argument = 0;
    };
    Head head();
    QByteArrayView string(quint8 major, qint64 sizeMax);

    const char *m_at;
    const char *m_end;
    bool m_ok = true;
};

} // namespace Sheaf
