// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Differential fuzz with everything that a document of yjs can hold: two peers that live in yjs alone make maps, arrays,
// XML, types inside of types, binaries, subdocuments and embeds, and undo them; three that live once here and once there
// write text beside it and exchange everything. After each step both sides of those are equal byte for byte in both
// formats, and after each exchange what is made of updates without a document is, too.
// node structures.mjs BRIDGE NODE_MODULES FIRST_SEED ROUNDS
import { plainEdits, richEdits } from './edits.mjs'
import { b64, loadYjs, normal } from './link.mjs'
import { call, expect, pick, playRounds, rnd, same } from './rounds.mjs'
import { makeStructures } from './structureedits.mjs'
const [bridge, modules, first = '1', rounds = '50'] = process.argv.slice(2)
const Y = await loadYjs(modules)
const structures = makeStructures(Y)

// mergeUpdates of yjs sorts its readers with a comparison that contradicts itself: of a collected struct and a live one with
// one id each is said to come first, and what comes of that is up to the JavaScript engine. Taken as equal it is defined.
const sort = Array.prototype.sort
Array.prototype.sort = function (compare) {
  return sort.call(this, compare && ((a, b) => { const order = compare(a, b); return order < 0 && compare(b, a) < 0 ? 0 : order }))
}

const formats = [1, 2]
const apply = { 1: Y.applyUpdate, 2: Y.applyUpdateV2 }
const encode = { 1: Y.encodeStateAsUpdate, 2: Y.encodeStateAsUpdateV2 }
const merge = { 1: Y.mergeUpdates, 2: Y.mergeUpdatesV2 }
const diff = { 1: Y.diffUpdate, 2: Y.diffUpdateV2 }
const convert = { 1: Y.convertUpdateFormatV1ToV2, 2: Y.convertUpdateFormatV2ToV1 }
const stateVectorOf = { 1: Y.encodeStateVectorFromUpdate, 2: Y.encodeStateVectorFromUpdateV2 }
const snapshot = { 1: Y.encodeSnapshot, 2: Y.encodeSnapshotV2 }

function makePeer (client, name, gc) {
  const d = new Y.Doc({ gc, guid: 'any' }); d.clientID = client
  const p = { d, t: d.getText('text'), name, ups: { 1: [], 2: [] } }
  d.on('update', update => p.ups[1].push(update)); d.on('updateV2', update => p.ups[2].push(update))
  if (name) call({ do: 'new', doc: name, client, gc })
  else structures.begin(p)
  return p
}

function receive (p, update, v) {
  apply[v](p.d, update, 'remote')
  if (p.name) call({ do: 'apply', doc: p.name, update: b64(update), v })
}

/** What is made of updates is made of such updates again, with the holes that it has by then. */
function algebra (peers, made) {
  const v = pick(formats)
  const updates = [...peers.flatMap(p => p.ups[v]), ...made[v]]
  if (!updates.length) return
  const remember = update => { made[v].push(update); if (made[v].length > 8) made[v].shift(); return update }
  const some = [pick(updates), ...updates.filter(() => rnd(4) === 0)].sort(() => rnd(3) - 1)
  const merged = remember(merge[v](some))
  expect(`merge v${v}`, b64(merged), { do: 'merge', updates: some.map(b64), v })
  const whole = pick([merged, pick(updates), encode[v](pick(peers).d)]); const sv = Y.encodeStateVector(pick(peers).d)
  const rest = remember(diff[v](whole, sv))
  expect(`diff v${v}`, b64(rest), { do: 'diff', update: b64(whole), sv: b64(sv), v })
  for (const update of [merged, rest, pick(updates)]) {
    const other = convert[v](update)
    expect(`convert v${v}`, b64(other), { do: 'convert', update: b64(update), v })
    expect(`convert v${v} back`, b64(convert[3 - v](other)), { do: 'convert', update: b64(other), v: 3 - v })
    expect(`state vector of update v${v}`, b64(stateVectorOf[v](update)), { do: 'state_vector', update: b64(update), v })
  }
}

const exchanges = {
  one (p, q) { const v = pick(formats); if (q.ups[v].length) receive(p, pick(q.ups[v]), v) },
  made (p, q, made) { const v = pick(formats); if (made[v].length) receive(p, pick(made[v]), v) },
  missing (p, q) {
    const sv = Y.encodeStateVector(p.d); const v = pick(formats); const update = encode[v](q.d, sv)
    if (q.name) expect(`encode for a state vector v${v}`, b64(update), { do: 'encode', doc: q.name, sv: b64(sv), v })
    receive(p, update, v)
  },
  whole (p, q) { const v = pick(formats); receive(p, encode[v](q.d), v) }
}

function compare (p, when) {
  if (!p.name) return
  const doc = p.name
  expect('check ' + when, '', { do: 'check', doc })
  expect('text ' + when, p.t.toString(), { do: 'text', doc })
  // A type inside the text has no value in a delta.
  const delta = p.t.toDelta().map(op => op.insert instanceof Y.AbstractType ? { ...op, insert: null } : op)
  const wanted = normal(delta)
  call({ do: 'delta', doc }, ours => same('delta ' + when, wanted, normal(ours)))
  expect('state vector ' + when, b64(Y.encodeStateVector(p.d)), { do: 'state_vector', doc })
  for (const v of formats) expect(`state v${v} ${when}`, b64(encode[v](p.d)), { do: 'encode', doc, v })
}

function finish (p, peers) {
  for (const q of peers) receive(p, Y.encodeStateAsUpdateV2(q.d), 2)
  compare(p, 'at the end')
  if (!p.name) return
  const s = Y.snapshot(p.d)
  for (const v of formats) {
    expect(`snapshot v${v}`, b64(snapshot[v](s)), { do: 'snapshot', doc: p.name, v })
    expect(`events v${v}`, p.ups[v].map(b64).join(), { do: 'updates', doc: p.name, v }, updates => updates.join())
  }
}

function play () {
  const peers = [[1, 'p0', rnd(3) > 0], [2, 'p1', true], [300, 'p2', true], [5, '', true], [70000, '', rnd(3) > 0]].map(one => makePeer(...one))
  const texts = Object.values({ ...plainEdits, ...richEdits }); const made = { 1: [], 2: [] }
  for (let step = 0; step < 40; step++) {
    const p = pick(peers); const exchange = rnd(10) > 5
    const action = exchange ? pick(Object.values(exchanges)) : p.name ? pick(texts) : structures.edit
    action(p, pick(peers), made)
    if (exchange) algebra(peers, made)
    compare(p, `after step ${step} (${action.name})`)
  }
  for (const p of peers) finish(p, peers)
}

await playRounds(bridge, 'structures', +first, +rounds, play)
