// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QQuickImageProvider>

namespace Sheaf {

/// Renders our icons in any colour: image://sheaf-icon/NAME/RRGGBB or NAME/AARRGGBB.
class IconProvider : public QQuickImageProvider
{
public:
    IconProvider();
    QImage requestImage(const QString &id, QSize *size, const QSize &requestedSize) override;

    static constexpr QLatin1StringView providerName{"sheaf-icon"};
};

} // namespace Sheaf
