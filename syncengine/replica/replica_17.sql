-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 17: what the present server has of a row that is offered to it, which `base` may have from another one, is kept apart.

-- there: as base, but of the present server alone; null: base.
ALTER TABLE sheaf_outbox ADD COLUMN there BLOB;
ALTER TABLE sheaf_quarantine ADD COLUMN there BLOB;

UPDATE sheaf_state SET format = 17;
