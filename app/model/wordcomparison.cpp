// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "model/wordcomparison.h"

#include "text/textdiff.h"

#include <algorithm>

namespace Sheaf {

using Kind = ComparedPiece::Kind;
using Text::isWordUnit;

namespace {

/// Units of one line on the screen; a view lays a line out at once.
constexpr qsizetype lineUnitsMax = 2000;
constexpr QChar pilcrow = u'\u00B6';

/// [b, bEnd) of the text before became [a, aEnd) of the text after.
struct Span {
    qsizetype b, bEnd, a, aEnd;
};

bool cutsWord(QStringView text, qsizetype at)
{
    return at > 0 && at < text.size() && isWordUnit(text[at - 1]) && isWordUnit(text[at]);
}

/// What was only put in or taken out can often stand in several places: where whole lines came or went, it stands as those.
/// `text` is the one that has it, at [start, end); it may move as far as `floor` and `ceiling`. How far it moves.
qsizetype shiftToLines(QStringView text, qsizetype start, qsizetype end, qsizetype floor, qsizetype ceiling)
{
    const auto isLines = [text, start, end](qsizetype shift) {
        const qsizetype from = start + shift;
        return (from == 0 || text[from - 1] == u'\n') && text[end + shift - 1] == u'\n';
    };
    if (!text.sliced(start, end - start).contains(u'\n'))
        return 0;
    for (qsizetype shift = 0;; --shift) {
        if (isLines(shift))
            return shift;
        if (start + shift <= floor || text[start + shift - 1] != text[end + shift - 1])
            break;
    }
    for (qsizetype shift = 0; end + shift < ceiling && text[start + shift] == text[end + shift];) {
        if (isLines(++shift))
            return shift;
    }
    return 0;
}

void shiftToLines(std::vector<Span> &spans, QStringView before, QStringView after)
{
    for (size_t i = 0; i < spans.size(); ++i) {
        Span &span = spans[i];
        const bool isAdded = span.b == span.bEnd;
        if (!isAdded && span.a != span.aEnd)
            continue;
        const qsizetype room = (i + 1 < spans.size() ? spans[i + 1].b : before.size()) - span.bEnd;
        const qsizetype back = span.b - (i > 0 ? spans[i - 1].bEnd : 0);
        const qsizetype shift = isAdded ? shiftToLines(after, span.a, span.aEnd, span.a - back, span.aEnd + room)
                                        : shiftToLines(before, span.b, span.bEnd, span.b - back, span.bEnd + room);
        span = {span.b + shift, span.bEnd + shift, span.a + shift, span.aEnd + shift};
    }
}

/// Whether what lies between two changes is too little to read them apart: "red apple" into "green pear" is one change.
bool readsAsOne(QStringView between)
{
    return std::ranges::none_of(between, [](QChar unit) { return unit == u'\n' || unit.isLetterOrNumber(); });
}

/// The edits of diffText(), grown to whole words.
std::vector<Span> changedSpans(QStringView before, QStringView after)
{
    const std::vector<Text::TextEdit> edits = Text::diffText(before, after);
    std::vector<Span> spans;
    qsizetype shift = 0;
    for (size_t i = 0; i < edits.size(); ++i) {
        const Text::TextEdit &edit = edits[i];
        Span span{edit.position, edit.position + edit.removed, edit.position + shift,
                  edit.position + shift + edit.inserted.size()};
        shift += edit.inserted.size() - edit.removed;
        const qsizetype floor = spans.empty() ? 0 : spans.back().bEnd;
        const qsizetype ceiling = i + 1 < edits.size() ? edits[i + 1].position : before.size();
        if (cutsWord(before, span.b) || cutsWord(after, span.a)) {
            for (; span.b > floor && isWordUnit(before[span.b - 1]); --span.b)
                --span.a;
        }
        if (cutsWord(before, span.bEnd) || cutsWord(after, span.aEnd)) {
            for (; span.bEnd < ceiling && isWordUnit(before[span.bEnd]); ++span.bEnd)
                ++span.aEnd;
        }
        if (!spans.empty() && readsAsOne(before.sliced(spans.back().bEnd, span.b - spans.back().bEnd))) {
            spans.back().bEnd = span.bEnd;
            spans.back().aEnd = span.aEnd;
        } else {
            spans.push_back(span);
        }
    }
    shiftToLines(spans, before, after);
    return spans;
}

/// Scripts without spaces have a word in each letter, as for diffText().
int wordsIn(QStringView text)
{
    int words = 0;
    bool inside = false;
    for (const QChar unit : text) {
        const bool word = isWordUnit(unit);
        words += (word && !inside) || (!word && unit.isLetterOrNumber()) ? 1 : 0;
        inside = word;
    }
    return words;
}

/// Puts lines together from runs.
class LineBuilder
{
public:
    void add(Kind kind, QStringView text)
    {
        while (!text.isEmpty()) {
            const qsizetype end = text.indexOf(u'\n');
            if (end < 0) {
                addRun(kind, text);
                return;
            }
            addRun(kind, text.first(end));
            endLine(kind);
            text = text.sliced(end + 1);
        }
    }

