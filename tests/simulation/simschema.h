// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crdt/value.h"
#include "sim/seededrandom.h"

#include <QByteArrayList>
#include <QString>
#include <QVariant>

#include <vector>

namespace Sheaf::Test {

/// The tables of the simulated app. Key columns come first.
struct SimTable {
    QString name;
    int keyColumns = 1;
};

/// One random statement of plain SQL on few hot rows; `value` appears nowhere else.
struct SimStatement {
    QString sql;
    QVariantList values;
    QString word{};       ///< put into the texts that it changes, taken out by nobody
    qint64 increment = 0; ///< added to a counter
    QString label{};      ///< put into a set, taken out by nobody
    qint64 extreme = 0;   ///< written to the columns of the greatest and of the least; 0: none
};

/// A word that a committed edit put into a text.
struct SimWord {
    QString row;
    QString word;
    bool certain = true; ///< false: the device was put back to an earlier state and may not have sent it
    bool sent = false;   ///< acknowledged
};

/// What a committed edit added to a counter or a set.
struct SimTally {
    QString row;
    qint64 increment = 0;
    QString label;
    qint64 extreme = 0;
    bool certain = true; ///< false: may be there or not, because of a crash or a restored backup, or part of a first value
    bool sent = false;   ///< acknowledged
};

[[nodiscard]] QList<QByteArray> simSpaces();
[[nodiscard]] QList<SimTable> simTables();
/// Versions of the app's schema: the second has a column and a table more, and another name for `rank`.
constexpr int simSchemas = 2;
/// What nextValue() gives tells who wrote it, and in which step.
constexpr quint64 simValuesPerDevice = 1'000'000;
constexpr quint64 simValuesPerStep = 1'000;
inline const QString simRenamedRank = QStringLiteral("place");
/// What the new column has where nobody has written to it.
inline const QString simColour = QStringLiteral("red");
/// The schema as a folder in a real one.
[[nodiscard]] QString simSchemaPath(const QString &folder, int version);
void writeSimSchemas(const QString &folder);
[[nodiscard]] SimStatement drawStatement(SeededRandom &random, quint64 value, int version);
/// A view of what QtSql returned; bytes are kept alive in `kept`, which must not reallocate.
[[nodiscard]] ValueView viewOf(const QVariant &value, std::vector<QByteArray> &kept);

} // namespace Sheaf::Test
