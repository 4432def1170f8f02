// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/systemrandom.h"

namespace Sheaf {

quint64 SystemRandom::next()
{
    return m_generator.generate64();
}

} // namespace Sheaf
