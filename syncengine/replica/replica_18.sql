-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 18: updates of texts may be packed. Those that were stored before stay as they are until they are joined.

-- size: of an update that is packed; 0: the bytes are the update.
ALTER TABLE sheaf_texts ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sheaf_quarantine_texts ADD COLUMN size INTEGER NOT NULL DEFAULT 0;

UPDATE sheaf_state SET format = 18;
