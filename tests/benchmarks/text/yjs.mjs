// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// What baseline.mjs measures of npm's yjs.
import { pathToFileURL } from 'node:url'

export const measures = async ({ modules, file, unpack, median, timesOf, check, edits }) => {
  // The module form: yjs is several times slower in the other one.
  const Y = await import(pathToFileURL(`${modules}/yjs/dist/yjs.mjs`))
  const state1 = file('state1.bin')
  const state2 = file('state2.bin')
  const same = doc => check(doc.getText('text').toString())
  const load = (update, v2) => {
    const doc = new Y.Doc()
    doc.getText('text')
    ;(v2 ? Y.applyUpdateV2 : Y.applyUpdate)(doc, update)
    return doc
  }
  const play = listens => {
    const doc = new Y.Doc()
    doc.clientID = 1
    const text = doc.getText('text')
    let bytes = 0
    if (listens) doc.on('update', update => { bytes += update.length })
    for (const [pos, removed, inserted] of edits) {
      if (removed) text.delete(pos, removed)
      if (inserted) text.insert(pos, inserted)
    }
    return doc
  }
  const each = updates => {
    const doc = new Y.Doc()
    doc.getText('text')
    for (const update of updates) Y.applyUpdate(doc, update)
    return doc
  }
  const heap = () => {
    globalThis.gc()
    return process.memoryUsage().heapUsed
  }
  const loaded = load(state1, false)
  // As in formatted.cpp.
  const formatted = runs => {
    const doc = new Y.Doc()
    doc.clientID = 1
    doc.getText('text').applyDelta(Array.from({ length: runs }, (_, run) => ({ insert: 'word ', attributes: run % 2 ? { bold: true } : {} })))
    return Y.encodeStateAsUpdate(doc)
  }
  const watched = (state, client = 2) => {
    const doc = new Y.Doc()
    doc.clientID = client
    let steps = 0
    doc.getText('text').observe(event => { steps += event.delta.length })
    Y.applyUpdate(doc, state)
    return doc
  }
  const place = (edit, units) => edit * 7919 % units
  const inserting = runs => {
    const docs = timesOf(() => watched(formatted(runs)))
    return median(() => { for (let edit = 0, text = docs.pop().getText('text'); edit < 1000; edit++) text.insert(place(edit, runs * 5), 'x') })
  }
  return {
    'text.local': () => median(() => same(play(false))),
    'text.local_updates': () => median(() => same(play(true))),
    'text.remote': () => {
      const updates = unpack('remote.bin')
      return median(() => same(each(updates)))
    },
    'text.load_v1': () => median(() => load(state1, false), 5),
    'text.load_v2': () => median(() => load(state2, true), 5),
    'text.encode_v1': () => median(() => Y.encodeStateAsUpdate(loaded), 10),
    'text.encode_v2': () => median(() => Y.encodeStateAsUpdateV2(loaded), 10),
    'text.out': () => median(() => loaded.getText('text').toString(), 20),
    'text.memory': () => {
      const before = heap()
      const doc = load(state1, false)
      const used = heap() - before
      same(doc)
      return used
    },
    'text.merge': () => {
      const updates = unpack('merge.bin')
      return median(() => each(updates))
    },
    'text.merge_updates': () => {
      const updates = unpack('keystrokes.bin')
      return median(() => Y.mergeUpdates(updates))
    },
    'text.merge_updates_half': () => {
      const updates = unpack('keystrokes.bin')
      const half = updates.slice(0, updates.length >> 1)
      return median(() => Y.mergeUpdates(half))
    },
    'text.formatted': () => inserting(16000),
    'text.formatted_small': () => inserting(1000),
    'text.formats': () => {
      const state = formatted(16000)
      const other = watched(state, 3)
      const updates = []
      other.on('update', update => updates.push(update))
      for (let edit = 0; edit < 250; edit++) other.getText('text').format(place(edit, 80000), 4, { colour: 'red' })
      const docs = timesOf(() => watched(state))
      return median(() => { for (let n = 0, doc = docs.pop(); n < updates.length; n++) Y.applyUpdate(doc, updates[n]) })
    }
  }
}
