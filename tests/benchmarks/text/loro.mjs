// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// What baseline.mjs measures of npm's loro-crdt, in its own format: its snapshot stands for both of ours.
import { createRequire } from 'node:module'

export const measures = async ({ modules, median, check, edits }) => {
  const { LoroDoc } = createRequire(`${modules}/`)('loro-crdt')
  const same = doc => check(doc.getText('text').toString())
  // WebAssembly has a heap of its own, which is not collected while a run is on its way.
  const freed = make => {
    const doc = make()
    same(doc)
    doc.free()
  }
  const play = each => {
    const doc = new LoroDoc()
    doc.setPeerId('1')
    const text = doc.getText('text')
    let seen = doc.oplogVersion()
    for (const [pos, removed, inserted] of edits) {
      if (removed) text.delete(pos, removed)
      if (inserted) text.insert(pos, inserted)
      doc.commit()
      if (each) {
        each(doc.export({ mode: 'update', from: seen }))
        seen = doc.oplogVersion()
      }
    }
    return doc
  }
  const load = bytes => {
    const doc = new LoroDoc()
    doc.import(bytes)
    return doc
  }
  const played = play()
  const snapshot = played.export({ mode: 'snapshot' })
  const loads = () => median(() => load(snapshot).free(), 5)
  const encodes = () => median(() => played.export({ mode: 'snapshot' }), 5)
  return {
    'text.local': () => median(() => freed(play)),
    'text.local_updates': () => median(() => freed(() => play(() => {}))),
    'text.remote': () => {
      const updates = []
      play(update => updates.push(update)).free()
      return median(() => freed(() => {
        const doc = new LoroDoc()
        for (const update of updates) doc.import(update)
        return doc
      }))
    },
    'text.load_v1': loads,
    'text.load_v2': loads,
    'text.encode_v1': encodes,
    'text.encode_v2': encodes,
    'text.out': () => median(() => played.getText('text').toString(), 20)
  }
}
