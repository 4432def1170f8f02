// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "windowdriver.h"

namespace Sheaf {

namespace {

QQuickItem *find(QQuickItem *item, const QString &name)
{
    if (!item->isVisible())
        return nullptr;
    if (item->objectName() == name)
        return item;
    const QList<QQuickItem *> children = item->childItems();
    for (QQuickItem *child : children) {
        if (QQuickItem *found = find(child, name))
            return found;
    }
    return nullptr;
}

void collect(QQuickItem *item, const QString &name, QList<QQuickItem *> &found)
{
    if (item->objectName() == name && item->isVisible())
        found.append(item);
    const QList<QQuickItem *> children = item->childItems();
    for (QQuickItem *child : children)
        collect(child, name, found);
}

} // namespace

WindowDriver::WindowDriver(const QString &profile, const QString &theme) : WindowDriver(profile, {}, {}, theme)
{
}

WindowDriver::WindowDriver(const QString &profile, const QUrl &url, const QByteArray &token, const QString &theme)
{
    DesktopOptions options;
    options.profile = profile;
    options.url = url;
    options.token = token;
    options.device = QStringLiteral("test");
    options.theme = theme;
    m_app = std::make_unique<DesktopApp>(options);
    m_app->start();
}

WindowDriver::~WindowDriver() = default;

bool WindowDriver::waitForWindow()
{
    if (!QTest::qWaitFor([this] { return window() != nullptr; }, 20000))
        return false;
    window()->requestActivate();
    return QTest::qWaitForWindowActive(window(), 20000) &&
           QTest::qWaitFor([this] { return !window()->property("started").isValid() || window()->property("started").toBool(); },
                           20000);
}

void WindowDriver::quit()
{
    window()->close();
    m_app.reset();
}

QQuickItem *WindowDriver::item(const QString &name) const
{
    return find(window()->contentItem(), name);
}

QList<QQuickItem *> WindowDriver::items(const QString &name) const
{
    QList<QQuickItem *> found;
    collect(window()->contentItem(), name, found);
    return found;
}

QVariant WindowDriver::property(const QString &name, const char *property) const
{
    const QQuickItem *found = item(name);
    return found ? found->property(property) : QVariant();
}

QVariant WindowDriver::value(const QString &sql)
{
    const auto rows = engine().query({sql, {}, {}}).result();
    return rows && !rows->rows.isEmpty() ? rows->rows.first().first() : QVariant();
}

QString WindowDriver::column(const QString &sql)
{
    QStringList values;
    const auto rows = engine().query({sql, {}, {}}).result();
    if (rows) {
        for (const QVariantList &row : rows->rows)
            values.push_back(row.first().toString());
    }
    return values.join(u',');
}

bool WindowDriver::exec(const QString &sql, const QVariantList &params)
{
    return bool(engine().write({{sql, params, {}}}).result());
}

void WindowDriver::type(const QString &text)
{
    for (const QChar letter : text)
        QTest::keyClick(window(), letter.toLatin1());
}

bool WindowDriver::click(const QString &name)
{
    const QQuickItem *found = item(name);
    if (found)
        QTest::mouseClick(window(), Qt::LeftButton, {}, found->mapToScene(found->boundingRect().center()).toPoint());
    return found != nullptr;
}

QStringList WindowDriver::rows() const
{
    QStringList titles;
    QQuickItem *view = item(QStringLiteral("itemListView"));
    for (int i = 0; i < view->property("count").toInt(); ++i) {
        QQuickItem *row = nullptr;
        QMetaObject::invokeMethod(view, "itemAtIndex", Q_RETURN_ARG(QQuickItem *, row), Q_ARG(int, i));
        if (row)
            titles.append(row->property("title").toString());
    }
    return titles;
}

} // namespace Sheaf
