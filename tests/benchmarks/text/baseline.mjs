// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// The figures of bench_text with a library of npm's:
// node --expose-gc baseline.mjs yjs|loro|diamond NODE_MODULES FOLDER RUNS NAME...
// Prints one JSON object, name to milliseconds (text.memory: bytes).
import { readFileSync } from 'node:fs'

const [library, modules, folder, runs, ...names] = process.argv.slice(2)
const file = name => new Uint8Array(readFileSync(`${folder}/${name}`))

/** Byte strings with their lengths in front, four bytes, little endian. */
const unpack = name => {
  const all = readFileSync(`${folder}/${name}`)
  const parts = []
  for (let at = 0; at < all.length;) {
    const size = all.readUInt32LE(at)
    parts.push(new Uint8Array(all.subarray(at + 4, at + 4 + size)))
    at += 4 + size
  }
  return parts
}

/**
 * Processor time of all threads or time on the clock, whichever is less: others may be busy on this machine.
 * Loops give the compiler time to settle; the median of the runs counts.
 */
const median = (work, loops = 1) => {
  const times = []
  for (let i = 0; i < +runs; i++) {
    globalThis.gc()
    const start = performance.now()
    const cpu = process.cpuUsage()
    for (let n = 0; n < loops; n++) work()
    const used = process.cpuUsage(cpu)
    times.push(Math.min((performance.now() - start) / loops, (used.user + used.system) / 1000 / loops))
  }
  return times.sort((a, b) => a - b)[times.length >> 1]
}

/** One for each run, made before the clock starts. */
const timesOf = make => Array.from({ length: +runs }, make)

const wanted = new TextDecoder().decode(file('text.txt'))
const check = text => {
  if (text !== wanted) throw new Error(`${library} ends with another text`)
}

const { measures } = await import(`./${library}.mjs`)
const of = await measures({ modules, file, unpack, median, timesOf, check, edits: JSON.parse(readFileSync(`${folder}/edits.json`)) })
const figures = {}
for (const name of names) if (of[name]) figures[name] = of[name]()
console.log(JSON.stringify(figures))
