// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Differential fuzz of sheaf-textbridge against npm's yjs: each peer lives once here and once there, both get
// the same edits and updates, and states must be equal byte for byte after each step.
// node fuzz.mjs BRIDGE NODE_MODULES FIRST_SEED ROUNDS [plain|rich|undo]
// plain: text; rich: formats, embeds, deltas; undo: rich with undo managers, snapshots and documents that keep what
// was deleted. A seed replays its round.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
const [bridge, modules, first = '1', rounds = '50', kind = 'plain'] = process.argv.slice(2)
if (!existsSync(`${modules}/yjs`)) { console.log('skipped: yjs is not installed in ' + modules); process.exit(77) }
const Y = await import(pathToFileURL(`${modules}/yjs/dist/yjs.mjs`))

const child = spawn(bridge, { stdio: ['pipe', 'pipe', 'inherit'] })
const waiting = []
createInterface({ input: child.stdout }).on('line', l => waiting.shift()(JSON.parse(l)))
child.on('exit', code => { if (waiting.length) { console.log('the bridge ended with', code, 'seed', seed); process.exit(1) } })
const call = c => new Promise((resolve, reject) => {
  waiting.push(a => 'error' in a ? reject(new Error(JSON.stringify(a.error) + ' for ' + c.do)) : resolve(a.ok))
  child.stdin.write(JSON.stringify(c) + '\n')
})

const b64 = u => Buffer.from(u).toString('base64')
let seed, state
const rnd = n => { state = (state + 0x6D2B79F5) | 0; let t = Math.imul(state ^ (state >>> 15), 1 | state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) % n }
const pick = list => list[rnd(list.length)]
const same = (what, a, b) => { if (a !== b) throw new Error(`${what}: yjs ${a} ours ${b}`) }
// yjs's undo manager splits in a transaction of its own and so now and then leaves a pair of items apart for good:
// then what both load must be equal.
const joined = (state, v) => { const d = new Y.Doc(); (v === 1 ? Y.applyUpdate : Y.applyUpdateV2)(d, Buffer.from(state, 'base64')); return b64(Y.encodeStateAsUpdate(d)) }
const sameState = (what, a, b, v) => { if (a !== b) { if (kind !== 'undo') same(what, a, b); same(what + ', loaded', joined(a, v), joined(b, v)) } }
const sorted = o => o && Object.keys(o).length ? Object.fromEntries(Object.entries(o).sort(([a], [b]) => a < b ? -1 : 1)) : undefined
// yjs starts a new step at every format; neighbours that say the same are one.
const normal = delta => {
  const out = []
  for (const op of delta) {
    const attributes = sorted(op.attributes); const last = out[out.length - 1]
    if (last && typeof last.insert === 'string' && typeof op.insert === 'string' && JSON.stringify(last.attributes) === JSON.stringify(attributes)) last.insert += op.insert
    else out.push(attributes ? { insert: op.insert, attributes } : { insert: op.insert })
  }
  return JSON.stringify(out)
}
const embeds = [{ image: 'a.png' }, { hr: true }, 'word']
const values = { b: [true, null], c: ['red', 'blue', null], o: [{ x: 1 }, null] }
const someAttributes = () => { const out = {}; for (const key of ['b', 'c', 'o']) if (rnd(3) === 0) out[key] = structuredClone(pick(values[key])); return out }

async function makePeers () {
  const peers = []
  for (let i = 0; i < 3; i++) {
    const keeps = kind === 'undo' && i === 0 && rnd(3) === 0
    const d = new Y.Doc({ gc: !keeps }); d.clientID = [1, 2, 300][i]
    const p = { d, t: d.getText('text'), name: 'p' + i, ups: [], keeps, shadow: new Y.Doc().getText('text'), snapshots: [] }
    d.on('update', u => p.ups.push(u)); peers.push(p)
    const undo = kind === 'undo' && !keeps && rnd(4) > 0; const timeout = pick([0, 1e9])
    if (undo) p.um = new Y.UndoManager(p.t, { captureTimeout: timeout })
    await call({ do: 'new', doc: p.name, client: d.clientID, gc: !keeps, undo, capture_timeout: timeout })
  }
  return peers
}

