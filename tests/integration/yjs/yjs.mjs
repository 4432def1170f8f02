// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// npm's yjs and y-websocket in the very texts that sheaf-replica has, through sheaf-server.
// node yjs.mjs BIN NODE_MODULES [SCENARIO…]
import { existsSync } from 'node:fs'
import { modulesFrom, Server, Line, Replica, Editor, address, same, sleep, until } from './support.mjs'

const [bin, folder, ...wanted] = process.argv.slice(2)
const packages = ['yjs', 'y-protocols', 'y-websocket', 'ws']
const missing = packages.filter(name => !existsSync(`${folder}/${name}`))
if (missing.length) {
  console.log(`skipped: ${missing.join(', ')} not in ${folder}; ./dev test installs what tests/npm names`)
  process.exit(77)
}
const modules = await modulesFrom(folder)
const { Y, WebSocket } = modules
const editor = (...where) => new Editor(modules, ...where)

/** All sides have the same text, and both replicas proved that they have what the server has. */
async function agree (replicas, editors, id = 'a') {
  for (const replica of replicas) await replica.synced()
  const text = await replicas[0].body(id)
  for (const replica of replicas) {
    await until('the replicas have one text', async () => { await replica.synced(); return await replica.body(id) === await replicas[0].body(id) })
    same('digest', await replica.digest(), await replicas[0].digest())
  }
  for (const one of editors) await one.sees(await replicas[0].body(id))
  return text
}

const count = (text, word) => text.split(word).length - 1

