// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArrayView>

namespace Sheaf {

class Catalog;

/// What SQL may do on the writer connection, asked by SQLite's authorizer whenever a statement is prepared. What the
/// app writes must not change the schema of the file, the tables of the engine, or what the connection is set to: the
/// file would not open again, or edits would stay here for ever without a word.
///
/// The rules hold always, but while an Engine scope lives: so no statement that was prepared at another time gets around them,
/// and what SQLite prepares anew by itself is judged anew.
class SqlRules
{
public:
    enum class Work {
        Read,   ///< outside of transactions
        Write,  ///< of the app, in a transaction of the engine
        Engine, ///< the engine's own statements, and migrations
    };

    /// Whose statements are prepared as long as it lives.
    class Scope
    {
    public:
        Scope(SqlRules &rules, Work work);
        ~Scope();
        Scope(const Scope &) = delete;
        Scope &operator=(const Scope &) = delete;

    private:
        SqlRules &m_rules;
        Work m_former;
    };

    explicit SqlRules(const Catalog &catalog) : m_catalog(catalog) {}

    /// With the arguments of SQLite's authorizer. `inside` is the trigger or view that the action is part of.
    [[nodiscard]] bool allows(int action, const char *one, const char *two, const char *database, const char *inside);
    /// The first statement that was refused in the newest Write scope; no code: none was.
    [[nodiscard]] const Error &refusal() const { return m_refusal; }

private:
    [[nodiscard]] Error judge(int action, QByteArrayView one, QByteArrayView two, QByteArrayView database) const;
    [[nodiscard]] Error judgeTemporary(int action, QByteArrayView name, QByteArrayView table) const;

    const Catalog &m_catalog;
    Work m_work = Work::Read;
    Error m_refusal;
};

} // namespace Sheaf
