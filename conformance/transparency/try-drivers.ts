import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { type Outcome, run } from '../harness/program.ts'
import { sentinels } from '../harness/shop.ts'
import { comparable, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'
import { type Driver, modeArguments } from './drivers.ts'

/** What a driver saw. `cases` counts the lines of each thing it tried, by name. */
export type DriverRow = {
  readonly name: string
  readonly cases: ReadonlyMap<string, number>
  readonly maskedValues: number
  readonly problems: readonly string[]
  readonly seconds: number
}

/** Everything may be done, and of the two tables with values to hide nothing may be seen. */
const MASKED = `
version: 1
rules:
  - { id: everything, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }
  - { id: hidden, effect: mask, with: redact, columns: "column.table in ['customers', 'every_type'] && column.name != 'id'" }
`

/** Values of `types.sql` that no mask would come up with. */
const HIDDEN: readonly RegExp[] = [
  ...sentinels,
  /a0eebc99/i,
  /2b:?01:?02:?03/i,
  /1234567890123456/,
  /B374D848/i,
  /varying/,
]

/** The last line of each program: without it, it ended early. */
const END = /^end: .*done/m

/**
 * Every driver's program against two databases that are alike, one reached through a gateway that allows everything:
 * what it prints has to be the same. Then under a policy that masks: it has to run to its end, and see nothing.
 */
export async function tryDrivers(chosen: readonly Driver[]): Promise<readonly DriverRow[]> {
  const types = await readFile(join(import.meta.dirname, '..', 'drivers', 'smoke', 'types.sql'), 'utf8')
  const sides = await startSideBySide('debian', `CREATE TABLE every_type AS ${types}`)
  const masking = await startGateway({
    upstream: sides.server,
    database: sides.through.database,
    policy: MASKED,
    principals: { [sides.through.user]: { groups: [] } },
  })
  const folder = await mkdtemp(join(tmpdir(), 'sluice-drivers-'))
  try {
    const rows: DriverRow[] = []
    for (const driver of chosen) rows.push(await tryDriver(driver, sides, masking, folder))
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
    await masking.close()
    await sides.close()
  }
}

async function tryDriver(
  driver: Driver,
  sides: SideBySide,
  masking: TestGateway,
  folder: string,
): Promise<DriverRow> {
  const started = performance.now()
  const start = await driver.prepare(folder).catch((error: unknown) => String(error))
  if (typeof start === 'string') {
    const problems = [`${driver.name}: its program cannot be built: ${start}`]
    return { name: driver.name, cases: new Map(), maskedValues: 0, problems, seconds: 0 }
  }
  const goOn = (side: Side, mode: 'plain' | 'masked'): Promise<Outcome> => {
    const { program, args } = start(side)
    return run(program, [...args, ...modeArguments(mode)])
  }
  const direct = await goOn(sides.direct, 'plain')
  const through = await goOn(sides.through, 'plain')
  const masked = await goOn({ ...sides.through, port: masking.port }, 'masked')
  return {
    name: driver.name,
    cases: casesIn(through.output),
    maskedValues: casesIn(masked.output).get('masked') ?? 0,
    problems: [
      ...ranThrough(driver, 'directly', direct),
      ...differences(driver, direct.output, through.output),
      ...ranThrough(driver, 'under a masking policy', masked),
      ...seen(driver, masked.output),
    ],
    seconds: (performance.now() - started) / 1000,
  }
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

function seen({ name }: Driver, output: string): readonly string[] {
  const leaks = output.split('\n').filter((line) => HIDDEN.some((hidden) => hidden.test(line)))
  return leaks.map((line) => `${name}: sees a value that is masked: ${line}`)
}
