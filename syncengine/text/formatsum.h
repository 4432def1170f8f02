// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/attributes.h"
#include "text/item.h"

#include <vector>

namespace Sheaf::Text {

/// What the formats among neighbouring items come to, so that they need not be looked at one by one: what they do to the
/// attributes in force, in the order in which Yjs keeps those, and whether one of them may say nothing. Formats are named
/// by their place among the store's extras.
class FormatSum
{
public:
    /// Where formats are looked up.
    struct Formats {
        const std::vector<Extra> &extras;
        const std::vector<QString> &keys;
    };
    /// More keys than that are not summed up: whoever asks looks at the parts.
    static constexpr size_t keysMax = 32;

    void addVisible();
    void addFormat(const Formats &formats, quint32 format);
    void append(const Formats &formats, const FormatSum &next);

    [[nodiscard]] bool isTooWide() const { return m_tooWide; }
    void applyTo(const Formats &formats, Attributes &attributes) const;

    /// What stands in front of a place, as far as it decides which formats behind it say nothing.
    struct Front {
        Attributes inForce;
        std::vector<quint32> gap; ///< formats since the last visible item
    };
    /// False only if each format here says something behind that front.
    [[nodiscard]] bool mayBeIdle(const Formats &formats, const Front &front) const;
    void moveFront(const Formats &formats, Front &front) const;

    friend bool operator==(const FormatSum &, const FormatSum &) = default;

private:
    /// What became of one key.
    struct Effect {
        quint32 first = 0;
        quint32 last = 0;
        bool cleared = false;  ///< at some time, so that it loses its place in the order
        bool leading = false;  ///< nothing visible in front of the first
        bool trailing = false; ///< nothing visible behind the last
        friend bool operator==(const Effect &, const Effect &) = default;
    };
    [[nodiscard]] std::vector<Effect>::iterator find(const Formats &formats, const Effect &other);
    void noteRepeat(const Formats &formats, const Effect &next);
    void join(const Formats &formats, const Effect &next);

    std::vector<Effect> m_effects; ///< by when their key was set first, or first again after it was cleared
    bool m_visible = false;
    bool m_mayBeIdle = false;
    bool m_tooWide = false;
};

} // namespace Sheaf::Text