const plainEdits = {
  async insert (p) { const pos = rnd(p.t.length + 1); const text = pick(['a', 'bc', 'def', '漢', 'xyz\n', '😀']); p.t.insert(pos, text); await call({ do: 'insert', doc: p.name, pos, text }) },
  async type (p) { let pos = rnd(p.t.length + 1); for (let n = 1 + rnd(4); n > 0; n--) { const text = pick('abcd'); p.t.insert(pos, text); await call({ do: 'insert', doc: p.name, pos, text }); pos++ } },
  async delete (p) { if (!p.t.length) return; const pos = rnd(p.t.length); const len = 1 + rnd(Math.min(5, p.t.length - pos)); p.t.delete(pos, len); await call({ do: 'delete', doc: p.name, pos, len }) }
}
const richEdits = {
  async format (p) { if (!p.t.length) return; const pos = rnd(p.t.length); const len = 1 + rnd(p.t.length - pos); const attributes = someAttributes(); p.t.format(pos, len, { ...attributes }); await call({ do: 'format', doc: p.name, pos, len, attributes }) },
  async styled (p) { const pos = rnd(p.t.length + 1); const attributes = someAttributes(); p.t.insert(pos, 'Q', { ...attributes }); await call({ do: 'insert', doc: p.name, pos, text: 'Q', attributes }) },
  async embed (p) { const pos = rnd(p.t.length + 1); const embed = pick(embeds.slice(0, 2)); const attributes = someAttributes(); p.t.insertEmbed(pos, embed, { ...attributes }); await call({ do: 'embed', doc: p.name, pos, embed, attributes }) },
  async delta (p) {
    const delta = []; let left = p.t.length
    for (let n = 1 + rnd(4); n > 0; n--) {
      const attributes = someAttributes(); const what = rnd(4); const some = Math.min(left, 1 + rnd(4))
      if (what === 0) delta.push({ insert: pick(['u', 'vw']), attributes })
      else if (what === 1) delta.push({ insert: embeds[0], attributes })
      else if (some && what === 2) { delta.push({ retain: some, attributes }); left -= some } else if (some) { delta.push({ delete: some }); left -= some }
    }
    p.t.applyDelta(structuredClone(delta)); await call({ do: 'apply_delta', doc: p.name, delta })
  }
}
const exchanges = {
  async one (p, q) { if (q.ups.length) await receive(p, pick(q.ups), 1) },
  async merged (p, q) {
    const some = q.ups.filter(() => rnd(2)); if (!some.length) return
    const update = Y.mergeUpdates(some); same('merge', b64(update), await call({ do: 'merge', updates: some.map(b64) })); await receive(p, update, 1)
  },
  async missing (p, q) {
    const sv = Y.encodeStateVector(p.d); const v = 1 + rnd(2)
    const update = (v === 1 ? Y.encodeStateAsUpdate : Y.encodeStateAsUpdateV2)(q.d, sv)
    same('encode for a state vector', b64(update), await call({ do: 'encode', doc: q.name, sv: b64(sv), v }))
    await receive(p, update, v)
  },
  async cut (p, q) {
    const sv = Y.encodeStateVector(p.d); const whole = Y.encodeStateAsUpdateV2(q.d); const update = Y.diffUpdateV2(whole, sv)
    same('diff', b64(update), await call({ do: 'diff', update: b64(whole), sv: b64(sv), v: 2 })); await receive(p, update, 2)
  }
}
async function receive (p, update, v) {
  (v === 1 ? Y.applyUpdate : Y.applyUpdateV2)(p.d, update, 'remote')
  await call({ do: 'apply', doc: p.name, update: b64(update), v })
}
const reverts = {
  async undo (p) { if (p.um) same('undo', p.um.undo() !== null, await call({ do: 'undo', doc: p.name })) },
  async redo (p) { if (p.um) same('redo', p.um.redo() !== null, await call({ do: 'redo', doc: p.name })) },
  async stop (p) { if (p.um) { p.um.stopCapturing(); await call({ do: 'stop_capturing', doc: p.name }) } },
  async snapshot (p) {
    const s = Y.snapshot(p.d)
    same('snapshot v1', b64(Y.encodeSnapshot(s)), await call({ do: 'snapshot', doc: p.name }))
    same('snapshot v2', b64(Y.encodeSnapshotV2(s)), await call({ do: 'snapshot', doc: p.name, v: 2 }))
    if (p.keeps) p.snapshots.push(s)
  },
  async restore (p) {
    if (!p.snapshots.length) return
    const s = pick(p.snapshots); const d = new Y.Doc({ gc: true }); d.clientID = 9; d.getText('text'); Y.createDocFromSnapshot(p.d, s, d)
    await call({ do: 'restore', doc: p.name, snapshot: b64(Y.encodeSnapshot(s)), as: 'old', client: 9 })
    same('restored', b64(Y.encodeStateAsUpdate(d)), await call({ do: 'encode', doc: 'old' }))
  }
}

