import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { dim, note, type Screen } from './screen.ts'

const COMMAND = fileURLToPath(import.meta.resolve('@sluice/server/main'))
const RECORDS_SHOWN = 40

/** Shows the end of the record with the command that a user has for it. */
export async function showRecords(screen: Screen, journal: string): Promise<void> {
  const flags = ['audit', 'tail', '-j', journal, '-n', String(RECORDS_SHOWN)]
  note(screen, dim(screen, `$ sluice audit tail -n ${RECORDS_SHOWN}`))
  const child = spawn(process.execPath, [...process.execArgv, COMMAND, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) note(screen, line)
  await ended
  if (child.exitCode !== 0) throw new Error(`\`sluice audit tail\` ended with ${child.exitCode}`)
}