    /// What is gone stands before what has come, but whole lines are never mixed with others.
    void addReplaced(QStringView removed, QStringView added, bool endsLine)
    {
        const qsizetype firstEnd = removed.indexOf(u'\n');
        if (endsLine && m_line.units == 0) {
            add(Kind::Removed, removed);
            endLine(Kind::Removed);
            add(Kind::Added, added);
        } else if (endsLine && firstEnd >= 0) {
            add(Kind::Removed, removed.first(firstEnd));
            add(Kind::Added, added);
            add(Kind::Removed, removed.sliced(firstEnd));
        } else {
            add(Kind::Removed, removed);
            add(Kind::Added, added);
        }
    }

    QList<ComparedLine> finish()
    {
        if (m_line.units > 0)
            endLine(Kind::Equal);
        markEnds();
        QList<ComparedLine> lines;
        lines.reserve(static_cast<qsizetype>(m_lines.size()));
        for (Line &line : m_lines)
            lines.append({markOf(line), std::move(line.runs)});
        return lines;
    }

private:
    struct Line {
        QList<ComparedLine::Run> runs;
        qsizetype units = 0;
        Kind end = Kind::Equal; ///< whether its end came or went
        bool continued = false; ///< by the next line; it has no end
        /// Whether it is of one kind altogether, and which one.
        [[nodiscard]] bool isAll(Kind kind) const
        {
            return std::ranges::all_of(runs, [kind](const ComparedLine::Run &run) { return run.kind == kind; }) &&
                   (!runs.isEmpty() || end == kind);
        }
    };

    void addRun(Kind kind, QStringView text)
    {
        while (m_line.units + text.size() > lineUnitsMax) {
            qsizetype room = lineUnitsMax - m_line.units;
            if (const qsizetype space = text.first(room).lastIndexOf(u' '); space >= 0)
                room = space + 1;
            else if (room < text.size() && room > 0 && text[room].isLowSurrogate())
                --room;
            append(kind, text.first(room));
            m_line.continued = true;
            m_lines.push_back(std::exchange(m_line, {}));
            text = text.sliced(room);
        }
        append(kind, text);
    }

    void append(Kind kind, QStringView text)
    {
        if (text.isEmpty())
            return;
        m_line.units += text.size();
        m_line.runs.append({kind, text.toString()});
    }

    void endLine(Kind end)
    {
        if (!m_line.runs.isEmpty() && m_line.runs.last().text.endsWith(u'\r')) {
            m_line.runs.last().text.chop(1);
            if (m_line.runs.last().text.isEmpty())
                m_line.runs.removeLast();
        }
        m_line.end = end;
        m_lines.push_back(std::exchange(m_line, {}));
    }

    /// An end of a line that came with a whole line needs no sign of its own.
    void markEnds()
    {
        for (size_t i = 0; i < m_lines.size(); ++i) {
            Line &line = m_lines[i];
            if (line.end == Kind::Equal || line.continued || line.isAll(line.end))
                continue;
            if (i + 1 < m_lines.size() && m_lines[i + 1].isAll(line.end))
                continue;
            line.runs.append({line.end, QString(pilcrow)});
        }
    }

    static char markOf(const Line &line)
    {
        if (line.runs.isEmpty())
            return line.end == Kind::Added ? '+' : line.end == Kind::Removed ? '-' : ' ';
        if (line.isAll(Kind::Equal))
            return ' ';
        return line.isAll(Kind::Added) ? '+' : line.isAll(Kind::Removed) ? '-' : '*';
    }

    std::vector<Line> m_lines;
    Line m_line;
};

} // namespace

std::vector<ComparedPiece> compareWords(QStringView before, QStringView after)
{
    std::vector<ComparedPiece> pieces;
    const auto add = [&pieces](Kind kind, QStringView text) {
        if (!text.isEmpty())
            pieces.push_back({kind, text});
    };
    qsizetype done = 0;
    for (const Span &span : changedSpans(before, after)) {
        add(Kind::Equal, before.sliced(done, span.b - done));
        add(Kind::Removed, before.sliced(span.b, span.bEnd - span.b));
        add(Kind::Added, after.sliced(span.a, span.aEnd - span.a));
        done = span.bEnd;
    }
    add(Kind::Equal, before.sliced(done));
    return pieces;
}

WordCount countWords(const std::vector<ComparedPiece> &pieces)
{
    WordCount count;
    for (const ComparedPiece &piece : pieces) {
        if (piece.kind == Kind::Added)
            count.added += wordsIn(piece.text);
        else if (piece.kind == Kind::Removed)
            count.removed += wordsIn(piece.text);
    }
    return count;
}

QList<ComparedLine> comparedLines(const std::vector<ComparedPiece> &pieces)
{
    LineBuilder builder;
    for (size_t i = 0; i < pieces.size(); ++i) {
        const bool isReplaced = pieces[i].kind == Kind::Removed && i + 1 < pieces.size() && pieces[i + 1].kind == Kind::Added;
        if (!isReplaced) {
            builder.add(pieces[i].kind, pieces[i].text);
            continue;
        }
        const bool endsLine =
            i + 2 == pieces.size() || pieces[i + 2].text.startsWith(u'\n') || pieces[i + 2].text.startsWith(u"\r\n");
        builder.addReplaced(pieces[i].text, pieces[i + 1].text, endsLine);
        ++i;
    }
    return builder.finish();
}

} // namespace Sheaf
