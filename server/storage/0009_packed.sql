-- SPDX-FileCopyrightText: 2026 The Sheaf developers
-- SPDX-License-Identifier: Apache-2.0

-- text_update.bytes may be packed: where they are fewer than `size` says (syncengine/protocol/packing.h). Those that were stored
-- before stay as they are until they are merged. The number of this script keeps older programs away.
