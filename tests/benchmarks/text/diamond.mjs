// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// What baseline.mjs measures of npm's diamond-types-node, in its own format. It counts characters, not
// UTF-16 units, so the trace must be one without characters beyond the first 65,536.
import { createRequire } from 'node:module'

export const measures = async ({ modules, median, check, edits }) => {
  const { Doc } = createRequire(`${modules}/`)('diamond-types-node')
  const freed = make => {
    const doc = make()
    check(doc.get())
    doc.free()
  }
  const play = () => {
    const doc = new Doc('1')
    for (const [pos, removed, inserted] of edits) {
      if (removed) doc.del(pos, removed)
      if (inserted) doc.ins(pos, inserted)
    }
    return doc
  }
  const played = play()
  const bytes = played.toBytes()
  const loads = () => median(() => Doc.fromBytes(bytes, '2').free(), 5)
  const encodes = () => median(() => played.toBytes(), 5)
  return {
    'text.local': () => median(() => freed(play)),
    'text.load_v1': loads,
    'text.load_v2': loads,
    'text.encode_v1': encodes,
    'text.encode_v2': encodes,
    'text.out': () => median(() => played.get(), 20)
  }
}
