// The `demo` command.
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import { readArguments, USAGE } from './arguments.ts'
import { demo } from './demo.ts'

const screen = {
  write: (text: string): void => void process.stdout.write(text),
  colours: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
}

try {
  const given = readArguments(process.argv.slice(2))
  if (given) run(given)
  else screen.write(USAGE)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}

function run(given: Parameters<typeof demo>[1]): void {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      screen.write('\n   stopping\n')
      stop.abort()
    })
  }
  void Effect.runPromiseExit(demo(screen, given), { signal: stop.signal }).then((exit) => {
    const failed = Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)
    if (failed) console.error(`\n${Cause.pretty(exit.cause)}`)
    process.exit(failed ? 1 : 0)
  })
}
