// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// What yjs promises for texts, undo, relative positions, snapshots and updates, scenario by scenario: each runs in npm's
// yjs and through sheaf-textbridge, and after every step both must say the same.
// node behaviours.mjs BRIDGE NODE_MODULES [PART OF A NAME]
import { b64, bytes, connect, loadYjs, normal, reloaded } from './link.mjs'
import { scenarios } from './scenarios.mjs'
const [bridge, modules, filter = ''] = process.argv.slice(2)
const Y = await loadYjs(modules)

const link = connect(bridge)
const ask = command => new Promise(resolve => { link.ask(command, resolve); link.flush() })
const call = async command => {
  const answer = await ask(command)
  if ('error' in answer) throw new Error(`${command.do}: ${JSON.stringify(answer.error)}`)
  return answer.ok
}
let compared = 0
const same = (what, yjs, ours) => { compared++; if (yjs !== ours) throw new Error(`${what}: yjs ${yjs} ours ${ours}`) }

/** One document in two implementations. Every edit is made in both, and both are compared behind it. */
class Peer {
  static async make (name, client, { gc = true, undo = false, timeout = 0, origin } = {}) {
    const peer = new Peer(); const d = new Y.Doc({ gc, guid: 'any' }); d.clientID = client
    Object.assign(peer, { name, d, t: d.getText('text'), undoes: undo, updates: [], told: new Y.Doc({ guid: 'any' }).getText('text') })
    d.on('update', update => peer.updates.push(b64(update)))
    if (undo) peer.manager = new Y.UndoManager(peer.t, { captureTimeout: timeout })
    await call({ do: 'new', doc: name, client, gc, undo, capture_timeout: timeout })
    return peer
  }

  async edit (inYjs, command) {
    // Numbers stand for origins in the bridge; yjs has nothing for "nobody in particular".
    this.d.transact(() => inYjs(this.t), command.origin || null)
    await call({ ...command, doc: this.name })
    await this.compare(command.do)
  }

  insert (pos, text, attributes, origin = 0) { return this.edit(t => t.insert(pos, text, attributes && { ...attributes }), { do: 'insert', pos, text, attributes, origin }) }
  delete (pos, len, origin = 0) { return this.edit(t => t.delete(pos, len), { do: 'delete', pos, len, origin }) }
  format (pos, len, attributes) { return this.edit(t => t.format(pos, len, { ...attributes }), { do: 'format', pos, len, attributes }) }
  embed (pos, embed, attributes = {}) { return this.edit(t => t.insertEmbed(pos, embed, { ...attributes }), { do: 'embed', pos, embed, attributes }) }
  delta (delta) { return this.edit(t => t.applyDelta(structuredClone(delta)), { do: 'apply_delta', delta }) }

  async revert (what) {
    same(what, this.manager[what]() !== null, await call({ do: what, doc: this.name }))
    await this.compare(what)
  }

  undo () { return this.revert('undo') }
  redo () { return this.revert('redo') }
  async stop () { this.manager.stopCapturing(); await call({ do: 'stop_capturing', doc: this.name }) }

  state () { return b64(Y.encodeStateAsUpdate(this.d)) }

  async apply (update, v = 1) {
    (v === 1 ? Y.applyUpdate : Y.applyUpdateV2)(this.d, bytes(update), 'remote')
    await call({ do: 'apply', doc: this.name, update, v })
    await this.compare('apply')
  }

  /** Takes what it lacks of another, by state vector. */
  async pull (other, v = 1) {
    const sv = b64(Y.encodeStateVector(this.d))
    const update = b64((v === 1 ? Y.encodeStateAsUpdate : Y.encodeStateAsUpdateV2)(other.d, bytes(sv)))
    if (!other.undoes) same('encode for a state vector', update, await call({ do: 'encode', doc: other.name, sv, v }))
    await this.apply(update, v)
  }

