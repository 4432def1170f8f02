// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/rawupdate.h"

#include <QByteArrayView>

namespace Sheaf::Text {

enum class Format : quint8 { V1 = 1, V2 = 2 };

/// Decodes and checks a whole update before anything is changed by it.
[[nodiscard]] Result<void> readUpdate(QByteArrayView bytes, Format format, RawUpdate &out);
[[nodiscard]] Result<StateVector> readStateVector(QByteArrayView bytes);
[[nodiscard]] QByteArray writeStateVector(const StateVector &state);

} // namespace Sheaf::Text
