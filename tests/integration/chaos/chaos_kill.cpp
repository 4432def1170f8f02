// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "chaosprocess.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMap>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <cstdio>
#include <memory>
#include <vector>

using namespace Qt::StringLiterals;
using namespace Sheaf::Test;

namespace {

constexpr int settleMsMax = 60'000;
constexpr qsizetype windowMax = 8; ///< requests of one replica without an answer

/// What one device was told about its rows: the black-box account of the run.
struct Account {
    enum class Fate { Unknown, Saved, Deleted };
    QMap<QString, Fate> rows;
    qint64 saved = 0;
    qint64 synced = 0; ///< of these, how many the server had acknowledged when asked
    int written = 0;
    QStringList refusals; ///< local writes that failed
};

/// Server, replicas, load and kills.
class Chaos
{
public:
    Chaos(quint32 seed, int replicas, bool verbose) : m_random(seed), m_verbose(verbose)
    {
        const QString bin = qEnvironmentVariable("SHEAF_BIN");
        m_serverProgram = bin + u"/sheaf-server"_s;
        m_replicaProgram = bin + u"/sheaf-replica"_s;
        m_accounts.resize(static_cast<size_t>(replicas));
    }

    int run(int kills)
    {
        if (!setUp())
            return fail("set-up");
        for (int n = 0; n < kills; ++n) {
            loadFor(30 + static_cast<int>(m_random.bounded(250U)));
            if (!killSomebody())
                return fail("restart after a kill");
            if (m_verbose || n % 20 == 19)
                std::printf("%d kills, %lld writes saved\n", n + 1, saved());
            std::fflush(stdout);
        }
        loadFor(300);
        return finish(kills);
    }

private:
    int fail(const char *what)
    {
        std::printf("CHAOS FAIL: %s\n", what);
        return 1;
    }

    [[nodiscard]] qint64 saved() const
    {
        qint64 sum = 0;
        for (const Account &account : m_accounts)
            sum += account.saved;
        return sum;
    }

