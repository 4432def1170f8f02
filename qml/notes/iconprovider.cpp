// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "iconprovider.h"

#include <QColor>
#include <QFile>
#include <QPainter>
#include <QSvgRenderer>

namespace Sheaf {

using namespace Qt::StringLiterals;

IconProvider::IconProvider() : QQuickImageProvider(QQuickImageProvider::Image)
{
}

QImage IconProvider::requestImage(const QString &id, QSize *size, const QSize &requestedSize)
{
    const QString name = id.section(u'/', 0, 0);
    const QColor colour(u'#' + id.section(u'/', 1, 1));
    const QSize pixels = requestedSize.isEmpty() ? QSize(24, 24) : requestedSize;
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QFile file(u":/sheaf/icons/%1.svg"_s.arg(name));
    if (file.open(QIODevice::ReadOnly) && colour.isValid()) {
        // SVG Tiny has no currentColor of ours: the word is replaced. Opacity is the painter's.
        QByteArray source = file.readAll();
        source.replace("currentColor", colour.name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(source);
        QPainter painter(&image);
        painter.setOpacity(colour.alphaF());
        renderer.render(&painter);
    }
    if (size)
        *size = pixels;
    return image;
}

} // namespace Sheaf
