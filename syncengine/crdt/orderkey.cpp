// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "crdt/orderkey.h"

#include <string_view>

namespace Sheaf {

using namespace Qt::StringLiterals;

namespace {

// A key is an integer part, whose first letter tells its length and sign ('Z' … 'A' negative,
// 'a' … 'z' positive), and a fraction in base 62 that does not end in '0'. Appending and prepending
// count the integer, so those keys stay short; between two keys the fraction grows.
constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr int base = 62;
constexpr int jitterDigits = 4;

int digitOf(char c)
{
    return static_cast<int>(digits.find(c));
}

/// Takes digits from one random number.
class Jitter
{
public:
    explicit Jitter(quint64 random) : m_random(random) {}
    int below(int bound)
    {
        const auto value = static_cast<int>(m_random % static_cast<quint64>(bound));
        m_random = m_random / static_cast<quint64>(bound) * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019;
        return value;
    }
    QByteArray fraction()
    {
        QByteArray out;
        for (int i = 1; i < jitterDigits; ++i)
            out += digits[below(base)];
        return out + digits[1 + below(base - 1)];
    }

private:
    quint64 m_random;
};

qsizetype integerSize(char head)
{
    return head >= 'a' ? head - 'a' + 2 : 'Z' - head + 2;
}

bool isValid(QByteArrayView key)
{
    if (key.isEmpty() || !((key[0] >= 'a' && key[0] <= 'z') || (key[0] >= 'A' && key[0] <= 'Z')))
        return false;
    for (const char c : key) {
        if (digits.find(c) == std::string_view::npos)
            return false;
    }
    const qsizetype size = integerSize(key[0]);
    return key.size() >= size && (key.size() == size || key.back() != '0');
}

/// The next integer part up (step 1) or down (step -1); empty when there is none.
QByteArray neighbour(QByteArrayView integer, int step)
{
    QByteArray out = integer.toByteArray();
    for (qsizetype i = out.size() - 1; i > 0; --i) {
        const int digit = digitOf(out[i]) + step;
        if (digit >= 0 && digit < base) {
            out[i] = digits[digit];
            return out;
        }
        out[i] = step > 0 ? '0' : 'z';
    }
    const char head = out[0];
    if ((step > 0 && head == 'z') || (step < 0 && head == 'A'))
        return {};
    if (step > 0 && head == 'Z')
        return "a0"_ba;
    if (step < 0 && head == 'a')
        return "Zz"_ba;
    const char next = static_cast<char>(head + step);
    return QByteArray(1, next) + QByteArray(integerSize(next) - 1, step > 0 ? '0' : 'z');
}

/// A fraction between two fractions; an empty `high` is 1.
QByteArray between(QByteArrayView low, QByteArrayView high, Jitter &jitter)
{
    QByteArray out;
    qsizetype at = 0;
    bool open = high.isEmpty();
    while (true) {
        const int from = at < low.size() ? digitOf(low[at]) : 0;
        const int to = open ? base : (at < high.size() ? digitOf(high[at]) : 0);
        if (to - from > 1)
            return out + digits[from + 1 + jitter.below(to - from - 1)];
        out += digits[from];
        open = open || to > from;
        ++at;
    }
}

} // namespace

Result<QByteArray> orderKeyBetween(QByteArrayView before, QByteArrayView after, quint64 random)
{
    if ((!before.isEmpty() && !isValid(before)) || (!after.isEmpty() && !isValid(after)) ||
        (!before.isEmpty() && !after.isEmpty() && before >= after))
        return fail(u"bad_order_key"_s, u"The two order keys are not a place between which something fits."_s);
    Jitter jitter(random);
    if (before.isEmpty() && after.isEmpty())
        return "a0"_ba + jitter.fraction();
    if (before.isEmpty() || after.isEmpty()) {
        const QByteArrayView edge = before.isEmpty() ? after : before;
        const QByteArray integer = neighbour(edge.first(integerSize(edge[0])), before.isEmpty() ? -1 : 1);
        if (!integer.isEmpty())
            return integer + jitter.fraction();
    }
    // A prefix of the upper key may become greater than it by what is appended: then go below that.
    const qsizetype lowSize = before.isEmpty() ? 0 : integerSize(before[0]);
    const qsizetype highSize = after.isEmpty() ? 0 : integerSize(after[0]);
    QByteArrayView integer = before.isEmpty() ? after.first(highSize) : before.first(lowSize);
    const bool shared = !before.isEmpty() && !after.isEmpty() && before.first(lowSize) == after.first(highSize);
    if (!before.isEmpty() && !after.isEmpty() && !shared) {
        const QByteArray next = neighbour(integer, 1) + jitter.fraction();
        if (next < after)
            return next;
    }
    const QByteArrayView low = before.isEmpty() ? QByteArrayView() : before.sliced(lowSize);
    const QByteArrayView high = shared || before.isEmpty() ? after.sliced(highSize) : QByteArrayView();
    const QByteArray middle = between(low, high, jitter);
    return integer.toByteArray() + middle + jitter.fraction();
}

} // namespace Sheaf