  async compare (when) {
    const doc = this.name
    same(`text after ${when}`, this.t.toString(), await call({ do: 'text', doc }))
    same(`invariants after ${when}`, '', await call({ do: 'check', doc }))
    same(`state vector after ${when}`, b64(Y.encodeStateVector(this.d)), await call({ do: 'state_vector', doc }))
    const delta = normal(this.t.toDelta())
    same(`delta after ${when}`, delta, normal(await call({ do: 'delta', doc })))
    for (const change of await call({ do: 'changes', doc })) this.told.applyDelta(change.delta)
    if (!delta.includes('\ufffd')) same(`what listeners were told after ${when}`, delta, normal(this.told.toDelta()))
    for (const v of [1, 2]) {
      const state = (v === 1 ? Y.encodeStateAsUpdate : Y.encodeStateAsUpdateV2)(this.d)
      const ours = await call({ do: 'encode', doc, v })
      // An undo manager of yjs may leave two items apart that belong together.
      if (!this.undoes) same(`state v${v} after ${when}`, b64(state), ours)
      else if (v === 1) same(`state after ${when}, loaded`, reloaded(Y, b64(state)), reloaded(Y, ours))
    }
    if (!this.undoes) same(`events after ${when}`, this.updates.join(), (await call({ do: 'updates', doc })).join())
    this.updates = []
  }

  /** A place in its bytes, and where they lead. */
  async place (pos, assoc) {
    const relative = b64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(this.t, pos, assoc)))
    same(`relative position of ${pos}, ${assoc}`, relative, await call({ do: 'relpos', doc: this.name, pos, assoc }))
    return relative
  }

  async find (relative) {
    const found = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(bytes(relative)), this.d)?.index ?? null
    same('absolute position', found, await call({ do: 'abspos', doc: this.name, relpos: relative }))
    return found
  }

  async snapshot () {
    const snapshot = Y.snapshot(this.d)
    same('snapshot v1', b64(Y.encodeSnapshot(snapshot)), await call({ do: 'snapshot', doc: this.name }))
    same('snapshot v2', b64(Y.encodeSnapshotV2(snapshot)), await call({ do: 'snapshot', doc: this.name, v: 2 }))
    return snapshot
  }

  async restore (snapshot) {
    const d = new Y.Doc({ guid: 'any' }); d.clientID = 9; d.getText('text'); Y.createDocFromSnapshot(this.d, snapshot, d)
    await call({ do: 'restore', doc: this.name, snapshot: b64(Y.encodeSnapshot(snapshot)), as: 'restored', client: 9 })
    same('restored text', d.getText('text').toString(), await call({ do: 'text', doc: 'restored' }))
    same('restored state', b64(Y.encodeStateAsUpdate(d)), await call({ do: 'encode', doc: 'restored' }))
    return d.getText('text').toString()
  }

  /** What yjs refuses must be refused here too. */
  async refusesToRestore (snapshot) {
    let refused = false
    try { Y.createDocFromSnapshot(this.d, snapshot) } catch { refused = true }
    same('refused', refused, 'error' in await ask({ do: 'restore', doc: this.name, snapshot: b64(Y.encodeSnapshot(snapshot)), as: 'restored' }))
  }
}

const merge = async updates => {
  const merged = b64(Y.mergeUpdates(updates.map(bytes)))
  same('merged', merged, await call({ do: 'merge', updates }))
  return merged
}
const diff = async (update, sv) => {
  const rest = b64(Y.diffUpdate(bytes(update), bytes(sv)))
  same('diff', rest, await call({ do: 'diff', update, sv }))
  return rest
}
const collect = peer => { const out = []; peer.d.on('update', update => out.push(b64(update))); return out }
const tools = { make: Peer.make, merge, diff, collect, stateVector: peer => b64(Y.encodeStateVector(peer.d)), same }

let bad = 0; let ran = 0
for (const [name, play] of Object.entries(scenarios)) {
  if (!name.includes(filter)) continue
  ran++
  try { await play(tools) } catch (error) { console.log(`${name}: ${error.message.slice(0, 600)}`); bad++ }
}
console.log(`${ran} scenarios, ${compared} comparisons with yjs, ${bad} bad`)
link.end(); process.exit(bad || !ran ? 1 : 0)
