// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Differential fuzz of sheaf-textbridge against npm's yjs: each peer lives once here and once there, both get
// the same edits and updates, and states must be equal byte for byte after each step.
// node fuzz.mjs BRIDGE NODE_MODULES FIRST_SEED ROUNDS [plain|rich|long|undo]
// plain: text; rich: formats, embeds, deltas; long: rich in a text of many runs; undo: rich with undo managers, snapshots and
// documents that keep what was deleted. A seed replays its round.
import { longText, plainEdits, richEdits } from './edits.mjs'
import { b64, loadYjs, normal, reloaded } from './link.mjs'
import { call, expect, pick, playRounds, rnd, same } from './rounds.mjs'
const [bridge, modules, first = '1', rounds = '50', kind = 'plain'] = process.argv.slice(2)
const Y = await loadYjs(modules)

// yjs's undo manager splits in a transaction of its own and so now and then leaves a pair of items apart for good:
// then what both load must be equal.
const sameState = (what, a, b, v) => { if (a !== b) { if (kind !== 'undo') same(what, a, b); same(what + ', loaded', reloaded(Y, a, v), reloaded(Y, b, v)) } }
const expectState = (what, wanted, command) => call(command, answer => sameState(what, wanted, answer, command.v))

function makePeers () {
  const peers = []
  for (let i = 0; i < 3; i++) {
    const keeps = kind === 'undo' && i === 0 && rnd(3) === 0
    const d = new Y.Doc({ gc: !keeps, guid: 'any' }); d.clientID = [1, 2, 300][i]
    const p = { d, t: d.getText('text'), name: 'p' + i, ups: [], keeps, watches: rnd(2) === 0, shadow: new Y.Doc({ guid: 'any' }).getText('text'), snapshots: [] }
    d.on('update', u => p.ups.push(u)); peers.push(p)
    const undo = kind === 'undo' && !keeps && rnd(4) > 0; const timeout = pick([0, 1e9])
    if (undo) p.um = new Y.UndoManager(p.t, { captureTimeout: timeout })
    call({ do: 'new', doc: p.name, client: d.clientID, gc: !keeps, undo, capture_timeout: timeout, watch: p.watches })
  }
  return peers
}

const exchanges = {
  one (p, q) { if (q.ups.length) receive(p, pick(q.ups), 1) },
  merged (p, q) {
    const some = q.ups.filter(() => rnd(2)); if (!some.length) return
    const update = Y.mergeUpdates(some); expect('merge', b64(update), { do: 'merge', updates: some.map(b64) }); receive(p, update, 1)
  },
  missing (p, q) {
    const sv = Y.encodeStateVector(p.d); const v = 1 + rnd(2)
    const update = (v === 1 ? Y.encodeStateAsUpdate : Y.encodeStateAsUpdateV2)(q.d, sv)
    // On top of what p has: an update alone may hang in the air.
    const known = Y.encodeStateAsUpdateV2(p.d); const wanted = b64(update)
    const onTop = part => { const d = new Y.Doc({ guid: 'any' }); Y.applyUpdateV2(d, known); (v === 1 ? Y.applyUpdate : Y.applyUpdateV2)(d, Buffer.from(part, 'base64')); return b64(Y.encodeStateAsUpdate(d)) }
    call({ do: 'encode', doc: q.name, sv: b64(sv), v }, ours => {
      if (wanted !== ours && kind !== 'undo') same('encode for a state vector', wanted, ours)
      if (wanted !== ours) same('encode for a state vector, loaded', onTop(wanted), onTop(ours))
    })
    receive(p, update, v)
  },
  cut (p, q) {
    const sv = Y.encodeStateVector(p.d); const whole = Y.encodeStateAsUpdateV2(q.d); const update = Y.diffUpdateV2(whole, sv)
    expect('diff', b64(update), { do: 'diff', update: b64(whole), sv: b64(sv), v: 2 }); receive(p, update, 2)
  }
}
function receive (p, update, v) {
  (v === 1 ? Y.applyUpdate : Y.applyUpdateV2)(p.d, update, 'remote')
  call({ do: 'apply', doc: p.name, update: b64(update), v })
}
const reverts = {
  undo (p) { if (p.um) expect('undo', p.um.undo() !== null, { do: 'undo', doc: p.name }) },
  redo (p) { if (p.um) expect('redo', p.um.redo() !== null, { do: 'redo', doc: p.name }) },
  stop (p) { if (p.um) { p.um.stopCapturing(); call({ do: 'stop_capturing', doc: p.name }) } },
  snapshot (p) {
    const s = Y.snapshot(p.d)
    expect('snapshot v1', b64(Y.encodeSnapshot(s)), { do: 'snapshot', doc: p.name })
    expect('snapshot v2', b64(Y.encodeSnapshotV2(s)), { do: 'snapshot', doc: p.name, v: 2 })
    if (p.keeps) p.snapshots.push(s)
  },
  restore (p) {
    if (!p.snapshots.length) return
    const s = pick(p.snapshots); const d = new Y.Doc({ gc: true, guid: 'any' }); d.clientID = 9; d.getText('text'); Y.createDocFromSnapshot(p.d, s, d)
    call({ do: 'restore', doc: p.name, snapshot: b64(Y.encodeSnapshot(s)), as: 'old', client: 9 })
    expect('restored', b64(Y.encodeStateAsUpdate(d)), { do: 'encode', doc: 'old' })
  }
}

