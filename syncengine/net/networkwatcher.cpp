// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "net/networkwatcher.h"

#include <QCoreApplication>
#include <QNetworkInformation>
#include <QThread>

namespace Sheaf {

NetworkWatcher::NetworkWatcher(std::function<void()> networkBack)
{
    // The system's news live in the application's thread.
    const QCoreApplication *application = QCoreApplication::instance();
    if (application == nullptr || application->thread() != QThread::currentThread())
        return;
    if (!QNetworkInformation::loadBackendByFeatures(QNetworkInformation::Feature::Reachability))
        return;
    connect(QNetworkInformation::instance(), &QNetworkInformation::reachabilityChanged, this,
            [back = std::move(networkBack)](QNetworkInformation::Reachability reachability) {
                if (reachability == QNetworkInformation::Reachability::Online ||
                    reachability == QNetworkInformation::Reachability::Site)
                    back();
            });
}

} // namespace Sheaf
