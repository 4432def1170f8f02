// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Seeded rounds of a differential fuzz. Nothing that yjs does hangs on an answer of the bridge, so a round is sent whole
// and its answers are judged as they come, while the next round is on its way.
import { connect } from './link.mjs'

let link; let round; let state
let seed; let bad = 0; let done = 0
const complain = (where, error) => { console.log('seed', where.seed, error.message.slice(0, 900)); where.failed = true; bad++ }

export const rnd = n => { state = (state + 0x6D2B79F5) | 0; let t = Math.imul(state ^ (state >>> 15), 1 | state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) % n }
export const pick = list => list[rnd(list.length)]
export const same = (what, a, b) => { if (a !== b) throw new Error(`${what}: yjs ${a} ours ${b}`) }

export function call (command, judge) {
  const mine = round
  link.ask(command, answer => {
    if (mine.failed) return
    try {
      if ('error' in answer) throw new Error(JSON.stringify(answer.error) + ' for ' + command.do)
      if (judge) judge(answer.ok)
    } catch (error) { complain(mine, error) }
  })
}
export const expect = (what, wanted, command, read = answer => answer) => call(command, answer => same(what, wanted, read(answer)))

/** Plays the rounds of the seeds from `first` on and ends the process. */
export async function playRounds (bridge, kind, first, rounds, play) {
  link = connect(bridge, () => `seed ${seed}`)
  let before = Promise.resolve()
  for (seed = first; seed < first + rounds && bad < 6; seed++) {
    state = seed
    round = { seed, failed: false }
    try { play() } catch (error) { complain(round, error) }
    const finished = link.flush()
    await before
    before = finished.then(() => done++)
  }
  await before
  console.log(`${kind}: ${done} rounds from seed ${first}, ${bad} bad`); link.end(); process.exit(bad ? 1 : 0)
}
