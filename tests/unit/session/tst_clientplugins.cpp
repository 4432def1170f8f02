// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "session/clientplugins.h"

#include <QTest>

using namespace Sheaf;

namespace {

struct Half final : ClientPlugin {
    explicit Half(QByteArray n) : plugin(std::move(n)) {}
    [[nodiscard]] QByteArray name() const override { return plugin; }
    void setOnline(bool isOnline) override { states.append(isOnline); }
    void receive(const Plugin &message) override { heard.append(message.payload); }

    QByteArray plugin;
    QList<bool> states;
    QList<QByteArray> heard;
};

} // namespace

class TestClientPlugins : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachHearsItsOwnInOrder()
    {
        ClientPlugins plugins;
        Half bell("bell"), second("bell"), dice("dice");
        for (Half *half : {&bell, &second, &dice})
            plugins.add(*half);
        plugins.receive({"bell", "home", {}, "1"});
        plugins.receive({"dice", "home", {}, "six"});
        plugins.receive({"bell", "team", {}, "2"});
        plugins.receive({"unheard of", "home", {}, "?"});
        QCOMPARE(bell.heard, (QList<QByteArray>{"1", "2"}));
        QCOMPARE(second.heard, bell.heard);
        QCOMPARE(dice.heard, QList<QByteArray>{"six"});
        QCOMPARE(plugins.ignored(), 1);
        plugins.remove(second);
        plugins.receive({"bell", "home", {}, "3"});
        QCOMPARE(second.heard.size(), 2);
        QCOMPARE(bell.heard.size(), 3);
    }

    void eachIsToldOnceOfASession()
    {
        ClientPlugins plugins;
        Half early("bell"), late("bell");
        plugins.add(early);
        plugins.setOnline(true);
        plugins.setOnline(true);
        plugins.add(late);
        plugins.setOnline(false);
        QCOMPARE(early.states, (QList<bool>{true, false}));
        QCOMPARE(late.states, (QList<bool>{true, false}));
    }
};

QTEST_GUILESS_MAIN(TestClientPlugins)
#include "tst_clientplugins.moc"
