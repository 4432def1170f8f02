// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

namespace Sheaf {

/// What tells a file from its copies: the machine and when the file was made there, which no copying and no restoring takes
/// along. An image of a whole disk does, and so does a program that writes the copy into the old file.
[[nodiscard]] QByteArray birthmarkOf(const QString &path);

} // namespace Sheaf
