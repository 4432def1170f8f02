// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "protocol/cborreader.h"

#include <QStringDecoder>
#include <QtEndian>

namespace Sheaf {

void CborReader::fail()
{
    m_ok = false;
    m_at = m_end;
}

CborReader::Head CborReader::head()
{
    if (m_at == m_end) {
        fail();
        return {};
    }
    const auto first = static_cast<quint8>(*m_at++);
    Head head{static_cast<quint8>(first >> 5), static_cast<quint64>(first & 0x1F)};
    if (head.argument < 24)
        return head;
    const qint64 size = head.argument <= 27 ? 1LL << (head.argument - 24) : 0; // 28 … 31: reserved, indefinite
    if (size == 0 || m_end - m_at < size) {
        fail();
        return {};
    }
    head.argument = 0;
    for (qint64 i = 0; i < size; ++i)
        head.argument = (head.argument << 8) | static_cast<quint8>(*m_at++);
    // What fits a shorter form must have it: a message has one encoding.
    const quint64 least = size == 1 ? 24 : 1ULL << (4 * size);
    if (head.argument < least)
        fail();
    return head;
}

quint64 CborReader::unsignedInteger()
{
    const Head read = head();
    if (read.major != Unsigned)
        fail();
    return m_ok ? read.argument : 0;
}

qint64 CborReader::signedInteger()
{
    const Head read = head();
    if (read.major > Negative || read.argument > static_cast<quint64>(INT64_MAX))
        fail();
    if (!m_ok)
        return 0;
    const auto magnitude = static_cast<qint64>(read.argument);
    return read.major == Unsigned ? magnitude : -1 - magnitude;
}

bool CborReader::boolean()
{
    const Head read = head();
    if (read.major != Simple || (read.argument != 20 && read.argument != 21))
        fail();
    return m_ok && read.argument == 21;
}

QByteArrayView CborReader::string(quint8 major, qint64 sizeMax)
{
    const Head read = head();
    if (read.major != major || read.argument > static_cast<quint64>(sizeMax) ||
        read.argument > static_cast<quint64>(m_end - m_at))
        fail();
    if (!m_ok)
        return {};
    const QByteArrayView view(m_at, static_cast<qsizetype>(read.argument));
    m_at += read.argument;
    return view;
}

QByteArrayView CborReader::bytes(qint64 sizeMax)
{
    return string(ByteString, sizeMax);
}

QString CborReader::text(qint64 sizeMax)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    QString decoded = decoder(string(TextString, sizeMax));
    if (decoder.hasError())
        fail();
    return m_ok ? decoded : QString();
}

quint64 CborReader::array(quint64 countMax)
{
    const Head read = head();
    if (read.major != Array || read.argument > countMax || read.argument > static_cast<quint64>(m_end - m_at))
        fail();
    return m_ok ? read.argument : 0;
}

void CborReader::arrayOf(quint64 count)
{
    if (array(count) != count)
        fail();
}

} // namespace Sheaf
