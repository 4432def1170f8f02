// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The figures of bench_text with npm's yjs: node --expose-gc yjs.mjs NODE_MODULES FOLDER RUNS NAME...
// Prints one JSON object, name to milliseconds (text.memory: bytes).
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
const [modules, folder, runs, ...names] = process.argv.slice(2)
// The module form: yjs is several times slower in the other one.
const Y = await import(pathToFileURL(`${modules}/yjs/dist/yjs.mjs`))
const file = name => readFileSync(`${folder}/${name}`)
const unpack = name => {
  const all = file(name); const out = []
  for (let at = 0; at < all.length;) { const size = all.readUInt32LE(at); out.push(new Uint8Array(all.subarray(at + 4, at + 4 + size))); at += 4 + size }
  return out
}
const edits = JSON.parse(file('edits.json'))
const state1 = new Uint8Array(file('state1.bin')); const state2 = new Uint8Array(file('state2.bin'))
const load = (update, v2) => { const d = new Y.Doc(); d.getText('text'); (v2 ? Y.applyUpdateV2 : Y.applyUpdate)(d, update); return d }
const play = listens => {
  const d = new Y.Doc(); d.clientID = 1; const t = d.getText('text'); let bytes = 0
  if (listens) d.on('update', u => { bytes += u.length })
  for (const [pos, removed, inserted] of edits) { if (removed) t.delete(pos, removed); if (inserted) t.insert(pos, inserted) }
  return d
}
const each = updates => { const d = new Y.Doc(); d.getText('text'); for (const u of updates) Y.applyUpdate(d, u); return d }
// Processor time of all threads or time on the clock, whichever is less: others may be busy on this machine.
// Loops give the compiler time to settle; the least of the runs counts.
const least = (work, loops = 1) => {
  let best = Infinity
  for (let i = 0; i < +runs; i++) {
    globalThis.gc()
    const start = performance.now(); const cpu = process.cpuUsage()
    for (let n = 0; n < loops; n++) work()
    const used = process.cpuUsage(cpu)
    best = Math.min(best, (performance.now() - start) / loops, (used.user + used.system) / 1000 / loops)
  }
  return best
}
const loaded = load(state1, false)
const wanted = loaded.getText('text').toString()
const same = d => { if (d.getText('text').toString() !== wanted) throw new Error('yjs ends with another text') }
const measures = {
  'text.local': () => least(() => same(play(false))),
  'text.local_updates': () => least(() => same(play(true))),
  'text.remote': () => { const updates = unpack('remote.bin'); return least(() => same(each(updates))) },
  'text.load_v1': () => least(() => load(state1, false), 5),
  'text.load_v2': () => least(() => load(state2, true), 5),
  'text.encode_v1': () => least(() => Y.encodeStateAsUpdate(loaded), 10),
  'text.encode_v2': () => least(() => Y.encodeStateAsUpdateV2(loaded), 10),
  'text.out': () => least(() => loaded.getText('text').toString(), 20),
  'text.memory': () => { globalThis.gc(); const before = process.memoryUsage().heapUsed; const d = load(state1, false); globalThis.gc(); const used = process.memoryUsage().heapUsed - before; same(d); return used },
  'text.merge': () => { const updates = unpack('merge.bin'); return least(() => each(updates)) },
  'text.merge_updates': () => { const updates = unpack('keystrokes.bin'); return least(() => Y.mergeUpdates(updates)) },
  'text.merge_updates_half': () => { const updates = unpack('keystrokes.bin'); const half = updates.slice(0, updates.length >> 1); return least(() => Y.mergeUpdates(half)) }
}
const figures = {}
for (const name of names) if (measures[name]) figures[name] = measures[name]()
console.log(JSON.stringify(figures))
