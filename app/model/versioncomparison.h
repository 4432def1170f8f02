// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/syncengine.h"
#include "model/editsessions.h"
#include "model/wordcomparison.h"

#include <QAbstractListModel>
#include <QThreadPool>

namespace Sheaf {

/// Two texts compared, as lines for a view. Lines far from every change are folded into one row until unfold(). Texts are
/// read by the engine's reader and compared in a thread of its own: nothing here waits, however long they are.
class VersionComparison : public QAbstractListModel
{
    Q_OBJECT
    Q_PROPERTY(bool loading READ isLoading NOTIFY changed FINAL)
    Q_PROPERTY(int added READ added NOTIFY changed FINAL)
    Q_PROPERTY(int removed READ removed NOTIFY changed FINAL)
    Q_PROPERTY(bool same READ isSame NOTIFY changed FINAL)
    Q_PROPERTY(QString problem READ problem NOTIFY changed FINAL)

public:
    enum Role {
        MarkRole = Qt::UserRole + 1, ///< `mark`: " ", "+", "-", "*" (in part), or "…" for folded lines
        TextRole,                    ///< `text`: the whole line
        RunsRole,                    ///< `runs`: its parts, [{kind: " ", "+" or "-", text}]
        FoldedRole                   ///< `folded`: how many lines this row stands for, 0 for a line
    };
    /// Equal lines that stay in sight beside a change.
    static constexpr qsizetype contextLines = 2;

    explicit VersionComparison(SyncEngine &engine, QObject *parent = nullptr);
    ~VersionComparison() override;

    /// What a version changed of the one before it; without one it is shown as it is.
    Q_INVOKABLE void showChange(const QString &versionId, const QString &beforeId);
    /// What has changed since a version.
    Q_INVOKABLE void showSince(const QString &versionId, const QString &kind, const QString &itemId);
    Q_INVOKABLE void clear();
    Q_INVOKABLE void unfold(int row);
    /// The text of the version, once it is loaded.
    Q_INVOKABLE [[nodiscard]] QString versionText() const { return m_versionText; }

    [[nodiscard]] bool isLoading() const { return m_loading; }
    [[nodiscard]] int added() const { return m_words.added; } ///< words
    [[nodiscard]] int removed() const { return m_words.removed; }
    [[nodiscard]] bool isSame() const { return m_same; } ///< the texts are equal
    [[nodiscard]] QString problem() const { return m_problem; }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void changed();

private:
    struct Row {
        qsizetype line = 0;   ///< the first one that it stands for
        qsizetype folded = 0; ///< 0: that line itself
    };
    struct Compared {
        QString versionText;
        QList<ComparedLine> lines;
        QList<Row> rows;
        WordCount words;
        bool same = false;
        QString problem;
    };
    using Reading = std::function<Result<QString>(const QueryRows &)>;

    void compare(const Statement &version, const Statement &other, const Reading &otherText, bool isVersionFirst);
    static Compared compareTexts(const QString &version, const QString &other, bool isVersionFirst);
    static QList<Row> foldedRows(const QList<ComparedLine> &lines);
    void take(const Compared &compared);

    SyncEngine &m_engine;
    QThreadPool m_pool;
    quint64 m_request = 0; ///< the one whose answer is wanted
    bool m_loading = false;
    QString m_versionText;
    QList<ComparedLine> m_lines;
    QList<Row> m_rows;
    WordCount m_words;
    bool m_same = false;
    QString m_problem;
};

} // namespace Sheaf
