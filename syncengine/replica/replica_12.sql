-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 12: values that wait may be such as nobody could decode yet.

-- coded: 1 = the value is as it travelled, for the app's map could not decode it.
ALTER TABLE sheaf_parked ADD COLUMN coded INTEGER NOT NULL DEFAULT 0;

UPDATE sheaf_state SET format = 12;
