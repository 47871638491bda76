import { type CpuTime, cpuTotal } from './cpu-time.ts'
import { median } from './median.ts'
import type { Mode, Outcome } from './run-pgbench.ts'

/** One run: what came out, and the CPU time that the process in the middle used. */
export type Round = Outcome & { readonly cpu: CpuTime }

/** One row of the result: who, under what load, and its rounds. */
export type Measured = {
  readonly mode: Mode
  readonly clients: number
  readonly name: string
  readonly rounds: readonly Round[]
}

const HEADER = [
  'mode',
  'clients',
  'through',
  'tps',
  'latency',
  'CPU/tx',
  '/ direct',
  '/ splice',
  '/ pgbouncer',
]

/**
 * A table with the medians of the rounds. Latency: the median for one client, the mean for several. CPU/tx: what the
 * process in the middle used per transaction. The last columns: transactions per second in ratio to the others' of the same
 * round, which a busy moment of the machine hits alike, at the median.
 */
export function resultTable(measured: readonly Measured[]): string {
  const rows = measured.map((row) => [
    row.mode,
    String(row.clients),
    row.name,
    tpsOf(row).toFixed(0),
    `${(latencyOf(row) * 1000).toFixed(0)} µs`,
    row.name === 'direct' ? '-' : `${median(row.rounds.map(cpuPerTransaction)).toFixed(1)} µs`,
    ...['direct', 'splice', 'pgbouncer'].map((other) => ratio(measured, row, other)),
  ])
  return aligned([HEADER, ...rows])
}

/** What one client waits longer than through the splice, by mode. */
export function addedLatency(measured: readonly Measured[]): string {
  const lines = measured
    .filter(({ clients, name }) => clients === 1 && name !== 'splice' && name !== 'direct')
    .flatMap((row) => {
      const splice = beside(measured, row, 'splice')
      return splice ? [`${row.name}, ${row.mode}, one client: ${added(row, splice)} at the median`] : []
    })
  return lines.join('\n')
}

/** CPU time per transaction of each thread of the gateway, by load. */
export function threadTable(measured: readonly Measured[]): string {
  const rows = measured.filter(({ name }) => name.startsWith('gateway'))
  const threads = [...new Set(rows.flatMap(({ rounds }) => rounds.flatMap(({ cpu }) => [...cpu.keys()])))]
  const used = threads.filter((thread) => rows.some((row) => threadTime(row, thread) >= 0.05))
  return aligned([
    ['through', 'mode', 'clients', ...used],
    ...rows.map((row) => [
      row.name,
      row.mode,
      String(row.clients),
      ...used.map((thread) => `${threadTime(row, thread).toFixed(1)} µs`),
    ]),
  ])
}

function threadTime({ rounds }: Measured, thread: string): number {
  return median(rounds.map(({ cpu, transactions }) => (cpu.get(thread) ?? 0) / transactions))
}

function cpuPerTransaction({ cpu, transactions }: Round): number {
  return cpuTotal(cpu) / transactions
}

function ratio(measured: readonly Measured[], row: Measured, other: string): string {
  const found = beside(measured, row, other)
  if (found === undefined) return '-'
  const ratios = row.rounds.map(({ tps }, round) => tps / (found.rounds[round]?.tps ?? Number.NaN))
  return median(ratios).toFixed(2)
}

function beside(measured: readonly Measured[], row: Measured, name: string): Measured | undefined {
  return measured.find((one) => one.mode === row.mode && one.clients === row.clients && one.name === name)
}

function added(row: Measured, splice: Measured): string {
  const us = (latencyOf(row) - latencyOf(splice)) * 1000
  return `${us < 0 ? '' : '+'}${us.toFixed(0)} µs over the splice`
}

function tpsOf({ rounds }: Measured): number {
  return median(rounds.map(({ tps }) => tps))
}

function latencyOf({ rounds }: Measured): number {
  return median(rounds.map(({ latencyMs }) => latencyMs))
}

/** Columns as wide as they must be; words to the left, numbers to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const pad = (cell: string, column: number): string =>
    /^[a-z]/.test(rows[1]?.[column] ?? '')
      ? cell.padEnd(widths[column] ?? 0)
      : cell.padStart(widths[column] ?? 0)
  return rows.map((row) => row.map(pad).join('  ')).join('\n')
}
