// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/presence.h"

#include <QJsonObject>

#include <functional>
#include <map>
#include <memory>

namespace Sheaf {

/// Where this replica shows itself, and who else is there: the home space from the start, and each space or text that a
/// command names.
class Presences : public QObject
{
    Q_OBJECT

public:
    using Print = std::function<void(const QJsonObject &)>;

    Presences(SyncEngine &engine, Print print);
    ~Presences() override;

    /// Does {"do":"presence"}: `state`, and optionally `space`, `table`, `pk`, `column`, and `anchor` and `head` in that text.
    Result<QJsonValue> show(const QJsonObject &command);

private:
    struct Room;

    Room &room(const QJsonObject &place, const QVariantList &key);
    void changed(Room &room);
    void tell(Room &room);

    SyncEngine &m_engine;
    Print m_print;
    std::map<QByteArray, std::unique_ptr<Room>> m_rooms;
};

} // namespace Sheaf
