// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Random edits of maps, arrays, XML and texts at any depth, in yjs alone.
import { pick, rnd } from './rounds.mjs'

export function makeStructures (Y) {
  const scalars = [0, -0, 1, -64, 2 ** 31, 1.5, 1e300, NaN, true, false, null, '', 'word', '漢😀', '\ud83d', [], [1, 'a', [null]], { a: { b: [1n] }, 10: 'x', 9: undefined }]
  const onlyInMaps = [undefined, 1234567890123456789n]
  const keys = ['k', 'long key', '漢', '']
  const words = ['a', 'bc', 'def\n', '漢', '😀']
  const attributes = () => pick([{ b: true }, { b: null }, { c: 'red' }, { o: { x: 1 } }, {}])

  const types = {
    map: () => new Y.Map([[pick(keys), pick(scalars)], ['deep', rnd(3) ? pick([...scalars, ...onlyInMaps]) : anything()]]),
    array: () => Y.Array.from([pick(scalars), pick(scalars)]),
    text: () => new Y.Text(pick(words)),
    element: () => new Y.XmlElement(pick(['p', 'ul', 'h1'])),
    fragment: () => new Y.XmlFragment(),
    hook: () => new Y.XmlHook('hook'),
    xmltext: () => new Y.XmlText(pick(words))
  }
  const anything = () => {
    const what = rnd(10)
    if (what < 5) return pick(scalars)
    if (what === 5) return Uint8Array.from([rnd(256), 0, 255].slice(rnd(4)))
    // A subdocument's guid is random unless it is given.
    if (what === 6) return new Y.Doc({ guid: 'sub' + rnd(3), ...pick([{}, { gc: false }, { autoLoad: true }, { meta: { m: 1 } }]) })
    return pick(Object.values(types))()
  }
  const children = () => [types.element, types.xmltext, types.hook].slice(rnd(3)).map(make => make())

  const somewhere = list => rnd(list.length + 1)
  const cut = list => { if (!list.length) return; const pos = rnd(list.length); list.delete(pos, 1 + rnd(Math.min(3, list.length - pos))) }
  const editMap = map => { const what = rnd(8); if (what === 0) map.clear(); else if (what < 3) map.delete(pick(keys)); else map.set(pick(keys), pick([anything(), anything(), pick(onlyInMaps)])) }
  const editArray = list => { if (rnd(3) === 0) cut(list); else list.insert(somewhere(list), Array.from({ length: 1 + rnd(3) }, anything)) }
  const editXml = list => { if (rnd(3) === 0) cut(list); else list.insert(somewhere(list), children()) }
  const attribute = type => { if (rnd(3) === 0) type.removeAttribute(pick(keys)); else type.setAttribute(pick(keys), pick(['x', 'y', 5])) }
  const editText = text => {
    const what = rnd(8)
    if (what === 0) cut(text)
    else if (what === 1) attribute(text)
    else if (what === 2) text.insertEmbed(somewhere(text), pick([{ image: 'a.png' }, types.map(), types.text(), types.element()]), attributes())
    else if (what === 3 && text.length) { const pos = rnd(text.length); text.format(pos, 1 + rnd(text.length - pos), attributes()) } else if (what === 4) text.insert(somewhere(text), pick(words), attributes())
    else text.insert(somewhere(text), pick(words))
  }

  /** A type of the document: a root, or inside of one. */
  const find = (p) => {
    let type = pick([p.t, p.d.getMap('map'), p.d.getArray('array'), p.d.getXmlFragment('xml')])
    for (let depth = rnd(5); depth > 0; depth--) {
      const inside = []
      for (let item = type._start; item; item = item.right) if (!item.deleted && item.content instanceof Y.ContentType) inside.push(item.content.type)
      for (const item of type._map.values()) if (!item.deleted && item.content instanceof Y.ContentType) inside.push(item.content.type)
      if (!inside.length) break
      type = pick(inside)
    }
    return type
  }
  const editOne = p => {
    const type = find(p)
    if (type instanceof Y.Text) editText(type)
    else if (type instanceof Y.Map) editMap(type)
    else if (type instanceof Y.Array) editArray(type)
    else if (type instanceof Y.XmlElement && rnd(3) === 0) attribute(type)
    else editXml(type)
  }

  return {
    /** Its undo manager brings back what it deletes as new structs with copies of the content. */
    begin (p) { p.um = new Y.UndoManager([p.t, p.d.getMap('map'), p.d.getArray('array'), p.d.getXmlFragment('xml')], { captureTimeout: 0 }) },
    edit: function structure (p) {
      const what = rnd(12)
      if (what === 0) p.um.undo()
      else if (what === 1) p.um.redo()
      else if (what < 5) p.d.transact(() => { for (let n = 2 + rnd(4); n > 0; n--) editOne(p) })
      else editOne(p)
    }
  }
}
