// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// What every script beside npm's yjs needs: a sheaf-textbridge as a child, yjs itself, and both sides' data in one form.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

export const b64 = bytes => Buffer.from(bytes).toString('base64')
export const bytes = text => Buffer.from(text, 'base64')

/** Ends the script as skipped where something is not installed. */
export const needs = (path, what) => { if (!existsSync(path)) { console.log(`skipped: ${what} is not in ${path}`); process.exit(77) } }

export async function loadYjs (modules, file = 'dist/yjs.mjs') {
  needs(`${modules}/yjs`, 'yjs')
  return import(pathToFileURL(`${modules}/yjs/${file}`))
}

/** Answers come in the order of the commands; nothing is sent before flush(). `where` says what a bridge that ends early was at. */
export function connect (bridge, where = () => '') {
  const child = spawn(bridge, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = []
  let lines = []
  createInterface({ input: child.stdout }).on('line', line => {
    const { answered, flushed } = waiting.shift()
    answered(JSON.parse(line))
    if (flushed) flushed()
  })
  child.on('exit', code => { if (waiting.length) { console.log('the bridge ended with', code, where()); process.exit(1) } })
  return {
    ask (command, answered) { waiting.push({ answered }); lines.push(JSON.stringify(command)) },
    /** Resolves when everything asked so far is answered. */
    flush () {
      if (lines.length) child.stdin.write(lines.join('\n') + '\n')
      lines = []
      const last = waiting.at(-1)
      if (!last) return Promise.resolve()
      const before = last.flushed
      return new Promise(resolve => { last.flushed = () => { before?.(); resolve() } })
    },
    end () { child.stdin.end() }
  }
}

const sorted = value => Array.isArray(value) ? value.map(sorted)
  : value?.constructor === Object ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, one]) => [key, sorted(one)])) : value
const attributesOf = op => op.attributes && Object.keys(op.attributes).length ? sorted(op.attributes) : undefined
/** yjs starts a new step at every format; neighbours that say the same are one. */
export const normal = delta => {
  const out = []
  for (const op of delta) {
    const attributes = attributesOf(op); const last = out[out.length - 1]
    if (last && typeof last.insert === 'string' && typeof op.insert === 'string' && JSON.stringify(last.attributes) === JSON.stringify(attributes)) last.insert += op.insert
    else out.push(attributes ? { insert: sorted(op.insert), attributes } : { insert: sorted(op.insert) })
  }
  return JSON.stringify(out)
}

/** What a fresh document of yjs makes of a state. */
export const reloaded = (Y, state, v = 1) => {
  const d = new Y.Doc({ guid: 'any' }); (v === 1 ? Y.applyUpdate : Y.applyUpdateV2)(d, bytes(state))
  return b64(Y.encodeStateAsUpdate(d))
}
