// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// A sheaf-server, sheaf-replicas and npm's y-websocket against each other: what the scenarios in yjs.mjs are made of.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

export const patience = 30_000
const load = path => import(pathToFileURL(path))
export async function modulesFrom (folder) {
  const Y = await load(`${folder}/yjs/dist/yjs.mjs`)
  const { WebsocketProvider } = await load(`${folder}/y-websocket/src/y-websocket.js`)
  const { WebSocket } = await load(`${folder}/ws/wrapper.mjs`)
  return { Y, WebsocketProvider, WebSocket }
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
/** Waits until something holds, looking at it again and again. */
export async function until (what, holds) {
  const end = Date.now() + patience
  while (!await holds()) {
    if (Date.now() > end) throw new Error('in vain: ' + what)
    await sleep(20)
  }
}
export function same (what, got, wanted) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)]
  if (a !== b) throw new Error(`${what}: got ${a.slice(0, 300)}, wanted ${b.slice(0, 300)}`)
}

/** A sheaf-server with its data in a folder that outlives restarts, on one port. */
export class Server {
  constructor (bin) {
    this.bin = bin
    this.folder = mkdtempSync(`${tmpdir()}/sheaf-yjs-`)
    this.port = 0
    this.log = ''
  }

  async start () {
    this.child = spawn(`${this.bin}/sheaf-server`, ['serve', '--data', `${this.folder}/data`, '--listen', `127.0.0.1:${this.port}`],
      { stdio: ['ignore', 'pipe', 'pipe'] })
    this.child.stderr.on('data', text => { this.log += text })
    this.gone = new Promise(resolve => this.child.once('exit', resolve))
    const line = await Promise.race([
      new Promise(resolve => createInterface({ input: this.child.stdout }).once('line', resolve)), this.gone])
    this.port = Number(/^listening ws:\/\/127\.0\.0\.1:(\d+)$/.exec(line)?.[1])
    if (!this.port) throw new Error('sheaf-server did not start: ' + this.log)
  }

  async stop (signal = 'SIGTERM') {
    this.child.kill(signal)
    await this.gone
  }

  token (name, spaces = []) {
    const ran = spawnSync(`${this.bin}/sheaf-server`, ['token', 'add', '--data', `${this.folder}/data`, '--name', name,
      ...spaces.flatMap(space => ['--space', space])])
    if (ran.status !== 0) throw new Error('token add: ' + ran.stderr)
    return ran.stdout.toString().trim()
  }

  revoke (name) {
    const ran = spawnSync(`${this.bin}/sheaf-server`, ['token', 'revoke', '--data', `${this.folder}/data`, '--name', name])
    if (ran.status !== 0) throw new Error('token revoke: ' + ran.stderr)
  }

  async clean () {
    if (this.child?.exitCode === null && this.child.signalCode === null) await this.stop('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The way of one client to the server, which can be cut. */
export class Line {
  constructor (server) {
    this.server = server
    this.sockets = new Set()
    this.isCut = false
    this.listener = createServer(inner => {
      if (this.isCut) return inner.destroy()
      const outer = connect(this.server.port, '127.0.0.1')
      for (const [from, to] of [[inner, outer], [outer, inner]]) {
        this.sockets.add(from)
        from.on('data', bytes => to.write(bytes))
        from.on('end', () => to.end())
        from.on('error', () => {})
        from.on('close', () => { this.sockets.delete(from); to.destroy() })
      }
    })
  }

  open () { return new Promise(resolve => this.listener.listen(0, '127.0.0.1', () => resolve(this))) }
  get port () { return this.listener.address().port }
  cut () {
    this.isCut = true
    for (const socket of this.sockets) socket.destroy()
  }

  mend () { this.isCut = false }
  close () {
    this.cut()
    this.listener.close()
  }
}

/** A sheaf-replica, one question at a time. */
export class Replica {
  constructor (server, name, port = server.port) {
    this.url = `ws://127.0.0.1:${port}`
    this.token = server.token(name)
    const schema = `${server.folder}/schema.sql`
    writeFileSync(schema, 'CREATE TABLE notes(id TEXT PRIMARY KEY, space TEXT NOT NULL DEFAULT \'home\', title TEXT, body TEXT);\n' +
      'SELECT sheaf_sync(\'notes\', \'{"columns":{"body":"text"}}\');\n' +
      'CREATE TABLE pages(book INTEGER, page BLOB, space TEXT NOT NULL DEFAULT \'home\', body TEXT, PRIMARY KEY(book, page));\n' +
      'SELECT sheaf_sync(\'pages\', \'{"columns":{"body":"text"}}\');\n')
    this.child = spawn(`${server.bin}/sheaf-replica`, ['--db', `${server.folder}/${name}.db`, '--schema', schema, '--url', this.url,
      '--token', this.token], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.waiting = new Map()
    this.last = 0
    this.presence = []
    createInterface({ input: this.child.stdout }).on('line', line => {
      const said = JSON.parse(line)
      if (said.event === 'presence') this.presence.push(said)
      this.waiting.get(said.id)?.(said)
    })
    this.gone = new Promise(resolve => this.child.once('exit', resolve))
  }

  async ask (command) {
    const id = ++this.last
    const answer = await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer to ' + command.do)), 2 * patience)
      this.waiting.set(id, said => { clearTimeout(timer); resolve(said) })
      this.child.stdin.write(JSON.stringify({ id, ...command }) + '\n')
    })
    this.waiting.delete(id)
    if ('error' in answer) throw new Error(`${command.do}: ${JSON.stringify(answer.error)}`)
    return answer.ok
  }

  sql (sql, ...params) { return this.ask({ do: 'exec', sql, params }) }
  async value (sql, ...params) { return (await this.ask({ do: 'query', sql, params })).rows[0]?.[0] }
  body (id) { return this.value('SELECT body FROM notes WHERE id = ?', id) }
  type (id, ...ops) { return this.ask({ do: 'text', table: 'notes', pk: [id], column: 'body', ops }) }
  /** Everything is pushed and pulled, and the digest is the server's. */
  synced () { return this.ask({ do: 'wait_synced', timeout_ms: patience }) }
  digest () { return this.ask({ do: 'digest', space: 'home' }) }
  disconnect () { return this.ask({ do: 'disconnect' }) }
  connect () { return this.ask({ do: 'connect', url: this.url, token: this.token }) }
  async end () {
    this.child.stdin.end()
    await this.gone
  }
}

export const address = (space, table, key, column) => 'yjs/' + [space, table, key, column].map(encodeURIComponent).join('/')

/** A Yjs editor: npm's yjs behind npm's y-websocket. */
export class Editor {
  constructor ({ Y, WebsocketProvider, WebSocket }, port, token, id = 'a', room = address('home', 'notes', id, 'body')) {
    this.doc = new Y.Doc()
    this.text = this.doc.getText('text')
    this.closed = null
    this.provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, room, this.doc,
      { params: { token }, WebSocketPolyfill: WebSocket, disableBc: true, maxBackoffTime: 400 })
    this.provider.on('closed', event => { this.closed = event })
    this.provider.on('connection-error', () => {})
  }

  get said () { return this.text.toString() }
  insert (at, text) { this.text.insert(at, text) }
  synced () { return until('an editor is synced', () => this.provider.synced) }
  sees (text) { return until(`an editor sees ${JSON.stringify(text)}, not ${JSON.stringify(this.said)}`, () => this.said === text) }
  end () {
    this.provider.destroy()
    this.doc.destroy()
  }
}
