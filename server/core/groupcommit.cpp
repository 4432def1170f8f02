// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
#include "server/core/groupcommit.h"

namespace Sheaf::Server {

Result<CommittedGroup> commitGroup(const Group &group, Storage &storage, Random &random, qint64 wallMs)
{
    auto opened = storage.begin();
    if (!opened)
        return fail(opened.error());
    StorageTransaction &transaction = **opened;
    CommittedGroup committed;
    for (const Group::Arrival &arrival : group.arrivals) {
        auto outcome = admit(transaction, arrival.hello, random, storage.epoch(), wallMs);
        if (!outcome)
            return fail(outcome.error());
        committed.arrivals.emplace_back(arrival.session, *std::move(outcome));
    }
    for (const Group::Upload &upload : group.uploads) {
        if (auto kept = upload.lease.isEmpty() ? Result<void>() : confirmLease(transaction, upload.site, upload.lease); !kept)
            return fail(kept.error());
        auto space = upload.channel->space(transaction);
        if (!space)
            return fail(space.error());
        auto merged = upload.isDenied ? (*space)->deny(transaction, upload.site, upload.push, wallMs)
                                      : (*space)->merge(transaction, upload.site, upload.push, wallMs,
                                                        upload.channel->isHeardBesides(upload.session));
        if (!merged)
            return fail(merged.error());
        const auto place = committed.broadcasts.try_emplace(upload.channel, **space).first;
        place->second.append({upload.session, *std::move(merged)});
    }
    for (const auto &[channel, broadcast] : committed.broadcasts) {
        if (auto stored = channel->loaded()->store(transaction); !stored)
            return fail(stored.error());
    }
    if (auto done = transaction.commit(); !done)
        return fail(done.error());
    return committed;
}

} // namespace Sheaf::Server