const scenarios = {
  async editorsAndReplicasShareOneText (server) {
    const [a, b] = [new Replica(server, 'a'), new Replica(server, 'b')]
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'milk, eggs'), ('b', NULL), ('c', 'other')")
    await a.synced()
    const token = server.token('browser')
    const editors = [editor(server.port, token), editor(server.port, token), editor(server.port, server.token('phone'))]
    for (const one of editors) { await one.synced(); same('the seed', one.said, 'milk, eggs') }
    editors[0].insert(4, ' (2 l)')
    await until('the replica has it', async () => await a.body('a') === 'milk (2 l), eggs')
    await a.type('a', { retain: 16 }, { insert: ', 😀' })
    for (const one of editors) await one.sees('milk (2 l), eggs, 😀')
    await b.synced()
    await b.sql("UPDATE notes SET body = replace(body, 'eggs', 'bread') WHERE id = 'a'")
    // Everybody at once, each with words of its own.
    for (let i = 0; i < 40; i++) {
      editors[i % 3].insert(editors[i % 3].text.length, ` e${i};`)
      editors[(i + 1) % 3].insert(0, `f${i}; `)
      await (i % 2 ? a : b).type('a', { insert: `r${i}; ` })
    }
    await until('all is there', async () => [...Array(40).keys()].every(i => editors[0].said.includes(`e${i};`)))
    await agree([a, b], editors)
    const text = await a.body('a')
    for (let i = 0; i < 40; i++) for (const kind of ['e', 'f', 'r']) same(`${kind}${i}`, count(text, `${kind}${i};`), 1)
    // A text that was never written, an empty one, and one of another row.
    const empty = editor(server.port, token, 'b')
    await empty.synced()
    empty.insert(0, 'first')
    await until('the empty one has it', async () => await b.body('b') === 'first')
    same('the other row', await b.body('c'), 'other')
    for (const one of [...editors, empty]) one.end()
    // Whoever comes later gets all of it.
    const late = editor(server.port, token)
    await late.synced()
    same('late', late.said, await a.body('a'))
    late.end()
    await agree([a, b], [])
    await Promise.all([a.end(), b.end()])
  },

  async bothSidesWriteWhileTheLineIsCut (server) {
    const line = await new Line(server).open()
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'one two tt')")
    await a.synced()
    const [far, near] = [editor(line.port, server.token('far')), editor(server.port, server.token('near'))]
    await far.synced()
    await near.synced()
    for (let round = 0; round < 3; round++) {
      line.cut()
      await until('the editor knows', () => !far.provider.wsconnected)
      await a.disconnect()
      for (let i = 0; i < 20; i++) {
        far.insert(far.text.length, ` far${round}.${i};`)
        near.insert(0, `near${round}.${i}; `)
        await a.type('a', { insert: `app${round}.${i}; ` })
      }
      far.text.delete(far.said.indexOf('t'), 1)
      line.mend()
      far.insert(0, `(${round})`) // before the answers to the first questions came
      await a.connect()
      await far.synced()
      await until('the words of all', async () => [far.said, near.said, await a.body('a')].every(text =>
        ['far', 'near', 'app'].every(who => text.includes(`${who}${round}.19;`))))
    }
    const text = await agree([a], [far, near])
    same('what was deleted', count(text, 't'), 0)
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 20; i++) for (const who of ['far', 'near', 'app']) same('once', count(text, `${who}${round}.${i};`), 1)
    }
    for (const one of [far, near]) one.end()
    line.close()
    await a.end()
  },

  async theServerMayStopOrBeKilled (server) {
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'text')")
    await a.synced()
    const editors = [editor(server.port, server.token('x')), editor(server.port, server.token('y'))]
    for (const one of editors) await one.synced()
    let n = 0
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM']) {
      for (let i = 0; i < 30; i++, n++) {
        editors[i % 2].insert(0, `e${n}; `)
        if (i % 3 === 0) await a.type('a', { insert: `r${n}; ` })
      }
      await server.stop(signal) // in the middle: what it has not stored is only in the editors
      for (let i = 0; i < 10; i++, n++) editors[i % 2].insert(editors[i % 2].text.length, ` e${n};`)
      await server.start()
      for (const one of editors) { await one.synced(); same('open for more', one.closed, null) }
    }
    await until('all is in the replica', async () => { const text = await a.body('a'); return [...Array(n).keys()].every(i => text.includes(`e${i};`)) })
    const text = await agree([a], editors)
    for (let i = 0; i < n; i++) same('e' + i, count(text, `e${i};`), 1)
    for (const one of editors) one.end()
    await a.end()
  },

  async whoMayNotIsToldWhy (server) {
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'mine')")
    await a.synced()
    const token = server.token('browser')
    const other = server.token('other', ['elsewhere'])
    const cases = [
      ['wrong token', 'wrong', address('home', 'notes', 'a', 'body'), 4401],
      ['no token', '', address('home', 'notes', 'a', 'body'), 4401],
      ['another space', other, address('home', 'notes', 'a', 'body'), 4403],
      ['no such space', token, address('nowhere', 'notes', 'a', 'body'), 4403],
      ['no such table', token, address('home', 'sqlite_master', 'a', 'body'), 4404],
      ['no such row', token, address('home', 'notes', 'zzz', 'body'), 4404],
      ['no such column', token, address('home', 'notes', 'a', 'nobody'), 4404],
      ['no address', token, 'yjs/home/notes', 4400],
      ['a bad escape', token, 'yjs/home/notes/%zz/body', 4400]
    ]
    for (const [what, key, room, code] of cases) {
      const one = editor(server.port, key, 'a', room)
      one.insert(0, 'x')
      await until(what, () => one.closed)
      same(what, one.closed.code, code)
      same(what + ', a sentence', one.closed.reason.endsWith('.'), true)
      same(what + ', nothing is told', one.said, 'x')
      one.end()
    }
    // A token that is taken back ends what is open; a row that is deleted does too.
    const [first, second] = [editor(server.port, token), editor(server.port, server.token('second'))]
    await first.synced()
    await second.synced()
    server.revoke('browser')
    await until('revoked', () => first.closed)
    same('revoked', first.closed.code, 4401)
    await a.sql("DELETE FROM notes WHERE id = 'a'")
    await until('deleted', () => second.closed)
    same('deleted', second.closed.code, 4410)
    await a.synced()
    same('nothing came of it', await a.value('SELECT count(*) FROM notes'), 0)
    for (const secret of [token, other]) same('no token in the log', server.log.includes(secret), false)
    for (const one of [first, second]) one.end()
    await a.end()
  },

  async hostileFramesEndOneConnection (server) {
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'text')")
    await a.synced()
    const token = server.token('browser')
    const good = editor(server.port, token)
    await good.synced()
    const noise = new Uint8Array(100).map((_, i) => (i * 167 + 13) % 256)
    const update = bytes => Uint8Array.from([0, 2, bytes.length, ...bytes])
    const cases = [
      ['larger than a message', new Uint8Array(1024 * 1024 + 1), 4413],
      ['not an update', update(noise), 4400],
      ['a length that lies', Uint8Array.from([0, 2, 250, 1]), 4400],
      ['no sync message', Uint8Array.from([0, 9, 0]), 4400],
      ['nothing', new Uint8Array(0), 4400],
      ['a state vector that lies', Uint8Array.from([0, 0, 3, 255, 255, 3]), 4400],
      ['text', 'hello', 1003]
    ]
    for (const [what, frame, code] of cases) {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/${address('home', 'notes', 'a', 'body')}?token=${token}`)
      const closed = new Promise(resolve => socket.on('close', resolve))
      socket.on('error', () => {})
      await new Promise(resolve => socket.on('open', resolve))
      socket.send(frame)
      same(what, await closed, code)
    }
    good.insert(4, ' goes on')
    await until('the good one goes on', async () => await a.body('a') === 'text goes on')
    same('never cut', good.closed, null)
    good.end()
    await a.end()
  },

  async everythingOfADocumentIsKept (server) {
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'bold words')")
    await a.sql("INSERT INTO notes(id, body) VALUES('ключ / 50%, : ~', 'k')")
    await a.sql("INSERT INTO pages(book, page, body) VALUES(-7, x'00ff2f', 'p')")
    await a.synced()
    const token = server.token('browser')
    const one = editor(server.port, token)
    await one.synced()
    one.text.format(0, 4, { bold: true })
    one.text.insertEmbed(10, { image: 'x.png' })
    one.doc.getMap('meta').set('tags', ['a', { b: [1.5, null, true] }])
    one.doc.getXmlFragment('page').insert(0, [new Y.XmlElement('p')])
    const undo = new Y.UndoManager(one.text)
    one.insert(0, 'gone ')
    undo.undo()
    const large = 'a long line of a text that was pasted, 😀\n'.repeat(15_000) // five pieces and more
    one.insert(10, large)
    await until('the replica has it', async () => (await a.body('a')).length === one.said.length)
    const two = editor(server.port, token)
    await two.synced()
    same('text', two.said, one.said)
    same('delta', two.text.toDelta(), one.text.toDelta())
    same('map', two.doc.getMap('meta').toJSON(), { tags: ['a', { b: [1.5, null, true] }] })
    same('xml', two.doc.getXmlFragment('page').toString(), '<p></p>')
    await agree([a], [one, two])
    // Keys that need care.
    const odd = editor(server.port, token, 'ключ / 50%, : ~')
    await odd.synced()
    odd.insert(1, '!')
    await until('the odd key', async () => await a.body('ключ / 50%, : ~') === 'k!')
    const page = editor(server.port, token, null, 'yjs/home/pages/int:-7,blob:AP8v/body')
    await page.synced()
    page.insert(1, '?')
    await until('the composite key', async () => await a.value('SELECT body FROM pages') === 'p?')
    for (const each of [one, two, odd, page]) each.end()
    // Written in Yjs, away at the restart, there afterwards.
    await server.stop('SIGKILL')
    await server.start()
    const three = editor(server.port, token)
    await three.synced()
    same('after a restart', three.text.toDelta(), one.text.toDelta())
    three.end()
    await a.end()
  },

  async caretsAreSeen (server) {
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'text'), ('b', 'text')")
    await a.synced()
    const line = await new Line(server).open()
    const [one, two, other] = [editor(line.port, server.token('one')), editor(server.port, server.token('two')),
      editor(server.port, server.token('three'), 'b')]
    for (const each of [one, two, other]) await each.synced()
    const show = (editor, name, at) => {
      const place = Y.createRelativePositionFromTypeIndex(editor.text, at)
      editor.provider.awareness.setLocalState({ user: { name, color: '#30bced' }, cursor: { anchor: Y.relativePositionToJSON(place), head: Y.relativePositionToJSON(place) } })
    }
    const caretOf = (viewer, shown) => {
      const cursor = viewer.provider.awareness.getStates().get(shown.doc.clientID)?.cursor
      return cursor && Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(cursor.head), viewer.doc)?.index
    }
    show(one, 'Ada', 2)
    show(two, 'Bob', 4)
    await until('two sees one', () => caretOf(two, one) === 2)
    await until('one sees two', () => caretOf(one, two) === 4)
    two.insert(0, 'the ')
    await one.sees('the text')
    same('the caret goes with its text', caretOf(two, one), 6)
    // The caret of a replica, by the classes of the app, and what it sees of theirs.
    await a.ask({ do: 'presence', table: 'notes', pk: ['a'], column: 'body', state: { user: { name: 'App', color: '#ff0000' } }, anchor: 1, head: 3 })
    const app = viewer => [...viewer.provider.awareness.getStates()].find(([, state]) => state.user?.name === 'App')?.[0]
    await until('an editor sees the app', () => app(one) !== undefined && caretOf(one, { doc: { clientID: app(one) } }) === 3)
    const seenByApp = name => a.presence.findLast(event => event.column)?.others.find(other => other.state.user?.name === name)?.head
    await until('the app sees both', () => seenByApp('Ada') === 6 && seenByApp('Bob') === 8)
    show(two, 'Bob', 1)
    await until('the app sees a caret move', () => seenByApp('Bob') === 1)
    same('of another text nobody is seen', other.provider.awareness.getStates().size, 1)
    line.cut()
    await until('one is gone', () => !two.provider.awareness.getStates().has(one.doc.clientID))
    line.mend()
    await one.synced()
    show(one, 'Ada', 0)
    await until('one is back', () => caretOf(two, one) === 0)
    two.end()
    await until('two has left', () => !one.provider.awareness.getStates().has(two.doc.clientID))
    for (const each of [one, other]) each.end()
    line.close()
    await a.end()
  },

  async whatIsSilentStaysOpen (server) {
    const a = new Replica(server, 'a')
    await a.sql("INSERT INTO notes(id, body) VALUES('a', 'quiet')")
    await a.synced()
    const one = editor(server.port, server.token('browser'))
    one.provider.awareness.setLocalState(null) // then it has nothing to say by itself
    await one.synced()
    let losses = 0
    one.provider.on('connection-close', () => { losses++ })
    await sleep(50_000) // longer than y-websocket waits for a message, and the server for a sign of life
    same('losses', losses, 0)
    one.insert(0, 'not ')
    await until('still there', async () => await a.body('a') === 'not quiet')
    one.end()
    await a.end()
  }
}

let failed = 0
for (const [name, run] of Object.entries(scenarios)) {
  if (wanted.length ? !wanted.includes(name) : name === 'whatIsSilentStaysOpen') continue
  const server = new Server(bin)
  const start = Date.now()
  try {
    await server.start()
    await run(server)
    console.log(`ok ${name} (${Date.now() - start} ms)`)
  } catch (error) {
    failed++
    console.log(`FAILED ${name}: ${error.stack}\nserver: ${server.log}`)
  }
  await server.clean()
}
process.exit(failed ? 1 : 0)
