-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 11: the undo log says itself whose values it has; when a delete is forgotten, nothing else knows of the row.

ALTER TABLE sheaf_undo_rows ADD COLUMN space INTEGER NOT NULL DEFAULT 0;
UPDATE sheaf_undo_rows SET space = coalesce((SELECT space FROM sheaf_rows r WHERE r.tbl = sheaf_undo_rows.tbl
    AND r.pk = sheaf_undo_rows.pk), 0);
-- What was forgotten before could not be undone any more.
DELETE FROM sheaf_undo_rows WHERE space = 0;
DELETE FROM sheaf_undo WHERE n NOT IN (SELECT action FROM sheaf_undo_rows);

UPDATE sheaf_state SET format = 11;
