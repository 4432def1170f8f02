// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "desktop/desktopapp.h"

#include <QQuickItem>
#include <QQuickWindow>
#include <QTest>

#include <memory>

namespace Sheaf {

/// The real program on a profile of its own, driven by keys as a person would.
class WindowDriver
{
public:
    explicit WindowDriver(const QString &profile, const QString &theme = QStringLiteral("light"));
    ~WindowDriver();

    /// Whether the window is there, active, and has its first rows.
    [[nodiscard]] bool waitForWindow();
    /// The program connected to a server.
    WindowDriver(const QString &profile, const QUrl &url, const QByteArray &token, const QString &theme);
    /// As Ctrl+Q does.
    void quit();
    /// As the end of a desktop session does.
    void quitWithoutClosing() { m_app.reset(); }

    [[nodiscard]] QQuickWindow *window() const { return m_app->window(); }
    [[nodiscard]] DesktopApp &app() { return *m_app; }
    [[nodiscard]] NotesStore &store() { return m_app->store(); }
    [[nodiscard]] SyncEngine &engine() { return m_app->engine(); }
    /// The visible item of that name, nullptr if there is none.
    [[nodiscard]] QQuickItem *item(const QString &name) const;
    /// All visible items of that name.
    [[nodiscard]] QList<QQuickItem *> items(const QString &name) const;
    [[nodiscard]] QVariant property(const QString &name, const char *property) const;
    /// First value of a query, through the engine.
    [[nodiscard]] QVariant value(const QString &sql);
    /// First column of all rows, joined by commas.
    [[nodiscard]] QString column(const QString &sql);
    bool exec(const QString &sql, const QVariantList &params = {});

    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) { QTest::keyClick(window(), key, modifiers); }
    void type(const QString &text);
    /// Clicks into the middle of the visible item of that name; false if there is none.
    bool click(const QString &name);
    /// Titles of the rows of the item list that are on the screen, from top to bottom.
    [[nodiscard]] QStringList rows() const;

private:
    std::unique_ptr<DesktopApp> m_app;
};

} // namespace Sheaf
