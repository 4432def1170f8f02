// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace Sheaf {

/// What becomes of a text that is `now`, and was `from` once, when the step from `from` to `to` is made in it: takes out
/// nothing but what `from` has and `to` has not, wherever it stands now, and leaves alone what others have replaced meanwhile.
[[nodiscard]] QString withStep(const QString &from, const QString &to, const QString &now);

} // namespace Sheaf
