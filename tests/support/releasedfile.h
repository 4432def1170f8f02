// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace Sheaf {

/// Makes the database that a file of tests/data/released describes, in the place of whatever is at `path`. Ends the test if it
/// cannot.
void makeReleasedFile(const QString &path, const QString &script);

} // namespace Sheaf
