// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "device.h"
#include "relay.h"

/// What tests of texts share: notes with a text `body`, edits of it and what must hold in the end.
namespace Sheaf::TextBench {

/// Tables `notes` and `gone`, the latter with delete_wins.
extern const char schema[];

[[nodiscard]] QByteArray key(qint64 id);
[[nodiscard]] QString body(Device &device, qint64 id = 1);
void append(Device &device, const QString &words, qint64 id = 1);
void settle(Relay &relay, const QList<Device *> &devices);
/// Empty if all devices have the same rows, the same documents, the same digests and nothing waits.
[[nodiscard]] QString differences(const QList<Device *> &devices);

#define VERIFY_EQUAL(...) QCOMPARE(Sheaf::TextBench::differences(__VA_ARGS__), QString())

} // namespace Sheaf::TextBench