async function compare (p, when) {
  same('text ' + when, p.t.toString(), await call({ do: 'text', doc: p.name }))
  same('check ' + when, '', await call({ do: 'check', doc: p.name }))
  sameState('state ' + when, b64(Y.encodeStateAsUpdate(p.d)), await call({ do: 'encode', doc: p.name }), 1)
  for (const { delta } of await call({ do: 'changes', doc: p.name })) p.shadow.applyDelta(delta)
  const delta = normal(p.t.toDelta())
  same('delta ' + when, delta, normal(await call({ do: 'delta', doc: p.name })))
  // Cutting a pair in two replaces its halves in place, which is no event.
  if (!delta.includes('\ufffd')) same('observed ' + when, delta, normal(p.shadow.toDelta()))
}

async function round () {
  const peers = await makePeers()
  const edits = Object.values(kind === 'plain' ? plainEdits : { ...plainEdits, ...richEdits })
  for (let step = 0; step < 40; step++) {
    const p = pick(peers); const what = rnd(10)
    const action = kind === 'undo' && what < 3 ? pick(Object.values(reverts)) : what < 7 ? pick(edits) : pick(Object.values(exchanges))
    await action(p, pick(peers))
    await compare(p, `after step ${step} (${action.name})`)
  }
  for (const p of peers) {
    for (const q of peers) await receive(p, Y.encodeStateAsUpdateV2(q.d), 2)
    await compare(p, 'at the end')
    same('end sv', b64(Y.encodeStateVector(p.d)), await call({ do: 'state_vector', doc: p.name }))
    sameState('end v2', b64(Y.encodeStateAsUpdateV2(p.d)), await call({ do: 'encode', doc: p.name, v: 2 }), 2)
    same('events', p.ups.map(b64).join(), (await call({ do: 'updates', doc: p.name })).join())
    for (const assoc of [0, -1]) {
      const pos = rnd(p.t.length + 1); const relative = b64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(p.t, pos, assoc)))
      same('relative position', relative, await call({ do: 'relpos', doc: p.name, pos, assoc }))
      same('absolute position', Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(Buffer.from(relative, 'base64')), p.d)?.index ?? null, await call({ do: 'abspos', doc: p.name, relpos: relative }))
    }
  }
}

let bad = 0
for (seed = +first; seed < +first + +rounds; seed++) {
  state = seed
  try { await round() } catch (e) { console.log('seed', seed, e.message.slice(0, 900)); if (++bad > 5) { seed++; break } }
}
console.log(`${kind}: ${seed - first} rounds from seed ${first}, ${bad} bad`); child.stdin.end(); process.exit(bad ? 1 : 0)
