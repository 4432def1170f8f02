// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "clipboard.h"

#include <QClipboard>
#include <QGuiApplication>

namespace Sheaf {

void Clipboard::copy(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
}

} // namespace Sheaf
