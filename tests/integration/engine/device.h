// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "support/patience.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <optional>

namespace Sheaf {

constexpr int patienceMs = 30'000 * patience; ///< for slow machines; nothing waits that long when all is well

/// Lets the event loop run until the future has its result.
template<typename T>
std::optional<T> await(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, patienceMs) || future.resultCount() == 0)
        return {};
    return future.result();
}

/// One device: an engine on a replica of its own, with the tables `notes(id, space, title, body, votes)`
/// and `pages(id, space, body)` whose body is a text, and the local one `settings(name, value)`.
class Device
{
public:
    explicit Device(const QString &name);

    /// Closes the engine, as the end of the app does, and opens the same file again.
    void restart();
    void close() { m_engine.reset(); }

    void write(const QString &sql, const QVariantList &params = {});
    void addNote(const QString &id, const QString &title);
    [[nodiscard]] QVariant value(const QString &sql, const QVariantList &params = {});
    [[nodiscard]] QString titleOf(const QString &id);
    [[nodiscard]] bool waitSynced();
    [[nodiscard]] QByteArray stampDigest();
    [[nodiscard]] QByteArray rowDigest();

    [[nodiscard]] SyncEngine &engine() { return *m_engine; }
    [[nodiscard]] QString path(const QString &file) const { return m_folder.filePath(file); }
    [[nodiscard]] SyncEngine::Options options() const;

    /// Another version of the app has one more script of schema; from the next restart() on.
    void addMigration(const QByteArray &sql);

    ConflictPolicy policy = ConflictPolicy::Latest;             ///< of the next restart()
    std::function<std::unique_ptr<Transport>()> transport = {}; ///< the same; none: WebSockets
    Compressions compressions = builtinCompressions();          ///< the same
    SyncFilters filters = {};                                   ///< the same

private:
    QString m_name;
    QTemporaryDir m_folder;
    std::unique_ptr<SyncEngine> m_engine;
    int m_scripts = 0;
};

} // namespace Sheaf
