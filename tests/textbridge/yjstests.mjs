// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The tests of yjs itself, recorded and played to sheaf-textbridge: each document that a test makes lives here too and gets
// the updates that it got there; states, events, texts and what was made of updates must be what they were in yjs.
// node yjstests.mjs BRIDGE NODE_MODULES CHECKOUT [SEED] [REPEATS] [PART OF A NAME]
// CHECKOUT is a folder with the branch v13 of github.com/yjs/yjs; its tests run with the yjs of NODE_MODULES. Tests that
// repeat themselves with other random numbers are played REPEATS times.
import { readdirSync } from 'node:fs'
import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { connect, needs, normal, reloaded } from './link.mjs'
const [bridge, modules, checkout = '', seed = '1', repeats = '1', filter = ''] = process.argv.slice(2)
needs(`${modules}/yjs`, 'yjs'); needs(`${checkout}/tests/testHelper.js`, 'a checkout of yjs')

const recorderUrl = new URL('./yjsrecorder.mjs', import.meta.url).href
const folder = path => pathToFileURL(path + '/').href
const recorder = await import(recorderUrl)
const recorded = Object.keys(recorder).filter(name => !['begin', 'finish'].includes(name))
register('./yjshooks.mjs', import.meta.url, { data: { modules: folder(modules), tests: folder(`${checkout}/tests`), recorder: recorderUrl, recorded } })
const { TestCase } = await import(`${folder(modules)}lib0/testing.js`)
class SeededCase extends TestCase {
  constructor (module, name, number) { super(module, name); this.number = number }
  get seed () { return this.number }
}

const link = connect(bridge)
const Y = await import(`${folder(modules)}yjs/src/index.js`)

/** How the bridge's answer differs, or nothing. */
function differs ({ command, wanted, how, mine }, answer) {
  if ('error' in answer) return JSON.stringify(answer.error)
  const ours = Array.isArray(answer.ok) && how !== 'delta' ? answer.ok.join() : answer.ok
  if (wanted === undefined) return
  if (how === 'delta') return normal(wanted) === normal(ours) ? undefined : `yjs ${normal(wanted)} ours ${normal(ours)}`
  if (wanted === ours) return
  if (how === 'state' && mine.undone && reloaded(Y, wanted, command.v) === reloaded(Y, ours, command.v)) return
  return `yjs ${wanted} ours ${ours}`
}

const count = { played: 0, skipped: 0, failed: 0, documents: 0, updates: 0, compared: 0, differ: 0 }
async function play (module, name, test, number) {
  recorder.begin(number)
  // The tests talk much.
  const talk = { ...console }
  for (const way of Object.keys(talk)) console[way] = () => {}
  let failure
  try { await test(new SeededCase(module, name, number)) } catch (error) { failure = error }
  Object.assign(console, talk)
  if (failure?.constructor.name === 'SkipError') { count.skipped++; return }
  if (failure) { count.failed++; console.log(`${module} ${name} seed ${number} fails in yjs: ${failure.stack}`) }
  const { documents, steps } = recorder.finish()
  count.played++; count.documents += documents
  let wrong = 0
  for (const step of steps) {
    if (step.command.do === 'apply') count.updates++
    link.ask(step.command, answer => {
      const difference = differs(step, answer)
      if (step.wanted !== undefined) count.compared++
      if (difference && wrong++ === 0) console.log(`${module} ${name} seed ${number}: ${step.command.do} ${step.command.doc ?? ''}: ${difference.slice(0, 900)}`)
    })
  }
  await link.flush()
  if (wrong) count.differ++
}

for (const file of readdirSync(`${checkout}/tests`).filter(file => file.endsWith('.tests.js')).sort()) {
  const module = file.slice(0, -'.tests.js'.length); const before = { ...count }; let tests = 0
  for (const [name, test] of Object.entries(await import(`${folder(checkout)}tests/${file}`))) {
    if (!name.startsWith('test') || !`${module} ${name}`.includes(filter)) continue
    tests++
    const times = name.startsWith('testRepeat') ? +repeats : 1
    for (let n = 0; n < times; n++) await play(module, name, test, +seed + n)
  }
  if (tests) console.log(`${module}: ${tests} tests, ${Object.entries(count).map(([what, n]) => `${what} ${n - before[what]}`).join(', ')}`)
}
console.log(Object.entries(count).map(([what, n]) => `${what} ${n}`).join(', '))
link.end(); process.exit(count.failed || count.differ || !count.played ? 1 : 0)
