// SPDX-FileCopyrightText: 2026 The Sheaf developers
// SPDX-License-Identifier: Apache-2.0
// One person in a Yjs editor, npm's yjs behind npm's y-websocket, led by JSON lines: what tst_windowyjs puts beside the real window.
// node guest.mjs NODE_MODULES PORT TOKEN KEY NAME
//   {"insert":[at,"text"]}, {"delete":[at,count]}, {"caret":[anchor,head]}, {"undo":true}
// Each change of what it sees is a line: {"text":…,"people":[{"name":…,"anchor":n,"head":n}]}, of the others.
import { createInterface } from 'node:readline'
import { modulesFrom, Editor } from './support.mjs'

const [folder, port, token, key, name] = process.argv.slice(2)
const modules = await modulesFrom(folder)
const { Y } = modules
const editor = new Editor(modules, Number(port), token, key)
const { doc, text } = editor
const awareness = editor.provider.awareness
const undo = new Y.UndoManager(text)

const place = json => json && Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(json), doc)?.index
function show () {
  const people = [...awareness.getStates()].filter(([client]) => client !== doc.clientID).map(([, { user, cursor }]) =>
    ({ name: user?.name, anchor: place(cursor?.anchor) ?? -1, head: place(cursor?.head) ?? -1 }))
  console.log(JSON.stringify({ text: editor.said, people }))
}
const relative = at => Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, at))

text.observe(show)
awareness.on('change', show)
editor.provider.on('sync', show)
const user = { name, color: '#2f8f4e' }
awareness.setLocalState({ user })
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line)
  if (order.insert) text.insert(...order.insert)
  if (order.delete) text.delete(...order.delete)
  if (order.caret) awareness.setLocalState({ user, cursor: { anchor: relative(order.caret[0]), head: relative(order.caret[1]) } })
  if (order.undo) undo.undo()
}
editor.end()
process.exit(0)
