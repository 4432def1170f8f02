// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <random>

/// A seeded source of numbers, 32 bits wide.
class Dice
{
public:
    explicit Dice(unsigned seed) : m_engine(seed) {}
    using result_type = quint32;
    static constexpr quint32 min() { return 0; }
    static constexpr quint32 max() { return 0xFFFF'FFFFU; }
    quint32 operator()() { return static_cast<quint32>(m_engine()); }
    QString letters()
    {
        const auto count = static_cast<qsizetype>(1 + (*this)() % 3);
        return QString(count, QChar(static_cast<char16_t>(u'a' + (*this)() % 26)));
    }

private:
    std::mt19937 m_engine;
};
