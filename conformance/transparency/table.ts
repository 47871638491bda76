import type { Comparison } from './compare.ts'
import type { DriverRow } from './try-drivers.ts'

/** A comparison and how long its two runs took. */
export type Row = Comparison & { readonly directSeconds: number; readonly throughSeconds: number }

const HEADS = ['suite', 'tests', 'direct', 'gateway', 'excluded', 'direct s', 'gateway s']

/** Prints one line for each driver. */
export function printDrivers(rows: readonly DriverRow[]): void {
  console.log(
    '\nDrivers: lines that a program prints, the same directly and through the gateway; masked values it read\n',
  )
  print([
    ['driver', 'cases', 'lines', 'masked', 'outcome', 'seconds'],
    ...rows.map(({ name, cases, maskedValues, problems, seconds }) => [
      name,
      cases.size,
      [...cases.values()].reduce((sum, lines) => sum + lines, 0),
      maskedValues,
      problems.length === 0 ? 'same' : 'DIFFERENT',
      seconds.toFixed(0),
    ]),
  ])
}

function print(lines: readonly (readonly (string | number)[])[]): void {
  for (const line of lines) {
    console.log(
      line.map((cell, i) => (i === 0 ? String(cell).padEnd(16) : String(cell).padStart(10))).join(''),
    )
  }
  console.log()
}

/** Prints one line for each suite. */
export function printSuites(server: string, rows: readonly Row[]): void {
  console.log(`\n${server}: tests that pass directly, and through the gateway under an allow-all policy\n`)
  const cells = rows.map((row) => [
    row.suite,
    row.tests,
    row.direct,
    row.through,
    row.excluded,
    row.directSeconds.toFixed(0),
    row.throughSeconds.toFixed(0),
  ])
  print([HEADS, ...cells])
}
