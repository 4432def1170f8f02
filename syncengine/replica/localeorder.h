// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QCollator>

struct sqlite3;

namespace Sheaf {

/// Compares texts as people of the default QLocale do, numbers in them by their value; as English does where that names no
/// language (C).
[[nodiscard]] QCollator localeCollator();

/// Makes `COLLATE sheaf_locale`, the same for SQL, on a connection that only reads. The writer has none: an index or a
/// key in that order would be another one on another device.
void registerLocaleOrder(sqlite3 *handle);

} // namespace Sheaf
