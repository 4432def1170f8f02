-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- The updates of a text at one position are a block, and blocks are merged with their neighbours: which of them
-- were merged before is no matter. A text's blocks are counted from the index alone.
DROP INDEX text_update_row;
ALTER TABLE text_update DROP COLUMN merged;
CREATE INDEX text_update_row ON text_update (tbl, pk, col, position, size);
