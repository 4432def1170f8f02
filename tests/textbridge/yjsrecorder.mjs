// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The yjs that the tests of yjs get from yjstests.mjs: what they do with documents and updates becomes steps, each a command
// for the bridge and what yjs had to say.
import { b64, loadYjs } from './link.mjs'
const Y = await loadYjs(process.argv[3], 'src/index.js')

let steps = []; let documents = new Map(); let random = 0
/** Starts anew; the seed gives the ids of clients. */
export function begin (seed) { steps = []; documents = new Map(); random = seed }
/**
 * A step has a command, what yjs said as `wanted` (or nothing) and `how` to compare it: text or delta; state, which in a
 * document with an undo manager is as it loads, because the manager holds what was deleted; held, which such a one skips.
 */
const say = (command, wanted, how = 'text', mine = undefined) => steps.push({ command, wanted, how, mine })
const clientId = () => { random = (Math.imul(random, 1664525) + 1013904223) >>> 0; return random }

function watch (doc) {
  const mine = { doc, name: 'd' + documents.size, applying: 0, events: [], steps: 0, size: 0, undone: false }
  doc.clientID = clientId()
  documents.set(doc, mine)
  doc.on('update', (update, _origin, _doc, transaction) => {
    mine.events.push(b64(update))
    // What an update from outside did is done by that update here too.
    if (transaction.local || !mine.applying) integrate(mine, update, 1)
  })
  doc.on('afterAllTransactions', (_doc, transactions) => compare(mine, transactions))
  return doc
}
function integrate (mine, update, v) { say({ do: 'apply', doc: mine.name, update: b64(update), v }); mine.steps++ }
function compare (mine, transactions) {
  const events = mine.events.splice(0).join()
  if (!mine.steps) return
  // What an observer writes is in the event of what it observed, and again in its own.
  const nested = transactions.filter(one => one.local).length > 1
  say({ do: 'updates', doc: mine.name }, nested ? undefined : events, 'held', mine)
  // Not the whole of a large document after each letter.
  if (mine.steps * 5000 < mine.size) return
  mine.steps = 0
  const state = b64(Y.encodeStateAsUpdate(mine.doc)); mine.size = state.length
  say({ do: 'encode', doc: mine.name, v: 1 }, state, 'state', mine)
}
const settled = doc => doc._transaction === null && doc._transactionCleanups.length === 0 && documents.get(doc)

// `new` of a proxy and of a class made from it come here alike; what is made is of yjs's own class.
const made = (type, then) => {
  const proxy = new Proxy(type, { construct: (_, args, target) => then(Reflect.construct(type, args, target === proxy ? type : target)) })
  return proxy
}
export const Doc = made(Y.Doc, watch)
export const UndoManager = made(Y.UndoManager, manager => { const mine = documents.get(manager.doc); if (mine) mine.undone = true; return manager })

const applying = (apply, v) => (doc, update, origin, ...others) => {
  const mine = !others.length && doc._transaction === null && documents.get(doc)
  if (!mine) return apply(doc, update, origin, ...others)
  integrate(mine, update, v)
  mine.applying++
  try { apply(doc, update, origin) } finally { mine.applying-- }
}
export const applyUpdate = applying(Y.applyUpdate, 1)
export const applyUpdateV2 = applying(Y.applyUpdateV2, 2)

const encoding = (encode, v) => (doc, sv, ...others) => {
  const state = encode(doc, sv, ...others); const mine = !others.length && settled(doc)
  if (mine) say({ do: 'encode', doc: mine.name, v, sv: sv && b64(sv) }, b64(state), sv ? 'held' : 'state', mine)
  return state
}
export const encodeStateAsUpdate = encoding(Y.encodeStateAsUpdate, 1)
export const encodeStateAsUpdateV2 = encoding(Y.encodeStateAsUpdateV2, 2)

