// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "bridge.h"

#include <QCoreApplication>
#include <QJsonDocument>

#include <iostream>
#include <string>

using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    std::ios::sync_with_stdio(false);
    Sheaf::TextBridge::Bridge bridge;
    std::string line;
    while (std::getline(std::cin, line)) {
        const QJsonDocument command = QJsonDocument::fromJson(QByteArray::fromStdString(line));
        QJsonObject answer;
        if (command.isObject())
            answer = bridge.handle(command.object());
        else
            answer.insert(u"error"_s,
                          QJsonObject{{u"code"_s, u"bad_json"_s}, {u"message"_s, u"The line is not a JSON object."_s}});
        std::cout << QJsonDocument(answer).toJson(QJsonDocument::Compact).constData() << '\n';
        // Who sends many commands at once need not wait for each answer.
        if (std::cin.rdbuf()->in_avail() <= 0)
            std::cout.flush();
    }
    return 0;
}
