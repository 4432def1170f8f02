-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0
-- Format 15: clocks tell parts that were taken out from those that stand, because digests have the latter only. Written by
-- markGoneParts().

UPDATE sheaf_state SET format = 15;
