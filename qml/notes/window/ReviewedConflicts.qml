// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
import Sheaf.Sync

/// The conflicts that a person can judge: of words, not of times and places; and of whole items.
ConflictList {
    columns: ["title", "name", "tags", "due", "notes", ""]
}
