// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// Module hooks of yjstests.mjs: tests of yjs from a checkout run with the packages of NODE_MODULES, and where they or
// y-protocols ask for yjs they get it by way of yjsrecorder.mjs.
let modules; let tests; let recorder; let recorded
export function initialize (data) { ({ modules, tests, recorder, recorded } = data) }

const source = name => `${modules}yjs/src/${name}.js`
// What the recorder exports goes before the same name of yjs.
const wrapped = name => {
  const text = `export { ${recorded} } from '${recorder}'; export * from '${source(name)}'`
  return { url: `data:text/javascript,${encodeURIComponent(text)}`, format: 'module', shortCircuit: true }
}

export async function resolve (specifier, context, next) {
  const from = context.parentURL ?? ''
  if (specifier === 'yjs' && from.includes('/y-protocols/')) return wrapped('index')
  if (!from.startsWith(tests)) return next(specifier, context)
  const asked = /^\.\.\/src\/(index|internals)\.js$/.exec(specifier)
  if (asked) return wrapped(asked[1])
  return next(specifier, specifier.startsWith('.') ? context : { ...context, parentURL: modules + 'tests.js' })
}
