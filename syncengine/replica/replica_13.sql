-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 13: what is in quarantine may have values, too, that nobody could decode yet.

-- coded: a record of those values alone, as they travelled; they are not in `record`. Empty: there are none.
ALTER TABLE sheaf_quarantine ADD COLUMN coded BLOB NOT NULL DEFAULT x'';

UPDATE sheaf_state SET format = 13;