function compare (p, when) {
  expect('text ' + when, p.t.toString(), { do: 'text', doc: p.name })
  expect('check ' + when, '', { do: 'check', doc: p.name })
  expectState('state ' + when, b64(Y.encodeStateAsUpdate(p.d)), { do: 'encode', doc: p.name, v: 1 })
  if (p.watches) call({ do: 'changes', doc: p.name }, changes => { for (const { delta } of changes) p.shadow.applyDelta(delta) })
  const wanted = normal(p.t.toDelta())
  call({ do: 'delta', doc: p.name }, delta => {
    same('delta ' + when, wanted, normal(delta))
    // Cutting a pair in two replaces its halves in place, which is no event.
    if (p.watches && !wanted.includes('\ufffd')) same('observed ' + when, wanted, normal(p.shadow.toDelta()))
  })
}

function play () {
  const peers = makePeers()
  if (kind === 'long') {
    longText(peers[0])
    for (const p of peers.slice(1)) receive(p, Y.encodeStateAsUpdateV2(peers[0].d), 2)
  }
  const edits = Object.values(kind === 'plain' ? plainEdits : { ...plainEdits, ...richEdits })
  for (let step = 0; step < 40; step++) {
    const p = pick(peers); const what = rnd(10)
    const action = kind === 'undo' && what < 3 ? pick(Object.values(reverts)) : what < 7 ? pick(edits) : pick(Object.values(exchanges))
    action(p, pick(peers))
    compare(p, `after step ${step} (${action.name})`)
  }
  for (const p of peers) {
    for (const q of peers) receive(p, Y.encodeStateAsUpdateV2(q.d), 2)
    compare(p, 'at the end')
    expect('end sv', b64(Y.encodeStateVector(p.d)), { do: 'state_vector', doc: p.name })
    expectState('end v2', b64(Y.encodeStateAsUpdateV2(p.d)), { do: 'encode', doc: p.name, v: 2 })
    expect('events', p.ups.map(b64).join(), { do: 'updates', doc: p.name }, updates => updates.join())
    for (const assoc of [0, -1]) {
      const pos = rnd(p.t.length + 1); const relative = b64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(p.t, pos, assoc)))
      expect('relative position', relative, { do: 'relpos', doc: p.name, pos, assoc })
      expect('absolute position', Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(Buffer.from(relative, 'base64')), p.d)?.index ?? null, { do: 'abspos', doc: p.name, relpos: relative })
    }
  }
}

await playRounds(bridge, kind, +first, +rounds, play)
