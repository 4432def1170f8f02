// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/versioncomparison.h"

#include "model/inpool.h"
#include "model/noteversions.h"

#include <algorithm>

namespace Sheaf {

using namespace Qt::StringLiterals;
using Kind = ComparedPiece::Kind;

namespace {

QString markOf(Kind kind)
{
    return kind == Kind::Added ? u"+"_s : kind == Kind::Removed ? u"-"_s : u" "_s;
}

QString textOf(const ComparedLine &line)
{
    QString text;
    for (const ComparedLine::Run &run : line.runs)
        text += run.text;
    return text;
}

QVariantList runsOf(const ComparedLine &line)
{
    QVariantList runs;
    for (const ComparedLine::Run &run : line.runs)
        runs.append(QVariantMap{{u"kind"_s, markOf(run.kind)}, {u"text"_s, run.text}});
    return runs;
}

} // namespace

VersionComparison::VersionComparison(SyncEngine &engine, QObject *parent) : QAbstractListModel(parent), m_engine(engine)
{
    m_pool.setMaxThreadCount(1);
}

VersionComparison::~VersionComparison() = default;

void VersionComparison::showChange(const QString &versionId, const QString &beforeId)
{
    const QString other = beforeId.isEmpty() ? versionId : beforeId;
    compare(NoteVersions::selectText(versionId), NoteVersions::selectText(other), &NoteVersions::textOf, false);
}

void VersionComparison::showSince(const QString &versionId, const QString &kind, const QString &itemId)
{
    const Statement current{
        kind == "task"_L1 ? u"SELECT notes FROM tasks WHERE id = ?"_s : u"SELECT body FROM notes WHERE id = ?"_s, {itemId}, {}};
    const auto textNow = [](const QueryRows &rows) -> Result<QString> {
        return rows.rows.isEmpty() ? QString() : rows.rows.first().first().toString();
    };
    compare(NoteVersions::selectText(versionId), current, textNow, true);
}

void VersionComparison::compare(const Statement &version, const Statement &other, const Reading &otherText, bool isVersionFirst)
{
    const quint64 request = ++m_request;
    m_loading = true;
    Q_EMIT changed();
    const auto failed = [this, request](const Error &error) {
        if (request != m_request)
            return;
        Compared nothing;
        nothing.problem = error.message;
        take(nothing);
    };
    m_engine.query(version).then(this, [=, this](const Result<QueryRows> &versionRows) {
        if (!versionRows)
            return failed(versionRows.error());
        m_engine.query(other).then(this, [=, this](const Result<QueryRows> &otherRows) {
            if (!otherRows)
                return failed(otherRows.error());
            const auto work = [versionRows = *versionRows, otherRows = *otherRows, otherText,
                               isVersionFirst]() -> Result<Compared> {
                const auto one = NoteVersions::textOf(versionRows);
                const auto two = otherText(otherRows);
                if (!one || !two)
                    return fail(!one ? one.error() : two.error());
                return compareTexts(*one, *two, isVersionFirst);
            };
            inPool(m_pool, work).then(this, [this, request, failed](const Result<Compared> &compared) {
                if (!compared)
                    return failed(compared.error());
                if (request == m_request)
                    take(*compared);
            });
        });
    });
}

VersionComparison::Compared VersionComparison::compareTexts(const QString &version, const QString &other, bool isVersionFirst)
{
    Compared compared;
    const auto pieces = isVersionFirst ? compareWords(version, other) : compareWords(other, version);
    compared.words = countWords(pieces);
    compared.lines = comparedLines(pieces);
    compared.same = version == other;
    compared.versionText = version;
    if (compared.same) {
        for (qsizetype i = 0; i < compared.lines.size(); ++i)
            compared.rows.append({i, 0});
    } else {
        compared.rows = foldedRows(compared.lines);
    }
    return compared;
}

QList<VersionComparison::Row> VersionComparison::foldedRows(const QList<ComparedLine> &lines)
{
    QList<Row> rows;
    for (qsizetype i = 0; i < lines.size();) {
        if (lines[i].mark != ' ') {
            rows.append({i++, 0});
            continue;
        }
        qsizetype end = i;
        while (end < lines.size() && lines[end].mark == ' ')
            ++end;
        // At the ends of the text there is a change on one side only.
        const qsizetype first = i == 0 ? i : std::min(end, i + contextLines);
        const qsizetype last = end == lines.size() ? end : std::max(first, end - contextLines);
        const bool folds = last - first > 1; // a row in place of one line saves nothing
        for (; i < (folds ? first : end); ++i)
            rows.append({i, 0});
        if (folds) {
            rows.append({first, last - first});
            for (i = last; i < end; ++i)
                rows.append({i, 0});
        }
    }
    return rows;
}

void VersionComparison::clear()
{
    ++m_request;
    take({});
}

void VersionComparison::take(const Compared &compared)
{
    beginResetModel();
    m_lines = compared.lines;
    m_rows = compared.rows;
    endResetModel();
    m_versionText = compared.versionText;
    m_words = compared.words;
    m_same = compared.same;
    m_problem = compared.problem;
    m_loading = false;
    Q_EMIT changed();
}

void VersionComparison::unfold(int row)
{
    if (row < 0 || row >= m_rows.size() || m_rows[row].folded == 0)
        return;
    const Row folded = m_rows[row];
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
    beginInsertRows({}, row, row + static_cast<int>(folded.folded) - 1);
    m_rows.insert(row, folded.folded, {});
    for (qsizetype i = 0; i < folded.folded; ++i)
        m_rows[row + i] = {folded.line + i, 0};
    endInsertRows();
}

int VersionComparison::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant VersionComparison::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row &row = m_rows[index.row()];
    const ComparedLine &line = m_lines[row.line];
    switch (role) {
    case MarkRole:
        return row.folded > 0 ? u"…"_s : QString(QLatin1Char(line.mark));
    case Qt::DisplayRole:
    case TextRole:
        return row.folded > 0 ? QString() : textOf(line);
    case RunsRole:
        return row.folded > 0 ? QVariantList() : runsOf(line);
    case FoldedRole:
        return static_cast<int>(row.folded);
    default:
        return {};
    }
}

QHash<int, QByteArray> VersionComparison::roleNames() const
{
    return {{MarkRole, "mark"}, {TextRole, "text"}, {RunsRole, "runs"}, {FoldedRole, "folded"}};
}

} // namespace Sheaf
