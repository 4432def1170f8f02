// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <optional>
#include <utility>
#include <variant>

namespace Sheaf {

/// Why an operation failed: a stable snake_case code for programs, one sentence for people.
struct Error {
    QString code;
    QString message;

    friend bool operator==(const Error &, const Error &) = default;
};

/// Tag that carries an Error into a Result, named after std::unexpected.
struct Unexpected {
    Error error;
};

/// Shorthand for returning a failure: `return fail(u"disk_full"_s, u"…"_s);`
[[nodiscard]] inline Unexpected fail(QString code, QString message)
{
    return Unexpected{Error{std::move(code), std::move(message)}};
}

[[nodiscard]] inline Unexpected fail(Error error)
{
    return Unexpected{std::move(error)};
}

/// A value or an Error: the subset of std::expected (C++23) that Sheaf uses, under the same names.
template<typename T>
class [[nodiscard]] Result
{
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {} // NOLINT(google-explicit-constructor)
    Result(Unexpected failure)
        : m_state(std::in_place_index<1>, std::move(failure.error)) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool has_value() const { return m_state.index() == 0; }
    explicit operator bool() const { return has_value(); }

    [[nodiscard]] T &value() & { return std::get<0>(m_state); }
    [[nodiscard]] const T &value() const & { return std::get<0>(m_state); }
    [[nodiscard]] T &&value() && { return std::get<0>(std::move(m_state)); }
    [[nodiscard]] const Error &error() const { return std::get<1>(m_state); }

    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }

private:
    std::variant<T, Error> m_state;
};

template<>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Unexpected failure) : m_error(std::move(failure.error)) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool has_value() const { return !m_error.has_value(); }
    explicit operator bool() const { return has_value(); }
    [[nodiscard]] const Error &error() const { return *m_error; }

private:
    std::optional<Error> m_error;
};

} // namespace Sheaf
