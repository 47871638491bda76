import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Outcome, run } from '../harness/program.ts'
import { comparable, type Side } from '../harness/side-by-side.ts'
import type { Driver, Start } from './driver-programs.ts'
import type { DriverWorld, Way } from './driver-worlds.ts'
import { type Mode, modeArguments } from './drivers.ts'

/** What a driver saw. `cases` counts the lines of each thing it tried, by name. */
export type DriverRow = {
  readonly name: string
  readonly cases: ReadonlyMap<string, number>
  readonly maskedValues: number
  readonly problems: readonly string[]
  readonly seconds: number
}

/** The last line of each program: without it, it ended early. */
const END = /^end: .*done/m

/**
 * Every driver's program against two databases that are alike, one reached through a gateway that allows everything:
 * what it prints has to be the same. Then under a policy that masks: it has to run to its end, and see nothing.
 */
export async function tryDrivers(
  chosen: readonly Driver[],
  start: () => Promise<DriverWorld>,
): Promise<readonly DriverRow[]> {
  const world = await start()
  const folder = await mkdtemp(join(tmpdir(), 'sluice-drivers-'))
  try {
    const rows: DriverRow[] = []
    for (const driver of chosen) rows.push(await tryDriver(driver, world, folder))
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
    await world.close()
  }
}

async function tryDriver(driver: Driver, world: DriverWorld, folder: string): Promise<DriverRow> {
  const started = performance.now()
  const start = await driver.prepare(folder).catch((error: unknown) => String(error))
  if (typeof start === 'string') {
    const problems = [`${driver.name}: its program cannot be built: ${start}`]
    return { name: driver.name, cases: new Map(), maskedValues: 0, problems, seconds: 0 }
  }
  const tries: Tried[] = []
  for (const way of world.ways) tries.push(await tryWay(driver, start, world, way))
  const ofPack = await tryPack(driver, start, world)
  return {
    name: driver.name,
    cases: casesIn(tries.map(({ through }) => through).join('\n')),
    maskedValues: casesIn(tries.map(({ masked }) => masked).join('\n')).get('masked') ?? 0,
    problems: [...tries.flatMap(({ problems }) => problems), ...ofPack],
    seconds: (performance.now() - started) / 1000,
  }
}

/** What a program printed through the two gateways, and what is wrong with it. */
type Tried = { readonly through: string; readonly masked: string; readonly problems: readonly string[] }

async function tryWay(driver: Driver, start: Start, world: DriverWorld, way: Way): Promise<Tried> {
  const goOn = (side: Side, mode: Mode): Promise<Outcome> => runMode(start, side, way, mode)
  const direct = await goOn(world.direct, 'plain')
  const through = await goOn(world.through, 'plain')
  const raw = await goOn(world.direct, 'masked')
  const masked = await goOn(world.masked, 'masked')
  const problems = [
    ...ranThrough(driver, 'directly', direct),
    ...differences(driver, direct.output, through.output),
    ...ranThrough(driver, 'under a masking policy', masked),
    ...seen(driver, world.hidden, masked.output),
    ...asStored(driver, raw.output, masked.output),
  ]
  return {
    through: through.output,
    masked: masked.output,
    problems: problems.map((problem) => (way === 'plain' ? problem : `over TLS: ${problem}`)),
  }
}

function runMode(start: Start, side: Side, way: Way, mode: Mode): Promise<Outcome> {
  const { program, args } = start(side, way)
  return run(program, [...args, ...modeArguments(mode)])
}

/** Under the default pack: exactly the masks for the one, and for the other exactly what is there. */
async function tryPack(
  driver: Driver,
  start: Start,
  { direct, hidden, pack }: DriverWorld,
): Promise<readonly string[]> {
  if (pack === undefined) return []
  const read = (side: Side, table: string): Promise<Outcome> =>
    runMode(start, side, 'plain', `table:${table}`)
  const [raw, officer] = [await read(direct, 'people'), await read(pack.officer, 'people')]
  const [made, analyst] = [await read(direct, 'people_masked'), await read(pack.analyst, 'people')]
  return [
    ...ranThrough(driver, 'under the default pack', analyst),
    ...differences(driver, raw.output, officer.output),
    ...differences(driver, made.output, analyst.output),
    ...seen(driver, hidden, analyst.output),
  ]
}

function casesIn(output: string): ReadonlyMap<string, number> {
  const cases = new Map<string, number>()
  for (const [, name] of output.matchAll(/^([a-z][a-z ]*): /gm))
    if (name !== undefined) cases.set(name, (cases.get(name) ?? 0) + 1)
  return cases
}

function ranThrough({ name }: Driver, where: string, { code, output }: Outcome): readonly string[] {
  if (code === 0 && END.test(output)) return []
  return [
    `${name}: did not come to its end ${where} (code ${code}):\n${output.split('\n').slice(-8).join('\n')}`,
  ]
}

function differences({ name }: Driver, direct: string, through: string): readonly string[] {
  const [left, right] = [direct, through].map((output) => comparable(output).split('\n'))
  if (left === undefined || right === undefined) return []
  const at = left.findIndex((line, i) => line !== right[i])
  if (at === -1 && left.length === right.length) return []
  return [
    `${name}: line ${at + 1} differs\n  directly:            ${left[at]}\n  through the gateway: ${right[at]}`,
  ]
}

/** Columns that no mask changes: the key, and what is NULL anyway. */
const UNCHANGED = /^masked: \W*(?:id|a_null)\b/

/** Value by value beside the tables as they are stored: as many are read, and none of them is the stored one. */
function asStored({ name }: Driver, raw: string, masked: string): readonly string[] {
  const [stored, read] = [raw, masked].map((output) =>
    output.split('\n').filter((line) => line.startsWith('masked: ')),
  ) as [string[], string[]]
  if (stored.length === 0 || stored.length !== read.length)
    return [`${name}: reads ${read.length} values under a masking policy, and ${stored.length} directly`]
  const same = stored.filter((line, i) => line === read[i] && !UNCHANGED.test(line))
  return same.map((line) => `${name}: sees a value as it is stored: ${line}`)
}

function seen({ name }: Driver, hidden: readonly RegExp[], output: string): readonly string[] {
  const leaks = output.split('\n').filter((line) => hidden.some((value) => value.test(line)))
  return leaks.map((line) => `${name}: sees a value that is masked: ${line}`)
}
