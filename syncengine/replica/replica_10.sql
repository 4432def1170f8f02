-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 10: how long the deletes are that were forgotten; a row whose key is not known is born above that.

ALTER TABLE sheaf_spaces ADD COLUMN forgotten_length INTEGER NOT NULL DEFAULT 0;

UPDATE sheaf_state SET format = 10;
