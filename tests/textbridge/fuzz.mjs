// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Differential fuzz of sheaf-textbridge against npm's yjs: each peer lives once here and once there, both get
// the same edits, and states must be equal byte for byte after each exchange.
// node fuzz.mjs BRIDGE NODE_MODULES FIRST_SEED ROUNDS [plain|rich]
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
const [bridge, modules, first = '1', rounds = '50', kind = 'plain'] = process.argv.slice(2)
if (!existsSync(`${modules}/yjs`)) { console.log('skipped: yjs is not installed in ' + modules); process.exit(77) }
const Y = createRequire(modules + '/')('yjs')
const child = spawn(bridge, { stdio: ['pipe', 'pipe', 'inherit'] })
const waiting = []
createInterface({ input: child.stdout }).on('line', l => waiting.shift()(JSON.parse(l)))
child.on('exit', code => { if (waiting.length) { console.log('the bridge ended with', code, 'seed', seed); process.exit(1) } })
const call = c => new Promise((resolve, reject) => { waiting.push(a => 'error' in a ? reject(new Error(JSON.stringify(a.error))) : resolve(a.ok)); child.stdin.write(JSON.stringify(c) + '\n') })
const b64 = u => Buffer.from(u).toString('base64')
let seed, state
const rnd = n => { state = (state + 0x6D2B79F5) | 0; let t = Math.imul(state ^ (state >>> 15), 1 | state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) % n }
const same = (what, a, b) => { if (a !== b) throw new Error(`${what}: yjs ${a} ours ${b}`) }
async function round () {
  const peers = []
  for (let i = 0; i < 3; i++) {
    const d = new Y.Doc(); d.clientID = [1, 2, 300][i]; const p = { d, t: d.getText('text'), name: 'p' + i, ups: [] }
    d.on('update', (u, o) => p.ups.push(u)); peers.push(p); await call({ do: 'new', doc: p.name, client: d.clientID })
  }
  const log = []
  for (let step = 0; step < 30; step++) {
    const p = peers[rnd(3)]; const len = p.t.length; const what = rnd(kind === 'rich' ? 12 : 8)
    if (what < 4) { const pos = rnd(len + 1); const text = ['a', 'bc', 'def', '漢', 'xyz\n'][rnd(5)]; p.t.insert(pos, text); await call({ do: 'insert', doc: p.name, pos, text }) } else if (what < 6) { if (len) { const pos = rnd(len); const n = 1 + rnd(Math.min(4, len - pos)); p.t.delete(pos, n); await call({ do: 'delete', doc: p.name, pos, len: n }) } } else if (what < 8) {
      const from = peers[rnd(3)]; if (from.ups.length) { const u = from.ups[rnd(from.ups.length)]; Y.applyUpdate(p.d, u); await call({ do: 'apply', doc: p.name, update: b64(u) }) }
    } else if (what < 11) { if (len) { const pos = rnd(len); const n = 1 + rnd(len - pos); const attributes = { [['b', 'i'][rnd(2)]]: [true, null][rnd(2)] }; p.t.format(pos, n, { ...attributes }); await call({ do: 'format', doc: p.name, pos, len: n, attributes }) } } else { const pos = rnd(len + 1); const attributes = rnd(2) ? { b: true } : {}; p.t.insert(pos, 'Q', { ...attributes }); await call({ do: 'insert', doc: p.name, pos, text: 'Q', attributes }) }
    same('text ' + step, p.t.toString(), await call({ do: 'text', doc: p.name }))
    same('check', '', await call({ do: 'check', doc: p.name }))
    same('state v1 ' + step, b64(Y.encodeStateAsUpdate(p.d)), await call({ do: 'encode', doc: p.name }))
  }
  for (const p of peers) {
    for (const q of peers) { const u = Y.encodeStateAsUpdateV2(q.d); Y.applyUpdateV2(p.d, u); await call({ do: 'apply', doc: p.name, update: b64(u), v: 2 }) }
    same('end text', p.t.toString(), await call({ do: 'text', doc: p.name }))
    same('end sv', b64(Y.encodeStateVector(p.d)), await call({ do: 'state_vector', doc: p.name }))
    same('end v1', b64(Y.encodeStateAsUpdate(p.d)), await call({ do: 'encode', doc: p.name }))
    same('end v2', b64(Y.encodeStateAsUpdateV2(p.d)), await call({ do: 'encode', doc: p.name, v: 2 }))
    same('events', p.ups.map(b64).join(), (await call({ do: 'updates', doc: p.name })).join())
    same('merge', b64(Y.mergeUpdates(p.ups.length ? p.ups : [Y.encodeStateAsUpdate(p.d)])), await call({ do: 'merge', updates: (p.ups.length ? p.ups : [Y.encodeStateAsUpdate(p.d)]).map(b64) }))
  }
}
let bad = 0
for (seed = +first; seed < +first + +rounds; seed++) { state = seed; try { await round() } catch (e) { console.log('seed', seed, e.message.slice(0, 600)); if (++bad > 5) break } }
console.log(`${kind}: ${seed - first} rounds, ${bad} bad`); child.stdin.end(); process.exit(bad ? 1 : 0)
