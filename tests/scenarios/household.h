// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/messages.h"
#include "spacehouse.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace Sheaf::Test {

/// Some devices that share the space `home` of a real server core, over links and under clocks that the test has in its hands.
class Household
{
public:
    /// `more`: SQL that the devices' schema has besides.
    explicit Household(int count, const QByteArray &more = {});
    ~Household();

    [[nodiscard]] SpaceDevice &operator[](int number) { return *m_devices[static_cast<size_t>(number)]; }
    SpaceDevice &add(const QByteArray &more = {});
    void run(qint64 ms = 2'000) { house.run(ms); }
    /// A millisecond after the other until it is so; false if it is not within a minute.
    [[nodiscard]] bool runUntil(const std::function<bool()> &isSo);
    /// The network of a device is gone, in the middle of whatever was under way.
    void cutOff(int number);
    void bringBack(int number);
    /// The server's process ends and another begins on the same data.
    void restartServer();

    /// Lets everybody finish, and says what is not equal then; empty: everybody is proven equal, by stamps and by values, nobody
    /// has anything left to send, and no proof of equality has ever failed.
    [[nodiscard]] QString difference();
    /// The first value, as text, of each device, with | between devices.
    [[nodiscard]] QString values(const QString &sql);
    /// What is in a frame of a session; nothing if it is a part of a message.
    [[nodiscard]] static std::optional<Message> messageIn(const QByteArray &frame);
    /// Changes of rows that each device has received so far.
    [[nodiscard]] QList<qint64> pulled() const;

    SpaceHouse house;

private:
    std::vector<std::unique_ptr<SpaceDevice>> m_devices;
};

} // namespace Sheaf::Test
