// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"
#include "ports/transport.h"
#include "protocol/framing.h"
#include "server/core/authenticator.h"
#include "server/core/channel.h"
#include "server/core/pluginbench.h"

#include <QHash>
#include <QSet>

namespace Sheaf::Server {

class ServerSession;

/// What a session asks of the server around it. Answers come later, never inside these calls,
/// except that a full group is committed inside upload().
class SessionHost
{
public:
    /// Judge a hello: admitted() or refuse() follows.
    virtual void arrive(ServerSession &session, Hello hello) = 0;
    /// What messages may be packed with.
    [[nodiscard]] virtual const Compressions &compressions() const = 0;
    /// Merge the pushes of one transaction together; each is acknowledged in deliver().
    /// If `isDenied` they are counted alone.
    virtual void upload(ServerSession &session, Channel &channel, std::vector<Push> pushes, qint64 bytes, bool isDenied) = 0;
    /// Count the bytes of unfinished transactions; false when they are too many.
    virtual bool buffer(qint64 bytes) = 0;
    [[nodiscard]] virtual Epoch epoch() const = 0;
    virtual Result<Channel *> channel(const QByteArray &space) = 0;
    [[nodiscard]] virtual PluginBench &plugins() = 0;
    /// The digest of some tables of the space, or of all when none is named. Nothing while it is being counted: counted()
    /// follows.
    virtual std::optional<SpaceDigest> digest(Channel &channel, const QList<QByteArray> &tables) = 0;
    /// A replica has a space up to there.
    virtual void seen(SiteId site, const QByteArray &space, Sequence cursor) = 0;
    virtual Result<Page> page(const Channel &channel, PagePlace after, const RowFilter &filter) = 0;
    /// The session is over and may be deleted, but not inside this call.
    virtual void ended(ServerSession &session) = 0;

protected:
    ~SessionHost() = default;
};

/// One client's connection from accept to end: a state machine that answers messages.
/// One thread; owns the connection; borrows host and clock, which outlive it.
class ServerSession final : public PluginPeer, private Connection::Observer
{
public:
    ServerSession(SessionHost &host, Clock &clock, quint64 number, std::unique_ptr<Connection> connection);
    ~ServerSession();
    Q_DISABLE_COPY_MOVE(ServerSession)

    [[nodiscard]] quint64 number() const override { return m_number; }
    [[nodiscard]] SiteId site() const override { return m_site; }
    /// The lease that it was given, once: when it pushes for the first time.
    [[nodiscard]] QByteArray takeLease() { return std::exchange(m_lease, {}); }
    [[nodiscard]] DeviceId device() const override { return m_device; } ///< 0 before the welcome
    [[nodiscard]] Role role(const QByteArray &space) const override;
    /// The role that the client was told last, also of a space that wants a newer schema than its app has.
    [[nodiscard]] Role toldRole(const QByteArray &space) const { return m_outdated.value(space, role(space)); }
    /// Whether the app behind it has an older schema than `version` and uses the space.
    [[nodiscard]] bool isOlder(const QByteArray &space, quint32 version) const;
    bool send(PluginWord &word) override;

    void admitted(const Admission &admission);
    /// The role in a space is another one now; Role::None closes it. Tells the client, at once.
    void setAccess(const Welcome::Space &space);
    /// Says why and ends. `retryAfterMs` as in Refused.
    void refuse(const QString &code, const QString &reason, qint64 retryAfterMs = 0);
    /// The storage has failed: says so and ends. What was not acknowledged is unknown.
    void storageFailed(const Error &error, qint64 retryAfterMs);
    /// Ends without a word.
    void end();

    /// A commit touched this space: changes of others and acks of own pushes, in order.
    void deliver(Channel &channel, Broadcast &broadcast);
    /// Sends what this session lacks of a space, as far as the connection takes it, and answers
    /// marks that waited. Nothing to do when it is up to date.
    void catchUp(Channel &channel);
    /// Nobody knows what the last commit did: compare again with what is stored.
    void doubt(Channel &channel);
    /// The digests of the space's tables are known by now.
    void counted(Channel &channel) { answerMarks(channel); }
    /// Says which deletes a space has forgotten, if that is news.
    void tellForgotten(Channel &channel);
    /// Calls visit with the spaces that it follows.
    void forEachSpace(const std::function<void(const QByteArray &space)> &visit) const;
    /// Called about every Tuning::tickMs.
    void tick();

private:
    enum class State : quint8 { AwaitingHello, Admitting, Open, Closing, Ended };
    struct Subscription {
        Channel *channel = nullptr;
        Sequence sent = 0;
        qint64 sentText = 0; ///< of the next sequence, the updates of texts up to this number
        bool live = false;   ///< gets broadcasts; else pages, until it has reached the head
        RowFilter filter;
    };
    struct Access {
        Role role = Role::None;
        quint64 lastPush = 0;
        std::vector<Push> transaction; ///< pushes that wait for their last one
        qint64 bytes = 0;
        qsizetype queued = 0;   ///< pushes handed to the host and not acknowledged
        bool isLeaving = false; ///< the answer waits for those
        bool isHeard = true;    ///< else opened anew, and what comes is from before that, up to a subscription to this opening
        Hlc forgotten = 0;      ///< up to where it was told that deletes are forgotten
    };

    void opened() override {}
    void frameReceived(const QByteArray &frame) override;
    void drained() override;
    void closed(const QString &reason) override;

    void onMessage(const Message &message, qint64 bytes);
    void onHello(const Hello &hello);
    void onSubscribe(const Subscribe &subscribe);
    void onLeave(const Leave &leave);
    void onPush(const Push &push, qint64 bytes);
    void onMark(const Mark &mark);
    void onPing(const Ping &ping);
    void onPlugin(const Plugin &plugin);
    void onSeen(const Seen &seen);

    void closeSpace(const QByteArray &space, const QString &code, const QString &reason);
    void unsubscribe(const QByteArray &space);
    void dropTransaction(Access &access);
    void refuseOutdated();
    void follow(Subscription &subscription, std::vector<Batch> &batches);
    void acknowledge(const Ack &ack, Subscription *subscription);
    void answerMarks(Channel &channel);
    [[nodiscard]] Subscription *subscription(const Channel &channel);
    void send(const Message &message);
    void send(FramedMessage &message);
    void sendFrames(const QList<QByteArray> &frames);
    void leave();

    SessionHost &m_host;
    Clock &m_clock;
    const quint64 m_number;
    std::unique_ptr<Connection> m_connection;
    FrameAssembler m_assembler;
    State m_state = State::AwaitingHello;
    std::shared_ptr<const Compression> m_compression; ///< agreed; null: none
    std::optional<Error> m_failure;                   ///< a message could not be packed: nothing may follow it
    SiteId m_site = 0;
    QByteArray m_lease; ///< until a push shows that the client has it
    DeviceId m_device = 0;
    quint32 m_schemaVersion = 0;
    QHash<QByteArray, Access> m_access;
    QHash<QByteArray, quint64> m_openings; ///< how often a space was opened anew
    QHash<QByteArray, Role> m_outdated;    ///< granted spaces that want a newer schema than this app has
    std::vector<Subscription> m_subscriptions;
    bool m_pluginsWait = false; ///< the connection did not take what a plugin wanted to send
    QList<Mark> m_marks;        ///< unanswered
    qint64 m_stateSinceMs = 0;
    qint64 m_heardMs = 0;
    qint64 m_progressMs = 0; ///< the last time the network took bytes, or there were none
};

} // namespace Sheaf::Server
