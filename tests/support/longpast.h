// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"

namespace Sheaf {

/// A short text that two writers have changed so many times without knowing of each other: each time leaves two stretches in it
/// that are gone.
inline QByteArray updateWithLongPast(int times)
{
    Text::Doc one({.clientId = 2'425'520'041});
    Text::Doc two({.clientId = 1'140'654'204});
    const auto words = [](int number) { return QStringLiteral("Words that stay, number %1, and the end.").arg(number); };
    one.text().replaceWith(words(0));
    if (!two.apply(one.encode()))
        qFatal("an update is refused");
    for (int i = 1; i <= times; ++i) {
        one.text().replaceWith(words(i * 37));
        two.text().replaceWith(words(i * i));
        if (!one.apply(two.encodeSince(one.stateVector())) || !two.apply(one.encodeSince(two.stateVector())))
            qFatal("an update is refused");
    }
    return one.encode();
}

} // namespace Sheaf
