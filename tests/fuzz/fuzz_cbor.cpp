// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/fuzz.h"
#include "protocol/cborreader.h"

using namespace Sheaf;

Fuzz::Budget Fuzz::budget()
{
    return {};
}

QList<QByteArray> Fuzz::heavyInputs()
{
    return {};
}

namespace {

/// The plainest writer of the same subset, to compare with.
class Written
{
public:
    void head(int major, quint64 argument)
    {
        const int first = major << 5;
        if (argument < 24)
            bytes.append(static_cast<char>(first | static_cast<int>(argument)));
        else if (argument <= 0xFF)
            number(first | 24, argument, 1);
        else if (argument <= 0xFFFF)
            number(first | 25, argument, 2);
        else if (argument <= 0xFFFFFFFF)
            number(first | 26, argument, 4);
        else
            number(first | 27, argument, 8);
    }
    void string(int major, QByteArrayView content)
    {
        head(major, static_cast<quint64>(content.size()));
        bytes.append(content);
    }
    QByteArray bytes;

private:
    void number(int first, quint64 argument, int size)
    {
        bytes.append(static_cast<char>(first));
        while (--size >= 0)
            bytes.append(static_cast<char>(argument >> (8 * size)));
    }
};

void readOne(CborReader &reader, quint8 kind, Written &written)
{
    switch (kind % 6) {
    case 0:
        written.head(0, reader.unsignedInteger());
        break;
    case 1: {
        const qint64 number = reader.signedInteger();
        written.head(number < 0 ? 1 : 0, number < 0 ? static_cast<quint64>(-1 - number) : static_cast<quint64>(number));
        break;
    }
    case 2:
        written.head(7, reader.boolean() ? 21 : 20);
        break;
    case 3:
        written.string(2, reader.bytes(300));
        break;
    case 4:
        written.string(3, reader.text(300).toUtf8());
        break;
    default:
        written.head(4, reader.array(5000));
    }
}

} // namespace

/// A count, as many wishes of what to read, and the CBOR bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    Fuzz::Input input(Fuzz::viewOf(bytes, size));
    const QByteArrayView wishes = input.take(input.byte());
    const QByteArrayView cbor = input.rest();
    CborReader reader(cbor);
    Written written;
    for (const char wish : wishes) {
        readOne(reader, static_cast<quint8>(wish), written);
        if (reader.ok())
            continue;
        // After a failure there is nothing more, and nothing but zeros.
        SHEAF_CHECK(reader.atEnd() && reader.unsignedInteger() == 0 && reader.bytes(9).isEmpty() && !reader.boolean());
        return 0;
    }
    SHEAF_CHECK(cbor.startsWith(written.bytes));
    SHEAF_CHECK(reader.atEnd() == (written.bytes.size() == cbor.size()));
    return 0;
}
