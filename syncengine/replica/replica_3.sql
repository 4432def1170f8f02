-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 3: what was sent is remembered, answered or not.

-- Greatest stamp of this replica in any push that a server may have accepted.
ALTER TABLE sheaf_state ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;

UPDATE sheaf_state SET format = 3;