    bool setUp()
    {
        QFile schema(m_folder.filePath(u"schema.sql"_s));
        if (!schema.open(QIODevice::WriteOnly))
            return false;
        schema.write("CREATE TABLE entries(id TEXT PRIMARY KEY NOT NULL, author INTEGER, body TEXT);\n"
                     "SELECT sheaf_sync('entries');\n"
                     "CREATE TABLE hot(id INTEGER PRIMARY KEY NOT NULL, a TEXT, b TEXT);\n"
                     "SELECT sheaf_sync('hot');\n");
        schema.close();
        if (!startServer(u"127.0.0.1:0"_s))
            return false;
        for (size_t i = 0; i < m_accounts.size(); ++i) {
            const QString number = QString::number(i);
            QProcess token;
            token.start(m_serverProgram,
                        {u"token"_s, u"add"_s, u"--data"_s, m_folder.filePath(u"server"_s), u"--name"_s, u"device"_s + number});
            if (!token.waitForFinished(20'000) || token.exitCode() != 0)
                return false;
            m_replicas.push_back(std::make_unique<ChaosReplica>(
                m_replicaProgram,
                QStringList{u"--db"_s, m_folder.filePath(u"replica"_s + number + u".db"_s), u"--schema"_s, schema.fileName(),
                            u"--url"_s, m_url, u"--token"_s, QString::fromUtf8(token.readAllStandardOutput().trimmed())}));
            if (!m_replicas.back()->start())
                return false;
        }
        return true;
    }

    bool startServer(const QString &listen)
    {
        m_server = std::make_unique<ChaosProcess>(
            m_serverProgram, QStringList{u"serve"_s, u"--data"_s, m_folder.filePath(u"server"_s), u"--listen"_s, listen});
        if (!m_server->start())
            return false;
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 20'000 && m_server->isRunning()) {
            for (const QByteArray &line : m_server->readLines(20)) {
                if (!line.startsWith("listening ws://"))
                    continue;
                m_url = QString::fromUtf8(line.mid(10).trimmed());
                return true;
            }
        }
        return false;
    }

    bool killSomebody()
    {
        const auto victim = m_random.bounded(static_cast<quint32>(m_replicas.size() * 2));
        if (victim < m_replicas.size()) {
            m_replicas[victim]->kill();
            ++m_replicaKills;
            loadFor(static_cast<int>(m_random.bounded(60U)));
            return m_replicas[victim]->start();
        }
        m_server->kill();
        ++m_serverKills;
        loadFor(static_cast<int>(m_random.bounded(60U)));
        return startServer(m_url.mid(5)); // without ws://
    }

    void loadFor(int ms)
    {
        QElapsedTimer timer;
        timer.start();
        do {
            for (size_t i = 0; i < m_replicas.size(); ++i) {
                if (!m_replicas[i]->isRunning())
                    continue;
                while (m_replicas[i]->unanswered() < windowMax)
                    write(i);
                m_replicas[i]->poll(1);
            }
        } while (timer.elapsed() < ms);
    }

    static QJsonObject exec(const QString &sql, const QJsonArray &params)
    {
        return {{u"do"_s, u"exec"_s}, {u"sql"_s, sql}, {u"params"_s, params}};
    }

    /// One random write; its answer is the promise that the end must keep.
    void write(size_t i)
    {
        Account &account = m_accounts[i];
        const int number = ++account.written;
        const quint32 kind = m_random.bounded(10U);
        const QString id = u"r%1-%2"_s.arg(i).arg(number);
        const auto noted = [&account](const QString &row, Account::Fate fate) {
            return [&account, row, fate](const QJsonObject &answer) {
                if (!answer.contains(u"ok"_s)) {
                    account.refusals += answer[u"error"_s].toObject()[u"message"_s].toString();
                    return;
                }
                ++account.saved;
                if (!row.isEmpty())
                    account.rows[row] = fate;
            };
        };
        if (kind < 5) {
            m_replicas[i]->request(
                exec(u"INSERT INTO entries(id, author, body) VALUES (?, ?, ?)"_s, {id, static_cast<int>(i), id.repeated(10)}),
                noted(id, Account::Fate::Saved));
        } else if (kind < 6 && !account.rows.isEmpty()) {
            const QString old = std::next(account.rows.cbegin(), m_random.bounded(static_cast<int>(account.rows.size()))).key();
            account.rows[old] = Account::Fate::Unknown;
            m_replicas[i]->request(exec(u"DELETE FROM entries WHERE id = ?"_s, {old}), noted(old, Account::Fate::Deleted));
        } else if (kind < 9) {
            m_replicas[i]->request(exec(u"INSERT INTO hot(id, a) VALUES (?, ?) ON CONFLICT(id) DO UPDATE SET a = excluded.a"_s,
                                        {static_cast<int>(m_random.bounded(5U)), id}),
                                   noted({}, Account::Fate::Saved));
        } else {
            askStatus(i);
        }
    }

    /// Pending 0 means: everything that was answered before this question is acknowledged.
    void askStatus(size_t i)
    {
        Account &account = m_accounts[i];
        const qint64 savedBefore = account.saved;
        m_replicas[i]->request({{u"do"_s, u"status"_s}}, [&account, savedBefore](const QJsonObject &answer) {
            if (answer[u"ok"_s].toObject()[u"pending"_s].toInt(-1) == 0)
                account.synced = std::max(account.synced, savedBefore);
        });
    }

    bool settle()
    {
        QElapsedTimer timer;
        timer.start();
        // Twice, because the first of them may be done before the last one has sent its news.
        for (int round = 0; round < 2; ++round) {
            for (const auto &replica : m_replicas) {
                const auto left = static_cast<int>(settleMsMax - timer.elapsed());
                const auto answer = replica->ask({{u"do"_s, u"wait_synced"_s}, {u"timeout_ms"_s, left}}, left + 1000);
                if (!answer || !answer->contains(u"ok"_s))
                    return false;
            }
        }
        return true;
    }

    int finish(int kills)
    {
        if (!settle())
            return fail("not synced in time");
        QString digest;
        for (size_t i = 0; i < m_replicas.size(); ++i) {
            const auto answer = m_replicas[i]->ask({{u"do"_s, u"digest"_s}, {u"space"_s, u"home"_s}}, 20'000);
            if (!answer || !answer->contains(u"ok"_s))
                return fail("no digest");
            const QString mine =
                QString::fromUtf8(QJsonDocument(answer->value(u"ok"_s).toObject()).toJson(QJsonDocument::Compact));
            if (i > 0 && mine != digest)
                return fail(qPrintable(u"digests differ: "_s + digest + u" and "_s + mine));
            digest = mine;
        }
        for (const auto &replica : m_replicas) {
            if (!judge(*replica))
                return 1;
        }
        qint64 synced = 0;
        for (const Account &account : m_accounts)
            synced += account.synced;
        for (const auto &replica : m_replicas)
            replica->stop();
        if (!m_server->stop())
            return fail("the server does not stop");
        std::printf("%d kills (%d of the server, %d of replicas): %lld saved writes, %lld of them known as acknowledged on the "
                    "way, none lost; digests equal\n",
                    kills, m_serverKills, m_replicaKills, saved(), synced);
        return 0;
    }

    /// Every answered write of every device is there, every answered delete is not.
    bool judge(ChaosReplica &replica)
    {
        const auto answer = replica.ask({{u"do"_s, u"query"_s}, {u"sql"_s, u"SELECT id, body FROM entries"_s}}, 60'000);
        if (!answer || !answer->contains(u"ok"_s))
            return fail("no rows") == 0;
        QHash<QString, QString> rows;
        for (const QJsonValue row : answer->value(u"ok"_s).toObject()[u"rows"_s].toArray())
            rows.insert(row.toArray().at(0).toString(), row.toArray().at(1).toString());
        int lost = 0;
        for (const Account &account : m_accounts) {
            for (auto it = account.rows.begin(); it != account.rows.end(); ++it) {
                if (it.value() == Account::Fate::Saved && rows.value(it.key()) != it.key().repeated(10))
                    ++lost;
                if (it.value() == Account::Fate::Deleted && rows.contains(it.key()))
                    ++lost;
            }
            if (!account.refusals.isEmpty()) {
                std::printf("a local write failed: %s\n", qPrintable(account.refusals.first()));
                return fail("local writes must not fail") == 0;
            }
        }
        if (lost > 0)
            std::printf("%d answered writes are lost\n", lost);
        return lost == 0 || fail("lost writes") == 0;
    }

    QRandomGenerator m_random;
    bool m_verbose;
    QTemporaryDir m_folder;
    QString m_serverProgram;
    QString m_replicaProgram;
    QString m_url;
    std::unique_ptr<ChaosProcess> m_server;
    std::vector<std::unique_ptr<ChaosReplica>> m_replicas;
    std::vector<Account> m_accounts;
    int m_serverKills = 0;
    int m_replicaKills = 0;
};

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(
        u"Kills the server and its replicas at random moments under load and counts what is lost."_s);
    parser.addHelpOption();
    parser.addOption({u"kills"_s, u"How often."_s, u"n"_s, u"20"_s});
    parser.addOption({u"replicas"_s, u"How many."_s, u"n"_s, u"3"_s});
    parser.addOption({u"seed"_s, u"Of the load; the machine adds its own chance."_s, u"n"_s});
    parser.addOption({u"verbose"_s, u"A line for each kill."_s});
    parser.process(app);
    const quint32 seed = parser.isSet(u"seed"_s) ? parser.value(u"seed"_s).toUInt() : QRandomGenerator::system()->generate();
    std::printf("seed %u\n", seed);
    std::fflush(stdout);
    Chaos chaos(seed, parser.value(u"replicas"_s).toInt(), parser.isSet(u"verbose"_s));
    return chaos.run(parser.value(u"kills"_s).toInt());
}
