// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"

#include <QJsonArray>
#include <QJsonObject>

namespace Sheaf::TextBridge {

[[nodiscard]] Text::Value toValue(const QJsonValue &json);
[[nodiscard]] QJsonValue valueToJson(const Text::Value &value);
/// The order of the keys is that of QJsonObject: sorted.
[[nodiscard]] Text::Attributes toAttributes(const QJsonObject &json);
[[nodiscard]] Text::Delta toDelta(const QJsonArray &json);
[[nodiscard]] QJsonArray deltaToJson(const Text::Delta &delta);

} // namespace Sheaf::TextBridge
