// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/doc.h"

#include <QHash>
#include <QJsonObject>

#include <memory>

namespace Sheaf::TextBridge {

/// Named documents driven by JSON commands (DESIGN section 7); each answer is {"ok":…} or {"error":…}.
class Bridge
{
public:
    [[nodiscard]] QJsonObject handle(const QJsonObject &command);

private:
    [[nodiscard]] Result<QJsonValue> run(const QJsonObject &command);
    [[nodiscard]] Result<QJsonValue> edit(const QString &what, const QJsonObject &command, Text::Doc &doc);
    [[nodiscard]] Result<QJsonValue> exchange(const QString &what, const QJsonObject &command, Text::Doc &doc);
    [[nodiscard]] Result<QJsonValue> algebra(const QString &what, const QJsonObject &command);

    QHash<QString, std::shared_ptr<Text::Doc>> m_docs;
    QHash<QString, QStringList> m_updates; ///< update events since they were last asked for, v1
};

/// Plays an editing trace and says how many milliseconds it took.
[[nodiscard]] Result<QJsonValue> replay(Text::Doc &doc, const QString &file);

} // namespace Sheaf::TextBridge
