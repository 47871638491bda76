import type { Outcome } from './run-pgbench.ts'

/** One row of the result: who, under how many clients, and the outcome of each round. */
export type Measured = {
  readonly clients: number
  readonly name: string
  readonly rounds: readonly Outcome[]
}

/** A table with the median of the rounds and its ratio to the direct connection and to the plain splice. */
export function resultTable(measured: readonly Measured[]): string {
  const header = ['clients', 'through', 'tps', 'latency', '/ direct', '/ splice']
  const rows = measured.map(({ clients, name, rounds }) => {
    const tps = median(rounds.map((round) => round.tps))
    const ratioTo = (other: string): string => {
      const found = measured.find((row) => row.clients === clients && row.name === other)
      return found ? (tps / median(found.rounds.map((round) => round.tps))).toFixed(2) : '-'
    }
    const latency = `${median(rounds.map((round) => round.latencyMs)).toFixed(3)} ms`
    return [String(clients), name, tps.toFixed(0), latency, ratioTo('direct'), ratioTo('splice')]
  })
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  return [header, ...rows]
    .map((row) =>
      row.map((cell, column) =>
        column === 1 ? cell.padEnd(widths[1] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    )
    .map((cells) => cells.join('  '))
    .join('\n')
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
