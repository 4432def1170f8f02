// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>

namespace Sheaf::Text {

/// The JSON form in which editors on Yjs put a relative position into their awareness state; empty when the binary
/// form is none.
[[nodiscard]] QJsonObject relativeToJson(QByteArrayView relative);
/// And back; empty when it is none.
[[nodiscard]] QByteArray relativeFromJson(const QJsonObject &json);

} // namespace Sheaf::Text
