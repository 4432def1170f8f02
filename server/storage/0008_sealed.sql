-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- Sealed updates lie between the others and are merged with none.
ALTER TABLE text_update ADD COLUMN sealed INTEGER NOT NULL DEFAULT 0;
DROP INDEX text_update_row;
CREATE INDEX text_update_row ON text_update (tbl, pk, col, position, sealed, size);
