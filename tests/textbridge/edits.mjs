// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Random edits of the text of a peer {d, t, name}: its document and root text in yjs, its name in the bridge.
import { call, pick, rnd } from './rounds.mjs'

const embeds = [{ image: 'a.png' }, { hr: true }, 'word']
const values = { b: [true, null], c: ['red', 'blue', null], o: [{ x: 1 }, null] }
const someAttributes = () => { const out = {}; for (const key of ['b', 'c', 'o']) if (rnd(3) === 0) out[key] = structuredClone(pick(values[key])); return out }

/** In yjs and through the bridge. */
export const plainEdits = {
  insert (p) { const pos = rnd(p.t.length + 1); const text = pick(['a', 'bc', 'def', '漢', 'xyz\n', '😀']); p.t.insert(pos, text); call({ do: 'insert', doc: p.name, pos, text }) },
  type (p) { let pos = rnd(p.t.length + 1); for (let n = 1 + rnd(4); n > 0; n--) { const text = pick('abcd'); p.t.insert(pos, text); call({ do: 'insert', doc: p.name, pos, text }); pos++ } },
  erase (p) { let pos = rnd(p.t.length + 1); const back = rnd(2); for (let n = 2 + rnd(4); n > 0 && p.t.length; n--) { pos = Math.max(0, Math.min(pos - back, p.t.length - 1)); p.t.delete(pos, 1); call({ do: 'delete', doc: p.name, pos, len: 1 }) } },
  delete (p) { if (!p.t.length) return; const pos = rnd(p.t.length); const len = 1 + rnd(Math.min(5, p.t.length - pos)); p.t.delete(pos, len); call({ do: 'delete', doc: p.name, pos, len }) }
}
export const richEdits = {
  format (p) { if (!p.t.length) return; const pos = rnd(p.t.length); const len = 1 + rnd(p.t.length - pos); const attributes = someAttributes(); p.t.format(pos, len, { ...attributes }); call({ do: 'format', doc: p.name, pos, len, attributes }) },
  styled (p) { const pos = rnd(p.t.length + 1); const attributes = someAttributes(); p.t.insert(pos, 'Q', { ...attributes }); call({ do: 'insert', doc: p.name, pos, text: 'Q', attributes }) },
  embed (p) { const pos = rnd(p.t.length + 1); const embed = pick(embeds.slice(0, 2)); const attributes = someAttributes(); p.t.insertEmbed(pos, embed, { ...attributes }); call({ do: 'embed', doc: p.name, pos, embed, attributes }) },
  delta (p) {
    const delta = []; let left = p.t.length
    for (let n = 1 + rnd(4); n > 0; n--) {
      const attributes = someAttributes(); const what = rnd(4); const some = Math.min(left, 1 + rnd(4))
      if (what === 0) delta.push({ insert: pick(['u', 'vw']), attributes })
      else if (what === 1) delta.push({ insert: embeds[0], attributes })
      else if (some && what === 2) { delta.push({ retain: some, attributes }); left -= some } else if (some) { delta.push({ delete: some }); left -= some }
    }
    p.t.applyDelta(structuredClone(delta)); call({ do: 'apply_delta', doc: p.name, delta })
  }
}
/** A text of many runs, so that its tree has levels; now and then with more keys than are summed up. Keys go to the bridge in the order of the alphabet. */
export function longText (p) {
  const keys = pick([0, 0, 100])
  const attributes = () => { const out = someAttributes(); if (keys && rnd(2)) out['x' + rnd(keys)] = pick([1, 2, null]); return out }
  const delta = Array.from({ length: 40 + rnd(pick([50, 400])) }, () => ({ insert: pick(['u', 'vw', 'xyz\n']), attributes: attributes() }))
  p.t.applyDelta(structuredClone(delta)); call({ do: 'apply_delta', doc: p.name, delta })
}
