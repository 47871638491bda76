import { relative, sep } from 'node:path'

/**
 * Totals of a jest run (its `--json` result), all in all and per room. A suite that could not even be loaded counts
 * as one failed test: jest itself counts it as none.
 */
export function figuresOf(result, root) {
  const rooms = new Map()
  for (const suite of result.testResults) {
    const room = relative(root, suite.name).split(sep).slice(0, -2).join('/') || 'root'
    const counts = rooms.get(room) ?? { room, passed: 0, failed: 0, skipped: 0 }
    rooms.set(room, counts)
    const broken =
      suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed')
    if (broken) counts.failed += 1
    for (const test of suite.assertionResults) counts[kindOf(test.status)] += 1
  }
  const all = [...rooms.values()].toSorted((a, b) => a.room.localeCompare(b.room))
  const sum = (key) => all.reduce((total, room) => total + room[key], 0)
  return { rooms: all, passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** Prints the rooms as a table, and the plain line that other programs read. */
export function printFigures(figures) {
  const width = Math.max(4, ...figures.rooms.map((room) => room.room.length))
  const line = (name, ...cells) =>
    `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(9)).join('')}`
  console.log(`\n${line('room', 'passed', 'failed', 'skipped')}`)
  for (const { room, passed, failed, skipped } of figures.rooms)
    console.log(line(room, passed, failed, skipped))
  console.log(`\n${figures.passed} passed, ${figures.failed} failed, ${figures.skipped} skipped`)
}

function kindOf(status) {
  if (status === 'passed' || status === 'failed') return status
  return 'skipped'
}
