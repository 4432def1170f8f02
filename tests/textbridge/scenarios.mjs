// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The scenarios of behaviours.mjs, by name. Peers compare themselves after every edit; what stands here is what to do.
const bold = { bold: true }; const plain = {}
const both = async (p, q) => { await p.pull(q); await q.pull(p, 2) }
const pair = async ({ make }, options) => [await make('a', 1, options), await make('b', 2, options)]
const type = async (p, pos, text) => { for (const unit of text) { await p.insert(pos, unit); pos += unit.length } }

export const scenarios = {
  'text: insert, append, delete': async ({ make }) => {
    const p = await make('a', 1)
    await p.insert(0, 'abc'); await p.insert(3, 'def'); await p.insert(0, 'x'); await p.delete(2, 3); await p.delete(0, 1); await p.delete(0, 3)
    await p.insert(0, 'again')
  },
  'text: typing is one item': async ({ make }) => {
    const p = await make('a', 1)
    await type(p, 0, 'hello world'); await type(p, 5, ', dear'); for (let i = 0; i < 6; i++) await p.delete(10 - i, 1); await type(p, 5, '!')
  },
  'text: deleting forwards and backwards over several runs': async ({ make }) => {
    const p = await make('a', 1)
    for (const word of ['one ', 'two ', 'three ', 'four ']) await type(p, 0, word)
    for (let i = 0; i < 7; i++) await p.delete(3, 1)
    for (let i = 8; i > 2; i--) await p.delete(i - 1, 1)
    await p.insert(2, 'Z'); await p.delete(0, 99)
  },
  'text: lower client ids come first at one place': async ({ make }) => {
    const peers = [await make('a', 300), await make('b', 2), await make('c', 1)]
    for (const p of peers) await type(p, 0, p.name.repeat(3))
    for (const p of peers) for (const q of peers) if (p !== q) await p.pull(q)
  },
  'text: typing goes on behind what another wrote and deleted there': async tools => {
    const [a, b] = await pair(tools)
    await type(a, 0, 'ab'); await b.pull(a); await b.insert(2, 'c'); await b.delete(2, 1); await a.pull(b); await type(a, 2, 'de'); await both(a, b)
  },
  'text: insertions inside what another deletes survive': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'hello world'); await b.pull(a); await a.delete(2, 7); await b.insert(5, 'XYZ'); await both(a, b)
    await a.delete(0, 99); await b.insert(1, 'q'); await both(a, b)
  },
  'text: a pair cut in two becomes replacement characters': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, '👾a👾'); await b.pull(a); await a.insert(1, '-'); await b.delete(4, 1); await both(a, b)
  },
  'text: half of a pair that is known already cuts it': async ({ make, diff }) => {
    const [a, b, c] = [await make('a', 1), await make('b', 2), await make('c', 3)]
    await a.insert(0, 'x👾y'); await c.insert(0, 'z'); await b.pull(a)
    // State vectors of two units of a, and of that beside all of c.
    await b.apply(await diff(a.state(), 'AQEC')); await c.pull(a); await a.pull(c); await a.apply(await diff(c.state(), 'AQEC'))
  },
  'text: client ids up to 2^53 - 1': async ({ make }) => {
    const a = await make('a', 2 ** 53 - 1); const b = await make('b', 2 ** 32)
    await a.insert(0, 'big'); await b.insert(0, 'ids'); await both(a, b); await a.delete(1, 3); await both(a, b)
  },
  'format: on, off, inherited, refused': async ({ make }) => {
    const p = await make('a', 1)
    await p.insert(0, 'abcdef', bold); await p.format(1, 2, { bold: null }); await p.insert(0, 'z', plain); await p.insert(2, 'in'); await p.insert(9, 'end')
    await p.insert(4, 'no', plain); await p.format(0, 99, { em: true }); await p.format(0, 12, { bold: null, em: null }); await p.delete(0, 99)
  },
  'format: what is already so says nothing': async ({ make }) => {
    const p = await make('a', 1)
    await p.insert(0, 'abc', bold); await p.format(0, 3, bold); await p.format(1, 1, bold); await p.format(3, 0, bold); await p.insert(0, '', bold)
  },
  'format: values that are false, zero, empty or objects': async ({ make }) => {
    const p = await make('a', 1)
    await p.insert(0, 'abcdefgh'); await p.format(0, 2, { a: false }); await p.format(1, 3, { a: 0 }); await p.format(3, 2, { a: '' })
    await p.format(4, 2, { a: { x: 1, y: null } }); await p.format(5, 2, { a: [1, 2] }); await p.format(0, 8, { a: null })
  },
  'format: two peers, overlapping and the same': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'the quick fox'); await b.pull(a)
    await a.format(0, 9, bold); await b.format(4, 9, bold); await both(a, b)
    await a.format(4, 5, { bold: null }); await b.format(4, 5, { em: true }); await both(a, b)
    await a.delete(0, 6); await b.format(2, 5, { color: 'red' }); await both(a, b); await b.delete(0, 99); await both(a, b)
  },
  'format: values of one key in conflict': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'word'); await b.pull(a); await a.format(0, 4, { color: 'red' }); await b.format(0, 4, { color: 'blue' }); await both(a, b)
    await b.insert(2, 'xx'); await a.format(1, 2, { color: null }); await both(a, b)
  },
  'format: what deleted text leaves is cleaned, here and by others': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'ab', bold); await a.insert(2, 'cd', { em: true }); await b.pull(a)
    await a.delete(1, 2); await b.format(0, 4, { bold: null }); await both(a, b); await a.delete(0, 9); await both(a, b)
  },
  'format: lines keep their own attributes': async ({ make }) => {
    const p = await make('a', 1)
    await p.delta([{ insert: 'title' }, { insert: '\n', attributes: { header: 1 } }, { insert: 'item' }, { insert: '\n', attributes: { list: 'x' } }])
    await p.delta([{ retain: 5 }, { retain: 1, attributes: { header: null } }, { retain: 2 }, { insert: '\n', attributes: { list: 'x' } }]); await p.delta([{ retain: 3 }, { delete: 5 }])
  },
  'embed: with attributes, formatted, deleted': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'ab'); await a.embed(1, { image: 'x.png' }, { width: 10 }); await a.embed(0, { hr: true }); await b.pull(a)
    await a.format(0, 4, { width: 5 }); await b.delete(0, 2); await both(a, b); await a.embed(1, { image: 'y' }); await a.delete(0, 9); await both(a, b)
  },
  'delta: many steps are one update': async tools => {
    const [a, b] = await pair(tools)
    await a.delta([{ insert: 'abc', attributes: bold }, { insert: { image: 'i' } }, { insert: 'def' }])
    await b.pull(a); await a.delta([{ retain: 2, attributes: { bold: null } }, { delete: 3 }, { insert: 'new', attributes: { em: true } }]); await b.delta([{ retain: 1 }, { delete: 2 }]); await both(a, b)
  },

  'undo: insert, delete, again and again': async ({ make }) => {
    const p = await make('a', 1, { undo: true })
    await p.insert(0, 'abc'); await p.delete(1, 1); await p.insert(2, 'xyz'); await p.delete(0, 99)
    for (let i = 0; i < 6; i++) await p.undo()
    for (let i = 0; i < 6; i++) await p.redo()
    await p.undo(); await p.undo(); await p.insert(0, 'new'); await p.redo(); await p.undo()
  },
  'undo: one step until capturing is stopped': async ({ make }) => {
    const p = await make('a', 1, { undo: true, timeout: 1e9 })
    await type(p, 0, 'one'); await p.delete(0, 1); await p.stop(); await type(p, 2, 'two'); await p.undo(); await p.undo(); await p.undo(); await p.redo(); await p.redo()
    await type(p, 0, 'three'); await p.undo(); await p.redo()
  },
  'undo: what others wrote stays': async ({ make }) => {
    const a = await make('a', 1, { undo: true }); const b = await make('b', 2)
    await a.insert(0, 'hello world'); await b.pull(a); await b.insert(5, ', dear'); await a.pull(b); await a.delete(0, 99); await b.pull(a)
    await b.insert(0, 'B'); await a.pull(b); await a.undo(); await a.undo(); await a.redo(); await b.pull(a); await a.redo(); await b.pull(a)
  },
  'undo: what others deleted stays deleted': async ({ make }) => {
    const a = await make('a', 1, { undo: true }); const b = await make('b', 2)
    await a.insert(0, 'abcdef'); await b.pull(a); await b.delete(1, 3); await a.pull(b); await a.delete(0, 1); await a.undo(); await a.undo(); await a.redo(); await b.pull(a)
  },
  'undo: text typed into what was undone': async ({ make }) => {
    const a = await make('a', 1, { undo: true }); const b = await make('b', 2)
    await a.insert(0, 'abcd'); await b.pull(a); await a.delete(1, 2); await b.insert(2, 'XX'); await both(a, b); await a.undo(); await a.undo(); await a.redo(); await both(a, b)
  },
  'undo: formats go back to what they were': async ({ make }) => {
    const a = await make('a', 1, { undo: true }); const b = await make('b', 2)
    await a.insert(0, 'abcdef'); await a.format(0, 4, bold); await a.format(2, 4, { bold: null, color: 'red' }); await b.pull(a); await b.format(0, 6, { em: true }); await a.pull(b)
    for (let i = 0; i < 3; i++) await a.undo()
    for (let i = 0; i < 3; i++) await a.redo()
    await b.pull(a)
  },
  'undo: embeds come back': async ({ make }) => {
    const a = await make('a', 1, { undo: true })
    await a.insert(0, 'ab'); await a.embed(1, { image: 'i' }, bold); await a.delete(0, 3); await a.undo(); await a.undo(); await a.redo(); await a.redo()
  },
  'undo: edits of other origins are not recorded': async ({ make }) => {
    const a = await make('a', 1, { undo: true })
    await a.insert(0, 'mine'); await a.insert(4, ' and not', undefined, 5); await a.delete(0, 1, 5); await a.undo(); await a.undo(); await a.redo()
  },
  'undo: where nothing is collected': async ({ make }) => {
    const a = await make('a', 1, { undo: true, gc: false }); const b = await make('b', 2)
    await a.insert(0, 'kept'); await a.delete(1, 2); await b.pull(a); await a.undo(); await a.undo(); await a.redo(); await b.pull(a)
  },

  'relative position: every place, there and back': async tools => {
    const { make } = tools; const p = await make('a', 1)
    for (const text of ['', 'a', 'bc', 'defg']) {
      if (text) await p.insert(p.t.length >> 1, text)
      for (let pos = 0; pos <= p.t.length; pos++) for (const assoc of [-1, 0, 1]) tools.same('there and back', pos, await p.find(await p.place(pos, assoc)))
    }
  },
  'relative position: moves with the text of others': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'hello world'); await b.pull(a)
    const places = []; for (let pos = 0; pos <= 11; pos++) for (const assoc of [-1, 0]) places.push(await a.place(pos, assoc))
    await b.insert(0, '>> '); await b.insert(8, '!'); await b.insert(15, ' <<'); await b.delete(9, 3); await a.pull(b)
    for (const p of [a, b]) for (const place of places) await p.find(place)
    await a.delete(0, 99); for (const place of places) await a.find(place)
  },
  'relative position: follows what undo wrote again': async ({ make }) => {
    const a = await make('a', 1, { undo: true })
    await a.insert(0, 'hello world'); const places = []; for (let pos = 0; pos <= 11; pos++) places.push(await a.place(pos, pos % 2 - 1))
    await a.delete(2, 7); for (const place of places) await a.find(place)
    await a.undo(); for (const place of places) await a.find(place)
    await a.redo(); await a.undo(); await a.insert(3, 'mid'); for (const place of places) await a.find(place)
  },
  'relative position: of text that is not there yet': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'far'); const place = await a.place(1, 0); tools.same('nowhere', null, await b.find(place)); await b.pull(a); await b.find(place)
  },

  'snapshot: empty, full, deleted, formatted': async ({ make }) => {
    const p = await make('a', 1, { gc: false }); const taken = [await p.snapshot()]
    await p.insert(0, 'hello world'); taken.push(await p.snapshot()); await p.delete(2, 5); taken.push(await p.snapshot())
    await p.format(0, 4, bold); taken.push(await p.snapshot()); await p.insert(3, 'new'); await p.delete(0, 99); taken.push(await p.snapshot())
    for (const snapshot of taken) await p.restore(snapshot)
  },
  'snapshot: between the edits of two': async tools => {
    const [a, b] = await pair(tools, { gc: false })
    await a.insert(0, 'one two'); await b.pull(a); await b.insert(3, '!'); const early = await a.snapshot(); await a.pull(b); const late = await a.snapshot()
    await a.delete(1, 4); await b.delete(0, 2); await both(a, b)
    for (const snapshot of [early, late, await b.snapshot()]) await a.restore(snapshot)
  },
  'snapshot: refused where garbage is collected, or newer than the text': async tools => {
    const { make } = tools; const a = await make('a', 1); const b = await make('b', 2, { gc: false })
    await a.insert(0, 'abc'); const snapshot = await a.snapshot(); await a.refusesToRestore(snapshot); await b.refusesToRestore(snapshot)
  },

  'updates: merged in order, backwards, twice and in groups': async ({ make, merge, collect }) => {
    const a = await make('a', 1); const updates = collect(a)
    await type(a, 0, 'merge'); await a.delete(1, 2); await type(a, 1, 'XY'); await a.format(0, 3, bold)
    const forms = [updates, [...updates].reverse(), [...updates, ...updates], [await merge(updates.slice(0, 4)), await merge(updates.slice(3))], updates.filter((_, i) => i % 2), updates.slice(0, 1)]
    for (const [i, form] of forms.entries()) { const b = await make('b' + i, 9); await b.apply(await merge(form)); await b.pull(a) }
  },
  'updates: what a state vector covers is left out': async ({ make, diff, collect, merge, stateVector }) => {
    const a = await make('a', 1); const updates = collect(a); const b = await make('b', 2)
    await type(a, 0, 'abc'); await b.pull(a); await type(a, 2, 'def'); await a.delete(0, 2)
    const all = await merge(updates); await diff(all, stateVector(a)); await b.apply(await diff(all, stateVector(b)))
  },
  'updates: later ones wait for earlier ones': async ({ make, collect }) => {
    const a = await make('a', 1); const updates = collect(a); const b = await make('b', 2)
    await type(a, 0, 'abcdef'); await a.delete(1, 3); await a.insert(2, '-')
    for (const i of [7, 5, 6, 3, 1, 2, 4, 0]) await b.apply(updates[i])
    await b.pull(a)
  },
  'updates: deletions wait for what they delete, and travel on meanwhile': async ({ make, collect }) => {
    const a = await make('a', 1); const updates = collect(a); const b = await make('b', 2); const c = await make('c', 3)
    await a.insert(0, 'gone'); await a.delete(1, 2); await b.apply(updates[1]); await c.pull(b); await c.apply(updates[0]); await b.pull(c)
  },
  'updates: a client whose text hangs on another that is missing': async ({ make, collect }) => {
    const a = await make('a', 1); const b = await make('b', 2); const c = await make('c', 3)
    await a.insert(0, 'base'); await b.pull(a); const own = collect(b); await b.insert(2, 'mid'); await b.insert(4, 'x')
    await c.insert(0, 'c'); await c.apply(own[1]); await c.apply(own[0]); await a.pull(c); await c.pull(a)
  },
  'updates: twice is once, in both formats': async tools => {
    const [a, b] = await pair(tools)
    await a.insert(0, 'idem'); await a.delete(1, 1); for (const v of [1, 2, 1]) await b.pull(a, v)
    await b.insert(0, 'po'); await both(a, b); await both(a, b)
  },
  'updates: three peers, every order': async ({ make, collect }) => {
    const peers = []; const updates = []
    for (const [i, client] of [5, 3, 4].entries()) { peers.push(await make('p' + i, client)); updates.push(collect(peers[i])) }
    for (const [i, p] of peers.entries()) { await type(p, 0, 'abc'.slice(i) + i); await p.delete(1, 1) }
    const all = updates.flatMap(list => [...list])
    for (const [i, p] of peers.entries()) { for (let n = 0; n < all.length; n++) await p.apply(all[(n * 5 + i) % all.length]) }
    for (const p of peers) for (const q of peers) await p.pull(q)
  }
}