// With a coder of the caller's own it is another function.
const pure = (work, arguments_, command) => (...args) => {
  const result = work(...args)
  if (args.length === arguments_) say(command(...args), b64(result))
  return result
}
const merging = v => updates => ({ do: 'merge', updates: updates.map(b64), v })
export const mergeUpdates = pure(Y.mergeUpdates, 1, merging(1))
export const mergeUpdatesV2 = pure(Y.mergeUpdatesV2, 1, merging(2))
const cutting = v => (update, sv) => ({ do: 'diff', update: b64(update), sv: b64(sv), v })
export const diffUpdate = pure(Y.diffUpdate, 2, cutting(1))
export const diffUpdateV2 = pure(Y.diffUpdateV2, 2, cutting(2))
const of = (what, v) => update => ({ do: what, update: b64(update), v })
export const convertUpdateFormatV1ToV2 = pure(Y.convertUpdateFormatV1ToV2, 1, of('convert', 1))
export const convertUpdateFormatV2ToV1 = pure(Y.convertUpdateFormatV2ToV1, 1, of('convert', 2))
export const encodeStateVectorFromUpdate = pure(Y.encodeStateVectorFromUpdate, 1, of('state_vector', 1))
export const encodeStateVectorFromUpdateV2 = pure(Y.encodeStateVectorFromUpdateV2, 1, of('state_vector', 2))

export const createDocFromSnapshot = (doc, snapshot, into = new Doc()) => Y.createDocFromSnapshot(doc, snapshot, into)

/** The name of a root text of a document that is recorded. */
const rootOf = type => type instanceof Y.Text && type._item === null && type.doc && settled(type.doc) ? Y.findRootTypeKey(type) : undefined
export function createRelativePositionFromTypeIndex (type, index, assoc = 0) {
  const position = Y.createRelativePositionFromTypeIndex(type, index, assoc); const root = rootOf(type)
  if (root !== undefined) say({ do: 'relpos', doc: documents.get(type.doc).name, root, pos: index, assoc }, b64(Y.encodeRelativePosition(position)), 'held', documents.get(type.doc))
  return position
}
export function createAbsolutePositionFromRelativePosition (position, doc, follow = true) {
  const found = Y.createAbsolutePositionFromRelativePosition(position, doc, follow); const root = found ? rootOf(found.type) : undefined
  if (root !== undefined) say({ do: 'abspos', doc: documents.get(doc).name, root, relpos: b64(Y.encodeRelativePosition(position)) }, found.index, 'held', documents.get(doc))
  return found
}

/** What everything came to, and the steps that lead there. */
export function finish () {
  for (const mine of documents.values()) {
    const { doc, name } = mine; const snapshot = Y.snapshot(doc)
    say({ do: 'check', doc: name }, '')
    say({ do: 'state_vector', doc: name }, b64(Y.encodeStateVector(doc)))
    say({ do: 'snapshot', doc: name, v: 1 }, b64(Y.encodeSnapshot(snapshot)))
    say({ do: 'snapshot', doc: name, v: 2 }, b64(Y.encodeSnapshotV2(snapshot)))
    say({ do: 'encode', doc: name, v: 1 }, b64(Y.encodeStateAsUpdate(doc)), 'state', mine)
    say({ do: 'encode', doc: name, v: 2 }, b64(Y.encodeStateAsUpdateV2(doc)), 'state', mine)
    for (const [root, type] of doc.share) {
      if (!(type instanceof Y.Text)) continue
      say({ do: 'text', doc: name, root }, Y.Text.prototype.toString.call(type))
      say({ do: 'delta', doc: name, root }, type.toDelta().map(op => op.insert instanceof Y.AbstractType ? { ...op, insert: null } : op), 'delta')
    }
  }
  for (const step of steps) if (step.how === 'held' && step.mine.undone) step.wanted = undefined
  const made = [...documents.values()].map(({ doc, name }) => ({ command: { do: 'new', doc: name, client: 0xFFFFFFF0, gc: doc.gc, watch: false } }))
  return { documents: documents.size, steps: [...made, ...steps] }
}
